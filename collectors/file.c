/* SPDX-License-Identifier: Apache-2.0 */
/* Posts in files: NDJSON, CSV, TSV and what other tools archive, packed or
 * not. As a configured source it goes on where the file had ended. What a
 * line means is in file_formats.c and file_table.c. */
#include "base/clock.h"
#include "collectors/file_parts.h"

enum { PAGE_POSTS = 1000, PAGE_BYTES = 4 << 20 };

static const struct option options[] = {
    { "path", OPTION_PATH, NULL, offsetof(struct file, path),
      "the file, beside the configuration unless absolute (required)" },
    { "format", OPTION_STRING, "auto", offsetof(struct file, format),
      "auto, ndjson, csv, tsv, twarc, pushshift or jetstream" },
    { "source", OPTION_STRING, "import", offsetof(struct file, source),
      "the source of posts that name none" },
    { "map", OPTION_LIST, NULL, offsetof(struct file, map),
      "what columns or keys mean: theirs=ours, as body=text" },
    OPTION_END
};

/* Every theirs=ours must name one of ours. */
static int check_map(const struct file *file, struct error *err)
{
    struct text theirs;
    enum file_field field;
    for (size_t i = 0; i < file->map.count; i++) {
        const char *item = file->map.items[i];
        file_name(file, i, &theirs, &field);
        if (!theirs.length)
            return error_set(err, ERROR_USAGE, "map \"%s\": write "
                             "theirs=ours, as body=text", item);
        if (field >= FILE_FIELDS)
            return error_set(err, ERROR_USAGE, "map \"%s\": \"%s\" is none "
                             "of id source created_at author text lang url "
                             "likes reposts replies reply_to kind rating",
                             item, item + theirs.length + 1);
    }
    return 0;
}

static int choose_format(struct file *file, struct error *err)
{
    const char *wanted = file->format;
    for (size_t i = 0; file_formats[i]; i++)
        if (strcmp(file_formats[i]->name, wanted) == 0)
            file->form = file_formats[i];
    if (!file->form && strcmp(wanted, "auto") != 0)
        return error_set(err, ERROR_USAGE, "there is no format \"%s\": auto, "
                         "ndjson, csv, tsv, twarc, pushshift or jetstream",
                         wanted);
    return 0;
}

static bool is_blank(struct text line)
{
    for (size_t i = 0; i < line.length; i++)
        if (!strchr(" \t\r\n", line.data[i]) || !line.data[i])
            return false;
    return true;
}

/* The cursor: "OFFSET LINES MARK", the mark a hash of the file's beginning,
 * so that a file that was replaced is read from its start, and who is gone.
 * False: from it. */
static bool has_begun(struct file *file, uint64_t *offset, uint64_t *lines)
{
    unsigned long long at, number, mark;
    int length = 0;
    const char *cursor = file->collection->cursor;
    if (!cursor || sscanf(cursor, "%llu %llu %llx%n", &at, &number, &mark,
                          &length) != 3)
        return false;
    *offset = at;
    *lines = number;
    if (!at || file_input_mark(file->input, at) != mark)
        return false;
    departed_release(&file->departed);
    departed_load(&file->departed, cursor + length);
    return true;
}

/* Look at the first line that says something, and leave it unread; one that
 * is too long says nothing of those after it. */
static int look(struct file *file, struct error *err)
{
    struct text line;
    enum file_line rc;
    uint64_t offset = 0, lines = 0;
    struct error why = ERROR_INIT;
    bool begun = has_begun(file, &offset, &lines);
    do {
        rc = file_input_line(file->input, &line, &why);
        if (rc == FILE_LINE_BAD && !begun)
            file_refuse(file, why.text);
    } while (rc == FILE_LINE_BAD || (rc == FILE_LINE_GOOD && is_blank(line)));
    if (rc == FILE_LINE_END)
        return error_set(err, ERROR_INPUT, why.kind ? "no line of it can be "
                         "used" : "the file is empty");
    if (rc == FILE_LINE_ERROR) {
        *err = why;
        return -1;
    }
    file_input_unread(file->input);
    if (text_begins(line, "\xff\xfe") || text_begins(line, "\xfe\xff"))
        return error_set(err, ERROR_INPUT, "this is UTF-16: save it as UTF-8");
    if (!file->form)
        file->form = file_guess(line);
    if (!file->form->open && file_table_open(file, line, err) < 0)
        return -1;
    if (file->form->open && line.data[0] == '[')
        return error_set(err, ERROR_INPUT, "this is a JSON array: put one "
                         "post on a line, as jq -c '.[]' does");
    if (file->form->open)
        file->form->open(file, line);
    return begun ? file_input_seek(file->input, offset, lines + 1, err) : 0;
}

