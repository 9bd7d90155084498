package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Load reads a settings file and the secret files that it names. Everything that is wrong is in the one error, a line for
// each, as FILE:LINE: FIELD: what is wrong. With an error the settings are not to be used.
func Load(file string) (Settings, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Settings{}, fmt.Errorf("read the settings: %w", err)
	}
	r := &reader{file: file, lines: map[string]int{}}
	settings := defaults()
	r.decode(text, &settings)
	if len(r.problems) == 0 {
		r.check(&settings)
	}
	return settings, errors.Join(r.problems...)
}

// reader reads one settings file and gathers what is wrong with it.
type reader struct {
	file     string
	lines    map[string]int // line of each field that is in the file, by its path
	problems []error
}

// refuse notes that a field is wrong. The line is that of the field or of the nearest one around it.
func (r *reader) refuse(field, format string, args ...any) {
	place := r.file
	for around := field; around != ""; {
		if line := r.lines[around]; line > 0 {
			place += ":" + strconv.Itoa(line)
			break
		}
		around = around[:max(strings.LastIndexByte(around, '.'), 0)]
	}
	r.problems = append(r.problems, fmt.Errorf("%s: %s: %s", place, field, fmt.Sprintf(format, args...)))
}

// decode fills settings from YAML, strictly.
func (r *reader) decode(text []byte, settings *Settings) {
	var document, second yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		r.refuseYAML(err)
		return
	}
	if len(document.Content) == 0 {
		r.problems = append(r.problems, fmt.Errorf("%s: the file is empty", r.file))
		return
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		r.problems = append(r.problems, fmt.Errorf("%s: it holds more than one document, want one", r.file))
		return
	}
	root := document.Content[0]
	r.know(root, "", settings)
	if err := root.Decode(settings); err != nil {
		r.refuseYAML(err)
	}
}

// yamlLine finds the line in an error of the YAML library.
var yamlLine = regexp.MustCompile(`^(?:yaml: )?line (\d+): `)

// refuseYAML notes the library's errors in our form.
func (r *reader) refuseYAML(err error) {
	texts := []string{err.Error()}
	if several, ok := errors.AsType[*yaml.TypeError](err); ok {
		texts = several.Errors
	}
	for _, text := range texts {
		place := r.file
		if at := yamlLine.FindStringSubmatch(text); at != nil {
			place, text = place+":"+at[1], strings.TrimPrefix(text, at[0])
		}
		text = strings.NewReplacer("yaml: ", "", "!!", "a ", " into int64", ": want a number", " into int", ": want a number",
			" into string", ": want a text").Replace(text)
		r.problems = append(r.problems, fmt.Errorf("%s: %s", place, text))
	}
}

// path makes a path of the file relative to the settings file's directory. Empty stays empty.
func (r *reader) path(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(r.file), path)
}
