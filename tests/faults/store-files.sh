# Files that are not a store, or not a whole one; two writers; a reader that
# may not write. Each is an answer, never a crash, and nothing is written.
set -u
fail() { echo "$*"; exit 1; }
expect() { # STATUS PATTERN COMMAND...
    want=$1 pattern=$2
    shift 2
    "$@" >out 2>&1
    got=$?
    [ $got = "$want" ] || { cat out; fail "status $got instead of $want: $*"; }
    grep -q "$pattern" out || { cat out; fail "no \"$pattern\": $*"; }
}
swell_now() { swell --now 2026-11-20T00:00:00Z "$@"; }
i=0
while [ $i -lt 400 ]; do
    echo "{\"id\":\"$i\",\"source\":\"forum\",\"created_at\":\"2026-11-1$((i % 9))T10:00:00Z\",\"text\":\"number $i of many that fill some pages of the file\"}"
    i=$((i + 1))
done >posts.ndjson
swell_now -q --store good import posts.ndjson || fail "import"

# Not a store at all.
mkdir foreign && seq 1 20000 >foreign/data.mdb
cp foreign/data.mdb before
expect 1 "not a store" swell --store foreign verify
expect 1 "not a store" swell_now --store foreign import posts.ndjson
cmp -s foreign/data.mdb before || fail "a foreign file was written"

# Another program's LMDB file.
if command -v mdb_load >/dev/null; then
    mkdir other
    printf 'VERSION=3\nformat=bytevalue\ntype=btree\nHEADER=END\n 6162\n 6364\nDATA=END\n' | mdb_load other 2>/dev/null
    cp other/data.mdb before
    expect 1 "not a Groundswell store" swell --store other verify
    expect 1 "not a Groundswell store" swell_now --store other import posts.ndjson
    cmp -s other/data.mdb before || fail "another program's file was written"
fi

# Of another version, later or earlier: "format" is "4" here, and was "9" or
# "1" when it was dumped. The earlier one had other tables, too.
for number in 9 1; do
    swell --store good dump | sed "s/^ 34$/ 3$number/" >foreign.dump
    expect 2 "format $number, made by another version" swell --store "made.$number" load foreign.dump
    [ ! -e "made.$number" ] || fail "a load that failed left a store"
    command -v mdb_load >/dev/null || continue
    mkdir "made.$number" && mdb_load -f foreign.dump "made.$number" || fail "mdb_load"
    expect 2 "format $number, made by another version" swell --store "made.$number" verify
    expect 2 "format $number, made by another version" swell_now --store "made.$number" import posts.ndjson
done
sed 's/^database=hours$/database=windows/' foreign.dump >foreign.tables
expect 1 "another version made it" swell --store other.db load foreign.tables
if command -v mdb_load >/dev/null; then
    mkdir earlier && mdb_load -f foreign.tables earlier || fail "mdb_load"
    cp earlier/data.mdb before
    expect 2 "made by another version" swell --store earlier verify
    expect 2 "made by another version" swell_now --store earlier import posts.ndjson
    cmp -s earlier/data.mdb before || fail "another version's file was written"
    mkdir lacking && sed 's/^ 31$/ 34/' foreign.tables | mdb_load lacking || fail "mdb_load"
    expect 1 "not a store, or damaged" swell --store lacking verify
fi

# Cut short anywhere.
size=$(wc -c <good/data.mdb)
for part in 4096 8192 20480 $((size / 2)) $((size - 4096)); do
    rm -rf cut && mkdir cut && head -c "$part" good/data.mdb >cut/data.mdb
    cp cut/data.mdb before
    swell --store cut verify >out 2>&1
    [ $? = 1 ] || { cat out; fail "cut at $part: not refused"; }
    swell_now --store cut import posts.ndjson >out 2>&1
    [ $? = 1 ] || { cat out; fail "cut at $part: written to"; }
    cmp -s cut/data.mdb before || fail "cut at $part: the file changed"
done

# Two writers: the second leaves at once.
mkfifo pipe
swell_now -q --store good import pipe & first=$!
exec 3>pipe
echo '{"id":"w","source":"forum","created_at":"2026-11-19","text":"one more"}' >&3
tries=0
while flock -n good/writer.lock true; do
    sleep 0.1
    tries=$((tries + 1))
    [ $tries -lt 100 ] || fail "the first writer did not start"
done
expect 1 "another process is writing" swell --store good expire --older 300d
expect 0 "0 differences" swell --store good verify
exec 3>&-
wait $first || fail "the first writer failed"
expect 0 "401 posts" swell --store good verify

