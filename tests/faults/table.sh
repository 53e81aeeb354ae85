#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# docs/faults.md is true: each fault in its table is made, and what is said is
# what the table says, and nothing where it says nothing.
. "$ROOT/tests/tools/double.sh"
umask 077
echo an-id:the-secret >"$dir/reddit.key"
echo the-token >"$dir/token"
echo the-key >"$dir/key"
here=http://127.0.0.1:$port
config <<END
sources:
  - { name: mastodon, type: mastodon, per_minute: 60000, host: "$here", tag: [faulty] }
  - { name: reddit, type: reddit, per_minute: 60000, key_file: reddit.key, subreddit: [s], comments: no, login: "$here", service: "$here" }
  - { name: x, type: x, per_minute: 60000, token_file: token, query: [acme], posts_a_day: 250, dollars_a_day: 5, service: "$here" }
  - { name: threads, type: threads, per_minute: 60000, token_file: token, query: [acme], service: "$here" }
  - { name: trustpilot, type: trustpilot, per_minute: 60000, key_file: key, shop: [shop.example], service: "$here" }
  - { name: youtube, type: youtube, per_minute: 60000, key_file: key, video: [shut], service: "$here" }
  - { name: discourse, type: discourse, per_minute: 60000, site: "$here" }
  - { name: wordpress, type: wordpress, per_minute: 60000, site: "$here" }
  - { name: feed, type: feed, per_minute: 60000, url: ["$here/old.xml"] }
END
now=2026-09-21T18:00:00Z
rows=0
while IFS='|' read -r _ what _ words _; do
    set -- $(echo "$what" | sed -n 's/^ `\([a-z]*\) \([a-z]*\)`.*/\1 \2/p')
    [ $# = 2 ] || continue
    words=$(echo "$words" | sed 's/^ *//; s/ *$//')
    rows=$((rows + 1))
    posts=100
    [ "$2" = spent ] && posts=300
    [ "$2" = empty ] && posts=0
    fresh "$1 $2" "fault=$2&posts=$posts&paid=0&logins=0"
    sed "s/^\(.*name: mastodon.*:\)$port\"/\1$([ "$2" = gone ] && echo 1 || echo $port)\"/" "$dir/swell.yaml" >"$dir/row.yaml"
    "$build/swell" --config "$dir/row.yaml" --now $now collect "$1" 2>"$dir/out" >/dev/null
    [ -n "$words" ] || [ ! -s "$dir/out" ] || { echo "$case_name says something:"; cat "$dir/out"; failed=1; }
    sed 's/^swell: [a-z]*: //' "$dir/out" >"$dir/said"
    grep -qF -- "$words" "$dir/said" || [ -z "$words" ] ||
        { echo "$case_name does not say: $words"; cat "$dir/out"; failed=1; }
done <"$ROOT/docs/faults.md"
[ $rows -ge 34 ] || { echo "only $rows rows were read"; failed=1; }
exit $failed
