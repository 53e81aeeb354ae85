/* SPDX-License-Identifier: Apache-2.0 */
/* Posts in files: NDJSON, CSV, TSV and what other tools archive, packed or
 * not. As a configured source it goes on where the file had ended. What a
 * line means is in file_formats.c and file_table.c. */
#include "base/clock.h"
#include "collectors/file_parts.h"

enum { PAGE_POSTS = 1000, PAGE_BYTES = 4 << 20 };

const struct option file_options[] = {
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
static int check_map(const struct file *options, struct error *err)
{
    struct text theirs;
    enum file_field field;
    for (size_t i = 0; i < options->map.count; i++) {
        const char *item = options->map.items[i];
        file_name(options, i, &theirs, &field);
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

static int choose_format(struct file_job *job, struct error *err)
{
    const char *wanted = job->options->format;
    for (size_t i = 0; wanted && file_formats[i]; i++)
        if (strcmp(file_formats[i]->name, wanted) == 0)
            job->format = file_formats[i];
    if (!job->format && wanted && strcmp(wanted, "auto") != 0)
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
static bool has_begun(struct file_job *job, uint64_t *offset, uint64_t *lines)
{
    unsigned long long at, number, mark;
    int length = 0;
    const char *cursor = job->collection->cursor;
    if (!cursor || sscanf(cursor, "%llu %llu %llx%n", &at, &number, &mark,
                          &length) != 3)
        return false;
    *offset = at;
    *lines = number;
    if (!at || file_input_mark(job->input, at) != mark)
        return false;
    departed_release(&job->departed);
    departed_load(&job->departed, cursor + length);
    return true;
}

/* Look at the first line that says something, and leave it unread; one that
 * is too long says nothing of those after it. */
static int look(struct file_job *job, struct error *err)
{
    struct text line;
    enum file_line rc;
    uint64_t offset = 0, lines = 0;
    struct error why = ERROR_INIT;
    bool begun = has_begun(job, &offset, &lines);
    do {
        rc = file_input_line(job->input, &line, &why);
        if (rc == FILE_LINE_BAD && !begun)
            file_refuse(job, why.text);
    } while (rc == FILE_LINE_BAD || (rc == FILE_LINE_GOOD && is_blank(line)));
    if (rc == FILE_LINE_END)
        return error_set(err, ERROR_INPUT, why.kind ? "no line of it can be "
                         "used" : "the file is empty");
    if (rc == FILE_LINE_ERROR) {
        *err = why;
        return -1;
    }
    file_input_unread(job->input);
    if (text_begins(line, "\xff\xfe") || text_begins(line, "\xfe\xff"))
        return error_set(err, ERROR_INPUT, "this is UTF-16: save it as UTF-8");
    if (!job->format)
        job->format = file_guess(line);
    if (job->format->next != file_table_next && line.data[0] == '[')
        return error_set(err, ERROR_INPUT, "this is a JSON array: put one "
                         "post on a line, as jq -c '.[]' does");
    if (job->format->open(job, line, err) < 0)
        return -1;
    return begun ? file_input_seek(job->input, offset, lines + 1, err) : 0;
}

static void set_cursor(struct file_job *job)
{
    uint64_t offset, lines;
    if (!file_input_position(job->input, &offset, &lines) || !offset)
        return;
    buf_clear(&job->out->cursor);
    buf_printf(&job->out->cursor, "%llu %llu %llx%s",
               (unsigned long long)offset, (unsigned long long)lines,
               (unsigned long long)file_input_mark(job->input, offset),
               job->departed.lines.length > 1 ? job->departed.lines.data : "");
}

static void file_close(struct collection *c)
{
    struct file *options = c->state;
    struct file_job *job = options->job;
    if (!job)
        return;
    json_close(job->json);
    json_close(job->users);
    file_input_close(job->input);
    arena_release(&job->name_memory);
    departed_release(&job->departed);
    mem_free(job->names);
    mem_free(job->meaning);
    mem_free(job);
    options->job = NULL;
}

static int file_open(struct collection *c, struct error *err)
{
    struct file *options = c->state;
    if (!options->path || !*options->path)
        return error_set(err, ERROR_CONFIG, "no path was given");
    struct file_job *job = mem_alloc(sizeof(*job));
    options->job = job;
    job->options = options;
    job->collection = c;
    job->now = (uint64_t)clock_now();
    departed_load(&job->departed, "");
    if (check_map(options, err) < 0 || choose_format(job, err) < 0 ||
        (!c->trial && (file_input_open(&job->input, options->path, err) < 0 ||
                       look(job, err) < 0))) { /* a pipe would wait */
        file_close(c);
        return error_prefix(err, "%s", strcmp(options->path, "-") == 0
                            ? "stdin" : options->path);
    }
    return 0;
}

static int file_fetch(struct collection *c, struct batch *out,
                      struct error *err)
{
    struct file_job *job = ((struct file *)c->state)->job;
    size_t before = out->count, used = out->memory.used;
    enum file_line rc = FILE_LINE_GOOD;
    struct error why;
    why.kind = ERROR_NONE; /* its text is not cleared for every page */
    job->out = out;
    out->archive = true;
    while (rc > FILE_LINE_END && out->count - before < PAGE_POSTS &&
           out->memory.used - used < PAGE_BYTES) {
        rc = job->format->next(job, &why);
        if (rc == FILE_LINE_BAD) /* is counted, not fatal */
            file_refuse(job, why.text);
    }
    if (rc <= FILE_LINE_END || job->departed.lines.length > DEPARTED_MOST)
        departed_tell(&job->departed, out);
    set_cursor(job);
    if (rc == FILE_LINE_ERROR) {
        *err = why;
        return error_prefix(err, "%s", job->options->path);
    }
    return rc != FILE_LINE_END;
}

void file_counts(const struct collection *c, struct file_counts *out)
{
    const struct file_job *job = ((const struct file *)c->state)->job;
    memset(out, 0, sizeof(*out));
    if (!job || !job->input)
        return;
    const char *name = job->ignored_name;
    out->posts = job->good;
    out->ignored = job->ignored;
    if (job->format == &file_ndjson && job->json)
        out->ignored = json_ignored(job->json, &name);
    snprintf(out->ignored_name, sizeof(out->ignored_name), "%s", name);
    file_input_progress(job->input, &out->bytes, &out->size);
}

const struct collector collector_file = {
    .name = "file",
    .about = "posts in files: NDJSON, CSV, TSV, twarc, Pushshift, Jetstream; "
             ".gz and .zst as they are",
    .terms = "those of where the posts came from",
    .source = "",
    .options = file_options,
    .state_size = sizeof(struct file),
    .every = 15 * MINUTE,
    .open = file_open,
    .fetch = file_fetch,
    .close = file_close,
};
