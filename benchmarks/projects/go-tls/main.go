package main

import (
	"crypto/tls"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

//go:embed assets
var assets embed.FS

// client asks other sites over TLS; it trusts what the system trusts.
var client = &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{}}}

var asked = prometheus.NewCounter(prometheus.CounterOpts{Name: "status_asked_total", Help: "Questions to other sites."})

func main() {
	prometheus.MustRegister(asked)
	page := template.Must(template.ParseGlob("templates/*.html"))
	router := mux.NewRouter()
	router.PathPrefix("/assets/").Handler(http.FileServer(http.FS(assets)))
	router.Handle("/metrics", promhttp.Handler())
	router.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
	router.HandleFunc("/ask", func(w http.ResponseWriter, r *http.Request) {
		asked.Inc()
		answer, err := client.Get("https://example.org/")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		fmt.Fprintln(w, answer.Status)
	})
	router.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		page.ExecuteTemplate(w, "index.html", time.Unix(0, 0).In(berlin).Format(time.RFC1123Z))
	})
	http.ListenAndServe(":8080", router)
}
