# kill -9 at any moment of an import or a collection, then once more: the
# store ends byte for byte as if nothing had happened. KILLS (50) times; a
# third at a random time, the rest inside a system call that writes, where
# strace is there to do it: with 1,000 kills in every one of them.
set -u
kills=${KILLS:-50} seed=${SEED:-$$}
start=$seed
fail() { echo "$* (SEED=$start)"; exit 1; }
generate=$BUILD/tests/tools/generate
[ -x "$generate" ] || { echo "skip: $generate is not built"; exit 77; }
"$generate" --out . --posts 12000 --days 20 --from 2026-10-01 >/dev/null || fail generate
# The same file as a source that is collected.
cat >>swell.yaml <<'END'
sources:
  - name: archive
    type: file
    path: posts.ndjson
END
now=2026-11-01T00:00:00Z
fresh() { # A new store with the one author key: hashes must be the same.
    rm -rf "$1" && mkdir "$1" && chmod 700 "$1"
    [ ! -f author.key ] || cp -p author.key "$1/"
}
import() { swell -q --now $now --store "$1" import --batch 500 --threads 0 posts.ndjson; }
collect() { swell -q --now $now --store "$1" collect archive; }
collect_all() { # Rounds are bounded; one that was cut short goes on.
    collect "$1" && collect "$1"
}
fresh whole
import whole || fail "the undisturbed import failed"
cp -p whole/author.key .
swell --store whole dump >wanted
fresh gathered
collect_all gathered || fail "the undisturbed collection failed"
swell --store gathered export >wanted.posts
swell --store gathered export --what windows >wanted.windows
cursors() { swell --store "$1" dump | sed -n '/^database=cursors$/,/^DATA=END$/p'; }
cursors gathered >wanted.cursors
[ "$(wc -l <wanted.posts)" -gt 10000 ] || fail "the collection is not whole"
[ "$(grep -c '^ ' wanted.cursors)" = 2 ] || fail "the collection keeps no cursor"

roll() { # $rolled: 1 to $1, the same for the same seed
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    rolled=$((seed / 65536 % $1 + 1))
}
# Every call that writes, as "NAME N": the Nth of its kind in its thread.
writes='pwrite64,writev,fdatasync,fsync,ftruncate'
trace() { # COMMAND...: lists them in calls.$what
    strace -f -o calls -e trace=$writes "$@" || fail "trace"
    awk '{ sub(/\(.*/, "", $2) }
        $2 ~ /^[a-z]/ { n = ++seen[$1 " " $2]; if (n > most[$2]) most[$2] = n }
        END { for (k in most) for (i = 1; i <= most[k]; i++) print k, i }' calls | sort >calls.$what
}
strace=
if strace -f -o /dev/null true 2>/dev/null; then
    strace=yes
    fresh probe
    what=import trace swell -q --now $now --store probe import --batch 500 --threads 0 posts.ndjson
    fresh probe
    what=collect trace swell -q --now $now --store probe collect archive
    [ "$(wc -l <calls.import)" -gt 60 ] || fail "only $(wc -l <calls.import) calls that write"
    [ "$(grep -c fdatasync calls.import)" -ge 12 ] || fail "12 batches, but fewer are synced"
    [ "$(wc -l <calls.collect)" -gt 15 ] || fail "only $(wc -l <calls.collect) calls of a collection that write"
fi
next_call() { # $name, $number: of $what, in steps that come by all of them
    eval "turn=\$turn_$what turn_$what=\$((turn_$what + 1))"
    set -- $(awk -v at="$turn" '{ line[NR] = $0 } END { print line[at * 7919 % NR + 1] }' calls.$what)
    name=$1 number=$2
}
turn_import=$start turn_collect=$start
died=0 i=0
while [ $i -lt "$kills" ]; do
    i=$((i + 1))
    [ $((i % 4)) = 0 ] && what=collect || what=import
    fresh hurt
    roll 120
    if [ $((i % 3)) = 0 ] || [ -z "$strace" ]; then
        if [ $what = import ]; then
            swell -q --now $now --store hurt import --batch 500 --threads 0 posts.ndjson 2>/dev/null &
        else
            swell -q --now $now --store hurt collect archive 2>/dev/null &
        fi
        pid=$!
        sleep "$(printf '0.%03d' "$rolled")"
        kill -9 $pid 2>/dev/null
        wait $pid 2>/dev/null
    else
        next_call
        if [ $what = import ]; then set -- import --batch 500 --threads 0 posts.ndjson
        else set -- collect archive; fi
        # In its own shell, which says "Killed" into the void.
        sh -c 'name=$1 number=$2; shift 2; strace -f -o /dev/null -e trace=$name -e "inject=$name:signal=SIGKILL:when=$number" "$@"' \
            sh $name $number swell -q --now $now --store hurt "$@" >/dev/null 2>&1
    fi
    [ $? -lt 128 ] || died=$((died + 1))
    # Nothing at all may be there yet; what is there must be whole.
    if [ -s hurt/data.mdb ]; then
        swell --store hurt verify >out 2>&1 || grep -q "no store here yet" out || { cat out; fail "kill $i: not whole"; }
    fi
    if [ $what = import ]; then
        import hurt || fail "kill $i: the import cannot go on"
        swell --store hurt dump | cmp - wanted || fail "kill $i: the import ends otherwise"
    else
        collect_all hurt || fail "kill $i: the collection cannot go on"
        swell --store hurt export | cmp - wanted.posts || fail "kill $i: the collection ends otherwise"
        swell --store hurt export --what windows | cmp - wanted.windows || fail "kill $i: other windows"
        cursors hurt | cmp - wanted.cursors || fail "kill $i: another cursor"
    fi
    swell --store hurt verify >out 2>&1 || { cat out; fail "kill $i: verify"; }
done
[ $died -ge $((kills / 2)) ] || fail "only $died of $kills died: nothing was tested"
[ -z "$strace" ] || echo "inside of $((turn_import - start)) writing calls of an import, which makes $(wc -l <calls.import), and $((turn_collect - start)) of a collection, which makes $(wc -l <calls.collect)"
echo "$kills kills, $died in the middle"
