/* SPDX-License-Identifier: Apache-2.0 */
/* See file_input.h: a window over the unpacked bytes in which lines and
 * records are found without copying. Knows nothing of posts.
 *
 *   data   ......[ last line | not yet given        ]......
 *                ^last       ^start                 ^end   ^room
 */
#include "collectors/file_input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "collectors/file_unpack.h"

enum {
    READ_SIZE = 256 * 1024, /* what a core keeps near while it parses */
    WINDOW = FILE_LINE_LIMIT + 2 * READ_SIZE,
    MARK_LIMIT = 256,
};

struct file_input {
    int fd;
    bool regular;
    uint64_t size;
    struct unpacker *unpacker;
    char *data;              /* owned, WINDOW bytes */
    size_t last, start, end;
    bool ended;
    struct error late;       /* told when all was given */
    uint64_t number, next;   /* lines: the last one given, the next one */
    uint64_t offset;         /* of data[0] in the unpacked bytes */
    uint64_t whole;          /* offset behind the last newline given */
};

int file_input_open(struct file_input **out, const char *path,
                    struct error *err)
{
    struct stat st;
    bool in = strcmp(path, "-") == 0;
    int fd = in ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(err, errno == EACCES ? ERROR_DENIED : ERROR_INPUT,
                         "cannot open it: %s", strerror(errno));
    if (fstat(fd, &st) < 0 || S_ISDIR(st.st_mode)) {
        if (!in)
            close(fd);
        return error_set(err, ERROR_INPUT, "this is a folder: name the files "
                         "in it");
    }
    struct file_input *f = mem_alloc(sizeof(*f));
    f->fd = fd;
    f->regular = S_ISREG(st.st_mode) && !in;
    f->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    f->unpacker = unpacker_open(fd);
    f->data = mem_resize(NULL, WINDOW);
    f->next = 1;
    *out = f;
    return 0;
}

void file_input_close(struct file_input *f)
{
    if (!f)
        return;
    unpacker_close(f->unpacker);
    if (f->fd != STDIN_FILENO)
        close(f->fd);
    mem_free(f->data);
    mem_free(f);
}

/* More bytes behind end; false when there are none. */
static bool fill(struct file_input *f)
{
    if (f->ended)
        return false;
    if (f->start) { /* of a line that has only begun */
        memmove(f->data, f->data + f->start, f->end - f->start);
        f->offset += f->start;
        f->end -= f->start;
        f->start = 0;
        f->last = 0;
    }
    long n = unpacker_read(f->unpacker, f->data + f->end, READ_SIZE, &f->late);
    if (n <= 0) {
        f->ended = true;
        return false;
    }
    f->end += (size_t)n;
    return true;
}

static void consume(struct file_input *f, size_t length, bool newline)
{
    f->last = f->start;
    f->start += length;
    if (newline)
        f->whole = f->offset + f->start;
}

_Static_assert(FILE_LINE_LIMIT == 1048576, "it is told as a number");

/* A line that cannot be, however long it is: go on behind it. */
static enum file_line refuse(struct file_input *f, const char *why,
                             struct error *err)
{
    char *newline;
    while (!(newline = memchr(f->data + f->start, '\n', f->end - f->start))) {
        f->start = f->end;
        if (!fill(f))
            break;
    }
    if (newline)
        consume(f, (size_t)(newline + 1 - (f->data + f->start)), true);
    f->number = f->next++;
    error_set(err, ERROR_INPUT, "%s", why);
    return FILE_LINE_BAD;
}

static enum file_line at_end(struct file_input *f, struct error *err)
{
    if (f->late.kind == ERROR_NONE)
        return FILE_LINE_END;
    if (err)
        *err = f->late;
    return FILE_LINE_ERROR;
}

enum file_line file_input_line(struct file_input *f, struct text *line,
                               struct error *err)
{
    size_t seen = 0;
    for (;;) {
        char *from = f->data + f->start;
        size_t have = f->end - f->start;
        char *newline = seen < have
            ? memchr(from + seen, '\n', have - seen) : NULL;
        if (newline)
            have = (size_t)(newline + 1 - from);
        if (have > FILE_LINE_LIMIT)
            return refuse(f, "the line is longer than 1048576 bytes", err);
        if (!newline && fill(f)) {
            seen = have;
            continue;
        }
        if (!have)
            return at_end(f, err);
        consume(f, have, newline != NULL);
        f->number = f->next++;
        *line = (struct text){ f->data + f->last, have };
        return FILE_LINE_GOOD;
    }
}

void file_input_unread(struct file_input *f)
{
    f->start = f->last;
    f->next = f->number;
    f->whole = f->offset + f->start;
}

/* ---- records ---------------------------------------------------------- */

/* One record of a table (RFC 4180; between tabs there are no quotes). */
struct record {
    char delimiter;
    struct text *fields;       /* room for FILE_COLUMNS */
    size_t count, used;        /* fields; bytes, with the newline */
    bool more;                 /* a delimiter came: there is another field */
    const char *why;           /* it is broken */
};

enum found { RECORD_WHOLE, RECORD_MORE /* bytes are needed */,
             RECORD_BROKEN };

