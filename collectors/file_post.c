/* SPDX-License-Identifier: Apache-2.0 */
/* Named fields of a file become a post, or are refused with a reason. Knows
 * no format. */
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "collectors/file_parts.h"

enum {
    TELL = 5,                    /* refused lines said one by one */
    AHEAD = DAY,                 /* clocks and zones differ by less */
    SOURCE_LIMIT = 60,
};

static const struct {
    const char *name;
    enum file_field field;
} names[] = {
    { "id", FIELD_ID }, { "source", FIELD_SOURCE },
    { "created_at", FIELD_CREATED }, { "author", FIELD_AUTHOR },
    { "text", FIELD_TEXT }, { "lang", FIELD_LANG }, { "url", FIELD_URL },
    { "likes", FIELD_LIKES }, { "reposts", FIELD_REPOSTS },
    { "replies", FIELD_REPLIES }, { "reply_to", FIELD_REPLY_TO },
    { "kind", FIELD_KIND }, { "rating", FIELD_RATING },
    { "handle", FIELD_HANDLE }, { "edited_at", FIELD_EDITED },
    { "indexed_at", FIELD_INDEXED }, { "fetched_at", FIELD_FETCHED },
    { "deleted", FIELD_DELETED },
    /* aliases */
    { "ts", FIELD_CREATED }, { "timestamp", FIELD_CREATED },
    { "date", FIELD_CREATED }, { "in_reply_to", FIELD_REPLY_TO },
    { "language", FIELD_MADE }, { "language_percent", FIELD_MADE },
    { "label", FIELD_MADE }, { "score", FIELD_MADE },
    { "aspects", FIELD_MADE }, { "intents", FIELD_MADE },
    { "channels", FIELD_MADE }, { "subjects", FIELD_MADE },
    { "wish", FIELD_MADE }, { "switch_from", FIELD_MADE },
    { "switch_to", FIELD_MADE },
};
enum { NAMES = sizeof(names) / sizeof(*names) };

bool file_name(const struct file *file, size_t i, struct text *name,
               enum file_field *field)
{
    size_t mapped = file->map.count, n = i < mapped ? 0 : i - mapped;
    *field = FIELD_NONE;
    if (i < mapped) {
        const char *item = file->map.items[i];
        const char *equals = strrchr(item, '=');
        *name = (struct text){ item, equals ? (size_t)(equals - item) : 0 };
        while (n < NAMES && equals && strcmp(names[n].name, equals + 1) != 0)
            n++;
    } else if (n < NAMES) {
        *name = text_of(names[n].name);
    }
    if (n < NAMES)
        *field = names[n].field;
    return i < mapped + NAMES;
}

void file_refuse(struct file *file, const char *why)
{
    struct collection *c = file->collection;
    const char *path = strcmp(file->path, "-") == 0 ? "stdin" : file->path;
    unsigned long long line = file_input_number(file->input);
    c->skipped++;
    snprintf(c->skipped_why, sizeof(c->skipped_why), "%s:%llu: %s", path,
             line, why);
    if (file->told++ < TELL)
        log_line(LOG_WARN, "%s:%llu: %s", path, line, why);
    else if (file->told == TELL + 1)
        log_line(LOG_WARN, "%s: more lines are left out, counted at the end",
                 path);
}

static uint32_t count_of(struct text t)
{
    uint32_t count = 0;
    struct json_value v = { JSON_STRING, t };
    return json_count(&v, &count) ? count : 0;
}

static int64_t time_of(struct text t)
{
    int64_t when = 0;
    if (!t.length || clock_parse(t.data, t.length, &when) < 0)
        return 0;
    return when;
}

static struct text keep(struct batch *out, struct text t, size_t limit)
{
    if (!t.length || t.length > limit)
        return (struct text){ NULL, 0 };
    return text_copy(&out->memory, t.data, t.length, limit);
}

/* The claimed time, or why it cannot be. */
static const char *read_time(const struct text *f, struct post *p,
                             int64_t now)
{
    struct text t = f[FIELD_CREATED];
    p->indexed = time_of(f[FIELD_INDEXED]);
    if (!t.length)
        return "no date (created_at, ts, timestamp or date)";
    if (clock_parse(t.data, t.length, &p->created) < 0)
        return "its date is none that can be read";
    if (p->created <= now + AHEAD && p->created >= POST_EARLIEST)
        return NULL;
    if (p->indexed >= POST_EARLIEST && p->indexed <= now + AHEAD) {
        p->created = p->indexed; /* the server's word stands */
        p->faults |= POST_FAULT_TIME;
        return NULL;
    }
    return p->created > now
        ? "its date is more than a day ahead of now"
        : "its date is before 1990";
}

