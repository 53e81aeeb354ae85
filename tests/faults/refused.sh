#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a system may refuse that others give: room, by a quota; a name for a file
# that has none; the name that was free a moment ago.
set -u
fail() { echo "$*"; cat said 2>/dev/null; exit 1; }
cat >refuse.c <<'END'
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
int posix_fallocate(int fd, off_t at, off_t length)
{
    (void)fd, (void)at, (void)length;
    return EDQUOT;
}
int linkat(int from, const char *a, int to, const char *b, int flags)
{
    (void)from, (void)a, (void)to, (void)b, (void)flags;
    errno = EPERM;
    return -1;
}
int access(const char *path, int mode)
{
    const char *name = strrchr(path, '/');
    return name && strcmp(name, "/made") == 0
               ? 0 : faccessat(AT_FDCWD, path, mode, 0);
}
END
${CC:-cc} -shared -fPIC -o refuse.so refuse.c || exit 1
refused() { LD_PRELOAD=$PWD/refuse.so ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 swell --now 2026-11-20T00:00:00Z "$@" >said 2>&1; }
echo '{"id":"1","source":"forum","created_at":"2026-11-19","text":"one"}' >posts.ndjson

refused --store new import posts.ndjson && fail "a store without room for its readers"
grep -q "the disk is full" said || fail "a quota that is used up: not said"
[ ! -e new ] || fail "half of a store is left"
swell -q --now 2026-11-20T00:00:00Z --store old import posts.ndjson || fail "import"
rm old/lock.mdb
refused --store old verify || fail "not read without a reader table"

mkdir out
swell --store old export --format csv >wanted
refused --store old export --format csv --out out/posts || fail "a file without a name cannot be given one"
cmp out/posts wanted || fail "another export"
refused --store old export --format sqlite --out out/made && fail "another's tables were replaced"
grep -q "another process made it" said || fail "another's tables: not said"
[ "$(ls out | grep -v manifest)" = posts ] || fail "left: $(ls out)"