/* ended: no more bytes come, a last record needs no newline. */
static enum found scan_field(struct record *s, const char *data,
                             size_t length, bool ended)
{
    size_t i = s->used, from = i;
    bool quoted = i < length && data[i] == '"' && s->delimiter != '\t';
    size_t until;
    if (quoted) {
        from = ++i;
        for (;;) {
            const char *q = memchr(data + i, '"', length - i);
            if (!q)
                return RECORD_MORE;
            i = (size_t)(q - data);
            if (i + 1 == length && !ended)
                return RECORD_MORE;
            if (i + 1 == length || data[i + 1] != '"')
                break;
            i += 2; /* a doubled one */
        }
        until = i++;
    } else {
        while (i < length && data[i] != s->delimiter && data[i] != '\n')
            i++;
        if (i == length && !ended)
            return RECORD_MORE;
        until = i;
        if (i < length && data[i] == '\n' && until > from &&
            data[until - 1] == '\r')
            until--;
    }
    if (quoted && i < length && data[i] == '\r')
        i++;
    s->more = i < length && data[i] == s->delimiter;
    if (i < length && !s->more && data[i] != '\n') {
        s->why = "there is text behind a closing quote";
        return RECORD_BROKEN;
    }
    if (s->count < FILE_COLUMNS)
        s->fields[s->count++] = (struct text){ data + from, until - from };
    s->used = i + (i < length);
    return RECORD_WHOLE;
}

static enum found scan_record(struct record *s, const char *data,
                              size_t length, bool ended)
{
    enum found found;
    s->count = s->used = 0;
    do
        found = scan_field(s, data, length, ended);
    while (found == RECORD_WHOLE && s->more);
    return found;
}

/* "" inside quotes means one; in place, the field only gets shorter. */
static void undouble(char *data, struct text *field)
{
    if (field->data == data || field->data[-1] != '"' ||
        !memchr(field->data, '"', field->length))
        return;
    char *to = data + (field->data - data), *begin = to;
    for (size_t i = 0; i < field->length; i++) {
        *to++ = field->data[i];
        i += field->data[i] == '"';
    }
    field->length = (size_t)(to - begin);
}

/* Its newlines, and with the doubled quotes undone. */
static size_t take_record(struct record *s, char *data)
{
    size_t lines = 0;
    char *at = data, *end = data + s->used;
    for (; (at = memchr(at, '\n', (size_t)(end - at))); at++)
        lines++;
    for (size_t i = 0; i < s->count; i++)
        undouble(data, &s->fields[i]);
    return lines;
}

enum file_line file_input_record(struct file_input *f, char delimiter,
                                 struct text fields[FILE_COLUMNS],
                                 size_t *count, struct error *err)
{
    struct record r = { .delimiter = delimiter, .fields = fields };
    enum found what = RECORD_MORE;
    while (what == RECORD_MORE) {
        size_t have = f->end - f->start;
        bool ended = f->ended;
        if (have)
            what = scan_record(&r, f->data + f->start, have, ended);
        if (what != RECORD_MORE)
            break;
        if (have > FILE_LINE_LIMIT)
            return refuse(f, "the record is too long, or a quote is never "
                          "closed", err);
        if (fill(f) || !ended)
            continue;
        return have ? refuse(f, "a quote is never closed", err)
                    : at_end(f, err);
    }
    if (what == RECORD_BROKEN)
        return refuse(f, r.why, err);
    char *from = f->data + f->start;
    f->number = f->next;
    consume(f, r.used, r.used && from[r.used - 1] == '\n');
    f->next += take_record(&r, from);
    *count = r.count == 1 && !fields[0].length ? 0 : r.count;
    return FILE_LINE_GOOD;
}

/* ---- places ----------------------------------------------------------- */

uint64_t file_input_number(const struct file_input *f)
{
    return f->number;
}

bool file_input_position(const struct file_input *f, uint64_t *offset,
                         uint64_t *lines)
{
    bool whole = f->whole == f->offset + f->start;
    *offset = f->whole;
    *lines = (whole ? f->next : f->number) - 1;
    return f->regular && !unpacker_packed(f->unpacker);
}

int file_input_seek(struct file_input *f, uint64_t offset, uint64_t line,
                    struct error *err)
{
    if (!f->regular || offset > f->size || unpacker_packed(f->unpacker) ||
        lseek(f->fd, (off_t)offset, SEEK_SET) < 0)
        return error_set(err, ERROR_INPUT, "cannot go on at byte %llu",
                         (unsigned long long)offset);
    unpacker_moved(f->unpacker);
    f->start = 0;
    f->last = 0;
    f->end = 0;
    f->ended = false;
    f->offset = offset;
    f->whole = offset;
    f->next = line;
    return 0;
}

uint64_t file_input_mark(const struct file_input *f, uint64_t limit)
{
    char first[MARK_LIMIT];
    size_t wanted = limit < MARK_LIMIT ? (size_t)limit : MARK_LIMIT;
    if (!f->regular || !wanted ||
        pread(f->fd, first, wanted, 0) != (ssize_t)wanted)
        return 0;
    return hash64(first, wanted);
}

void file_input_progress(const struct file_input *f, uint64_t *done,
                         uint64_t *total)
{
    *done = unpacker_taken(f->unpacker);
    *total = f->size;
}
