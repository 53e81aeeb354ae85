# Who asks to be left out is known by a handle where handles are kept, and posts
# leave when the configuration says.
cat >swell.yaml <<'END'
store: store
keep_handles: true
retention: 20d
brands:
  - name: acme
    match: [Acme]
sources:
  - { name: toots, type: mastodon, host: town.example, tag: [acme], retention: 5d }
  - { name: news, type: feed, url: "https://news.example/feed", retention: 5d }
END
post() { # ID SOURCE DAY HANDLE
    echo "{\"id\":\"$1\",\"source\":\"$2\",\"created_at\":\"2026-11-${3}T10:00:00Z\",\"text\":\"Acme number $1\",\"author\":\"$4\",\"handle\":\"$4\"}"
}
{
    post 1 bluesky 18 Ann.example
    post 2 mastodon 18 ann.example
    post 3 mastodon 18 ann
    post 4 bluesky 18 ann.example.org
    post 5 mastodon 12 bob
    post 6 bluesky 12 bob
    post 7 bluesky 01 bob
} >posts.ndjson
run() { swell --now 2026-11-22T00:00:00Z "$@"; echo "status $?"; }
posts() { swell export --format csv | cut -d, -f1 | sed 1d | sort | tr '\n' ' '; echo; }
run -q import posts.ndjson
echo "== by a handle"
run forget --author @ann.example --source mastodon; posts
run forget --author ANN.example; posts
run forget --author @ann.exam; posts
run -q import posts.ndjson; posts
echo "== by the configuration"
run expire --before 1970-01-01; posts
run expire --source bluesky; posts
run expire --source bluesk; posts
run expire; posts
run expire; posts
run verify
