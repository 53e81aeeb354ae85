#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a system may refuse that others give: room, by a quota; a name for a file
# that has none; the name that was free a moment ago.
set -u
fail() { echo "$*"; cat said 2>/dev/null; exit 1; }
cat >refuse.c <<'END'
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
int posix_fallocate(int fd, off_t at, off_t length)
{
    (void)fd, (void)at, (void)length;
    return EDQUOT;
}
int linkat(int from, const char *a, int to, const char *b, int flags)
{
    if (!getenv("NO_LINK"))
        return (int)syscall(SYS_linkat, from, a, to, b, flags);
    errno = EPERM;
    return -1;
}
/* Somebody makes it between the look and the name. */
static void made(const char *path)
{
    const char *name = strrchr(path, '/');
    int fd = name && strcmp(name, "/made") == 0
                 ? open(path, O_WRONLY | O_CREAT | O_EXCL, 0644) : -1;
    if (fd >= 0 && (write(fd, "theirs", 6) != 6 || close(fd)))
        _exit(9);
}
int access(const char *path, int mode)
{
    int rc = faccessat(AT_FDCWD, path, mode, 0);
    made(path);
    return rc;
}
int renameat2(int from, const char *a, int to, const char *b, unsigned flags)
{
    made(b);
    if (getenv("NO_RENAME")) {
        errno = EINVAL;
        return -1;
    }
    return (int)syscall(SYS_renameat2, from, a, to, b, flags);
}
int link(const char *a, const char *b)
{
    if (getenv("NO_LINK")) {
        errno = EPERM;
        return -1;
    }
    return (int)syscall(SYS_linkat, AT_FDCWD, a, AT_FDCWD, b, 0);
}
/* Killed before a name is taken away again. */
int unlink(const char *path)
{
    if (getenv("KILLED") && faccessat(AT_FDCWD, path, F_OK, 0) == 0)
        raise(SIGKILL);
    return unlinkat(AT_FDCWD, path, 0);
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
KILLED=1 refused --store old export --format csv --out out/posts || fail "a name was taken away again"
rm out/*
NO_LINK=1 refused --store old export --format csv --out out/posts || fail "a file without a name cannot be given one"
cmp out/posts wanted || fail "another export"
[ "$(ls out | grep -v manifest)" = posts ] || fail "left: $(ls out)"
for without in '' NO_RENAME; do
    (${without:+export $without=1} && refused --store old export --format sqlite --out out/made) && fail "$without: another's tables were replaced"
    grep -q "another process made it" said || fail "$without: another's tables: not said"
    [ "$(cat out/made)" = theirs ] || fail "$without: another's tables are gone"
    rm out/made
    (${without:+export $without=1} && refused --store old export --format sqlite --out out/new) || fail "$without: no new database"
    rm out/new*
    [ "$(ls out | grep -v manifest)" = posts ] || fail "$without: left: $(ls out)"
done
(export NO_RENAME=1 NO_LINK=1 && refused --store old export --format sqlite --out out/new) && fail "a name that cannot be given"
grep -q "cannot give a database its name" said || fail "a name that cannot be given: not said"
[ "$(ls out | grep -v manifest)" = posts ] || fail "left: $(ls out)"
