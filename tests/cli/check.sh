# swell check: every fault with its line, what would be collected, and why a
# text of a sample counts or not.
cat > swell.yaml <<'END'
store: posts.db
brands:
  - name: acme
    match: [Acme, "#acmefan"]
    products:
      - name: card
        match: ["Acme Card", "/acm. card/i"]
  - name: gate
    match: [Gate]
    case_sensitive: true
    require: [shop, "till NEAR/2 queue"]
    exclude: ["Water Gate"]
    near: 3
sources:
  - name: tags
    type: mastodon
    host: https://social.example
    tag: [acme]
    every: 6h
END
echo "== right"
swell check; echo "status $?"
echo "== sample"
printf '%s\n' 'the acme card' 'Gate opens' 'the gate shop' 'the shop at Gate' \
    'Water Gate shop' '#AcmeFan' > sample.txt
swell check --sample sample.txt | sed 1,/^Sources/d
swell check --sample - --subject gate < sample.txt | tail -1
swell check --sample sample.txt --subject zenith > /dev/null; echo "status $?"
echo "== wrong"
cat > wrong.yaml <<'END'
store: redis://here
brands:
  - name: acme
    match:
      - Acme
      - "/(a+)+b/"
      - "(Acme AND"
  - name: gate
    match: ["/x*/"]
    require:
      - till
      - "NOT shop"
sources:
  - name: tags
    type: mastodom
  - name: nothing
colour: red
END
swell check --config wrong.yaml; echo "status $?"
echo '- what a source says when it is opened'
cat >options.yaml <<'END'
brands: [{ name: acme, match: [acme] }]
sources:
  - { name: tags, type: mastodon, host: "https://mastodon.example" }
  - { name: sky, type: jetstream, match: [acme], protocol: v3 }
  - { name: later, type: file, path: not-yet.ndjson }
  - { name: rows, type: file, path: not-yet.csv, map: [words=body] }
  - { name: news, type: feed, url: ["https://news.example/feed", "ftp://x/y"] }
END
swell check --config options.yaml; echo "status $?"

# What a pipe holds is for swell collect: check neither waits nor reads.
mkfifo pipe
cat >pipes.yaml <<'END'
store: store
brands: [{ name: acme, match: [acme] }]
sources:
  - { name: typed, type: file, path: "-" }
  - { name: piped, type: file, path: pipe, format: csv }
END
sleep 3 | timeout 2 swell check --config pipes.yaml; echo "status $?"
printf 'brands:\n  - name: acme\n    match: [@acme]\n' >handle.yaml
swell check --config handle.yaml; echo "status $?"
rm swell.yaml
swell check --config nowhere.yaml; echo "status $?"
