package emulator

import "net/http"

// A Server serves a World.
type Server struct {
	World *World
}

// Handler serves both suites.
func (s *Server) Handler() http.Handler { return s.googleHandler() }
