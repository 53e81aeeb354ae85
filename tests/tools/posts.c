/* SPDX-License-Identifier: Apache-2.0 */
/* posts STORE: every stored post as a line of JSON with all its fields, for
 * tests that compare a store with a server. */
#include "base/json.h"
#include "store/store.h"

static void put(struct buf *out, const char *key, struct text value)
{
    buf_printf(out, ",\"%s\":", key);
    json_write(out, value);
}

static int print(void *context, const struct post *p,
                 const struct mention *mention)
{
    struct buf out = BUF_INIT(0);
    (void)context;
    (void)mention;
    buf_printf(&out, "{\"created\":%lld,\"indexed\":%lld,\"edited\":%lld,"
               "\"kind\":\"%s\",\"rating\":%u,\"likes\":%u,\"reposts\":%u,"
               "\"replies\":%u,\"author_hash\":\"%016llx\",\"faults\":%u",
               (long long)p->created, (long long)p->indexed,
               (long long)p->edited, post_kind_names[p->kind], p->rating,
               p->likes, p->reposts, p->replies,
               (unsigned long long)p->author_hash, p->faults);
    put(&out, "source", p->source);
    put(&out, "id", p->native_id);
    put(&out, "url", p->url);
    put(&out, "handle", p->handle);
    put(&out, "text", p->text);
    put(&out, "reply_to", p->reply_to);
    put(&out, "lang", p->lang);
    buf_putc(&out, '}');
    puts(buf_text(&out));
    buf_release(&out);
    return 0;
}

int main(int argc, char **argv)
{
    struct error err = ERROR_INIT;
    struct store *store;
    struct store_query all = { .from = 0, .until = INT64_MAX };
    if (argc != 2)
        return 2;
    if (store_open(&store, argv[1], STORE_READ, &err) ||
        store_posts(store, &all, print, NULL, &err)) {
        fprintf(stderr, "posts: %s\n", err.text);
        return 1;
    }
    store_close(store);
    return 0;
}
