/* SPDX-License-Identifier: Apache-2.0 */
/* Opens a store by its URL and passes each call on to its backend. */
#include "store/store.h"

#include <string.h>

#include "store/backend.h"

/* The first is also taken for a plain path. */
static const struct store_backend *const backends[] = { &store_lmdb };
enum { BACKENDS = sizeof(backends) / sizeof(*backends) };

/* The backend of the URL, and where it shall look; NULL: see err. */
static const struct store_backend *find(const char *url, const char **place,
                                        struct error *err)
{
    const struct store_backend *backend = backends[0];
    *place = url;
    if (strstr(url, "://")) {
        backend = NULL;
        for (int i = 0; i < BACKENDS && !backend; i++) {
            size_t length = strlen(backends[i]->scheme);
            if (strncmp(url, backends[i]->scheme, length) == 0) {
                backend = backends[i];
                *place = url + length;
            }
        }
    }
    if (backend && **place)
        return backend;
    error_set(err, ERROR_USAGE, "\"%s\" is no store: give lmdb://PATH or a "
              "path", url);
    return NULL;
}

int store_check(const char *url, struct error *err)
{
    const char *place;
    return find(url, &place, err) ? 0 : -1;
}

int store_open(struct store **out, const char *url, enum store_mode mode,
               struct error *err)
{
    const char *place;
    const struct store_backend *backend = find(url, &place, err);
    *out = NULL;
    if (!backend)
        return -1;
    if (mode == STORE_CHANGE) {
        if (store_open(out, url, STORE_READ, err))
            return -1;
        store_close(*out);
        *out = NULL;
        mode = STORE_WRITE;
    }
    return backend->open(out, place, mode, err);
}

bool store_writable(const struct store *s)
{
    return s->mode == STORE_WRITE;
}

void store_close(struct store *s)
{
    if (s)
        s->backend->close(s);
}

const char *store_folder(const struct store *s)
{
    return s->folder;
}

int store_kept(struct store *s, struct error *err)
{
    return s->backend->kept(s, err);
}

int store_append(struct store *s, const struct batch *batch,
                 struct store_result *result, struct error *err)
{
    return s->backend->append(s, batch, result, err);
}

int store_cursor(struct store *s, const char *label, struct buf *out,
                 struct error *err)
{
    return s->backend->cursor(s, label, out, err);
}

int store_note_put(struct store *s, const char *key, struct text value,
                   struct error *err)
{
    return s->backend->note_put(s, key, value, err);
}

int store_note_get(struct store *s, const char *key, struct buf *out,
                   struct error *err)
{
    return s->backend->note_get(s, key, out, err);
}

int store_note_scan(struct store *s, const char *prefix, visit_note *visit,
                    void *context, struct error *err)
{
    return s->backend->note_scan(s, prefix, visit, context, err);
}

uint32_t store_rules(struct store *s, struct text description,
                     struct error *err)
{
    return s->backend->rules(s, description, err);
}

int store_rules_scan(struct store *s, visit_rules *visit, void *context,
                     struct error *err)
{
    return s->backend->rules_scan(s, visit, context, err);
}

int store_forget(struct store *s, const struct store_selector *which,
                 uint64_t *count, struct error *err)
{
    return s->backend->forget(s, which, count, err);
}

int store_expire(struct store *s, const char *source, int64_t before,
                 uint64_t *count, struct error *err)
{
    return s->backend->expire(s, source, before, count, err);
}

int store_compact(struct store *s, struct error *err)
{
    return s->backend->compact(s, err);
}

int store_told(struct store *s, int64_t from, int64_t until,
               struct error *err)
{
    return s->backend->told(s, from, until, err);
}

int store_restated(struct store *s, int64_t from, int64_t until,
                   uint64_t *count, struct error *err)
{
    return s->backend->restated(s, from, until, count, err);
}

int store_series(struct store *s, const struct store_query *q, int64_t width,
                 struct counts *out, size_t count, struct error *err)
{
    return s->backend->series(s, q, width, out, count, err);
}

int store_authors(struct store *s, const struct store_query *q,
                  uint64_t *authors, struct error *err)
{
    return s->backend->authors(s, q, authors, err);
}

int store_posts(struct store *s, const struct store_query *q,
                visit_post *visit, void *context, struct error *err)
{
    return s->backend->posts(s, q, visit, context, err);
}

int store_post(struct store *s, struct text source, struct text native_id,
               visit_post *visit, void *context, struct error *err)
{
    return s->backend->post(s, source, native_id, visit, context, err);
}

const char *store_subject_name(struct store *s, uint32_t id)
{
    return s->backend->subject_name(s, id);
}

int store_names(struct store *s, enum store_name kind, visit_name *visit,
                void *context, struct error *err)
{
    return s->backend->names(s, kind, visit, context, err);
}

int store_span(struct store *s, int64_t *first, int64_t *last,
               struct error *err)
{
    return s->backend->span(s, first, last, err);
}

int store_coverage(struct store *s, const char *label, int64_t from,
                   int64_t until, uint8_t *out, struct error *err)
{
    return s->backend->coverage(s, label, from, until, out, err);
}

int store_terms_get(struct store *s, const char *subject, int64_t day,
                    struct buf *out, struct error *err)
{
    return s->backend->terms_get(s, subject, day, out, err);
}

int store_terms_put(struct store *s, const char *subject,
                    const struct store_terms *rows, size_t count,
                    struct error *err)
{
    return s->backend->terms_put(s, subject, rows, count, err);
}

int store_verify(struct store *s, bool repair, visit_difference *visit,
                 void *context, uint64_t *differences, struct error *err)
{
    return s->backend->verify(s, repair, visit, context, differences, err);
}

int store_dump(struct store *s, store_write *write, void *context,
               struct error *err)
{
    return s->backend->dump(s, write, context, err);
}

int store_load(struct store *s, store_line *next, void *context,
               struct error *err)
{
    return s->backend->load(s, next, context, err);
}

int store_stats(struct store *s, struct store_stats *out, struct error *err)
{
    return s->backend->stats(s, out, err);
}
