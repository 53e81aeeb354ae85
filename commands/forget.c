/* SPDX-License-Identifier: Apache-2.0 */
/* swell forget: somebody asks to be left out. Their posts leave every figure
 * and stay out. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/mem.h"
#include "commands/reading.h"
#include "digest/names.h"

struct flags {
    char *author, *source, *post, *url;
};

static const struct option options[] = {
    { "author", OPTION_STRING, NULL, FLAG(author),
      "all posts of this author: the id the source uses, or a kept handle" },
    { "post", OPTION_STRING, NULL, FLAG(post), "the post with this id" },
    { "url", OPTION_STRING, NULL, FLAG(url), "the post at this address" },
    { "source", OPTION_STRING, NULL, FLAG(source),
      "of this source; default every source" },
    OPTION_END
};

struct search {
    const char *handle;
    const char *source;   /* NULL: any */
    uint64_t *authors;
    size_t count, room;
};

static int find_handle(void *context, const struct post *p,
                       const struct mention *m)
{
    struct search *s = context;
    const char *handle = s->handle[0] == '@' ? s->handle + 1 : s->handle;
    size_t length = strlen(handle);
    (void)m;
    if (p->handle.length != length || !p->author_hash ||
        strncasecmp(p->handle.data, handle, length) != 0)
        return 0;
    for (size_t i = 0; i < s->count; i++)
        if (s->authors[i] == p->author_hash)
            return 0;
    s->authors = mem_grow(s->authors, &s->room, s->count,
                          sizeof(*s->authors));
    s->authors[s->count++] = p->author_hash;
    return 0;
}

static int forget(struct invocation *in, const struct store_selector *which,
                  uint64_t *total, struct error *err)
{
    uint64_t count;
    if (store_forget(in->store, which, &count, err))
        return -1;
    *total += count;
    return 0;
}

/* Handles stand in the posts alone. */
static int forget_handle(struct invocation *in, uint64_t *total,
                         struct error *err)
{
    const struct flags *flags = in->flags;
    struct search s = { .handle = flags->author };
    struct store_query q = { NULL, flags->source, 0, INT64_MAX };
    int rc = store_posts(in->store, &q, find_handle, &s, err);
    for (size_t i = 0; i < s.count && rc == 0; i++) {
        struct store_selector which = { .author = s.authors[i] };
        rc = forget(in, &which, total, err);
    }
    mem_free(s.authors);
    return rc;
}

/* A post's id or an author's is one of each source. */
static int forget_id(struct invocation *in, uint64_t *total,
                     struct error *err)
{
    const struct flags *flags = in->flags;
    struct names sources = { 0 };
    struct author_key key;
    struct buf path = BUF_INIT(0);
    int rc = 0;
    buf_printf(&path, "%s/author.key", store_folder(in->store));
    if (flags->author)
        rc = author_key_load(&key, path.data, 0, err);
    if (flags->source)
        names_add(&sources, flags->source);
    else if (rc == 0)
        rc = names_read(&sources, in->store, STORE_SOURCES, err);
    for (size_t i = 0; i < sources.count && rc == 0; i++) {
        struct text source = text_of(sources.items[i]);
        struct store_selector which = { 0 };
        if (flags->author) {
            which.author = author_key_hash(&key, source.data, source.length,
                                           flags->author,
                                           strlen(flags->author));
        } else {
            which.source = source;
            which.native_id = text_of(flags->post);
        }
        rc = forget(in, &which, total, err);
    }
    secret_wipe(&key, sizeof(key));
    names_release(&sources);
    buf_release(&path);
    return rc;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *flags = in->flags;
    uint64_t total = 0;
    int rc;
    if (!!flags->author + !!flags->post + !!flags->url != 1)
        return error_set(err, ERROR_USAGE, "give one of --author, --post and "
                         "--url");
    if (invocation_store(in, STORE_CHANGE, err))
        return -1;
    /* A post may be barred before its source has brought any. */
    if (!flags->post && source_check(in, flags->source, STORE_SOURCES, err))
        return -1;
    if (flags->url) {
        struct store_selector which = { .url = text_of(flags->url),
                                        .source = text_of(flags->source) };
        rc = forget(in, &which, &total, err);
    } else {
        rc = forget_id(in, &total, err);
    }
    if (rc == 0 && flags->author)
        rc = forget_handle(in, &total, err);
    if (rc)
        return -1;
    printf("%" PRIu64 " post%s forgotten\n", total, total == 1 ? "" : "s");
    return EXIT_DONE;
}

const struct command command_forget = {
    .name = "forget",
    .words = NO_WORDS,
    .arguments = "--author WHO | --post ID | --url URL [--source S]",
    .about = "take somebody's posts out of everything, for good",
    .help = "The posts leave every window, term and author count. A mark "
            "without\ncontent keeps each out when it is imported again. The "
            "text is gone from\ndisk after swell compact. Authors are kept as "
            "keyed hashes: give the id\nthat the source uses (a DID, an "
            "account address); a handle finds posts\nonly where handles are "
            "kept. --post also bars a post that is not here yet.\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
