/* SPDX-License-Identifier: Apache-2.0 */
/* Reads labelled texts row by row; keeps none. */
#include "commands/labelled.h"

#include <inttypes.h>

#include "base/post.h"
#include "collectors/file_input.h"

/* What stands behind the last tab that cuts is all text. */
static int read_row(struct labelled *row, const struct text cells[],
                    size_t count, struct error *err)
{
    if (count < 3)
        return error_set(err, ERROR_INPUT, "a row is id, label, text (or id, "
                         "label, term, text), cut by tabs");
    const struct text *text = &cells[count > 3 ? 3 : 2];
    const char *end = cells[count - 1].data + cells[count - 1].length;
    *row = (struct labelled){
        .id = cells[0], .text = { text->data, (size_t)(end - text->data) } };
    if (count > 3)
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
    struct file_input *input;
    struct text cells[FILE_COLUMNS];
    struct labelled row;
    size_t count;
    enum file_line rc;
    if (file_input_open(&input, path, err))
        return error_prefix(err, "%s", path);
    while ((rc = file_input_record(input, '\t', cells, &count, err)) ==
           FILE_LINE_GOOD) {
        if (file_input_number(input) == 1 || !count) /* the header */
            continue;
        if (read_row(&row, cells, count, err) || take(context, &row, err)) {
            rc = FILE_LINE_BAD;
            break;
        }
    }
    int status = rc == FILE_LINE_END
                     ? 0 : error_prefix(err, "%s:%" PRIu64, path,
                                        file_input_number(input));
    file_input_close(input);
    return status;
}
