package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

// Validate reports everything that is wrong with the configuration's own
// words, each with its remedy. It looks at nothing that they name.
func (c Config) Validate() error {
	var errs []error
	if len(c.Sources) == 0 {
		errs = append(errs, errors.New("sources: there is none; name at least one tenant or folder to scan"))
	}
	seen := map[string]bool{}
	for _, s := range c.Sources {
		if seen[s.Name] {
			errs = append(errs, fmt.Errorf("source %q: the name is used twice; names are part of ids, so each needs its own", s.Name))
		}
		seen[s.Name] = true
		errs = append(errs, s.validate())
	}
	if c.Scan.Share <= 0 || c.Scan.Share > 1 {
		errs = append(errs, fmt.Errorf("scan.share %v: give a share between 0 and 1, such as 0.5", c.Scan.Share))
	}
	if c.Scan.Parallel < 1 || c.Scan.Parallel > 64 {
		errs = append(errs, fmt.Errorf("scan.parallel %d: give a number from 1 to 64", c.Scan.Parallel))
	}
	if c.Outreach.Certainty < 0 || c.Outreach.Certainty > 1 {
		errs = append(errs, fmt.Errorf("outreach.certainty %v: give a share between 0 and 1, such as 0.6", c.Outreach.Certainty))
	}
	for _, part := range slices.Sorted(maps.Keys(c.Outreach.Worth)) {
		if !slices.Contains(inventory.Parts(), part) || c.Outreach.Worth[part] < 0 {
			errs = append(errs, fmt.Errorf("outreach.worth.%s: give %s a weight of 0 or more", part, strings.Join(inventory.Parts(), ", ")))
		}
	}
	if c.Outreach.Weekly < 1 {
		errs = append(errs, fmt.Errorf("outreach.weekly %d: give 1 or more", c.Outreach.Weekly))
	}
	if c.Outreach.Quiet < 0 {
		errs = append(errs, fmt.Errorf("outreach.quiet_days %d: give 0 or more", c.Outreach.Quiet))
	}
	if tag, _, _ := strings.Cut(strings.ToLower(c.Outreach.Language), "-"); !slices.Contains(words.Languages(), tag) {
		errs = append(errs, fmt.Errorf("outreach.language %q: there are words in %s", c.Outreach.Language, strings.Join(words.Languages(), ", ")))
	}
	if c.Scan.Watching < 0 || c.Scan.Watching > 1 {
		errs = append(errs, fmt.Errorf("scan.observe_share %v: give a share between 0 and 1, such as 0.1", c.Scan.Watching))
	}
	if c.Scan.Observe < 1 {
		errs = append(errs, fmt.Errorf("scan.observe_days %d: give at least 1", c.Scan.Observe))
	}
	errs = append(errs, c.Outreach.Mail.validate(), c.validateStore(), c.Scope.Validate(), c.Retention.validate(c.Outreach.Quiet), c.Schedule.validate(), c.Metrics.validate(), c.Portal.validate())
	return errors.Join(errs...)
}

// validate keeps a term from being so short that somebody would be asked again
// because it was forgotten that they were.
func (r Retention) validate(quiet int) error {
	for name, n := range map[string]int{"runs_days": r.Runs, "use_days": r.Use, "visits_days": r.Visits, "conversations_days": r.Conversations} {
		if n < 0 {
			return fmt.Errorf("retention.%s %d: give a number of days, or 0 to keep for good", name, n)
		}
	}
	if r.Conversations > 0 && r.Conversations < quiet {
		return fmt.Errorf("retention.conversations_days %d: it must be known for outreach.quiet_days, which is %d, who was invited; give that or more", r.Conversations, quiet)
	}
	return nil
}

