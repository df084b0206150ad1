package emulator

import "net/http"

// googleHandler serves what Google's clients ask for.
func (s *Server) googleHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "this part of the emulator is not there yet", http.StatusNotImplemented)
	})
}
