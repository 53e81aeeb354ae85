/* SPDX-License-Identifier: Apache-2.0 */
/* Names of subjects, sources and labels, and their numbers: given in order
 * of first use, never taken back. */
#include "store/lmdb.h"

#include <string.h>

enum { BACK = 128, KINDS = STORE_LABELS + 1 };

static size_t name_key(unsigned char *out, int kind, struct text name)
{
    out[0] = (unsigned char)kind;
    memcpy(out + 1, name.data, name.length);
    return 1 + name.length;
}

int lmdb_last_id(struct txn t, enum store_name kind, uint32_t *id)
{
    unsigned char key[1] = { (unsigned char)(kind + BACK + 1) };
    MDB_val k = { sizeof(key), key }, v;
    MDB_cursor *c = NULL;
    *id = 0;
    int rc = mdb_cursor_open(t.mdb, t.s->table[NAMES], &c);
    if (rc)
        return rc;
    rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
    rc = mdb_cursor_get(c, &k, &v, rc == MDB_NOTFOUND ? MDB_LAST : MDB_PREV);
    if (rc == 0 && k.mv_size == 5 &&
        *(unsigned char *)k.mv_data == (unsigned)kind + BACK)
        *id = (uint32_t)unpack_big((unsigned char *)k.mv_data + 1, 4);
    mdb_cursor_close(c);
    if (*id > lmdb_entries(t, NAMES)) /* none is left out: nobody counts to */
        return MDB_CORRUPTED;         /* what stands on a damaged page */
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static int name_add(struct txn t, enum store_name kind, struct text name,
                    uint32_t *id, struct error *err)
{
    unsigned char key[1 + KEY_LIMIT], back[5], number[4];
    int rc = lmdb_last_id(t, kind, id);
    if (rc)
        return rc;
    if (++*id > 0xffff && kind == STORE_SOURCES)
        return error_set(err, ERROR_USAGE, "%s: more than 65,535 sources",
                         t.s->path);
    back[0] = (unsigned char)(kind + BACK);
    pack_big(back + 1, *id, 4);
    pack_big(number, *id, 4);
    rc = lmdb_put(t, NAMES, key, name_key(key, kind, name), number, 4);
    if (rc == 0)
        rc = lmdb_put(t, NAMES, back, 5, name.data, name.length);
    return rc;
}

int lmdb_name_id(struct txn t, enum store_name kind, struct text name,
                 bool create, uint32_t *id, struct error *err)
{
    unsigned char key[1 + KEY_LIMIT];
    struct text value;
    *id = 0;
    if (name.length == 0 || name.length > KEY_LIMIT) {
        if (!create)
            return 0;
        return error_set(err, ERROR_INPUT, "a name of %zu bytes: 1 to %d can "
                         "be stored", name.length, KEY_LIMIT);
    }
    int rc = lmdb_get(t, NAMES, key, name_key(key, kind, name), &value);
    if (rc == MDB_NOTFOUND)
        return create ? name_add(t, kind, name, id, err) : 0;
    if (rc == 0 && value.length != 4)
        rc = MDB_CORRUPTED;
    if (rc == 0)
        *id = (uint32_t)unpack_big((const unsigned char *)value.data, 4);
    return rc;
}

/* NULL where it is new. */
static char **name_at(struct name_list *list, size_t place)
{
    while (list->count <= place) {
        list->items = mem_grow(list->items, &list->room, list->count,
                               sizeof(*list->items));
        list->items[list->count++] = NULL;
    }
    return &list->items[place];
}

void lmdb_subject_ids_forget(struct lmdb *s)
{
    mem_free(s->subjects.ids);
    s->subjects.ids = NULL;
}

uint32_t *lmdb_subject_ids(struct lmdb *s, const struct batch *batch)
{
    size_t count = batch->subject_count;
    if (!batch->subjects_hash || s->subjects.hash != batch->subjects_hash ||
        s->subjects.count != count)
        lmdb_subject_ids_forget(s);
    s->subjects.hash = batch->subjects_hash;
    s->subjects.count = count;
    if (!s->subjects.ids)
        s->subjects.ids = mem_alloc(count * sizeof(*s->subjects.ids));
    return s->subjects.ids;
}

/* NULL: it was not asked for yet, or there is none. */
static const char *known_name(const struct lmdb *s, enum store_name kind,
                              uint32_t id)
{
    const struct name_list *list = &s->names[kind];
    return id > 0 && id <= list->count ? list->items[id - 1] : NULL;
}

const char *lmdb_name(struct txn t, enum store_name kind, uint32_t id)
{
    const char *known = known_name(t.s, kind, id);
    if (known || id == 0)
        return known;
    unsigned char key[5] = { (unsigned char)(kind + BACK) };
    struct text value;
    pack_big(key + 1, id, 4);
    if (lmdb_get(t, NAMES, key, sizeof(key), &value))
        return NULL;
    char **name = name_at(&t.s->names[kind], id - 1);
    *name = mem_slice(value.data, value.length);
    return *name;
}

void lmdb_names_release(struct lmdb *s)
{
    for (int kind = 0; kind < KINDS; kind++) {
        struct name_list *list = &s->names[kind];
        for (size_t i = 0; i < list->count; i++)
            mem_free(list->items[i]);
        mem_free(list->items);
        *list = (struct name_list){ NULL, 0, 0 };
    }
    lmdb_subject_ids_forget(s);
}

int lmdb_names(struct store *base, enum store_name kind, visit_name *visit,
               void *context, struct error *err)
{
    struct txn t;
    uint32_t last = 0;
    if (lmdb_read_begin(base, &t, err))
        return -1;
    int rc = lmdb_last_id(t, kind, &last);
    for (uint32_t id = 1; id <= last && rc == 0; id++) {
        const char *name = lmdb_name(t, kind, id);
        if (name && visit(context, name))
            break;
    }
    return lmdb_read_end(t, rc, "reading names", err);
}

const char *lmdb_subject_name(struct store *base, uint32_t id)
{
    const char *name = known_name(lmdb_of(base), STORE_SUBJECTS, id);
    struct txn t;
    if (name || lmdb_read_begin(base, &t, NULL))
        return name;
    name = lmdb_name(t, STORE_SUBJECTS, id);
    (void)lmdb_read_end(t, 0, "reading a name", NULL);
    return name;
}
