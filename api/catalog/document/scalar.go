package document

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// scalarKind is what a scalar is in YAML 1.1, as far as it can be told cheaply.
type scalarKind int

const (
	// unusual is everything that is left to the exact way: numbers that are no plain decimals, tags, special floats.
	unusual scalarKind = iota
	null
	text
	truth
	falsehood
	integer
	decimal
)

// kindOf classifies a scalar. It never calls anything but unusual wrongly; what is unusual may turn out to be text.
func kindOf(n *yaml.Node) scalarKind {
	switch n.Style &^ yaml.FlowStyle {
	case 0:
		return plainKind(n.Value)
	case yaml.SingleQuotedStyle, yaml.DoubleQuotedStyle, yaml.LiteralStyle, yaml.FoldedStyle:
		return text
	}
	return unusual
}

// plainKind classifies a scalar without quotes.
func plainKind(s string) scalarKind {
	if s == "" {
		return null
	}
	switch c := s[0]; {
	case strings.IndexByte("yYnNtTfFoO~", c) >= 0:
		return wordKind(s)
	case c == '.':
		if _, err := strconv.ParseFloat(s, 64); err != nil && !strings.EqualFold(s, ".inf") && !strings.EqualFold(s, ".nan") {
			return text
		}
		return unusual
	case c == '+' || c == '-' || c >= '0' && c <= '9':
		return numberKind(s)
	}
	return text
}

// wordKind classifies a scalar that may be one of YAML 1.1's words.
func wordKind(s string) scalarKind {
	switch s {
	case "~", "null", "Null", "NULL":
		return null
	case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
		return truth
	case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
		return falsehood
	}
	return text
}

// numberKind classifies a scalar that begins like a number. Timestamps are text, as they are for Prow.
func numberKind(s string) scalarKind {
	// Every number ends in one of these; most scalars that come here (100m, 10Gi, 2h) do not.
	if strings.IndexByte("0123456789abcdefABCDEF._", s[len(s)-1]) < 0 {
		return text
	}
	if kind := plainNumber(s); kind != unusual {
		return kind
	}
	plain := strings.ReplaceAll(s, "_", "")
	if strings.HasPrefix(plain, "0b") || strings.HasPrefix(plain, "-0b") {
		return unusual
	}
	if _, err := strconv.ParseInt(plain, 0, 64); !errors.Is(err, strconv.ErrSyntax) {
		return unusual
	}
	if _, err := strconv.ParseFloat(plain, 64); !errors.Is(err, strconv.ErrSyntax) || strings.Contains(s, "inf") || strings.Contains(strings.ToLower(s), ".inf") {
		return unusual
	}
	return text
}

// plainNumber recognises numbers that every reader takes alike: decimal digits without a leading zero, at most 15 of
// them, with at most one point among them.
func plainNumber(s string) scalarKind {
	digits := strings.TrimPrefix(s, "-")
	if len(digits) > 15 || digits == "" || digits == "0" && s != digits {
		return unusual
	}
	whole, fraction, point := strings.Cut(digits, ".")
	if !allDigits(whole) || len(whole) > 1 && whole[0] == '0' || point && !allDigits(fraction) {
		return unusual
	}
	if point {
		return decimal
	}
	return integer
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// scalarJSON is a scalar as JSON, as encoding/json writes it.
func scalarJSON(n *yaml.Node) (json.RawMessage, error) {
	switch kindOf(n) {
	case null:
		return json.RawMessage("null"), nil
	case truth:
		return json.RawMessage("true"), nil
	case falsehood:
		return json.RawMessage("false"), nil
	case integer:
		return json.RawMessage(n.Value), nil
	case decimal:
		f, err := strconv.ParseFloat(n.Value, 64)
		if err != nil {
			return nil, errUnusual
		}
		return json.Marshal(f)
	case text:
		return json.Marshal(n.Value)
	}
	return nil, errUnusual
}
