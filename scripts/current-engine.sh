#!/usr/bin/env bash
# Starts a second, current engine beside the first: Debian trixie's docker.io and docker-buildx in a root
# of their own, with their own socket, data, bridge and addresses. Needs root and mmdebstrap.
#
#   scripts/current-engine.sh start   prints the DOCKER_HOST to use, and a DOCKER_CONFIG in which buildx is found
#   scripts/current-engine.sh load [NAME...]   copies images (all stand-in bases) of the first engine into it
#   scripts/current-engine.sh stop
set -euo pipefail
. "$(dirname "$0")/packages.sh"
home=${JETTISON_ENGINE_HOME:-/var/lib/jettison-engine}
root=$home/root
socket=$root/run/jettison/docker.sock
host=unix://$socket

fetch_root() {
  local uri
  uri=$(mirror)
  rm -rf "$root.new" && mmdebstrap --quiet --variant=minbase --aptopt='APT::Install-Recommends "false"' \
    --include=docker.io,docker-cli,docker-buildx,iptables,ca-certificates trixie "$root.new" ${uri:+"$uri"}
}

make_root() {
  [ -x "$root/usr/sbin/dockerd" ] && return
  mkdir -p "$home/config"
  echo "{\"cliPluginsExtraDirs\": [\"$root/usr/libexec/docker/cli-plugins\"]}" >"$home/config/config.json"
  again fetch_root
  mkdir -p "$root.new/usr/local/share/ca-certificates"
  cp /usr/local/share/ca-certificates/*.crt "$root.new/usr/local/share/ca-certificates/" 2>/dev/null || true
  chroot "$root.new" update-ca-certificates >/dev/null
  # Under its name it is whole.
  rm -rf --one-file-system "$root"
  mv "$root.new" "$root"
}

start() {
  make_root
  if DOCKER_HOST=$host chroot_docker version >/dev/null 2>&1; then settings; return; fi
  mountpoint -q "$root" || mount --bind "$root" "$root"
  for kind in proc sys dev; do
    # Slaves: to unmount what is below them is not to take it from this machine.
    mountpoint -q "$root/$kind" || { mount --rbind "/$kind" "$root/$kind" && mount --make-rslave "$root/$kind"; }
  done
  mkdir -p "$root/run/jettison"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  ip link show jettison0 >/dev/null 2>&1 || { ip link add jettison0 type bridge; ip addr add 172.30.0.1/16 dev jettison0; ip link set jettison0 up; }
  # A root of its own, not a chroot: below a chroot `docker exec` joins the wrong root.
  nohup unshare --mount --propagation slave sh -c '
    cd "$1" && mkdir -p .old && pivot_root . .old && umount -l /.old && shift && exec "$@"' sh "$root" \
    /usr/sbin/dockerd --bridge jettison0 --data-root /var/lib/docker --exec-root /run/jettison/exec \
    --pidfile /run/jettison/docker.pid -H unix:///run/jettison/docker.sock >"$home/dockerd.log" 2>&1 &
  for _ in $(seq 60); do [ -S "$socket" ] && chroot_docker version >/dev/null 2>&1 && break; sleep 1; done
  chroot_docker version --format '{{.Server.Version}}' || { tail -20 "$home/dockerd.log" >&2; exit 1; }
  settings
}

settings() { printf 'DOCKER_HOST=%s\nDOCKER_CONFIG=%s\n' "$host" "$home/config"; }

chroot_docker() { chroot "$root" docker -H unix:///run/jettison/docker.sock "$@"; }

load() {
  names=("$@")
  [ $# -gt 0 ] || mapfile -t names < <(docker images --format '{{.Repository}}:{{.Tag}}' | grep -E '^(debian|golang|python|node|busybox|nginx|nginxinc/.*|gcr.io/distroless/.*|jettison-base/.*):' | sort -u)
  docker save "${names[@]}" | chroot_docker load >/dev/null
}

stop() {
  kill "$(cat "$root/run/jettison/docker.pid")" 2>/dev/null || true
  sleep 3
  umount -R "$root" 2>/dev/null || true
  ip link del jettison0 2>/dev/null || true
}

"${1:-start}" "${@:2}"