/* Tables with empty cells write whole numbers as "611.0". */
static struct text whole(struct text t)
{
    if (t.length < 3 || memcmp(t.data + t.length - 2, ".0", 2) != 0)
        return t;
    for (size_t i = 0; i < t.length - 2; i++)
        if (t.data[i] < '0' || t.data[i] > '9')
            return t;
    return (struct text){ t.data, t.length - 2 };
}

static uint8_t read_kind(const struct text *f, const struct post *p)
{
    for (uint8_t i = 0; i < POST_KIND_COUNT; i++)
        if (text_is(f[FIELD_KIND], post_kind_names[i]))
            return i;
    return p->rating ? POST_REVIEW : p->reply_to.length ? POST_REPLY
         : POST_ORIGINAL;
}

/* An author as `swell export` writes one: "hash:" and 16 digits; else 0. */
static uint64_t read_hash(struct text t)
{
    char digits[17], *end;
    if (t.length != 21 || !text_begins(t, "hash:"))
        return 0;
    memcpy(digits, t.data + 5, 16);
    digits[16] = '\0';
    uint64_t hash = strtoull(digits, &end, 16);
    return *end ? 0 : hash;
}

/* The same row always gets the same id, so that a file without ids may be
 * read twice. */
static struct text derive_id(struct batch *out, const struct post *p)
{
    uint64_t h = hash64(p->source.data, p->source.length);
    h = hash64_seed(p->author.data ? p->author.data : "", p->author.length, h);
    h = hash64_seed(&p->created, sizeof(p->created), h);
    h = hash64_seed(p->text.data ? p->text.data : "", p->text.length, h);
    char *id = arena_alloc(&out->memory, 20);
    snprintf(id, 20, "row-%015llx", (unsigned long long)(h >> 4));
    return text_of(id);
}

static const char *fill(struct file *file, const struct text *f, struct post *p)
{
    struct batch *out = file->out;
    p->deleted = text_is(f[FIELD_DELETED], "true");
    p->native_id = keep(out, f[FIELD_ID], POST_ID_LIMIT);
    if (f[FIELD_ID].length > POST_ID_LIMIT)
        return "its id is too long";
    if (p->deleted && !p->native_id.length)
        return "a deletion without id";
    /* An export leaves out what is empty; some give stars and no word. */
    if (!f[FIELD_TEXT].data && !f[FIELD_MADE].data && !f[FIELD_RATING].data &&
        !p->deleted)
        return "no text";
    const char *why = read_time(f, p, file->now);
    if (why && !p->deleted)
        return why;
    p->source = keep(out, f[FIELD_SOURCE], SOURCE_LIMIT);
    if (!p->source.length)
        p->source = text_of(file->source);
    p->author_hash = read_hash(f[FIELD_AUTHOR]);
    if (!p->author_hash)
        p->author = keep(out, f[FIELD_AUTHOR], POST_ID_LIMIT);
    p->handle = keep(out, f[FIELD_HANDLE], POST_ID_LIMIT);
    if (f[FIELD_TEXT].length)
        p->text = text_copy(&out->memory, f[FIELD_TEXT].data,
                            f[FIELD_TEXT].length, POST_TEXT_LIMIT);
    if (f[FIELD_TEXT].length > POST_TEXT_LIMIT)
        p->faults |= POST_FAULT_CUT;
    p->lang = keep(out, f[FIELD_LANG], 16);
    p->url = keep(out, f[FIELD_URL], POST_URL_LIMIT);
    p->reply_to = keep(out, whole(f[FIELD_REPLY_TO]), POST_ID_LIMIT);
    p->likes = count_of(f[FIELD_LIKES]);
    p->reposts = count_of(f[FIELD_REPOSTS]);
    p->replies = count_of(f[FIELD_REPLIES]);
    uint32_t rating = count_of(f[FIELD_RATING]);
    p->rating = rating >= 1 && rating <= 5 ? (uint8_t)rating : 0;
    p->edited = time_of(f[FIELD_EDITED]);
    p->kind = read_kind(f, p);
    p->fetched = time_of(f[FIELD_FETCHED]);
    if (!p->fetched || p->fetched > file->now)
        p->fetched = file->now;
    if (!p->native_id.length)
        p->native_id = derive_id(out, p);
    return NULL;
}

void file_post(struct file *file, const struct text fields[FILE_MEANINGS])
{
    const char *why = fill(file, fields, batch_add(file->out));
    if (!why) {
        file->good++;
        return;
    }
    batch_drop(file->out);
    file_refuse(file, why);
}
