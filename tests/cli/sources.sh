# The types of source are told from the tables, and docs/sources.md is what
# they say now.
swell sources hackernews
swell sources --format markdown | diff "$ROOT/docs/sources.md" - && echo "docs/sources.md is up to date"
swell sources hackernews nosuch; echo "status $?"
