package settings

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
)

//go:generate go test -run UpToDate . -update

var update = flag.Bool("update", false, "write the generated schema and page")

const schemaFile = "../../docs/reference/settings.schema.json"

// schema generates the JSON schema of the settings file from the types and their comments.
func schema(t *testing.T) []byte {
	t.Helper()
	r := &jsonschema.Reflector{
		FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, DoNotReference: true, ExpandedStruct: true, Anonymous: true,
	}
	if err := r.AddGoComments("github.com/bowsprit-ci/bowsprit/internal/settings", "./", jsonschema.WithFullComment()); err != nil {
		t.Fatal(err)
	}
	for name, comment := range r.CommentMap {
		r.CommentMap[name] = strings.Join(strings.Fields(comment), " ")
	}
	reflected := r.Reflect(&Settings{})
	reflected.Title = "Bowsprit's settings"
	text, err := json.MarshalIndent(reflected, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

func TestSchemaIsUpToDate(t *testing.T) {
	want := schema(t)
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is out of date: run go generate ./internal/settings", schemaFile)
	}
}

// Everything that a person can write is described, and nothing that is a secret can be written.
func TestSchemaDescribesEverySetting(t *testing.T) {
	var tree map[string]any
	if err := json.Unmarshal(schema(t), &tree); err != nil {
		t.Fatal(err)
	}
	found := 0
	var walk func(path string, node map[string]any, typ reflect.Type)
	walk = func(path string, node map[string]any, typ reflect.Type) {
		if text, _ := node["description"].(string); path != "" && text == "" {
			t.Errorf("%s has no description", path)
		}
		if typ.Kind() != reflect.Struct {
			found++
			return
		}
		properties, _ := node["properties"].(map[string]any)
		fields := fieldsOf(typ)
		if len(properties) != len(fields) {
			t.Errorf("%s: the schema has %d fields, the type %d", path, len(properties), len(fields))
		}
		if node["additionalProperties"] != false {
			t.Errorf("%s: the schema takes unknown keys, the loader does not", path)
		}
		for key, fieldType := range fields {
			property, ok := properties[key].(map[string]any)
			if !ok {
				t.Errorf("%s.%s is not in the schema", path, key)
				continue
			}
			walk(path+"."+key, property, fieldType)
		}
	}
	walk("", tree, reflect.TypeFor[Settings]())
	if found < 15 {
		t.Errorf("only %d settings were looked at", found)
	}
}

// The defaults that the schema tells are those of the code.
func TestSchemaTellsTheDefaults(t *testing.T) {
	var tree map[string]any
	if err := json.Unmarshal(schema(t), &tree); err != nil {
		t.Fatal(err)
	}
	value := reflect.ValueOf(defaults())
	for section := range value.Type().Fields() {
		key := section.Tag.Get("yaml")
		if key == "-" {
			continue
		}
		properties := tree["properties"].(map[string]any)[key].(map[string]any)["properties"].(map[string]any)
		for field := range section.Type.Fields() {
			name := field.Tag.Get("yaml")
			if name == "-" {
				continue
			}
			got := value.FieldByIndex(section.Index).FieldByIndex(field.Index).Interface()
			told, has := properties[name].(map[string]any)["default"]
			if number, ok := told.(float64); ok {
				told = int(number)
			}
			if zero := reflect.ValueOf(got).IsZero(); zero == has || has && told != got {
				t.Errorf("%s.%s: the schema says %v, the code %v", key, name, told, got)
			}
		}
	}
}
