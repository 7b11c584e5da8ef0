#!/usr/bin/env bash
# Makes stand-in base images from Debian packages, under the names of the official ones.
#
# They are for machines that cannot pull images. They imitate what the official images hold, and are
# not them: sizes and versions differ. An image that exists is kept; --force makes all anew.
#
#   scripts/bases.sh          what the tests need
#   scripts/bases.sh all      those of further ecosystems too (Java, Rust, PHP, Ruby, Deno, Bun, Elixir ...)
#   scripts/bases.sh NAME...  these recipes of scripts/bases/ (and what they stand on must be there)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/packages.sh"
force= wanted=()
for word in "$@"; do if [ "$word" = --force ]; then force=--force; else wanted+=("$word"); fi; done
# A client with its own BuildKit is needed: some machines have a newer client without buildx first on PATH.
export DOCKER_BUILDKIT=1
docker=${JETTISON_DOCKER:-}
if [ -z "$docker" ]; then
  for docker in docker /usr/bin/docker; do
    printf 'FROM scratch AS a\nFROM scratch\nCOPY --from=a / /\n' | "$docker" build -q - >/dev/null 2>&1 && break
  done
fi

have() { [ "$force" != --force ] && "$docker" image inspect "$1" >/dev/null 2>&1; }

debian() {
  have debian:bookworm && return
  local tar uri sources=()
  tar=$(mktemp --suffix=.tar)
  uri=$(mirror)
  if [ -n "$uri" ]; then
    sources=(--customize-hook="printf 'deb $uri bookworm main\ndeb $uri bookworm-updates main\ndeb ${uri%/}-security bookworm-security main\n' > \"\$1\"/etc/apt/sources.list")
  fi
  # Certificates that this machine trusts beyond Debian's own, so that builds reach the registries it reaches.
  local certificates=/usr/local/share/ca-certificates
  again mmdebstrap --quiet --variant=minbase --include=ca-certificates,usr-is-merged --aptopt='APT::Install-Recommends "false"' \
    --customize-hook="mkdir -p \"\$1\"$certificates && { cp $certificates/*.crt \"\$1\"$certificates/ 2>/dev/null || true; }" \
    --customize-hook='chroot "$1" update-ca-certificates >/dev/null' \
    --customize-hook='chroot "$1" apt-get purge -y --auto-remove -qq usrmerge perl perl-modules-5.36 libperl5.36 >/dev/null' \
    --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin' \
    "${sources[@]}" \
    --customize-hook="cp '$here/bases/docker-clean' \"\$1\"/etc/apt/apt.conf.d/docker-clean" \
    bookworm "$tar" ${uri:+"$uri"}
  "$docker" import --change 'CMD ["bash"]' \
    --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "$tar" debian:bookworm
  rm -f "$tar"
}

make_image() { # recipe, name
  "$docker" build --quiet --network host -t "$2" - < "$here/bases/$1.Dockerfile"
}

build() { # recipe, then the names the image gets
  local recipe=$1 name
  shift
  asked "$recipe" || return 0
  if have "$1"; then echo "kept $1"; else
    echo "making $1"
    again make_image "$recipe" "$1"
  fi
  for name in "$@"; do "$docker" tag "$1" "$name"; done
}

core="debian-slim golang distroless-static buildpack python python-slim node node-slim busybox alpine distroless-base distroless-cc nginx nginx-unprivileged"
asked() {
  case " ${wanted[*]:-} " in
    "  ") case " $core " in *" $1 "*) return 0;; esac; return 1;;
    *" all "*|*" $1 "*) return 0;;
  esac
  return 1
}

debian
"$docker" tag debian:bookworm debian:12
"$docker" tag debian:bookworm debian:latest
build debian-slim debian:bookworm-slim debian:12-slim
build golang golang:1.19 golang:1.19-bookworm golang:latest
build distroless-static gcr.io/distroless/static-debian12:nonroot gcr.io/distroless/static-debian12:latest
build buildpack jettison-base/buildpack:latest
build python python:3.11 python:3.11-bookworm python:latest
build python-slim python:3.11-slim python:3.11-slim-bookworm
build node node:18 node:18-bookworm node:latest
build node-slim node:18-slim node:18-bookworm-slim
build busybox busybox:1.37-musl busybox:musl
build alpine alpine:3.22
build distroless-base gcr.io/distroless/base-debian12:nonroot gcr.io/distroless/base-debian12:latest
build distroless-cc gcr.io/distroless/cc-debian12:nonroot gcr.io/distroless/cc-debian12:latest
build nginx nginx:1.22 nginx:1.22-bookworm nginx:latest
build nginx-unprivileged nginxinc/nginx-unprivileged:1.28-bookworm nginxinc/nginx-unprivileged:1.28-alpine-slim
# Further ecosystems.
build distroless-nodejs18 gcr.io/distroless/nodejs18-debian12:nonroot gcr.io/distroless/nodejs18-debian12:latest
build distroless-python3 gcr.io/distroless/python3-debian12:nonroot gcr.io/distroless/python3-debian12:latest
build temurin-jre eclipse-temurin:17-jre
build temurin-jdk eclipse-temurin:17-jdk eclipse-temurin:17
build maven maven:3-eclipse-temurin-17
build gradle gradle:4.4-jdk17
build distroless-java17 gcr.io/distroless/java17-debian12:nonroot gcr.io/distroless/java17-debian12:latest
build rust rust:1-bookworm rust:1.63-bookworm rust:1 rust:latest
build gcc gcc:12 gcc:12-bookworm gcc:latest
build php-cli php:8.2-cli php:8.2-cli-bookworm
build php-apache php:8.2-apache php:8.2-apache-bookworm
build php-fpm php:8.2-fpm php:8.2-fpm-bookworm
build ruby ruby:3.1-bookworm ruby:3.1 ruby:latest
build ruby-slim ruby:3.1-slim-bookworm ruby:3.1-slim
build deno denoland/deno:debian-2
build bun oven/bun:1 oven/bun:1-slim
build elixir elixir:1.14-slim
