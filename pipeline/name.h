/* SPDX-License-Identifier: Apache-2.0 */
/* Names as people type them: "P.C. Richard & Son" is the pieces pc, richard,
 * and, son, and so are "PC Richard and Son's" and "p.c.richard&sons". Finds
 * pieces in a split text; knows nothing of subjects.
 *
 *   words   J . Crew's   →  pieces   j  crew (possessive: crews or crew)
 */
#ifndef PIPELINE_NAME_H
#define PIPELINE_NAME_H

#include "base/error.h"
#include "base/post.h"
#include "pipeline/words.h"

/* Where to read the next piece: bytes into a word. */
struct place {
    size_t word, offset;
};

struct piece {
    uint64_t hash;      /* of its letters, folded, apostrophes left out */
    uint64_t owner;     /* the same before a possessive 's; 0: none */
    size_t start, end;  /* bytes of the text */
    size_t owner_end;
    size_t last;        /* the word it ends in */
    struct place next;  /* after it */
};

/* Read the piece at a place, or, when skip is set, after the marks that may
 * stand inside a name. False: there is none. */
bool piece_read(const struct words *w, struct place at, bool skip,
                struct piece *out);

enum { NAME_PIECES = 12 };

struct name {
    uint8_t kind;       /* WORD_PLAIN, WORD_HANDLE or WORD_HASHTAG */
    bool sensitive;     /* only as written */
    size_t count;       /* pieces; 1 for a handle or hashtag */
    uint64_t pieces[NAME_PIECES];
    uint64_t plural;    /* the last piece with an s; 0: not allowed */
    char *written[NAME_PIECES]; /* owned; NULL unless sensitive */
};

/* All ways of one name: as pieces, joined ("harrowpine"), as hashtag, without
 * accents. -1: no letters, or too many words. */
enum { NAME_FORMS = 8 };
int name_forms(struct name out[NAME_FORMS], size_t *count, struct text source,
               bool sensitive, struct error *err);
void name_release(struct name *n);

/* What all its pieces hash to, in order. */
static inline uint64_t name_key(const struct name *n)
{
    uint64_t key = n->pieces[0];
    for (size_t i = 1; i < n->count; i++)
        key = words_join(key, n->pieces[i]);
    return key;
}

/* What was found: words [first, last], bytes. */
struct hit {
    size_t first, last;
    struct span span;
};

/* Does the name stand at this place? */
bool name_at(const struct name *n, const struct words *w, struct place at,
             struct hit *hit);
/* The first place that begins in words [from, until]. */
bool name_find(const struct name *n, const struct words *w, size_t from,
               size_t until, struct hit *hit);
/* The places inside a word where a name may begin: 0 and after each hyphen.
 * False after the last. */
bool place_next(const struct words *w, struct place *at);

#endif
