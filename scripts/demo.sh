#!/usr/bin/env bash
# Runs the main job on a bundled project. Stand-in bases are made where an engine answers, the base
# image is not there, and it cannot be pulled either (needs root and mmdebstrap).
set -uo pipefail
jettison=$1
if docker info >/dev/null 2>&1 && ! docker image inspect golang:1.19 >/dev/null 2>&1; then
  if ! docker pull --quiet golang:1.19 >/dev/null 2>&1; then
    if command -v mmdebstrap >/dev/null && [ "$(id -u)" = 0 ]; then
      echo "no base image can be pulled: making stand-ins from Debian packages (some minutes)"
      "$(dirname "$0")/bases.sh" >/dev/null || exit 1
      export JETTISON_BUILD_NETWORK=host
    else
      echo "the base image golang:1.19 is not here and cannot be pulled; as root, with mmdebstrap: make bases"
    fi
  fi
fi
# Stand-ins carry the label-free config of an import; they need the host's network to reach the registries.
if docker image inspect jettison-base/buildpack >/dev/null 2>&1; then export JETTISON_BUILD_NETWORK=host; fi
"$jettison" optimize examples/go-web
code=$?
# 1: the rewrite is shown and nothing could be proven, as on a machine without an engine.
[ $code -le 1 ]
