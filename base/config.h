/* SPDX-License-Identifier: Apache-2.0 */
/* swell.yaml: what is watched, where posts come from, who reads the digest.
 * Every fault is "FILE:LINE: sentence". Plain records, owned by the config. */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include "base/buf.h"
#include "base/error.h"
#include "base/option.h"

/* A brand, or a product of one. name is "acme" or "acme/returns-app". */
struct subject {
    char *name;
    char *title;                 /* as shown; default: the name */
    struct option_list match;    /* names, @handles, #tags, /pcre2/i,
                                  * or a query: a AND (b OR "c d") NOT e,
                                  * a NEAR/5 b */
    struct option_list exclude;  /* same syntax; any hit drops the mention */
    struct option_list require;  /* same syntax; one must be near */
    uint64_t near;               /* ... within so many words; default 12 */
    bool case_sensitive;         /* Target, not target */
    bool own;                    /* ours (a product takes its brand's) */
    struct option_list handles;  /* accounts that answer for the brand */
    int brand;                   /* index of its brand; own index for one */
    int line;                    /* in the configuration file */
};

struct source_config {
    char *label;      /* unique; coverage and cursor are kept under it */
    char *type;       /* a collector's name */
    int64_t every;    /* seconds between rounds */
    int64_t retention; /* seconds; 0: the store's */
    uint64_t per_minute; /* requests to its host; 0: the type's */
    bool enabled;
    int line;
    /* The collector's own options, still as text: key, value and line.
     * The collector's table reads them (config_source_options). */
    struct config_pair { char *key; char *value; int line; } *pairs;
    size_t pair_count, pair_room;
};

struct recipient {
    char *name;
    /* One way each: a mail address, a webhook's address (a secret, read from
     * a 0600 file), or a file to write. */
    char *email, *webhook, *path;
    char *webhook_kind;          /* slack, teams, mattermost */
    struct option_list brands;   /* empty: all */
    uint64_t hour;               /* local hour of sending, default 7 */
    char *timezone;              /* "": the digest's */
    char *format;
    int line;
};

struct config {
    char *path;                  /* "": none was read */
    char *dir;                   /* folder of the file; "." without one */
    const char *data;            /* folder that holds lexicons/; borrowed,
                                  * set by commands/, NULL: none */
    char *store;                 /* as written; relative to dir */
    int store_line;
    bool keep_handles;           /* default false: only hashes */
    int64_t retention;           /* posts older are expired; 0: keep all */
    bool allow_loopback;         /* collectors may talk to 127.0.0.0/8 */
    char *user_agent;
    struct subject *subjects;    /* brands, each followed by its products */
    size_t subject_count, subject_room;
    struct source_config *sources;
    size_t source_count, source_room;
    struct digest_config {
        char *timezone;          /* "UTC" */
        char *title;
        uint64_t floor;          /* fewer posts than this: too few to say */
        char *smtp_url, *smtp_user, *smtp_from;
        char *unsubscribe;       /* for List-Unsubscribe */
        char *operator;          /* is told by mail when a source breaks */
        char *smtp_password;     /* secret */
        struct recipient *recipients;
        size_t recipient_count, recipient_room;
    } digest;
};

/* Read path. All faults found, not only the first, go to *faults (may be
 * NULL) one a line; err carries the first. With faults *out is what could be
 * read of a file that has some, for whoever looks for more; else NULL. */
int config_load(struct config **out, const char *path, struct buf *faults,
                struct error *err);
/* Without a file: defaults, no subjects, no sources. */
struct config *config_empty(void);
void config_close(struct config *c);

/* Read a source's own pairs through its collector's table into state. */
int config_source_options(const struct config *c,
                          const struct source_config *s,
                          const struct option *table, void *state,
                          struct error *err);

/* NULL when there is none. */
const struct subject *config_subject(const struct config *c, const char *name);
const struct source_config *config_source(const struct config *c,
                                          const char *label);

/* The tables, for `swell init` and the manual. */
extern const struct option config_options[], config_subject_options[],
    config_source_common[], config_digest_options[],
    config_recipient_options[];

#endif
