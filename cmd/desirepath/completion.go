package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run prints a script for the shell to source.
func (cmd completionCmd) Run(a *app, model *kong.Application) error {
	paths := commandPaths(model.Node, "")
	switch cmd.Shell {
	case "fish":
		return fishCompletion(a.Out, paths)
	case "zsh":
		if _, err := io.WriteString(a.Out, "autoload -U +X bashcompinit && bashcompinit\n"); err != nil {
			return err
		}
	}
	return bashCompletion(a.Out, paths, valueFlags(model.Node))
}

// commandPaths maps each command ("inventory list") to the words that may
// follow it: its commands and flags.
func commandPaths(n *kong.Node, path string) map[string][]string {
	paths := map[string][]string{}
	var follow []string
	for _, c := range n.Children {
		if c.Type != kong.CommandNode || c.Hidden {
			continue
		}
		follow = append(follow, c.Name)
		for p, words := range commandPaths(c, strings.TrimSpace(path+" "+c.Name)) {
			paths[p] = words
		}
	}
	for _, group := range n.AllFlags(true) {
		for _, f := range group {
			follow = append(follow, "--"+f.Name)
		}
	}
	for _, p := range n.Positional {
		if p.Enum != "" {
			follow = append(follow, strings.Split(p.Enum, ",")...)
		}
	}
	paths[path] = follow
	return paths
}

// valueFlags lists the flags of all commands that a value follows.
func valueFlags(n *kong.Node) []string {
	var flags []string
	for _, f := range n.Flags {
		if !f.IsBool() {
			flags = append(flags, "--"+f.Name)
			if f.Short != 0 {
				flags = append(flags, "-"+string(f.Short))
			}
		}
	}
	for _, c := range n.Children {
		flags = append(flags, valueFlags(c)...)
	}
	slices.Sort(flags)
	return slices.Compact(flags)
}

func bashCompletion(w io.Writer, paths map[string][]string, valueFlags []string) error {
	var b strings.Builder
	b.WriteString("_desirepath() {\n  local path= w value=\n  for w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n")
	b.WriteString("    if [ -n \"$value\" ] && [ \"$w\" != = ]; then value=; continue; fi\n    case $w in\n")
	fmt.Fprintf(&b, "    %s) value=1 ;;\n", strings.Join(valueFlags, "|"))
	b.WriteString("    -*|=) ;;\n    *) path=\"${path:+$path }$w\" ;;\n    esac\n  done\n  local words=\n  case $path in\n")
	for _, p := range sortedPaths(paths) {
		fmt.Fprintf(&b, "  %q) words=%q ;;\n", p, strings.Join(paths[p], " "))
	}
	b.WriteString("  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\n")
	b.WriteString("complete -o default -F _desirepath desirepath\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func fishCompletion(w io.Writer, paths map[string][]string) error {
	for _, p := range sortedPaths(paths) {
		condition := "__fish_use_subcommand"
		if p != "" {
			condition = "__fish_seen_subcommand_from " + strings.Join(strings.Fields(p), "; and __fish_seen_subcommand_from ")
		}
		if _, err := fmt.Fprintf(w, "complete -c desirepath -n %q -a %q\n", condition, strings.Join(paths[p], " ")); err != nil {
			return err
		}
	}
	return nil
}

func sortedPaths(paths map[string][]string) []string {
	var keys []string
	for p := range paths {
		keys = append(keys, p)
	}
	slices.Sort(keys)
	return keys
}
