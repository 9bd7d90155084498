// Package host changes this machine for the cluster and puts it back: kernel settings, the bridge with its firewall
// rules, the cgroup, mounts, and files that programs leave at fixed places. It records what it changes before it
// changes it. It starts no daemon.
package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Sysctls are the kernel settings that a running cluster changes: the first is ours (pods reach the world through this
// host), the others are kubelet's own, set at its start without asking.
var Sysctls = map[string]string{
	"net/ipv4/ip_forward":       "1",
	"vm/overcommit_memory":      "1",
	"vm/panic_on_oom":           "0",
	"kernel/panic":              "10",
	"kernel/panic_on_oops":      "1",
	"kernel/keys/root_maxkeys":  "1000000",
	"kernel/keys/root_maxbytes": "25000000",
}

// SetSysctls records the present values of all of wanted in file, unless a record is there already (then the present
// values are those of an earlier run that was killed), and sets those that differ. root is where the settings are
// mounted, normally /proc/sys. Settings that this kernel lacks are left out.
func SetSysctls(root, file string, wanted map[string]string) error {
	present := map[string]string{}
	for name := range wanted {
		value, err := readSysctl(root, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		present[name] = value
	}
	if err := record(file, present); err != nil {
		return err
	}
	for name, value := range present {
		if value != wanted[name] {
			if err := os.WriteFile(filepath.Join(root, name), []byte(wanted[name]), 0o644); err != nil {
				return fmt.Errorf("set kernel setting %s: %w", name, err)
			}
		}
	}
	return nil
}

// RestoreSysctls puts back what was recorded in file and deletes the record. A setting that somebody has changed since,
// to neither our value nor the recorded one, is left as it is. No record means nothing to do.
func RestoreSysctls(root, file string, wanted map[string]string) error {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var before map[string]string
	if err := json.Unmarshal(text, &before); err != nil {
		return fmt.Errorf("read recorded kernel settings %s: %w", file, err)
	}
	for name, value := range before {
		present, err := readSysctl(root, name)
		if err != nil {
			return err
		}
		if present != value && present == wanted[name] {
			if err := os.WriteFile(filepath.Join(root, name), []byte(value), 0o644); err != nil {
				return fmt.Errorf("put back kernel setting %s: %w", name, err)
			}
		}
	}
	return os.Remove(file)
}

func readSysctl(root, name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, name))
	return strings.TrimSpace(string(text)), err
}

// record writes v as JSON into a file that must not exist yet; an existing one is kept as it is.
func record(file string, v any) error {
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
