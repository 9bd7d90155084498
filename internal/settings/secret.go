package settings

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// Secret is a text that never shows itself: not in any format, log or document. Only Reveal gives it. The text is behind a
// pointer because package fmt passes methods by in some places (the verb %p, unexported fields), where it shows an address.
type Secret struct{ text *string }

// NewSecret hides a text.
func NewSecret(text string) Secret { return Secret{text: &text} }

// redacted is what a secret shows.
const redacted = "[redacted]"

// Reveal gives the text to those who must have it; the zero Secret holds none.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Empty says that there is no secret.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// String says [redacted].
func (Secret) String() string { return redacted }

// Format says [redacted] for every verb of package fmt.
func (Secret) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }

// MarshalText says [redacted]; it serves JSON too.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalYAML says [redacted].
func (Secret) MarshalYAML() (any, error) { return redacted, nil }

// LogValue says [redacted].
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// The sizes of secrets in bytes: at most, and what an attacker may guess.
const (
	mostSecret  = 64 << 10
	shortSecret = 16
)

// readSecret reads a file that must hold something. Its errors never tell what it holds.
func readSecret(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(file, mostSecret+1))
	if err = errors.Join(err, file.Close()); err != nil {
		return "", err
	}
	if len(text) > mostSecret {
		return "", fmt.Errorf("%s is larger than %d bytes: it is no secret", path, mostSecret)
	}
	if strings.TrimSpace(string(text)) == "" {
		return "", fmt.Errorf("%s is empty", path)
	}
	return string(text), nil
}

// readToken reads a file with one token.
func readToken(path string) (Secret, error) {
	text, err := readSecret(path)
	if err != nil {
		return Secret{}, err
	}
	token := strings.TrimSpace(text)
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Secret{}, fmt.Errorf("%s holds more than one token: white space or strange characters are in it", path)
	}
	return NewSecret(token), nil
}

// readPrivateKey reads a PEM file with a private key.
func readPrivateKey(path string) (Secret, error) {
	text, err := readSecret(path)
	if err != nil {
		return Secret{}, err
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil || !strings.HasSuffix(block.Type, "PRIVATE KEY") {
		return Secret{}, fmt.Errorf("%s is not a private key in PEM: its first line should be -----BEGIN RSA PRIVATE KEY-----", path)
	}
	return NewSecret(text), nil
}

// readWebhookSecrets reads a file with one secret in each line. It also returns the numbers of lines that are so short
// that they may be guessed.
func readWebhookSecrets(path string) (secrets []Secret, short []int, err error) {
	text, err := readSecret(path)
	if err != nil {
		return nil, nil, err
	}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		switch trimmed := strings.TrimSpace(line); {
		case line == "":
			continue
		case strings.HasPrefix(trimmed, "- value:"), strings.HasPrefix(trimmed, "created_at:"):
			return nil, nil, fmt.Errorf("%s is in the form of Prow's hmac file: write only the secrets themselves, one in each line", path)
		case trimmed != line:
			return nil, nil, fmt.Errorf("%s: line %d begins or ends with white space", path, i+1)
		case len(line) < shortSecret:
			short = append(short, i+1)
		}
		secrets = append(secrets, NewSecret(line))
	}
	return secrets, short, nil
}
