/* SPDX-License-Identifier: Apache-2.0 */
/* Files with a header line: CSV with RFC 4180 quotes (comma, or semicolon
 * where the header has no comma), TSV as plain columns. */
#include "base/log.h"
#include "collectors/file_parts.h"

static struct text trim(struct text t)
{
    if (text_begins(t, "\xef\xbb\xbf"))
        t = (struct text){ t.data + 3, t.length - 3 };
    while (t.length && t.data[0] == ' ')
        t = (struct text){ t.data + 1, t.length - 1 };
    while (t.length && (t.data[t.length - 1] == ' '))
        t.length--;
    return t;
}

/* Of two columns with one meaning the one whose name counts more, or the
 * first, has it. */
static void name_columns(struct file *file, const struct text *fields,
                         bool has[FILE_MEANINGS])
{
    struct text name;
    enum file_field field;
    file->meaning = mem_alloc(file->columns * sizeof(*file->meaning));
    for (size_t i = 0; i < file->columns; i++)
        file->meaning[i] = FIELD_NONE;
    for (size_t n = 0; file_name(file, n, &name, &field); n++)
        for (size_t i = 0; i < file->columns; i++)
            if (file->meaning[i] == FIELD_NONE &&
                (field >= FILE_FIELDS || !has[field]) &&
                text_equal(trim(fields[i]), name)) {
                file->meaning[i] = field;
                has[field] = true;
            }
    for (size_t i = 0; i < file->columns; i++) {
        name = trim(fields[i]);
        if (file->meaning[i] == FIELD_NONE && file->ignored++ == 0)
            snprintf(file->ignored_name, sizeof(file->ignored_name), "%.*s",
                     (int)name.length, name.data);
    }
}

int file_table_open(struct file *file, struct text line, struct error *err)
{
    struct text fields[FILE_COLUMNS];
    bool has[FILE_MEANINGS] = { false };
    file->delimiter = file->form == &file_tsv ? '\t'
        : !memchr(line.data, ',', line.length) &&
          memchr(line.data, ';', line.length) ? ';' : ',';
    enum file_line rc;
    do
        rc = file_input_record(file->input, file->delimiter, fields,
                               &file->columns, err);
    while (rc == FILE_LINE_GOOD && file->columns == 0);
    if (rc != FILE_LINE_GOOD)
        return error_set(err, ERROR_INPUT, "no header line");
    name_columns(file, fields, has);
    if (!has[FIELD_TEXT] && !has[FIELD_CREATED])
        return error_set(err, ERROR_INPUT, "the first line is neither JSON "
                         "nor names a column text and one created_at: what "
                         "they are called is said with --map NAME=text");
    if (!has[FIELD_TEXT] || !has[FIELD_CREATED])
        return error_set(err, ERROR_INPUT, "the header line names no column "
                         "%s: say which one it is with --map NAME=%s",
                         has[FIELD_TEXT] ? "created_at" : "text",
                         has[FIELD_TEXT] ? "created_at" : "text");
    return 0;
}

enum file_line file_table_next(struct file *file, struct error *err)
{
    struct text fields[FILE_COLUMNS], post[FILE_MEANINGS] = { { 0, 0 } };
    size_t count;
    enum file_line rc = file_input_record(file->input, file->delimiter, fields,
                                          &count, err);
    if (rc != FILE_LINE_GOOD || !count)
        return rc;
    if (count != file->columns) {
        char why[80];
        snprintf(why, sizeof(why), "%zu columns where the header has %zu",
                 count, file->columns);
        file_refuse(file, why);
        return rc;
    }
    for (size_t i = 0; i < count; i++)
        post[file->meaning[i]] = fields[i];
    file_post(file, post);
    return rc;
}
