/* SPDX-License-Identifier: Apache-2.0 */
/* See write.h. */
#include "base/write.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"

static void put_name(struct writer *w, const char *name)
{
    if (w->within)
        buf_putc(w->out, ',');
    w->within = true;
    if (name && !w->csv) {
        json_write(w->out, text_of(name));
        buf_putc(w->out, ':');
    }
}

void write_begin(struct writer *w, const char *name, char bracket)
{
    if (!w->csv) {
        put_name(w, name);
        if (!name && bracket == '{' && w->out->length && !w->one_line)
            buf_putc(w->out, '\n');
        buf_putc(w->out, bracket);
    }
    w->within = false;
}

void write_end(struct writer *w, char bracket)
{
    buf_putc(w->out, w->csv ? '\n' : bracket);
    w->within = true;
}

/* A cell, quoted where needed. A text that a spreadsheet would run (= + - @
 * tab) gets an apostrophe in front. */
static void csv_text(struct buf *out, struct text t)
{
    bool guard = t.length && t.data[0] && strchr("=+-@\t\r", t.data[0]);
    bool quoted = guard;
    for (size_t i = 0; i < t.length && !quoted; i++)
        quoted = memchr(",\"\r\n", t.data[i], 4) != NULL;
    if (quoted)
        buf_putc(out, '"');
    if (guard)
        buf_putc(out, '\'');
    for (size_t i = 0; i < t.length; i++) {
        if (t.data[i] == '"')
            buf_putc(out, '"');
        buf_putc(out, t.data[i]);
    }
    if (quoted)
        buf_putc(out, '"');
}

void write_slice(struct writer *w, const char *name, struct text value)
{
    put_name(w, name);
    if (w->csv)
        csv_text(w->out, value);
    else
        json_write(w->out, value);
}

static void put_none(struct writer *w, const char *name)
{
    put_name(w, name);
    buf_puts(w->out, w->csv ? "" : "null");
}

void write_text(struct writer *w, const char *name, const char *value)
{
    if (value)
        write_slice(w, name, text_of(value));
    else
        put_none(w, name);
}

void write_count(struct writer *w, const char *name, uint64_t value)
{
    put_name(w, name);
    buf_printf(w->out, "%llu", (unsigned long long)value);
}

void write_real(struct writer *w, const char *name, double value)
{
    if (!isfinite(value)) {
        put_none(w, name);
        return;
    }
    put_name(w, name);
    buf_printf(w->out, "%.6g", value);
}

void write_flag(struct writer *w, const char *name, bool value)
{
    put_name(w, name);
    buf_puts(w->out, w->csv ? value ? "1" : "0" : value ? "true" : "false");
}

void write_time(struct writer *w, const char *name, int64_t when)
{
    char text[CLOCK_TEXT];
    write_text(w, name, when ? clock_format(when, text) : NULL);
}

void write_json(struct writer *w, const char *name, struct text value)
{
    put_name(w, name);
    buf_add(w->out, value.data, value.length);
}

void write_rows(struct writer *w, const char *header)
{
    if (w->csv)
        buf_printf(w->out, "%s\n", header);
    else
        write_begin(w, NULL, '[');
}

void write_rows_end(struct writer *w)
{
    if (!w->csv) {
        write_end(w, ']');
        buf_putc(w->out, '\n');
    }
}

void set_words(struct buf *out, unsigned set, const char *const names[],
               const char *between)
{
    for (const char *gap = ""; set; set &= set - 1, gap = between)
        buf_printf(out, "%s%s", gap, names[__builtin_ctz(set)]);
}

void write_set(struct writer *w, const char *name, unsigned set,
               const char *const names[])
{
    if (w->csv) {
        struct buf list = BUF_INIT(0);
        set_words(&list, set, names, ",");
        write_text(w, name, buf_text(&list));
        buf_release(&list);
        return;
    }
    write_begin(w, name, '[');
    for (; set; set &= set - 1)
        write_text(w, NULL, names[__builtin_ctz(set)]);
    write_end(w, ']');
}

void write_tags(struct writer *w, const struct tags *tags)
{
    write_text(w, "label", label_names[tags->label]);
    write_real(w, "score", tags->score / 1000.0);
    write_set(w, "aspects", tags->aspects, aspect_names);
    write_set(w, "intents", tags->intents, intent_names);
    write_set(w, "channels", tags->channels, channel_names);
}
