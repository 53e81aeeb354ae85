/* SPDX-License-Identifier: Apache-2.0 */
/* See tsv.h. */
#include "pipeline/tsv.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"

enum { LINE_LIMIT = 65536 };

int tsv_fault(const struct tsv *t, const char *sentence, struct error *err)
{
    return error_set(err, ERROR_CONFIG, "%s:%d: %s", t->path, t->line,
                     sentence);
}

/* 1, 0 at the end of the file, -1. */
static int next_line(struct tsv *t, FILE *file, char line[LINE_LIMIT],
                     size_t *length, struct error *err)
{
    int c;
    t->line++;
    *length = 0;
    while ((c = getc_unlocked(file)) != EOF && c != '\n') {
        if (*length == LINE_LIMIT)
            return tsv_fault(t, "the line is longer than 64 KiB", err);
        line[(*length)++] = (char)c;
    }
    return c != EOF || *length > 0;
}

static int take_line(struct tsv *t, struct text line, take_tsv *take,
                     void *context, struct error *err)
{
    t->hash = hash64_seed(line.data, line.length, t->hash);
    if (line.length && line.data[line.length - 1] == '\r')
        line.length--;
    if (line.length == 0 || (*line.data == '#' &&
                             (line.length == 1 || line.data[1] == ' ')))
        return 0;
    if (!text_valid(line.data, line.length) ||
        memchr(line.data, '\0', line.length))
        return tsv_fault(t, "the line is not valid UTF-8", err);
    struct tsv_row row = { .count = 0 };
    for (struct text cell; row.count <= TSV_CELLS &&
                           text_next(&line, '\t', &cell); row.count++)
        if (row.count < TSV_CELLS)
            row.cells[row.count] = cell;
    return take(context, &row);
}

int tsv_read(struct tsv *t, take_tsv *take, void *context, struct error *err)
{
    FILE *file = fopen(t->path, "re");
    if (!file && errno == ENOENT && t->optional)
        return 0;
    if (!file)
        return error_set(err, ERROR_CONFIG, "lexicon %s cannot be read: %s",
                         t->path, strerror(errno));
    char *line = mem_alloc(LINE_LIMIT);
    size_t length;
    int rc;
    t->line = 0;
    while ((rc = next_line(t, file, line, &length, err)) > 0)
        if (take_line(t, (struct text){ line, length }, take, context, err)) {
            rc = -1;
            break;
        }
    if (rc == 0 && ferror(file))
        rc = error_set(err, ERROR_SYSTEM, "lexicon %s cannot be read: %s",
                       t->path, strerror(errno));
    mem_free(line);
    fclose(file);
    return rc;
}

int tsv_number(struct text cell, double least, double most, double *out)
{
    char digits[40], *end;
    if (cell.length == 0 || cell.length >= sizeof(digits))
        return -1;
    memcpy(digits, cell.data, cell.length);
    digits[cell.length] = '\0';
    *out = strtod(digits, &end);
    return *end || !(*out >= least && *out <= most) ? -1 : 0;
}
