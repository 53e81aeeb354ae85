#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# swell collect against a service with faults: what was got is kept, the other
# sources go on, nobody is asked more often than needed, each fault is told in
# one sentence, and kill -9 changes nothing.
. "$ROOT/tests/tools/double.sh"
two_sources() {
    config <<EOF
sources:
  - { name: faulty, type: mastodon, per_minute: 60000, host: "http://127.0.0.1:$port", tag: [faulty] }
  - { name: good, type: mastodon, per_minute: 60000, host: "http://localhost:$port", tag: [good] }
EOF
}
two_sources
# The posts begin at 1790000000 (2026-09-21) and come every 30 seconds.
now=2026-09-21T15:00:00Z
begin() { fresh "$1" "fault=$1&posts=${2:-100}&delay=0"; } # FAULT [POSTS]

begin none; run 0 collect; has 100; says '^(good|faulty): 0 new, 0 changed, 0 removed, 100 as before' # who stores first is chance
requests tag/faulty 4
now=2026-09-21T15:01:00Z; : >"$dir/log"
run 0 collect; says 'no source is due'; requests tag/good 0
now=2026-09-21T15:10:00Z
run 0 collect; requests tag/good 2; has 100 # two pages: 30 minutes again
run 0 status; says '^100 posts'; says 'good +last success 0 s ago'
now=2026-09-21T20:00:00Z; run 3 status; says 'is not being run'
now=2026-09-21T15:00:00Z

begin same; run 0 collect; requests tag/faulty 3; says 'faulty: left out .*sends the same page again'

begin html; run 3 collect; requests tag/faulty 1
says 'error: faulty: 127.0.0.1: sent text/html where json was expected: Checking your browser'
says '^good: 100 new'; has 100
run 3 status; says 'good +last success'; says 'failed: faulty|failed: 127.0.0.1'

begin hostile; run 3 collect; says 'faulty: 127.0.0.1: sent text/ '
run 3 status; says 'sent text/'
LC_ALL=C grep -aq "$(printf '\033\|\233\|\342\200\256')" "$dir/all" && { echo "what would drive a terminal was told"; failed=1; }

begin limit; run 3 collect; requests tag/faulty 1
says 'faulty: 127.0.0.1: HTTP 429, asks to wait until 2026-09-21T15:10:0'
says '^good: 100 new'
: >"$dir/log"; run 3 collect faulty; requests tag/faulty 0; says 'asks not to be called before'
now=2026-09-21T15:05:00Z; run 0 collect; requests tag/faulty 0
run 3 status; says 'waits until 2026-09-21T15:10:0'
now=2026-09-21T15:11:00Z; ask fault=none; run 0 collect; says '^(good|faulty): 0 new'
run 0 status
now=2026-09-21T15:00:00Z

begin busy; run 3 collect; requests tag/faulty 3; says 'faulty: 127.0.0.1: HTTP 503: away'
# an hour of outage, asked by cron every five minutes: fewer and fewer requests
rounds=0
while [ $rounds -lt 12 ]; do
    now=$(date -u -d "2026-09-21T15:00:00Z + $((rounds * 5)) minutes" +%FT%TZ)
    collect_quietly -q
    rounds=$((rounds + 1))
done
requests tag/faulty 15
now=2026-09-21T15:00:00Z

begin cut 200; run 0 collect; has 200; requests tag/faulty 8
begin hang; run 3 collect; says 'error: faulty: 127.0.0.1'; says '^good: '; has 100
begin deep; run 3 collect; says 'error: faulty: 127.0.0.1: '; has 100

case_name='no room below a bound'; begin none 900
run 0 collect --pages 5; says '^(good|faulty): 200 new, .*more is waiting'
run 0 collect --pages 5; run 0 collect --pages 5; run 0 collect --pages 5; run 0 collect --pages 50; has 900

# One that cannot be read keeps the others in: told, and asked no more seldom.
config <<EOF
sources:
  - { name: words, type: mastodon, per_minute: 60000, every: 5m, host: "http://127.0.0.1:$port", tag: [one, faulty, two] }
EOF
begin other; case_name='in part'
for minute in 00 05 10 15 20; do
    now=2026-09-21T15:$minute:00Z
    run 3 collect; says 'error: words: tag/faulty: the reply is JSON, but holds no list'
done
has 100
run 3 status; says 'words failed in part 5 rounds in a row: tag/faulty|^ +failed in part 5 rounds in a row: tag/faulty'
says 'words +last success 0 s ago.*covers [1-9]'
begin busy; case_name='a part that is away'; run 3 collect; requests tag/faulty 3; has 100
begin limit; case_name='a part that wants patience'; run 3 collect; requests tag/two 0
now=2026-09-21T15:00:00Z
two_sources

# A feed that moved for good is asked where it is now; one that is gone, not.
config <<EOF
sources:
  - { name: news, type: feed, per_minute: 60000, url: ["http://127.0.0.1:$port/old.xml"] }
EOF
begin none; case_name='a feed that moved'; run 0 collect; has 10; requests old.xml 1
: >"$dir/log"; now=2026-09-21T15:30:00Z; run 0 collect; requests old.xml 0; requests new.xml 1
begin gone; case_name='a feed that is gone'; run 3 collect; requests old.xml 1; says 'gone for good'
: >"$dir/log"; now=2026-09-22T15:30:00Z; run 3 collect; requests xml 0; says 'gone for good'
now=2026-09-21T15:00:00Z
two_sources

case_name='two at once'; begin none 900; ask delay=100
"$build/swell" --config "$dir/swell.yaml" --now $now collect >"$dir/first" 2>&1 &
first=$!
sleep 0.7
run 0 collect; says 'nothing to do here'
wait $first || { echo "two at once: the first failed:"; cat "$dir/first"; failed=1; }
has 900; ask delay=0

begin none 200; case_name='kill -9'
killed_at_each good
exit $failed
