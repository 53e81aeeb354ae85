# SPDX-License-Identifier: Apache-2.0
# Whoever deletes their account on Bluesky, or is taken down, takes all posts
# along, in both forms of its stream's frames; others stay.
cat >swell.yaml <<'END'
store: store
brands:
  - { name: acme, match: [acme] }
END
now=2026-05-26T00:00:00Z
post() { # DID KEY TEXT
    printf '{"did":"did:plc:%s","time_us":1779719009132431,"kind":"commit","commit":{"rev":"1","operation":"create","collection":"app.bsky.feed.post","rkey":"%s","record":{"text":"%s","createdAt":"2026-05-25T14:23:28.778Z"}}}\n' "$1" "$2" "$3"
}
gone() { # DID ACTIVE STATUS
    printf '{"did":"did:plc:%s","time_us":1779719009132499,"kind":"account","account":{"active":%s,"status":"%s"}}\n' "$1" "$2" "$3"
}
all() { swell --now $now export --what posts | sed 's/.*"id":"\([^"]*\)".*/\1/'; }
{ post a k1 'acme one'; post b k2 'acme two'; post c k3 'acme three'; post d k4 'acme four'; } >one
swell -q --now $now import --format jetstream one; all
echo '- one is deleted, one slowed down by its host, one comes and goes at once,'
echo '  one goes and comes back'
{ gone a false deleted; gone b false throttled; post e k5 'acme five'; gone e false takendown; gone c false deactivated; gone c true ''; } >two
swell -q --now $now import --format jetstream two; all
echo '- the second form'
printf '{"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#%s","seq":%s,"did":"did:plc:%s","time":"2026-05-25T15:00:00.778123Z",%s}}\n' \
    commit 7 d '"rev":"2","operation":"create","collection":"app.bsky.feed.post","rkey":"k6","record":{"text":"acme six","createdAt":"2026-05-25T14:59:28Z"}' \
    account 8 b '"account":{"active":false,"status":"suspended"}' >three
swell -q --now $now import three; all
swell --now $now window acme --from 2026-05-25 --to 2026-05-26 --format csv | cut -d, -f1-3
swell --now $now verify
