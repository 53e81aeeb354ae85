/* SPDX-License-Identifier: Apache-2.0 */
/* What a backend provides: the functions of store.h of the same names.
 * store.c finds it by the URL's scheme and passes calls on; a backend's own
 * struct starts with struct store. */
#ifndef STORE_BACKEND_H
#define STORE_BACKEND_H

#include "store/store.h"

struct store {
    const struct store_backend *backend;
    enum store_mode mode;      /* set by store_open() */
};

struct store_backend {
    const char *scheme;   /* "lmdb://" */
    int (*open)(struct store **out, const char *place, enum store_mode mode,
                struct error *err);
    void (*close)(struct store *s);
    const char *(*folder)(const struct store *s);
    int (*hold)(struct store *s, struct error *err);
    int (*kept)(struct store *s, struct error *err);
    int (*append)(struct store *s, const struct batch *batch,
                  struct store_result *result, struct error *err);
    int (*cursor)(struct store *s, const char *label, struct buf *out,
                  struct error *err);
    int (*note_put)(struct store *s, const char *key, struct text value,
                    struct error *err);
    int (*note_get)(struct store *s, const char *key, struct buf *out,
                    struct error *err);
    int (*note_scan)(struct store *s, const char *prefix, visit_note *visit,
                     void *context, struct error *err);
    uint32_t (*rules)(struct store *s, struct text description,
                      struct error *err);
    int (*rules_scan)(struct store *s, visit_rules *visit, void *context,
                      struct error *err);
    int (*forget)(struct store *s, const struct store_selector *which,
                  uint64_t *count, struct error *err);
    int (*expire)(struct store *s, const char *source, int64_t before,
                  uint64_t *count, struct error *err);
    int (*compact)(struct store *s, struct error *err);
    int (*told)(struct store *s, int64_t day, struct error *err);
    int (*restated)(struct store *s, int64_t from, int64_t until,
                    uint64_t *count, struct error *err);
    int (*series)(struct store *s, const struct store_query *q, int64_t width,
                  struct counts *out, size_t count, struct error *err);
    int (*authors)(struct store *s, const struct store_query *q,
                   uint64_t *authors, struct error *err);
    int (*posts)(struct store *s, const struct store_query *q,
                 visit_post *visit, void *context, struct error *err);
    int (*post)(struct store *s, struct text source, struct text native_id,
                visit_post *visit, void *context, struct error *err);
    const char *(*subject_name)(struct store *s, uint32_t id);
    int (*names)(struct store *s, enum store_name kind, visit_name *visit,
                 void *context, struct error *err);
    int (*span)(struct store *s, int64_t *first, int64_t *last,
                struct error *err);
    int (*coverage)(struct store *s, const char *label, int64_t from,
                    int64_t until, uint8_t *out, struct error *err);
    int (*terms_get)(struct store *s, const char *subject, int64_t day,
                     struct buf *out, struct error *err);
    int (*terms_put)(struct store *s, const char *subject,
                     const struct store_terms *rows, size_t count,
                     struct error *err);
    int (*verify)(struct store *s, bool repair, visit_difference *visit,
                  void *context, uint64_t *differences, struct error *err);
    int (*dump)(struct store *s, store_write *write, void *context,
                struct error *err);
    int (*load)(struct store *s, store_line *next, void *context,
                struct error *err);
    int (*stats)(struct store *s, struct store_stats *out, struct error *err);
};

extern const struct store_backend store_lmdb;

#endif
