/* SPDX-License-Identifier: Apache-2.0 */
/* Reads labelled texts line by line; keeps none. */
#include "commands/labelled.h"

#include <inttypes.h>

#include "base/post.h"
#include "commands/reading.h"

enum { CELLS = 4 };

static int read_row(struct labelled *row, struct text line, struct error *err)
{
    struct text cells[CELLS];
    size_t count = 0;
    const char *at = line.data, *end = line.data + line.length;
    while (count < CELLS) {
        const char *tab = memchr(at, '\t', (size_t)(end - at));
        const char *stop = tab && count < CELLS - 1 ? tab : end;
        cells[count++] = (struct text){ at, (size_t)(stop - at) };
        if (stop == end)
            break;
        at = stop + 1;
    }
    if (count < 3)
        return error_set(err, ERROR_INPUT, "a row is id, label, text (or id, "
                         "label, term, text), cut by tabs");
    *row = (struct labelled){ .id = cells[0], .text = cells[count - 1] };
    if (count == 4)
        row->term = cells[2];
    for (int i = LABEL_NEGATIVE; i < LABEL_COUNT; i++)
        if (text_is(cells[1], label_names[i]))
            row->label = (enum label)i;
    if (row->label == LABEL_UNSCORED)
        return error_set(err, ERROR_INPUT, "the label \"%.*s\" is none of "
                         "positive, neutral, negative",
                         (int)(cells[1].length < 40 ? cells[1].length : 40),
                         cells[1].data);
    if (row->text.length > POST_TEXT_LIMIT)
        return error_set(err, ERROR_INPUT, "the text is longer than a post: "
                         "%d bytes", POST_TEXT_LIMIT);
    if (!text_valid(row->text.data, row->text.length))
        return error_set(err, ERROR_INPUT, "the text is not valid UTF-8");
    return 0;
}

int labelled_read(const char *path, take_labelled *take, void *context,
                  struct error *err)
{
    struct lines lines;
    struct text line;
    int rc = lines_open(&lines, path, err) ? -1 : 1;
    while (rc > 0 && (rc = lines_next(&lines, &line, err)) > 0) {
        struct labelled row;
        if (lines.number == 1 || !line.length) /* the header */
            continue;
        if (read_row(&row, line, err))
            rc = error_prefix(err, "%s:%" PRIu64, path, lines.number);
        else if (take(context, &row, err))
            rc = -1;
    }
    lines_close(&lines);
    return rc;
}
