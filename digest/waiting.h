/* SPDX-License-Identifier: Apache-2.0 */
/* Who asked the brands something, and who was answered: shared by the digest
 * and by swell inbox. Does not choose what is shown.
 *
 * An ask is a question or support request addressed to a brand, or a
 * complaint about it. Addressed: it names one of the brand's handles, or
 * replies to a post of its accounts, or names the brand and is no reply to
 * somebody else. A review counts only when it asks; happy posts only when they
 * ask an account. Reposts and copies are no asks; what one writer asks within a
 * day and before any answer is one, and so is a talk within an hour.
 * Answered: the brand's accounts replied to that post or, later, to another of
 * the writer. An answer given in a private message is not seen: swell inbox
 * answer says so by hand. */
#ifndef DIGEST_WAITING_H
#define DIGEST_WAITING_H

#include "base/config.h"
#include "base/error.h"
#include "digest/terms.h"
#include "store/store.h"

enum ask_state { ASK_OPEN, ASK_ANSWERED, ASK_IGNORED, ASK_STATE_COUNT };
extern const char *const ask_state_names[ASK_STATE_COUNT];
                                     /* open answered ignored */

/* Notes "inbox/SOURCE/ID" keep what people said of an ask. */
#define WAITING_NOTES "inbox/"

/* A subject that is asked or answers; a brand stands for its products. */
struct asked {
    char *name;
    const char *title;      /* as configured, else the name */
    int brand;              /* index; its own for a brand */
    bool ours;              /* or nobody is marked as ours */
    bool own;               /* marked as ours */
    bool watched;           /* configured, or there is no configuration */
    bool replied;           /* a post of its accounts was seen */
};

struct ask {
    uint64_t key;           /* of the post's source and id */
    int subject, brand;     /* of waiting_subject() */
    int64_t asked, answered; /* 0: no reply was seen */
    uint8_t state;          /* enum ask_state */
    bool by_hand;           /* state was set with swell inbox */
    bool question;          /* question or support request, not complaint */
    uint8_t intents;
    uint32_t posts;         /* of the writer */
    struct sample sample;   /* the first of them; without text unless wanted */
};

/* The asks of one brand in numbers. */
struct ask_figures {
    uint64_t asked;         /* ignored ones left out */
    uint64_t answered, open, ignored;
    uint64_t by_hand;       /* of answered */
    int64_t oldest;         /* open one; 0: none */
    double median_hours;    /* to a reply that was seen; NAN: none */
};

struct waiting;

/* subject: keep the texts of its asks; NULL: of our brands' asks. from: of
 * earlier posts only what they reply to counts. */
int waiting_open(struct waiting **out, struct store *store,
                 const struct config *config, const char *subject,
                 int64_t from, struct error *err);
/* One post, oldest first. True when a brand's own account wrote it: no
 * shopper's voice. */
bool waiting_take(struct waiting *w, const struct post *post);
/* After the last post: match replies, read the states kept in the store. */
int waiting_finish(struct waiting *w, struct error *err);
void waiting_close(struct waiting *w);
/* All of that for the asks of a range. */
int waiting_read(struct waiting **out, struct store *store,
                 const struct config *config, const char *subject,
                 int64_t from, int64_t until, struct error *err);

/* After waiting_finish(): by brand, oldest first. */
const struct ask *waiting_asks(const struct waiting *w, size_t *count);
const struct asked *waiting_subject(const struct waiting *w, int index);
/* Those whose texts are kept, oldest first; state ASK_STATE_COUNT: all.
 * mem_free() the list. */
const struct ask **waiting_list(const struct waiting *w, int state,
                                size_t *found);
/* asks: all of one brand. */
void waiting_figures(struct ask_figures *out, const struct ask *asks,
                     size_t count);

/* The note about the post SOURCE/ID: key, and "STATE TIME"; state NULL: "",
 * open again. */
void waiting_note(struct buf *key, struct buf *value, const char *id,
                  const char *state);

#endif
