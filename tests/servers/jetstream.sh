#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The jetstream collector against a WebSocket server (python3-websockets) that
# breaks off, splits its messages, sends nonsense and says no. Where libcurl
# knows no WebSocket, that the sentence says so.
: "${ROOT:?the project folder}"
build=${BUILD:-$ROOT/build}
python=/usr/bin/python3
[ -x "$build/tests/tools/posts" ] || { echo "skip: tests/tools/posts is not built"; exit 77; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
. "$ROOT/tests/tools/ports.sh"
free_ports 1
cat >"$dir/swell.yaml" <<END
store: store
allow_loopback: yes
brands:
  - { name: acme, match: [acme] }
sources:
  - { name: sky, type: jetstream, every: 1s, match: [acme, "#wintercoat"], service: "http://127.0.0.1:$port" }
END
"$build/swell" --config "$dir/swell.yaml" check --live sky >"$dir/out" 2>&1
if grep -q 'knows no WebSocket' "$dir/out"; then
    "$build/swell" --config "$dir/swell.yaml" collect >"$dir/out" 2>&1
    [ $? = 3 ] && grep -Eq '^swell: error: sky: the libcurl of this machine \([0-9.]+\) knows no WebSocket: Debian 13 and bookworm-backports have one that does$' "$dir/out" && exit 0
    cat "$dir/out"
    exit 1
fi
"$python" -c 'import websockets' 2>/dev/null || { echo "skip: python3-websockets is not installed"; exit 77; }
PORT=$port DIR=$dir BUILD=$build DATA=$ROOT/../shared/data/captures \
    "$python" "$ROOT/tests/servers/jetstream.py"
