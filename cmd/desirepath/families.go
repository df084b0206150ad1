package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/desirepath/desirepath/classify/families"
	"github.com/desirepath/desirepath/inventory"
)

type familiesCmd struct {
	output
	Paths []string `arg:"" name:"path" help:"Workbooks, csv files and folders of them."`
}

// A grouping is one line of "families --output json".
type grouping struct {
	Family         string   `json:"family"`
	Kind           string   `json:"kind"`
	Members        []string `json:"members"`
	Representative string   `json:"representative"`
}

// Run groups local workbooks into families of copies and versions.
func (cmd familiesCmd) Run(ctx context.Context, a *app) error {
	var members []families.Member
	for _, root := range cmd.Paths {
		err := eachWorkbook(root, func(path string) error {
			m, err := localMember(ctx, path)
			if err != nil {
				fmt.Fprintf(a.Err, "%s: not read: %v\n", path, err)
				return ctx.Err()
			}
			members = append(members, m)
			return ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	p, err := cmd.printer(a.Out, "FAMILY", "KIND", "MEMBERS", "LIVING COPY")
	if err != nil {
		return err
	}
	for _, f := range families.Group(slices.Values(members)) {
		g := grouping{Family: f.ID, Kind: f.Kind, Representative: string(f.Representative)}
		for _, m := range f.Members {
			g.Members = append(g.Members, string(m))
		}
		if err := p.row(g, g.Family, g.Kind, strconv.Itoa(len(g.Members))+": "+clip(strings.Join(g.Members, " "), 80), g.Representative); err != nil {
			return err
		}
	}
	return p.flush()
}

// localMember looks into a local file as far as grouping needs. Its path is
// its id.
func localMember(ctx context.Context, path string) (families.Member, error) {
	structure, err := inspectFile(ctx, path, inventory.DepthHeads)
	if err != nil {
		return families.Member{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return families.Member{}, err
	}
	defer f.Close()
	hash := sha256.New()
	_, err = io.Copy(hash, f)
	info, statErr := f.Stat()
	if err := errors.Join(err, statErr); err != nil {
		return families.Member{}, err
	}
	return families.Member{
		ID: inventory.AssetID(path), Name: filepath.Base(path), Hash: "sha256:" + hex.EncodeToString(hash.Sum(nil)),
		Signature: families.NewSignature(structure), Modified: info.ModTime(),
	}, nil
}
