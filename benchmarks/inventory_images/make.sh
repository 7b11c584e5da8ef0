#!/usr/bin/env bash
# make.sh FOLDER: builds the images here on the stand-in bases of scripts/bases.sh, and saves them and the bases as archives.
set -euo pipefail
cd "$(dirname "$0")"
out=$(realpath -m "$1")
client=${JETTISON_DOCKER:-docker}
mkdir -p "$out"
bases="debian:bookworm python:3.11 node:18 golang:1.19 maven:3-eclipse-temurin-17 ruby:3.1 php:8.2-apache elixir:1.14-slim alpine:3.22
  gcr.io/distroless/java17-debian12:latest gcr.io/distroless/nodejs18-debian12:latest gcr.io/distroless/python3-debian12:latest"
for base in $bases; do
  if "$client" image inspect "$base" >/dev/null 2>&1; then
    "$client" save -o "$out/${base//[:\/]/_}.tar" "$base"
  fi
done
for kind in python node go java; do
  DOCKER_BUILDKIT=1 "$client" build -q --network "${JETTISON_BUILD_NETWORK:-default}" -t "jettison/packages:$kind" - <"$kind.Dockerfile"
  "$client" save -o "$out/$kind.tar" "jettison/packages:$kind"
done