# A load that is killed is no store, and says so; before, half of the posts
# were one.
awk 'BEGIN { for (i = 0; i < 6000; i++) printf "{\"id\":\"%d\",\"source\":\"forum\",\"created_at\":\"2026-11-1%dT10:00:00Z\",\"text\":\"load %d\"}\n", i, i % 9, i }' >many.ndjson
swell_now -q --store many import many.ndjson || fail "import of many"
swell --store many dump >many.dump
(head -n 23000 many.dump; exec sleep 30) >pipe & feeder=$!
swell --store loaded load pipe & loader=$!
tries=0
until swell --store loaded verify 2>&1 | grep -q "a load fills it"; do
    sleep 0.1
    tries=$((tries + 1))
    [ $tries -lt 100 ] || fail "the load is not seen"
done
kill -9 $loader
wait $loader 2>/dev/null
kill $feeder
expect 1 "remove that file and load again" swell --store loaded verify
expect 1 "remove that file and load again" swell_now --store loaded import posts.ndjson
expect 1 "remove that file and load again" swell --store loaded load many.dump
rm loaded/data.mdb
expect 0 "6000 posts loaded" swell --store loaded load many.dump
expect 0 "0 differences" swell --store loaded verify
swell --store loaded dump | cmp - many.dump || fail "loaded otherwise"

# A link to a disk that is not there now is not taken away with what is made.
mkdir away && ln -s "$PWD/unplugged/data.mdb" away/data.mdb
expect 1 "no store here yet" swell_now --store away import posts.ndjson
[ -L away/data.mdb ] || fail "the link to a store was taken away"

# A compaction that was killed leaves nothing for long, and one by root leaves
# the store to who had it.
head -c 100000 many/data.mdb >many/data.mdb.new
[ "$(id -u)" != 0 ] || chown 65534:65533 many/data.mdb many/lock.mdb
chmod 640 many/data.mdb && chmod 660 many/lock.mdb
rights() { stat -c '%n %u %g %a' many/data.mdb many/lock.mdb; }
rights >before
swell_now -q --store many import posts.ndjson || fail "an import after a compaction that was killed"
[ ! -e many/data.mdb.new ] || fail "what a compaction left is still there"
swell -q --store many compact >out || fail "compact"
rights | cmp - before || { rights; fail "after a compaction the store is another's"; }
rm many/lock.mdb
swell --store many status >out || fail "status without a reader table"
[ "$(stat -c %u:%g many/lock.mdb)" = "$(stat -c %u:%g many/data.mdb)" ] || fail "the reader table is another's"

# A packed dump, as a backup is kept.
gzip <many.dump >many.dump.gz
expect 1 "line 1 of the dump: .*unpack" swell --store packed load many.dump.gz
gzip -dc many.dump.gz | swell --store packed load >out || fail "through a pipe: $(cat out)"

# Readers without the right to write.
swell --store good export >wanted
if [ "$(id -u)" = 0 ] && setpriv --reuid 65534 --clear-groups true 2>/dev/null; then
    chmod 755 . good
    chmod 644 good/data.mdb good/lock.mdb
    # The way to the program and here must be open to the other user.
    cp "$(command -v swell)" ./swell-copy
    mkdir -m 755 public && cp -r good public/ && cp swell-copy public/swell
    where=$(mktemp -d /tmp/swell-reader-XXXXXX)
    chmod 755 "$where" && cp -r public/. "$where/"
    setpriv --reuid 65534 --clear-groups "$where/swell" --store "$where/good" export >got 2>out
    status=$?
    # Beside a writer it would read pages that are written anew.
    (flock -x 9; setpriv --reuid 65534 --clear-groups "$where/swell" --store "$where/good" export >busy 2>said; echo $? >code) 9>>"$where/good/writer.lock"
    # Nor when one comes who writes it anew while he reads.
    mkfifo slow
    setpriv --reuid 65534 --clear-groups "$where/swell" --store "$where/good" export >slow 2>overtaken & reader=$!
    exec 6<slow
    dd bs=1 count=1 <&6 >first 2>/dev/null
    for n in 1 2 3; do
        echo "{\"id\":\"late$n\",\"source\":\"forum\",\"created_at\":\"2026-11-12T10:00:00Z\",\"text\":\"late\"}" >late.ndjson
        swell_now -q --store "$where/good" import late.ndjson || fail "a writer beside a reader"
    done
    cat <&6 >/dev/null
    wait $reader && fail "what others wrote anew was read"
    grep -q "other processes wrote meanwhile" overtaken || { cat overtaken; fail "overtaken by a writer: not said"; }
    rm -rf "$where"
    [ "$(cat code)" = 1 ] && grep -q "write access to that file" said || { cat said; fail "a reader without a place beside a writer"; }
    [ $status = 0 ] || { cat out; fail "another user cannot read"; }
    cmp got wanted || fail "another user reads something else"
    mkdir ro
    if mount -t tmpfs none ro 2>/dev/null; then
        cp -r good ro/ && rm -f ro/good/lock.mdb
        mount -o remount,ro ro
        swell --store ro/good export >got 2>out
        status=$?
        umount ro
        [ $status = 0 ] || { cat out; fail "a read-only file system cannot be read"; }
        cmp got wanted || fail "a read-only file system gives something else"
    fi
fi
exit 0
