#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An export that fails in the middle, because a post cannot be read, the file
# cannot grow or the run is killed, leaves no half file: an older one stays as
# it was.
set -u
fail() { echo "$*"; exit 1; }
i=0
while [ $i -lt 2000 ]; do
    echo "{\"id\":\"$i\",\"source\":\"forum\",\"created_at\":\"2026-11-1$((i % 9))T10:00:00Z\",\"text\":\"post $i of many\"}"
    i=$((i + 1))
done >posts.ndjson
swell -q --now 2026-11-20T00:00:00Z --store good import posts.ndjson >said || fail "import"

# The record of the thousandth post is one byte.
swell --store good dump | awk '/^database=/ { posts = $0 == "database=posts" }
    /^ / && posts && ++line == 2000 { print " 00"; next } { print }' >dump
swell --store bad load dump >said || fail "load"

mkdir out
export_to() { swell --store "$1" export --format "$2" --out "out/$3" >said 2>&1; }
rows() { python3 -c "import sqlite3; db = sqlite3.connect('out/$1')
print(*(db.execute('SELECT count(*) FROM ' + t).fetchone()[0] for (t,) in db.execute('SELECT name FROM sqlite_master ORDER BY 1')))"; }
for format in ndjson csv sqlite; do
    export_to bad $format new && fail "$format: a damaged post was exported"
    grep -q "damaged" said || { cat said; fail "$format: not said"; }
    (trap '' XFSZ; ulimit -f 20; export_to good $format new) && fail "$format: it fitted"
    [ -s said ] || fail "$format: a file that cannot grow is not said"
    [ -z "$(ls out)" ] || fail "$format: left $(ls out)"
    # A run that is killed leaves nothing that looks like an export.
    (ulimit -c 0; ulimit -f 20; export_to good $format new) 2>/dev/null
    [ $? -gt 128 ] || fail "$format: it was not killed"
    ls out | grep -v '^new\.[0-9]*~$' && fail "$format: left after it was killed"
    rm -f out/*
    export_to good $format old || fail "$format: $(cat said)"
    rm out/old.posts.manifest.json
    cp out/old before
    for store in bad none; do
        export_to $store $format old && fail "$format: $store was exported"
        cmp -s out/old before || [ $format = sqlite ] || fail "$format: an older file is another"
        [ "$(ls out)" = old ] || fail "$format: left $(ls out)"
    done
    [ $format != sqlite ] || [ "$(rows old)" = 2000 ] || fail "an older table holds $(rows old) rows"
    rm out/old
done

# Nor is half of a configuration left, to be taken for one.
(trap '' XFSZ; ulimit -f 4; swell init half.yaml >said 2>&1) && fail "half a configuration"
[ -s said ] && [ ! -e half.yaml ] || fail "half a configuration is left"

# What is no file of its own stays what it is, and is written to.
echo before >out/real
ln -s real out/link
ln -s /proc/self/fd/1 out/output
export_to good csv link || fail "a link: $(cat said)"
[ -L out/link ] && [ "$(grep -c , out/real)" = 2001 ] || fail "a link was replaced"
swell --store good export --format csv --out out/output --manifest out/manifest >printed || fail "/dev/stdout"
[ -L out/output ] && cmp -s printed out/real || fail "/dev/stdout was replaced"
