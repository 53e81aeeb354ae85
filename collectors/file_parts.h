/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the file collector: options, the job of reading one file, the
 * formats it knows, and how named fields become a post. */
#ifndef COLLECTORS_FILE_PARTS_H
#define COLLECTORS_FILE_PARTS_H

#include "base/departed.h"
#include "base/json.h"
#include "collectors/file.h"
#include "collectors/file_input.h"

/* What a column or key can mean. */
enum file_field {
    FIELD_ID, FIELD_SOURCE, FIELD_CREATED, FIELD_AUTHOR, FIELD_TEXT,
    FIELD_LANG, FIELD_URL, FIELD_LIKES, FIELD_REPOSTS, FIELD_REPLIES,
    FIELD_REPLY_TO, FIELD_KIND, FIELD_RATING, FIELD_HANDLE, FIELD_EDITED,
    FIELD_INDEXED, FIELD_FETCHED, FIELD_DELETED,
    FILE_FIELDS,
    FIELD_MADE = FILE_FIELDS, /* an export's own findings: made again */
    FIELD_NONE,
    /* What formats of others have, until it is made into the above. */
    FIELD_TITLE, FIELD_SELF, FIELD_REPOST_OF, FIELD_QUOTE_OF,
    FILE_MEANINGS,
};

/* The options, as the table fills them; then what runs. */
struct file {
    char *path;
    char *format;
    char *source;
    struct option_list map;
    struct file_job *job;
};
extern const struct option file_options[];

struct file_format;

struct file_job {
    const struct file *options;
    struct collection *collection;
    const struct file_format *format;
    struct file_input *input;
    struct batch *out;         /* of the running fetch */
    struct json *json;
    void (*finish)(struct file_job *job, struct text *fields); /* or NULL */
    struct json *users;        /* twarc v2 pages */
    struct text *names;        /* of those users: id, name, id, name */
    size_t name_count, name_room;
    struct arena name_memory;
    struct departed departed;  /* jetstream: told when the file ends */
    enum file_field *meaning;  /* of each path or column; owned */
    size_t columns;
    char delimiter;
    uint64_t now, good, told;
    uint64_t ignored;          /* values or columns under unknown names */
    char ignored_name[80];     /* the first of them */
};

struct file_format {
    const char *name;
    /* Make the readers; line is the first one, not read yet. */
    int (*open)(struct file_job *job, struct text line, struct error *err);
    /* Posts of one more line or record. */
    enum file_line (*next)(struct file_job *job, struct error *err);
};
extern const struct file_format file_ndjson, file_csv, file_tsv;
extern const struct file_format *const file_formats[]; /* NULL-terminated */

/* Which format the first line is in. */
const struct file_format *file_guess(struct text line);

/* The names of columns and keys and what they mean, in the order in which they
 * count: those of --map, ours, aliases. False: there is no such one. */
bool file_name(const struct file *options, size_t i, struct text *name,
               enum file_field *field);

/* Tables: the header line names the columns. */
int file_table_open(struct file_job *job, struct text line,
                    struct error *err);
enum file_line file_table_next(struct file_job *job, struct error *err);

/* Add a post made of the fields (data NULL: absent) to job->out. A post that
 * cannot be is refused: counted by file_refuse() with its line. */
void file_post(struct file_job *job,
               const struct text fields[FILE_MEANINGS]);
/* Count what is left out and say the first few. */
void file_refuse(struct file_job *job, const char *why);

#endif
