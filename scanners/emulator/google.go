package emulator

import "net/http"

// googleHandler serves what Google's clients ask for.
func (s *Server) googleHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "this part of the emulator is not there yet", http.StatusNotImplemented)
	})
}

// googleDialect words faults as Google does. Google promises no Retry-After.
func googleDialect() dialect {
	return dialect{
		suite:  Google,
		cursor: func(*http.Request) bool { return false },
		render: func(w http.ResponseWriter, _ *http.Request, f fault, _ uint64) {
			http.Error(w, string(f), http.StatusServiceUnavailable)
		},
	}
}
