/* SPDX-License-Identifier: Apache-2.0 */
/* Reads labelled texts line by line; keeps none. */
#include "commands/labelled.h"

#include <errno.h>
#include <stdio.h>

enum { CELLS = 4 };

static int take_line(const char *path, long number, struct text line,
                     take_labelled *take, void *context, struct error *err)
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
        return error_set(err, ERROR_INPUT, "%s:%ld: a row is id, label, text "
                         "(or id, label, term, text), cut by tabs", path,
                         number);
    struct labelled row = { .id = cells[0], .text = cells[count - 1] };
    if (count == 4)
        row.term = cells[2];
    for (int i = LABEL_NEGATIVE; i < LABEL_COUNT; i++)
        if (text_is(cells[1], label_names[i]))
            row.label = (enum label)i;
    if (row.label == LABEL_UNSCORED)
        return error_set(err, ERROR_INPUT, "%s:%ld: the label \"%.*s\" is "
                         "none of positive, neutral, negative", path, number,
                         (int)(cells[1].length < 40 ? cells[1].length : 40),
                         cells[1].data);
    if (!text_valid(row.text.data, row.text.length))
        return error_set(err, ERROR_INPUT, "%s:%ld: the text is not valid "
                         "UTF-8", path, number);
    return take(context, &row, err);
}

int labelled_read(const char *path, take_labelled *take, void *context,
                  struct error *err)
{
    bool standard = !strcmp(path, "-");
    FILE *file = standard ? stdin : fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    long number = 0;
    ssize_t length;
    int status = 0;
    if (!file)
        return error_set(err, ERROR_DENIED, "%s cannot be read: %s", path,
                         strerror(errno));
    while (status == 0 && (length = getline(&line, &room, file)) >= 0) {
        if (length && line[length - 1] == '\n')
            length--;
        if (length && line[length - 1] == '\r')
            length--;
        if (++number == 1 || length == 0)
            continue;
        status = take_line(path, number,
                           (struct text){ line, (size_t)length }, take,
                           context, err);
    }
    if (status == 0 && ferror(file))
        status = error_set(err, ERROR_SYSTEM, "%s: %s", path,
                           strerror(errno));
    free(line);
    if (!standard)
        fclose(file);
    return status;
}
