#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An answer is of one moment: a digest that reads while another process writes
# says what the store said when it began. The list of stopwords is a pipe here,
# so that the digest stops between two of its sections until the import beside
# it is done. And who is slow, at a pager or with an answer, keeps no writer
# out.
: "${ROOT:?the project folder}"
build=${BUILD:-$ROOT/build} now=2026-11-21T06:00:00Z
[ -x "$build/tests/tools/generate" ] || { echo "skip: tests/tools/generate is not built"; exit 77; }
"$build/tests/tools/generate" --out . --posts 4000 >/dev/null || exit 1
import() { "$build/swell" import -q --now $now --store store "$@" >/dev/null; }
import posts.ndjson || { echo "the import failed"; exit 1; }

# The program with lexicons of its own.
mkdir -p own/build
cp "$build/swell" own/build/ && cp -r "$ROOT/lexicons" own/ || exit 1
digest() { timeout 100 own/build/swell digest -q --now $now --store store --day 2026-11-20 --format json; }
exec 9>>store/writer.lock
flock 9 # a digest that may write keeps other writers out
digest >wanted 9>&- || { echo "the digest failed"; exit 1; }

words=own/lexicons/stopwords.txt
mv $words words && mkfifo $words
i=0
while [ $i -lt 500 ]; do
    echo "{\"id\":\"late$i\",\"source\":\"forum\",\"created_at\":\"2026-11-20T1$((i % 10)):10:00Z\",\"author\":\"late$((i % 90))\",\"text\":\"Northgate sent parcel $i to the wrong door\"}"
    i=$((i + 1))
done >late.ndjson
digest >got 9>&- & reader=$!
export build now
timeout 100 sh -c 'exec 8>own/lexicons/stopwords.txt; : >begun
    flock -u 9; "$build/swell" import --now $now --store store late.ndjson >late 2>&1
    cat words >&8; exec 8>&-
    while :; do cat words >own/lexicons/stopwords.txt; done' 2>/dev/null & feeder=$!
wait $reader; status=$?
kill $feeder 2>/dev/null
[ -e begun ] || { echo "the digest did not stop between its sections"; exit 1; }
grep -q ' 500 added' late || { echo "nothing was imported beside it: $(cat late)"; exit 1; }
[ $status = 0 ] || { echo "the digest left with $status beside an import"; exit 1; }
python3 - got wanted <<'PY'
import json, sys
got, wanted = (json.load(open(name)) for name in sys.argv[1:])
failed = 0
for key in wanted:
    if got[key] != wanted[key]:
        failed = 1
        print(f"{key}: not as it was when the digest began")
sys.exit(failed)
PY
[ $? = 0 ] || exit 1

# A pipe takes less than this answer.
exec 9>&-
rm $words && mv words $words && mkfifo page
digest >page & reader=$!
exec 7<page
dd bs=1 count=1 <&7 >first 2>/dev/null
sleep 0.5
kill -0 $reader || { echo "the answer is too short to wait in a pipe"; exit 1; }
flock -n store/writer.lock true || { echo "a reader's pager keeps the store from its writers"; exit 1; }
cat <&7 >/dev/null
wait $reader

# Nor does a person who is asked.
mkfifo person
"$build/swell" label --now $now --store store >asked <person & asker=$!
exec 7>person
i=0
until [ -s asked ]; do
    i=$((i + 1)); [ $i -lt 100 ] || { echo "nobody was asked"; exit 1; }
    sleep 0.1
done
flock -n store/writer.lock true || { echo "a person who is asked keeps the store from its writers"; exit 1; }
echo p >&7
exec 7>&-
wait $asker
"$build/swell" label --store store --list | grep -c positive >labels
[ "$(cat labels)" = 1 ] || { echo "$(cat labels) labels, not 1"; exit 1; }
