package main

import (
	"fmt"
	"os"
	"strings"
)

// readList returns the lines of a list file, without comments (#) and empty lines. A line that occurs twice is an error.
func readList(path string) ([]string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var lines []string
	seen := map[string]bool{}
	for number, line := range strings.Split(string(content), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if seen[line] {
			return nil, fmt.Errorf("%s:%d: %q is listed twice", path, number+1, line)
		}
		seen[line] = true
		lines = append(lines, line)
	}
	return lines, nil
}
