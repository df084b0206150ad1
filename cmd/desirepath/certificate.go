package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
)

// certified serves with a certificate that is read again when its file
// changes: renewing one needs no restart.
func certified(files *config.TLS, log *slog.Logger) (*tls.Config, error) {
	if files == nil {
		return nil, nil
	}
	served := &servedPair{files: *files, log: log}
	if err := served.read(); err != nil {
		return nil, fmt.Errorf("portal.tls: %w", err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: served.present}, nil
}

// A servedPair is the certificate and key in use.
type servedPair struct {
	files config.TLS
	log   *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	changed time.Time // of its file
}

func (c *servedPair) present(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if info, err := os.Stat(c.files.Certificate); err == nil && !info.ModTime().Equal(c.changed) {
		if err := c.read(); err != nil { // half of it was copied yet, perhaps: the next caller tries again
			c.log.Warn("the new certificate could not be read; the old one goes on", "err", err)
		}
	}
	return c.current, nil
}

func (c *servedPair) read() error {
	info, err := os.Stat(c.files.Certificate)
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.files.Certificate, c.files.Key)
	if err == nil {
		c.current, c.changed = &pair, info.ModTime()
	}
	return err
}
