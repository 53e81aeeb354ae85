/* SPDX-License-Identifier: Apache-2.0 */
/* What a backend provides: the functions of store.h of the same names and
 * types. store.c finds it by the URL's scheme and passes calls on; a backend's
 * own struct starts with struct store. */
#ifndef STORE_BACKEND_H
#define STORE_BACKEND_H

#include "store/store.h"

struct store {
    const struct store_backend *backend;
    enum store_mode mode;      /* STORE_READ or STORE_WRITE */
    const char *folder;        /* see store_folder(); the backend's */
};

struct store_backend {
    const char *scheme;   /* "lmdb://" */
    int (*open)(struct store **out, const char *place, enum store_mode mode,
                struct error *err);
    __typeof__(store_close) *close;
    __typeof__(store_kept) *kept;
    __typeof__(store_append) *append;
    __typeof__(store_cursor) *cursor;
    __typeof__(store_note_put) *note_put;
    __typeof__(store_note_get) *note_get;
    __typeof__(store_note_scan) *note_scan;
    __typeof__(store_rules) *rules;
    __typeof__(store_rules_scan) *rules_scan;
    __typeof__(store_forget) *forget;
    __typeof__(store_expire) *expire;
    __typeof__(store_compact) *compact;
    __typeof__(store_told) *told;
    __typeof__(store_restated) *restated;
    __typeof__(store_series) *series;
    __typeof__(store_authors) *authors;
    __typeof__(store_posts) *posts;
    __typeof__(store_post) *post;
    __typeof__(store_subject_name) *subject_name;
    __typeof__(store_names) *names;
    __typeof__(store_span) *span;
    __typeof__(store_coverage) *coverage;
    __typeof__(store_terms_get) *terms_get;
    __typeof__(store_terms_put) *terms_put;
    __typeof__(store_verify) *verify;
    __typeof__(store_dump) *dump;
    __typeof__(store_load) *load;
    __typeof__(store_stats) *stats;
};

extern const struct store_backend store_lmdb;

#endif