func (s Source) validate() error {
	if !regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`).MatchString(s.Name) {
		return fmt.Errorf("source %q: name it with small letters, digits and hyphens; the name is part of every id", s.Name)
	}
	kinds := 0
	var err error
	if s.Microsoft != nil {
		kinds, err = kinds+1, s.Microsoft.validate()
	}
	if s.Google != nil {
		kinds, err = kinds+1, s.Google.validate()
	}
	if s.Folder != nil {
		kinds++
		if s.Folder.Path == "" {
			err = errors.New("folder.path: name the folder to scan")
		}
	}
	if kinds != 1 {
		return fmt.Errorf("source %q: give exactly one of microsoft, google and folder", s.Name)
	}
	if err != nil {
		return fmt.Errorf("source %q: %w", s.Name, err)
	}
	return nil
}

func (m Microsoft) validate() error {
	if m.TokenFile != "" {
		if !loopback(m.Endpoint) {
			return errors.New("microsoft.token_file: a ready token only goes to an emulator on this machine; use a certificate for a tenant")
		}
		return nil
	}
	if m.TenantID == "" || m.ClientID == "" {
		return errors.New("microsoft: tenant_id and client_id are needed; both stand on the app registration's overview page")
	}
	switch {
	case m.Identity != "" && m.Identity != "workload" && m.Identity != "managed":
		return fmt.Errorf("microsoft.identity %q: write workload or managed", m.Identity)
	case m.Certificate == "" && m.SecretFile == "" && m.Identity == "":
		return errors.New("microsoft: give certificate_file, client_secret_file, or identity: workload or managed")
	default:
		return nil
	}
}

func (g Google) validate() error {
	if !strings.Contains(g.Admin, "@") {
		return fmt.Errorf("google.admin %q: give the address of an administrator who may read the directory", g.Admin)
	}
	if g.KeyFile == "" && g.Principal == "" {
		return errors.New("google: give service_account for keyless delegation, or key_file")
	}
	if g.KeyFile != "" && g.Principal != "" || g.DepthKeyFile != "" && g.DepthPrincipal != "" {
		return errors.New("google: a service account signs in either keyless or with a key: give its address or its key file, not both")
	}
	if g.Features.InventoryExport != nil && g.Features.Labels {
		return errors.New("google.features: the exported inventory does not tell labels by name: switch either labels or inventory_export off")
	}
	if e := g.Features.InventoryExport; e != nil && (e.Project == "" || e.Dataset == "") {
		return errors.New("google.features.inventory_export: give the project and the dataset that Drive's inventory is exported to")
	}
	return nil
}

// Present reports every secret, folder and file that the configuration names
// and that is not there. A share may be away for a night: a scan goes on with
// the others.
func (c Config) Present() error {
	errs := []error{c.Secrets()}
	for _, s := range c.Sources {
		if s.Folder != nil {
			errs = append(errs, inSource(s, s.Folder.present()))
		}
	}
	_, err := LoadPeople(c.People)
	return errors.Join(append(errs, err)...)
}

// Secrets reports every file with a secret that cannot be read.
func (c Config) Secrets() error {
	var errs []error
	if c.StorePassword != "" {
		errs = append(errs, readable("store_password_file", c.StorePassword))
	}
	if c.Scan.IDKeyFile != "" {
		errs = append(errs, readable("scan.id_key_file", c.Scan.IDKeyFile))
	}
	if m := c.Outreach.Mail; m != nil && m.Password != "" {
		errs = append(errs, readable("outreach.mail.password_file", m.Password))
	}
	for _, s := range c.Sources {
		files := s.secretFiles()
		for _, key := range slices.Sorted(maps.Keys(files)) {
			if files[key] != "" {
				errs = append(errs, inSource(s, readable(key, files[key])))
			}
		}
	}
	return errors.Join(errs...)
}

func inSource(s Source, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("source %q: %w", s.Name, err)
}

func (s Source) secretFiles() map[string]string {
	switch {
	case s.Microsoft != nil:
		return map[string]string{
			"microsoft.certificate_file": s.Microsoft.Certificate, "microsoft.certificate_password_file": s.Microsoft.Password,
			"microsoft.client_secret_file": s.Microsoft.SecretFile, "microsoft.token_file": s.Microsoft.TokenFile,
		}
	case s.Google != nil:
		return map[string]string{"google.key_file": s.Google.KeyFile, "google.depth_key_file": s.Google.DepthKeyFile}
	default:
		return nil
	}
}

func (f Folder) present() error {
	info, err := os.Stat(f.Path)
	if err != nil {
		return fmt.Errorf("folder.path %s: %w; is the share mounted?", f.Path, errors.Unwrap(err))
	}
	if !info.IsDir() {
		return fmt.Errorf("folder.path %s: not a folder", f.Path)
	}
	return nil
}

func readable(key, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%s %s: %w; put the secret there, readable by desirepath alone", key, path, errors.Unwrap(err))
	}
	return f.Close()
}

func loopback(endpoint string) bool {
	return regexp.MustCompile(`^http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/|$)`).MatchString(endpoint)
}
