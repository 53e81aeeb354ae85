# The invented month: the same seed gives the same bytes, another seed others;
# it goes in and comes back; the source that was down has no post.
swell() { "$BUILD/swell" --now 2026-11-22T00:00:00Z "$@" 2>&1; }
generate() { "$BUILD/tests/tools/generate" "$@"; }
generate --out a --posts 3000 --days 15
generate --out b --posts 3000 --days 15 >/dev/null
generate --out c --posts 3000 --days 15 --seed 2 >/dev/null
cmp a/posts.ndjson b/posts.ndjson && echo "the same seed: the same"
cmp -s a/posts.ndjson c/posts.ndjson || echo "another seed: others"
cat a/events.json a/coverage.csv
cd a || exit 1
swell import posts.ndjson | sed 's/; [0-9.]* s$//'
swell import --what coverage coverage.csv
swell verify | sed 's/differences.*/differences/'
echo "its posts of these hours, some seen late:"
awk '/"mastodon"/ && /"created_at":"2026-11-03T1[0-5]/ && !/deleted/' posts.ndjson | wc -l
