/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the file collector: a file that is read, the formats it may be in,
 * and how named fields become a post. */
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

struct file {
    char *path, *format, *source; /* the options */
    struct option_list map;

    struct collection *collection;
    const struct file_format *form; /* which of the formats */
    struct file_input *input;
    struct batch *out;         /* of the running fetch */
    struct json *json;
    void (*finish)(struct file *file, struct text *fields); /* or NULL */
    struct json *users;        /* twarc v2 pages */
    struct text *names;        /* of those users: id, name, id, name */
    size_t name_count, name_room;
    struct arena name_memory;
    struct departed departed;  /* jetstream: told when the file ends */
    enum file_field *meaning;  /* of each path or column; owned */
    size_t columns;
    char delimiter;
    int64_t now;
    uint64_t good, told;
    uint64_t ignored;          /* values or columns under unknown names */
    char ignored_name[80];     /* the first of them */
};

struct file_format {
    const char *name;
    /* Make the readers of JSON for the first line, which is not read yet. NULL:
     * it is a table. */
    void (*open)(struct file *file, struct text line);
};
extern const struct file_format file_ndjson, file_tsv;
extern const struct file_format *const file_formats[]; /* NULL-terminated */

/* Which format the first line is in. */
const struct file_format *file_guess(struct text line);

/* The names of columns and keys and what they mean, in the order in which they
 * count: those of --map, ours, aliases. False: there is no such one. */
bool file_name(const struct file *file, size_t i, struct text *name,
               enum file_field *field);

/* Posts of one more line of JSON. */
enum file_line file_line_next(struct file *file, struct error *err);
/* Tables: the header line names the columns; posts of one more record. */
int file_table_open(struct file *file, struct text line, struct error *err);
enum file_line file_table_next(struct file *file, struct error *err);

/* Add a post made of the fields (data NULL: absent) to file->out. A post that
 * cannot be is refused: counted by file_refuse() with its line. */
void file_post(struct file *file, const struct text fields[FILE_MEANINGS]);
/* Count what is left out and say the first few. */
void file_refuse(struct file *file, const char *why);

#endif
