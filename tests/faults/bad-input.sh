#!/bin/sh
# Bad input, each kind: a sentence with file and line, the good posts around
# it kept, the exit status as documented (3 some left out, 1 nothing read or
# the store failed), memory flat.
fails=0
fail() {
    echo "$1"
    sed 's/^/    /' err
    fails=$((fails + 1))
}
good() { # ID: a post that must survive whatever stands beside it
    printf '{"id":"%s","ts":"2026-11-20T10:00:00Z","text":"good %s"}\n' "$1" "$1"
}
# check NAME STATUS ADDED SENTENCE [FILE...]: imports FILE or posts
check() {
    name=$1 status=$2 added=$3 sentence=$4
    shift 4
    rm -rf store
    swell --now 2026-11-22T00:00:00Z --store store import "${@:-posts}" 2>err
    got=$?
    [ $got = "$status" ] || fail "$name: exit status $got, not $status"
    grep -qF -- "$sentence" err || fail "$name: not said: $sentence"
    [ "$added" = - ] || grep -q " $added added" err ||
        fail "$name: not $added posts added"
}
around() { # stdin is the bad line
    { good a; cat; echo; good b; } >posts
}

printf '{"id":"x","ts":"2026-11-20","text":"cut' | around
check "truncated JSON" 3 2 "posts:2: cut off"
{ good a; printf '{"id":"x","ts":"2026-11-20","te'; } >posts
check "truncated last line" 3 1 "posts:2: cut off"
head -c 200000 /dev/zero | tr '\0' '[' | around
check "200,000 brackets" 3 2 "posts:2: byte 65: nested deeper than 64 levels"
printf '{"id":"x","ts":"2026-11-20","text":"a\377\376\300\200b"}' | around
check "invalid UTF-8" 0 3 "3 posts"
printf '{"id":"x","ts":"2026-11-20","text":"a\000b"}' | around
check "a NUL byte" 3 2 "posts:2: not JSON at byte"
printf '{"id":"x","ts":"2026-11-20","text":"a\\u0000b"}' | around
check "an escaped NUL" 0 3 "3 posts"
printf '{"id":"x","ts":"2026-11-20","text":"\\ud83d \\ude00 \\ud83d\\u0041"}' | around
check "lone surrogates" 0 3 "3 posts"
printf '{"id":"x","ts":"2031-05-01T00:00:00Z","text":"x"}' | around
check "a date in 2031" 3 2 "posts:2: its date is more than a day ahead of now"
printf '{"id":"x","ts":"1970-01-01T00:00:00Z","text":"x"}' | around
check "a date in 1970" 3 2 "posts:2: its date is before 1990"
good a | around
check "duplicate ids" 0 2 "3 posts"
printf '{"id":"x","ts":"2026-11-20","text":"x","likes":123456789012345678901234567890,"rating":1e400}' | around
check "huge numbers" 0 3 "3 posts"
: >posts
check "an empty file" 1 0 "posts: the file is empty"
mkdir -p folder
check "a folder" 1 0 "folder: this is a folder" folder
good a >posts
check "no such file" 3 1 "nowhere: cannot open it: No such file" nowhere posts
printf 'id,ts,text\n1,2026-11-20,fine\n2,2026-11-20,"never closed\n3,2026-11-20,fine too\n' >posts
check "an open quote" 3 2 "posts:3: a quote is never closed"
{ good a; good b; } | gzip | head -c 60 >posts
check "a cut archive" 3 1 "posts: the gzip archive is cut off"
n=0; while [ $n -lt 4000 ]; do good $n; n=$((n + 1)); done >many
gzip -c many >posts; gzip -c many | head -c 2000 >>posts
check "a cut second member" 3 4000 "posts: the gzip archive is cut off"

if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    chmod 755 . ; good a >posts; chmod 000 posts
    setpriv --reuid 65534 --clear-groups "$BUILD/swell" --store /nonexistent/store import "$PWD/posts" 2>err &&
        fail "no permission: exit status 0"
    setpriv --reuid 65534 --clear-groups sh -c 'test -x "$1" && test -x "$2"' - "$BUILD/swell" "$PWD" 2>/dev/null && {
        mkdir -p theirs; chmod 777 theirs
        setpriv --reuid 65534 --clear-groups "$BUILD/swell" --store "$PWD/theirs/store" import "$PWD/posts" 2>err
        [ $? = 1 ] || fail "no permission: exit status not 1"
        grep -q "cannot open it: Permission denied" err || fail "no permission: not said"
    }
    chmod 600 posts
fi

# A line of 2 GiB, in 256 MiB of memory of our own (the map is the file's; a
# sanitizer's shadow has no room in it).
case $BUILD in *san*) own=unlimited ;; *) own=262144 ;; esac
( ulimit -d $own
  { good a; head -c 2147483648 /dev/zero | tr '\0' x; echo; good b; } |
      swell --now 2026-11-22T00:00:00Z --store long import - 2>err )
[ $? = 3 ] || fail "a line of 2 GiB: exit status not 3"
grep -q 'stdin:2: the line is longer than 1048576 bytes' err || fail "a line of 2 GiB: not said"
grep -q ' 2 added' err || fail "a line of 2 GiB: its neighbours are lost"

# A full disk: what was stored stays, the rest comes with the next import.
mkdir -p small
if mount -t tmpfs -o size=4m tmpfs small 2>/dev/null; then
    n=0; while [ $n -lt 60000 ]; do good $n; n=$((n + 1)); done >posts
    swell --now 2026-11-22T00:00:00Z --store small/store import --batch 1000 posts 2>err
    [ $? = 1 ] || fail "a full disk: exit status not 1"
    grep -qi 'full\|no space' err || fail "a full disk: not said"
    mount -o remount,size=200m small
    swell --now 2026-11-22T00:00:00Z --store small/store import --batch 1000 posts 2>err || fail "room again: it failed"
    grep -q '60000 posts' err || fail "room again: not all read"
    rm -rf whole
    swell --now 2026-11-22T00:00:00Z --store whole import --batch 1000 posts 2>/dev/null
    if swell verify --help >/dev/null 2>&1; then
        swell --store small/store verify >out 2>err || fail "after a full disk: verify"
    fi
    umount small
else
    echo "a full disk: not tried, a tmpfs may not be mounted here"
fi
[ $fails = 0 ]
