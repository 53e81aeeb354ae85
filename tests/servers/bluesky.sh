#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The bluesky collector against Bluesky's own reference servers (PDS and
# AppView, from npm) with a PostgreSQL of the test's own. SERVER_CACHE keeps
# the installed packages between runs (355 MB, about a minute once).
: "${ROOT:?the project folder}"
build=${BUILD:-$ROOT/build}
cache=${SERVER_CACHE:-$build/servers}/bluesky
version=0.3.215

skip() { echo "skip: $1"; exit 77; }

command -v node >/dev/null || skip "node is not installed"
command -v npm >/dev/null || skip "npm is not installed"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] ||
    skip "node is older than 18"
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
[ -x "$bin/initdb" ] || skip "postgresql is not installed"
if ! [ -d "$cache/node_modules/@atproto/dev-env" ]; then
    mkdir -p "$cache"
    # SQLite is built there, and need not be fast: half of the time it takes
    (cd "$cache" && echo '{"private":true}' >package.json &&
        CFLAGS=-O0 CXXFLAGS=-O0 JOBS=2 npm install --no-audit --no-fund "@atproto/dev-env@$version") \
        >"$cache/log" 2>&1 || { rm -rf "$cache/node_modules"
            skip "npm cannot fetch it: $(tail -n 1 "$cache/log")"; }
fi
(cd "$cache" && node -e "require('better-sqlite3')(':memory:')") 2>/dev/null ||
    skip "better-sqlite3 was not built here: see npm approve-scripts"

. "$ROOT/tests/tools/ports.sh"
free_ports 4
dir=$(mktemp -d) || exit 1
chmod 755 "$dir"
mkdir "$dir/pg"
as=
if [ "$(id -u)" = 0 ]; then # PostgreSQL does not run as root
    chown postgres "$dir/pg"
    as="runuser -u postgres --"
fi
server=
stop() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    $as "$bin/pg_ctl" -s -D "$dir/pg/db" -m immediate stop
    rm -rf "$dir"
}
trap stop EXIT
cd "$dir/pg" || exit 1
$as "$bin/initdb" -D "$dir/pg/db" -A trust -U pg >/dev/null 2>"$dir/initdb" ||
    { cat "$dir/initdb"; exit 1; }
$as "$bin/pg_ctl" -s -w -D "$dir/pg/db" -l "$dir/pg/log" -o "-p $((port + 3)) -k $dir/pg -c listen_addresses=127.0.0.1 -c fsync=off" start || exit 1
mkfifo "$dir/hold"
MODULES=$cache PORT=$port DB_URL=postgresql://pg@127.0.0.1:$((port + 3))/postgres \
    node "$ROOT/tests/servers/bluesky.cjs" <"$dir/hold" >"$dir/out" 2>"$dir/err" &
server=$!
exec 3>"$dir/hold"
n=0
until grep -q '"pds"' "$dir/out"; do
    n=$((n + 1))
    [ $n -lt 300 ] && kill -0 $server 2>/dev/null || { cat "$dir/err"; exit 1; }
    sleep 0.2
done
PORT=$port DIR=$dir BUILD=$build python3 "$ROOT/tests/servers/bluesky.py"
