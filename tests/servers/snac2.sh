#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The mastodon collector against a real server: snac2, from Debian, not
# installed but unpacked. What is posted, edited and deleted there must be
# what the store holds. SERVER_CACHE keeps the download between runs.
: "${ROOT:?the project folder}"
build=${BUILD:-$ROOT/build}
cache=${SERVER_CACHE:-$build/servers}/snac2
snac=$cache/root/usr/bin/snac
. "$ROOT/tests/tools/ports.sh"
free_ports 1

skip() { echo "skip: $1"; exit 77; }

# The mirror that this machine uses, asked for a release that has snac2, with
# lists and folders of its own: the machine's apt is left as it is.
download() {
    command -v apt-get >/dev/null || return 1
    mkdir -p "$cache/lists/partial" "$cache/archives/partial"
    mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
        grep -v '^#' | grep -o 'https\{0,1\}://[^ ]*/debian/\{0,1\}' | head -n 1)
    [ -n "$mirror" ] || return 1
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
        "$mirror trixie main" >"$cache/sources.list"
    set -- -qq -o Dir::Etc::sourcelist="$cache/sources.list" \
        -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$cache/lists" \
        -o Dir::Cache="$cache" -o Dir::Cache::archives="$cache/archives" \
        -o APT::Sandbox::User=root
    (cd "$cache" && apt-get "$@" update && apt-get "$@" download snac2 &&
        dpkg -x snac2_*.deb root) >"$cache/log" 2>&1
}

mkdir -p "$cache"
[ -x "$snac" ] || download || skip "snac2 cannot be fetched: $(tail -n 1 "$cache/log" 2>/dev/null)"
"$snac" 2>/dev/null | grep -q ActivityPub || skip "snac2 does not run here"

dir=$(mktemp -d) || exit 1
pid=
trap '[ -z "$pid" ] || kill -KILL "$pid"; rm -rf "$dir"' EXIT # its threads wait
printf '127.0.0.1\n%s\n127.0.0.1:%s\n\n\n' $port $port |
    "$snac" init "$dir/data" >/dev/null
# It tells itself each post: with few threads all of them wait for each other.
sed -i 's/"protocol": "https"/"protocol": "http", "num_threads": 32/' "$dir/data/server.json"
password=$("$snac" adduser "$dir/data" maker 2>/dev/null |
    sed -n 's/^User password is //p')
"$snac" httpd "$dir/data" >"$dir/log" 2>&1 &
pid=$!
PORT=$port PASSWORD=$password DIR=$dir BUILD=$build \
    python3 "$ROOT/tests/servers/snac2.py"
