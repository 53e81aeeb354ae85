/* SPDX-License-Identifier: Apache-2.0 */
/* See hash.h. */
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/buf.h"

void secret_wipe(void *data, size_t length)
{
    sodium_memzero(data, length);
}

bool secret_equal(const void *a, const void *b, size_t length)
{
    return sodium_memcmp(a, b, length) == 0;
}

uint64_t hash64(const void *data, size_t length)
{
    return XXH3_64bits(data, length);
}

uint64_t hash64_seed(const void *data, size_t length, uint64_t seed)
{
    return XXH3_64bits_withSeed(data, length, seed);
}

static int read_key(struct author_key *key, int fd, const char *path,
                    struct error *err)
{
    struct stat st;
    if (fstat(fd, &st))
        return error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    if (st.st_mode & 077)
        return error_set(err, ERROR_DENIED,
                         "%s: others can read the author key; "
                         "run: chmod 600 %s", path, path);
    if (read(fd, key->bytes, sizeof(key->bytes)) != sizeof(key->bytes))
        return error_set(err, ERROR_CORRUPT,
                         "%s: not an author key (16 bytes expected); restore "
                         "it from a backup, for without it authors cannot be "
                         "recognised again", path);
    return 0;
}

/* Written beside and renamed, so that no half key is ever seen. */
static int make_key(struct author_key *key, const char *path,
                    struct error *err)
{
    struct buf name = BUF_INIT(0);
    buf_printf(&name, "%s.%ld", path, (long)getpid());
    int rc = -1;
    int fd = open(name.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    randombytes_buf(key->bytes, sizeof(key->bytes));
    if (fd < 0 ||
        write(fd, key->bytes, sizeof(key->bytes)) != sizeof(key->bytes) ||
        fsync(fd) || link(name.data, path))
        error_set(err, errno == EEXIST ? ERROR_BUSY : ERROR_SYSTEM, "%s: %s",
                  path, strerror(errno));
    else
        rc = 0;
    if (fd >= 0)
        close(fd);
    unlink(name.data);
    buf_release(&name);
    return rc;
}

int author_key_load(struct author_key *key, const char *path, int create,
                    struct error *err)
{
    if (sodium_init() < 0)
        return error_set(err, ERROR_SYSTEM, "libsodium cannot start");
    for (int attempt = 0; attempt < 2; attempt++) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0) {
            int rc = read_key(key, fd, path, err);
            close(fd);
            return rc;
        }
        if (errno != ENOENT || !create)
            return error_set(err, ERROR_SYSTEM, "%s: %s", path,
                             strerror(errno));
        if (!make_key(key, path, err))
            return 0;
        if (err && err->kind != ERROR_BUSY)
            return -1; /* BUSY: another process made it just now; read it */
    }
    return -1;
}

uint64_t author_key_hash(const struct author_key *key, const char *source,
                         size_t source_length, const char *author,
                         size_t author_length)
{
    unsigned char in[1024], out[crypto_shorthash_BYTES];
    if (!author_length)
        return 0;
    if (source_length > 100)
        source_length = 100;
    if (author_length > sizeof(in) - 101)
        author_length = sizeof(in) - 101;
    /* Calls: where a length has a bound GCC copies words in a loop of the
     * processor's own, which is slow to start. */
    unsigned char *end = mempcpy(in, source, source_length);
    *end++ = 0;
    end = mempcpy(end, author, author_length);
    crypto_shorthash(out, in, (size_t)(end - in), key->bytes);
    uint64_t hash;
    memcpy(&hash, out, sizeof(hash));
    return hash ? hash : 1;
}
