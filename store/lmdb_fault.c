/* SPDX-License-Identifier: Apache-2.0 */
/* LMDB trusts its file: a damaged page sends it to wild addresses or into one
 * of its assertions, and the process ends. This makes it end with a sentence
 * and status 1; a transaction that was open is void, as after kill -9. To
 * look at every page first would mean to read the whole file for each window.
 * This is no way to go on: what LMDB was doing cannot be undone. */
#include "store/lmdb.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The one mutable global of the store: a handler is given nothing. */
static struct lmdb *watched;

static void end(const struct lmdb *s, const char *what)
{
    bool damaged = !lmdb_overtaken(s);
    const char *const parts[] = { "swell: ", s->path, "/data.mdb: ",
        damaged ? what : OVERTAKEN,
        damaged ? "; most likely the file is damaged: restore it from a "
                  "backup\n" : "\n" };
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        if (write(STDERR_FILENO, parts[i], strlen(parts[i])) < 0)
            break;
    _exit(1);
}

/* Outside of transactions a fault is not the file's. */
static void fault(int number)
{
    const struct lmdb *s = watched;
    struct sigaction usual = { .sa_handler = SIG_DFL };
    if (s && s->inside)
        end(s, "a memory fault while reading it");
    sigaction(number, &usual, NULL); /* it happens again, and ends us */
}

static void assertion(MDB_env *env, const char *text)
{
    end(mdb_env_get_userctx(env), text);
}

void lmdb_watch(struct lmdb *s)
{
    struct sigaction action = { .sa_handler = fault };
    (void)mdb_env_set_userctx(s->env, s);
    (void)mdb_env_set_assert(s->env, assertion);
    watched = s;
#ifndef __SANITIZE_ADDRESS__ /* which tells more about a fault */
    sigaction(SIGBUS, &action, NULL);
    sigaction(SIGSEGV, &action, NULL);
#else
    (void)action;
    (void)fault;
#endif
}

void lmdb_unwatch(const struct lmdb *s)
{
    if (watched == s)
        watched = NULL;
}

bool lmdb_try(lmdb_look *look, const struct lmdb *s,
              const struct lmdb_size *size)
{
    int status = 1;
    signal(SIGCHLD, SIG_DFL); /* who started this may have it ignored: then
                               * nothing is told of a child's end */
    pid_t child = fork();
    if (child == 0) {
        signal(SIGBUS, SIG_DFL);
        _exit(!look(s, size));
    }
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return status == 0;
}
