# The disk fills up in the middle of an import: one sentence, nothing lost,
# and with some space the import goes on to the same bytes. FILLS (10) times,
# each on a tmpfs of another size.
set -u
fail() { echo "$*"; exit 1; }
[ "$(id -u)" = 0 ] || { echo "skip: needs root for a small file system"; exit 77; }
generate=$BUILD/tests/tools/generate
[ -x "$generate" ] || { echo "skip: $generate is not built"; exit 77; }
mkdir small
mount -t tmpfs -o size=64k none small 2>/dev/null || { echo "skip: no tmpfs can be mounted here"; exit 77; }
trap 'umount small' EXIT INT TERM
umount small
"$generate" --out . --posts 8000 --days 20 --from 2026-10-01 >/dev/null || fail generate
import() { swell -q --now 2026-11-01T00:00:00Z --store "$1" import --batch 500 posts.ndjson; }
import whole || fail "the undisturbed import failed"
swell --store whole dump >wanted
whole=$(($(wc -c <whole/data.mdb) / 1024))
full=0 i=0 fills=${FILLS:-10}
mount -t tmpfs -o size=64k none small
while [ $i -lt "$fills" ]; do
    i=$((i + 1))
    umount small
    mount -t tmpfs -o size=$((40 + (whole - 60) * i / (fills + 1)))k none small || fail "mount"
    mkdir -m 700 small/store && cp -p whole/author.key small/store/
    import small/store 2>said && fail "fill $i: it fitted"
    grep -q "disk is full" said || grep -q "No space left" said || { cat said; fail "fill $i: not said"; }
    [ "$(wc -l <said)" -le 2 ] || { cat said; fail "fill $i: more than a sentence"; }
    if [ -s small/store/data.mdb ]; then
        swell --store small/store verify >out 2>&1 || grep -q "no store here yet" out || { cat out; fail "fill $i: not whole"; }
    fi
    full=$((full + 1))
    mount -o remount,size=$((whole * 4))k small || fail "remount"
    import small/store || fail "fill $i: the import cannot go on"
    swell --store small/store dump | cmp - wanted || fail "fill $i: the import ends otherwise"
done
# What can be told without a place to keep it is told.
rm -rf small/* && cp -r whole small/store && dd if=/dev/zero of=small/fill bs=1k 2>/dev/null
swell --now 2026-10-19T12:00:00Z --store small/store digest >out 2>said || { cat said; fail "no digest on a full disk"; }
swell --now 2026-10-19T12:00:00Z --store whole digest >told 2>/dev/null && cmp out told || fail "another digest on a full disk"

# The very first write finds no room for the store itself: no signal ends it,
# and half of an empty store is not left to be refused when there is room.
umount small
mount -t tmpfs -o size=256k none small || fail "mount"
for left in 0 4 8 12 20; do
    rm -rf small/*
    dd if=/dev/zero of=small/fill bs=1k count=256 2>/dev/null
    truncate -s $((256 - left))k small/fill
    import small/store >said 2>&1
    [ $? = 1 ] && grep -q "disk is full" said || { cat said; fail "$left KiB left for a store: not said"; }
    swell --store small/store verify 2>&1 | grep -q "no store here yet" || fail "$left KiB left: something of a store is there"
    rm small/fill
    head -n 1 posts.ndjson | swell -q --now 2026-11-01T00:00:00Z --store small/store import - || fail "$left KiB left: refused for ever"
done

# A compaction beside a reader, who keeps the old file: there is room for the
# new one, none for a reader table. It says so, and the store is read without.
umount small
mount -t tmpfs -o size=$((whole * 4))k none small || fail "mount"
cp -r whole small/store
cp -r whole packed && swell -q --store packed compact || fail "compact"
pages=$((($(wc -c <packed/data.mdb) + 4095) / 4096))
swell --store whole dump >wanted
mkfifo slow
swell --store small/store dump >slow & reader=$!
exec 5<slow
dd bs=1 count=1 <&5 >first 2>/dev/null
dd if=/dev/zero of=small/fill bs=4k 2>/dev/null
truncate -s $(($(wc -c <small/fill) - pages * 4096)) small/fill
swell --store small/store compact >said 2>&1
[ $? = 1 ] && grep -q "disk is full" said || { cat said; fail "no room for a reader table: not said"; }
swell --store small/store verify >out || { cat out; fail "not read without a reader table"; }
cat <&5 >>first
exec 5<&-
wait $reader && cmp first wanted || fail "the reader beside the compaction"
echo "full $full times"
