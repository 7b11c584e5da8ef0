package main

import (
	"log"
	"net/http"
)

func main() {
	http.HandleFunc("/api/health", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("ok")) })
	http.Handle("/", http.FileServer(http.Dir("web/dist")))
	log.Fatal(http.ListenAndServe(":8090", nil))
}
