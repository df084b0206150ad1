package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestLicences reads the licence of every module that is linked into the
// program. Those that ask more of our users than a notice are not allowed.
func TestLicences(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Dir}}{{end}}{{end}}", module+"cmd/desirepath").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	modules := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if path, dir, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			modules[path] = dir
		}
	}
	if len(modules) < 30 {
		t.Fatalf("only %d modules were looked at", len(modules))
	}
	for path, dir := range modules {
		if kind := licence(t, dir); kind == "" {
			t.Errorf("%s: no licence of MIT, BSD, ISC, Apache-2.0 or MPL-2.0 was recognised", path)
		}
	}
}

// licence names the licence of a module by the words that only it has.
func licence(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := strings.ToUpper(e.Name())
		if !strings.HasPrefix(name, "LICEN") && !strings.HasPrefix(name, "COPYING") || e.IsDir() {
			continue
		}
		text := strings.Join(strings.Fields(string(readFile(t, filepath.Join(dir, e.Name())))), " ")
		for words, kind := range map[string]string{
			"Permission is hereby granted, free of charge":                     "MIT",
			"Redistribution and use in source and binary forms":                "BSD",
			"Permission to use, copy, modify, and/or distribute this software": "ISC",
			"Permission to use, copy, modify, and distribute this software":    "ISC",
			"Apache License Version 2.0":                                       "Apache-2.0",
			"Licensed under the Apache License, Version 2.0":                   "Apache-2.0",
			"Mozilla Public License Version 2.0":                               "MPL-2.0",
			"Mozilla Public License, version 2.0":                              "MPL-2.0",
		} {
			if strings.Contains(text, words) && !strings.Contains(text, "GNU GENERAL PUBLIC LICENSE") {
				return kind
			}
		}
	}
	return ""
}
