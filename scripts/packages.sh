# For the scripts that fetch packages; sourced by them.

mirror() { # the mirror that this machine's apt uses; nothing where it names none: mmdebstrap then takes its own
  local uri
  uri=$(cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null \
    | sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*debian\/\{0,1\}\) .*/\2/p' | sed -n 1p) || true
  echo "$uri"
}

again() { # runs what fetches over the network, up to three times: a mirror that fails for a moment fails nothing
  local pause
  for pause in 10 30; do
    "$@" && return
    echo "trying again in $pause s: $*" >&2
    sleep "$pause"
  done
  "$@"
}
