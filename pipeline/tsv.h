/* SPDX-License-Identifier: Apache-2.0 */
/* A file of rules, row by row: UTF-8, cells cut by tabs. A line that is empty
 * or begins with "# " says nothing. Knows no column. */
#ifndef PIPELINE_TSV_H
#define PIPELINE_TSV_H

#include "base/error.h"
#include "base/text.h"

struct tsv {
    const char *path;
    bool optional;       /* that there is no such file is no fault */
    int line;            /* the one being read */
    uint64_t hash;       /* of every line read, in order; kept from file to
                          * file */
};

enum { TSV_CELLS = 5 };
struct tsv_row {
    struct text cells[TSV_CELLS];
    size_t count;        /* one more than TSV_CELLS: there are more */
};

/* A row that is refused ends the reading; lines over 64 KiB are. */
typedef int take_tsv(void *context, const struct tsv_row *row);
int tsv_read(struct tsv *t, take_tsv *take, void *context, struct error *err);

/* "FILE:LINE: sentence"; -1. */
int tsv_fault(const struct tsv *t, const char *sentence, struct error *err);

/* A cell that is a number from least to most, or -1. */
int tsv_number(struct text cell, double least, double most, double *out);

#endif