static void set_cursor(struct file *file)
{
    uint64_t offset, lines;
    const struct buf *gone = &file->departed.lines;
    if (!file_input_position(file->input, &offset, &lines) || !offset)
        return;
    buf_clear(&file->out->cursor);
    buf_printf(&file->out->cursor, "%llu %llu %llx%s",
               (unsigned long long)offset, (unsigned long long)lines,
               (unsigned long long)file_input_mark(file->input, offset),
               gone->length > 1 ? gone->data : "");
}

static void file_close(struct collection *c)
{
    struct file *file = c->state;
    json_close(file->json);
    json_close(file->users);
    file_input_close(file->input);
    arena_release(&file->name_memory);
    departed_release(&file->departed);
    mem_free(file->names);
    mem_free(file->meaning);
}

static int file_open(struct collection *c, struct error *err)
{
    struct file *file = c->state;
    if (!file->path || !*file->path)
        return error_set(err, ERROR_CONFIG, "no path was given");
    file->collection = c;
    file->now = clock_now();
    departed_load(&file->departed, "");
    if (check_map(file, err) < 0 || choose_format(file, err) < 0 ||
        (!c->trial && (file_input_open(&file->input, file->path, err) < 0 ||
                       look(file, err) < 0))) /* a pipe would wait */
        return error_prefix(err, "%s", strcmp(file->path, "-") == 0
                                           ? "stdin" : file->path);
    return 0;
}

static int file_fetch(struct collection *c, struct batch *out,
                      struct error *err)
{
    struct file *file = c->state;
    size_t before = out->count, used = out->memory.used;
    enum file_line rc = FILE_LINE_GOOD;
    struct error why;
    why.kind = ERROR_NONE; /* its text is not cleared for every page */
    file->out = out;
    out->archive = true;
    while (rc > FILE_LINE_END && out->count - before < PAGE_POSTS &&
           out->memory.used - used < PAGE_BYTES) {
        rc = (file->json ? file_line_next : file_table_next)(file, &why);
        if (rc == FILE_LINE_BAD) /* is counted, not fatal */
            file_refuse(file, why.text);
    }
    if (rc <= FILE_LINE_END || file->departed.lines.length > DEPARTED_MOST)
        departed_tell(&file->departed, out);
    set_cursor(file);
    if (rc == FILE_LINE_ERROR) {
        *err = why;
        return error_prefix(err, "%s", file->path);
    }
    return rc != FILE_LINE_END;
}

void file_counts(const struct collection *c, struct file_counts *out)
{
    const struct file *file = c->state;
    memset(out, 0, sizeof(*out));
    if (!file->input)
        return;
    const char *name = file->ignored_name;
    out->posts = file->good;
    out->ignored = file->ignored;
    if (file->form == &file_ndjson && file->json)
        out->ignored = json_ignored(file->json, &name);
    snprintf(out->ignored_name, sizeof(out->ignored_name), "%s", name);
    file_input_progress(file->input, &out->bytes, &out->size);
}

const struct collector collector_file = {
    .name = "file",
    .about = "posts in files: NDJSON, CSV, TSV, twarc, Pushshift, Jetstream; "
             ".gz and .zst as they are",
    .terms = "those of where the posts came from",
    .source = "",
    .options = options,
    .state_size = sizeof(struct file),
    .every = 15 * MINUTE,
    .open = file_open,
    .fetch = file_fetch,
    .close = file_close,
};
