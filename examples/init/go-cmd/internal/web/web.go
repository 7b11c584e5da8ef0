package web

import (
	"embed"
	"net/http"
)

//go:embed pages
var pages embed.FS

// Serve answers until it fails.
func Serve(address string) error {
	http.Handle("/pages/", http.FileServer(http.FS(pages)))
	http.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("well")) })
	server := http.Server{Addr: ":9000"}
	return server.ListenAndServe()
}
