# Pages of data.mdb are overwritten (DAMAGES of them, one at a time): whatever
# a command then meets, it ends by itself, with a sentence if it failed, and
# reading changes nothing in the file.
set -u
fail() { echo "$*"; exit 1; }
generate=$BUILD/tests/tools/generate
[ -x "$generate" ] || { echo "skip: $generate is not built"; exit 77; }
"$generate" --out . --posts 3000 --days 20 --from 2026-10-01 >/dev/null || fail generate
now=2026-10-21T00:00:00Z
swell -q --now $now --store whole import posts.ndjson || fail import
damages=${DAMAGES:-25} i=0 refused=0
pages=$(($(wc -c <whole/data.mdb) / 4096))
while [ $i -lt "$damages" ]; do
    i=$((i + 1))
    rm -rf bad && cp -Rp whole bad
    python3 - bad/data.mdb $i $pages <<'PY'
import random, sys
path, seed, pages = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
r = random.Random(seed)
with open(path, "r+b") as f:
    f.seek(4096 * r.randrange(2, pages))
    if seed % 3 == 0:    # all of it
        f.write(r.randbytes(4096))
    elif seed % 3 == 1:  # the nodes, under a header that looks right
        f.seek(16, 1)
        f.write(r.randbytes(4080))
    else:                # a few bytes
        f.seek(r.randrange(4000), 1)
        f.write(r.randbytes(64))
PY
    before=$(sha256sum <bad/data.mdb)
    for command in "verify" "posts *" "export --what windows" \
        "export --what mentions" "window harrow-pine --last 30d" "status" "dump" \
        "digest --day 2026-10-20"; do # the last: it keeps what it told
        case $command in digest*) [ "$(sha256sum <bad/data.mdb)" = "$before" ] || fail "damage $i: a reader wrote" ;; esac
        set -f
        timeout 60 swell --config swell.yaml --now $now --store bad $command >out 2>said
        code=$?
        set +f
        [ $code -le 3 ] || { tail -3 said; fail "damage $i: swell $command: exit $code"; }
        [ $code -ne 1 ] || { refused=$((refused + 1)); [ -s said ] || [ -s out ] || fail "damage $i: swell $command: not said"; }
    done
done
# The last of the sources gets a number that there cannot be: nobody counts to
# it, which took minutes.
rm -rf bad && cp -Rp whole bad
python3 - bad/data.mdb <<'PY' || fail "the last source is not found"
import re, sys
with open(sys.argv[1], "r+b") as f:
    data = f.read()
    last = max(re.findall(rb"\x81\0\0\0[\1-\x20]", data))
    f.seek(0)
    f.write(data.replace(last, b"\x81\xff\xff\xff\xff"))
PY
timeout 60 swell --config swell.yaml --now $now --store bad digest --day 2026-10-20 >out 2>said
code=$?
[ $code = 1 ] && grep -q "damaged" said || { cat said; fail "a source's number that cannot be: exit $code"; }
echo "$damages damages, $refused refusals"
