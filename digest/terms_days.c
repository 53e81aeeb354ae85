/* SPDX-License-Identifier: Apache-2.0 */
/* See terms_days.h. */
#include "digest/terms_days.h"

#include "base/clock.h"

enum {
    SMALL_DAY = 500,        /* documents */
    KEEP_BYTES = 1 << 22,   /* counted anew, before they are written */
};

int days_flush(struct days_kept *k, struct store *store, struct error *err)
{
    int rc = store_terms_put(store, k->subject, k->days, k->count, err);

    for (size_t i = 0; i < k->count; i++)
        mem_free((char *)k->days[i].packed.data);
    k->count = k->bytes = 0;
    return rc;
}

static int add_day(struct days_kept *k, struct store *store, int64_t day,
                    const struct buf *packed, struct error *err)
{
    char *copy = mem_slice(buf_text(packed), packed->length);

    k->days[k->count++] = (struct store_terms){
        day, { copy, packed->length } };
    k->bytes += packed->length;
    return k->count == DAYS_KEPT || k->bytes >= KEEP_BYTES
               ? days_flush(k, store, err)
               : 0;
}

int days_packed(struct buf *out, struct days_kept *kept, struct store *store,
                const struct terms_query *q, const struct unwanted *u,
                uint64_t stamp, int64_t day, struct error *err)
{
    struct store_query query = { q->subject, q->source, day * DAY,
                                 (day + 1) * DAY };
    struct documents d = { 0 };
    struct tally t = { 0 };
    int rc;

    if (!q->source) {
        rc = store_terms_get(store, q->subject, day, out, err);
        if (rc < 0)
            return -1;
        if (rc && tally_packed(out, stamp))
            return 0;
        buf_clear(out);
    }
    rc = documents_read(&d, store, &query, err);
    if (rc)
        goto done;
    tally_count(&t, &d, u);
    tally_pack(out, &t, stamp, d.count <= SMALL_DAY);
    if (q->write_cache && !q->source)
        rc = add_day(kept, store, day, out, err);
done:
    documents_release(&d);
    tally_release(&t);
    return rc;
}
