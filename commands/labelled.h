/* SPDX-License-Identifier: Apache-2.0 */
/* Files of labelled texts: one header line, then id, label, text, cut by
 * tabs; or id, label, term, text, where the label is that of the term. */
#ifndef COMMANDS_LABELLED_H
#define COMMANDS_LABELLED_H

#include "base/error.h"
#include "base/tags.h"
#include "base/text.h"

/* Notes "label/SOURCE/ID" keep what a person said a post feels. */
#define LABEL_NOTES "label/"

struct labelled {
    struct text id, term, text; /* term: empty in files without one */
    enum label label;
};
/* The row is valid only during the call. */
typedef int take_labelled(void *context, const struct labelled *row,
                          struct error *err);

/* A row that is wrong is "FILE:LINE: sentence". path "-": stdin. */
int labelled_read(const char *path, take_labelled *take, void *context,
                  struct error *err);

#endif
