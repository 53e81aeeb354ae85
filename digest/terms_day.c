/* SPDX-License-Identifier: Apache-2.0 */
/* Every term of a day with its counts, as they are before anything is judged:
 * copies of a text count once, own names and stop words are left out. Compares
 * with no other day; terms.c does. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "digest/candidates.h"
#include "digest/tally.h"

struct listed { struct text text; const struct entry *entry; };

static int by_text(const void *a, const void *b)
{
    const struct listed *x = a, *y = b;
    int order = text_compare(x->text, y->text);
    return order ? order : (x->entry->hash > y->entry->hash) -
                           (x->entry->hash < y->entry->hash);
}

static void visit_all(const struct tally *t, const struct documents *d,
                      visit_term *visit, void *context)
{
    struct listed *list = mem_alloc((t->count + 1) * sizeof(*list));
    size_t count = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct entry *e = &t->items[i];
        list[count].text = (struct text){ d->items[e->document].text +
                                          e->start, e->length };
        list[count++].entry = e;
    }
    qsort(list, count, sizeof(*list), by_text);
    for (size_t i = 0; i < count; i++)
        if (visit(context, list[i].text, list[i].entry->kind,
                  list[i].entry->posts, list[i].entry->authors))
            break;
    mem_free(list);
}

int terms_day(struct store *store, const struct config *config,
              const struct store_query *day, visit_term *visit, void *context,
              struct error *err)
{
    struct unwanted u = { 0 };
    struct documents d = { 0 };
    struct tally t = { 0 };
    int rc = unwanted_load(&u, config ? config->data : NULL, config,
                           day->subject, err);
    if (rc == 0)
        rc = documents_read(&d, store, day, err);
    if (rc == 0) {
        tally_count(&t, &d, &u);
        visit_all(&t, &d, visit, context);
    }
    tally_release(&t);
    documents_release(&d);
    unwanted_release(&u);
    return rc;
}
