#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# swell collect with services that want a key, and their faults: nobody is
# asked more often than needed, a limit is kept in the form that each service
# says it, tokens die in mid-run, no key is told to anybody, and X's cap on
# spending holds whatever happens.
. "$ROOT/tests/tools/double.sh"
umask 077
echo an-id:the-secret >"$dir/reddit.key"
echo the-token >"$dir/token"
echo the-key >"$dir/trustpilot.key"
here=http://127.0.0.1:$port
config <<EOF
sources:
  - { name: reddit, type: reddit, per_minute: 60000, key_file: reddit.key, subreddit: [s], comments: no, login: "$here", service: "$here" }
  - { name: x, type: x, per_minute: 60000, token_file: token, query: [acme], posts_a_day: 250, dollars_a_day: 5, service: "$here" }
  - { name: threads, type: threads, per_minute: 60000, token_file: token, query: [acme], service: "$here" }
  - { name: trustpilot, type: trustpilot, per_minute: 60000, key_file: trustpilot.key, shop: [shop.example], service: "$here" }
EOF
# The posts begin at 1790000000 (2026-09-21T14:13:20Z), one in 30 seconds.
now=2026-09-21T18:00:00Z
begin() { fresh "$1" "fault=$1&posts=${2:-300}&paid=0&logins=0"; } # FAULT [POSTS]
paid() { # MOST
    ask pages=0; got=$(cat "$dir/asked")
    [ "$got" -le "$1" ] && return
    echo "$case_name: $got posts were paid for, at most $1 wanted"; failed=1
}

for source in reddit x threads trustpilot; do
    begin none 220; case_name="$source none"
    run 0 collect $source; says "^$source: 220 new"; requests / 5
    run 3 status; says "^$source .*covers 100 % of the last day"
    : >"$dir/log"; run 0 collect $source; says "^$source: 0 new"
    begin same 220; case_name="$source same"
    run 0 collect $source; requests / 5
    says "$source: left out .*the service sends the same page again"
done

begin expire 450; case_name='tokens die'
run 0 collect reddit; says '^reddit: 450 new'; requests / 12
[ "$(grep -c access_token "$dir/log")" -le 3 ] || { echo "$case_name: too many logins"; failed=1; }
: >"$dir/log"; run 0 collect reddit; [ "$(grep -c access_token "$dir/log")" -le 1 ] || { echo "$case_name: logs in again"; failed=1; }
begin refuse; run 3 collect reddit; says 'error: reddit: 127.0.0.1: HTTP 401'; requests / 4
run 3 collect threads; says 'token has expired or was withdrawn'; requests / 5

begin limit
run 3 collect reddit; says 'HTTP 429, asks to wait until 2026-09-21T18:09:0'; requests / 2
run 3 collect x; says 'HTTP 429, asks to wait until 2026-09-21T18:1[45]:'; requests / 3
run 3 collect trustpilot; says 'HTTP 429, asks to wait until 2026-09-21T19:00:0'; requests / 4
: >"$dir/log"; run 3 collect reddit x trustpilot; says 'asks not to be called before'; requests / 0
begin quota; run 3 collect threads; says 'quota of searches is used up'; requests / 1
run 3 collect x; requests / 4
: >"$dir/log"; run 3 collect threads x; says 'before 2026-09-21T19:00'; says 'before 2026-09-22T00:00:00Z'; requests / 0
run 3 status; says 'waits until 2026-09-21T19:00:0'

begin none 100000; case_name='the cap' # more posts than money: 250 a day
for hour in 15 16 17 18 20 23; do
    now=2026-09-21T$hour:00:00Z
    collect_quietly x
    ask "fault=none&posts=$(((hour - 14) * 120))"
done
paid 250
now=2026-09-21T23:30:00Z; : >"$dir/log"; run 3 collect x; says 'before 2026-09-22T00:00:00Z'; requests / 0
now=2026-09-22T00:10:00Z; ask posts=1194; run 3 collect x; says "the day's cap is used up: 250 of 250 posts, .1.25"
paid 500
now=2026-09-21T18:00:00Z

# What x bought and could not count it is shown again on the same day, which
# costs nothing; the day's own count still ends.
for source in reddit x threads trustpilot; do
    begin none 240; case_name="kill -9 $source"
    killed_at_each $source
done

# A service, or what stands before it, that sends back all that it was sent.
echo the-password >"$dir/password"
echo '  - { name: sky, type: bluesky, per_minute: 60000, identifier: a.example, password_file: password, query: [acme], service: "'$here'" }' >>"$dir/swell.yaml"
begin echo; run 3 collect; says 'sky: signing in as a.example: 127.0.0.1: HTTP 401$'; says 'signing in with the key: 127.0.0.1: HTTP 401$'
run 3 status
grep -Eaq "the-secret|the-token|the-key|the-password|$(printf an-id:the-secret | base64)" "$dir/all" "$dir/log" "$dir/store/data.mdb" && { echo "a key was told"; failed=1; }
exit $failed
