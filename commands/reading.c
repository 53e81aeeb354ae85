/* SPDX-License-Identifier: Apache-2.0 */
/* See reading.h. */
#include "commands/reading.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "digest/coverage.h"
#include "digest/names.h"
#include "digest/phrase.h"

enum { NEAR_NAMES = 5, NAME_LIMIT = 100 };

/* ---- subjects ------------------------------------------------------------ */

/* Changes of letters between two names, case aside. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_LIMIT + 1], n = strlen(b);
    if (strlen(a) > NAME_LIMIT || n > NAME_LIMIT)
        return NAME_LIMIT;
    for (size_t k = 0; k <= n; k++)
        row[k] = k;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t k = 1; k <= n; k++) {
            size_t change = corner + (text_lower((unsigned char)a[i - 1]) !=
                                      text_lower((unsigned char)b[k - 1]));
            corner = row[k];
            size_t less = row[k] < row[k - 1] ? row[k] : row[k - 1];
            row[k] = change < less + 1 ? change : less + 1;
        }
    }
    return row[n];
}

struct near {
    char name[NAME_LIMIT + 1];
    size_t distance;
};

struct search {
    const char *wanted;
    bool found;
    struct near near[NEAR_NAMES];
    size_t count;
};

/* The nearest few, nearest first; equals in the order they come. */
static int take_name(void *context, const char *name)
{
    struct search *s = context;
    size_t far = distance(s->wanted, name), at = s->count;
    s->found |= strcmp(s->wanted, name) == 0;
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->near[i].name, name) == 0)
            return 0;
    if (strlen(s->wanted) >= 3 && strstr(name, s->wanted))
        far = far < 2 ? far : 2;
    if (strlen(name) > NAME_LIMIT ||
        (at == NEAR_NAMES && far >= s->near[at - 1].distance))
        return 0;
    if (at < NEAR_NAMES)
        s->count++;
    else
        at--;
    for (; at > 0 && s->near[at - 1].distance > far; at--)
        s->near[at] = s->near[at - 1];
    snprintf(s->near[at].name, sizeof(s->near[at].name), "%s", name);
    s->near[at].distance = far;
    return 0;
}

/* With the names that are near, or some that there are. */
static int refuse_name(const struct search *s, const char *what,
                       const char *hint, struct error *err)
{
    struct buf list = BUF_INIT(400);
    size_t most = strlen(s->wanted) / 3 + 1;
    bool near = s->near[0].distance <= most;
    for (size_t i = 0; i < s->count; i++)
        if (!near || s->near[i].distance <= most)
            buf_printf(&list, "%s%s", i ? ", " : "", s->near[i].name);
    error_set(err, ERROR_USAGE, "%.60s is not a %s; %s: %s%s", s->wanted, what,
              near ? "near it" : "there are", buf_text(&list), hint);
    buf_release(&list);
    return -1;
}

int subject_check(struct invocation *in, const char *name, struct error *err)
{
    struct search s = { .wanted = name };
    if (strcmp(name, "*") == 0)
        return 0;
    for (size_t i = 0; i < in->config->subject_count; i++)
        take_name(&s, in->config->subjects[i].name);
    if (!s.found && store_names(in->store, STORE_SUBJECTS, take_name, &s, err))
        return -1;
    if (s.found)
        return 0;
    for (size_t i = 0; i < in->config->subject_count; i++) {
        const struct subject *known = &in->config->subjects[i];
        if (known->title && strcasecmp(known->title, name) == 0)
            return error_set(err, ERROR_USAGE, "%.60s is a title; commands "
                             "call it %s", name, known->name);
    }
    if (s.count)
        return refuse_name(&s, "subject", " (\"*\" means every post)", err);
    return error_set(err, ERROR_USAGE, "%.60s is not a subject: no brand is "
                     "configured and the store knows none (\"*\" means every "
                     "post)", name);
}

int source_check(struct invocation *in, const char *name,
                 enum store_name kind, struct error *err)
{
    struct search s = { .wanted = name };
    if (!name)
        return 0;
    for (size_t i = 0; i < in->config->source_count; i++)
        take_name(&s, kind == STORE_LABELS ? in->config->sources[i].label
                                           : in->config->sources[i].type);
    if (store_names(in->store, kind, take_name, &s, err))
        return -1;
    return s.found || !s.count ? 0 : refuse_name(&s, "source", "", err);
}

int subject_open(struct invocation *in, struct error *err)
{
    return invocation_store(in, STORE_READ, err) ||
           (in->subject && subject_check(in, in->subject, err)) ? -1 : 0;
}

void replies_check(const struct invocation *in)
{
    struct buf path = BUF_INIT(0);
    struct author_key key;
    struct error why = ERROR_INIT;
    size_t handles = 0;
    for (size_t i = 0; i < in->config->subject_count; i++)
        handles += in->config->subjects[i].handles.count;
    buf_printf(&path, "%s/author.key", store_folder(in->store));
    if (handles && author_key_load(&key, buf_text(&path), 0, &why))
        log_line(LOG_WARN, "accounts of the brands and their replies are not "
                 "recognised: %s", why.text);
    secret_wipe(&key, sizeof(key));
    buf_release(&path);
}

const char *subject_title(const struct invocation *in, const char *name)
{
    const struct subject *s = config_subject(in->config, name);
    if (strcmp(name, "*") == 0)
        return "every post";
    return s && s->title ? s->title : name;
}

/* ---- tags ---------------------------------------------------------------- */

static const char *const post_names[] = { "posts" };
const struct tag_names tag_kinds[TAG_KINDS] = {
    { "post", post_names, 1, offsetof(struct counts, posts) },
    { "label", label_names, LABEL_COUNT, offsetof(struct counts, label) },
    { "aspect", aspect_names, ASPECT_COUNT, offsetof(struct counts, aspect) },
    { "intent", intent_names, INTENT_COUNT, offsetof(struct counts, intent) },
    { "channel", channel_names, CHANNEL_COUNT,
      offsetof(struct counts, channel) },
};

bool tags_hold(const struct tags *t, enum tag_kind kind, int member)
{
    const unsigned sets[TAG_KINDS] = { 1, 1u << t->label, t->aspects,
                                       t->intents, t->channels };
    return sets[kind] >> member & 1;
}

uint64_t counts_of(const struct counts *c, enum tag_kind kind, int member)
{
    const void *first = (const char *)c + tag_kinds[kind].place;
    return ((const uint64_t *)first)[member];
}

/* ---- coverage ------------------------------------------------------------ */

int coverage_sums(struct invocation *in, const char *label, int64_t from,
                  int64_t until, double hours[COVERAGE_STATES],
                  struct error *err)
{
    from = from / QUARTER * QUARTER;
    size_t count = (size_t)((until - from + QUARTER - 1) / QUARTER);
    uint8_t *states = mem_alloc(count + 1);
    int rc = coverage_states(states, count, from, in->store, in->config,
                             label, err);
    for (int s = 0; s < COVERAGE_STATES; s++)
        hours[s] = 0;
    for (size_t i = 0; i < count && rc == 0; i++)
        hours[states[i]] += (double)QUARTER / HOUR;
    mem_free(states);
    return rc;
}

void write_coverage(struct writer *w, const char *label,
                    const double hours[COVERAGE_STATES])
{
    write_text(w, "label", label);
    for (int s = COVERAGE_PLANNED; s < COVERAGE_STATES; s++)
        write_real(w, coverage_names[s], hours[s]);
}

/* ---- posts --------------------------------------------------------------- */

const char *author_text(uint64_t hash, char out[AUTHOR_TEXT])
{
    snprintf(out, AUTHOR_TEXT, "hash:%016" PRIx64, hash);
    return hash ? out : "";
}

int post_find(struct store *store, const char *id, visit_post *visit,
              void *context, struct error *err)
{
    const char *slash = strchr(id, '/');
    if (!slash || slash == id || !slash[1])
        return error_set(err, ERROR_USAGE, "%.80s: write SOURCE/ID, as swell "
                         "inbox gives it", id);
    return store_post(store, (struct text){ id, (size_t)(slash - id) },
                      text_of(slash + 1), visit, context, err);
}

static int take_none(void *context, const struct post *post,
                     const struct mention *mention)
{
    (void)context, (void)post, (void)mention;
    return 0;
}

int post_note(struct store *store, const char *id, const char *key,
              const char *value, struct error *err)
{
    int known = post_find(store, id, take_none, NULL, err);
    if (known < 0)
        return -1;
    if (!known && *value)
        return error_set(err, ERROR_USAGE, "%.120s: the store has no such "
                         "post", id);
    return store_note_put(store, key, text_of(value), err);
}

/* ---- output -------------------------------------------------------------- */

unsigned terminal_columns(void)
{
    struct winsize size = { 0 };
    const char *named = getenv("COLUMNS");
    long columns = named ? strtol(named, NULL, 10) : 0;
    if (columns < 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        columns = size.ws_col;
    return columns < 1 || columns > 1000 ? 80 : (unsigned)columns;
}

int word_index(const char *option, const char *word, const char *const *names,
               int count, struct error *err)
{
    struct buf list = BUF_INIT(400);
    int index = tag_index(names, count, word);
    for (int i = 0; i < count && index < 0; i++)
        buf_printf(&list, "%s%s", i ? ", " : "", names[i]);
    if (index < 0)
        error_set(err, ERROR_USAGE, "--%s %.40s: choose from %s", option, word,
                  buf_text(&list));
    buf_release(&list);
    return index;
}

void put_quoted(struct buf *out, struct text t, size_t columns)
{
    char *copy = mem_slice(t.data ? t.data : "", t.length);
    phrase_quote(out, "", copy, columns, "");
    mem_free(copy);
}

void put_folded(struct buf *out, const char *margin, struct text t,
                size_t most)
{
    struct buf quoted = BUF_INIT(0);
    size_t columns = terminal_columns(), used = strlen(margin);
    put_quoted(&quoted, t, most);
    struct text left = buf_bytes(&quoted);
    while (left.length) {
        struct text line = phrase_line(&left, columns > used + 20
                                                  ? columns - used
                                                  : 20);
        buf_puts(out, margin);
        buf_add(out, line.data, line.length);
        buf_putc(out, '\n');
    }
    buf_release(&quoted);
}

const char *period(int64_t seconds, char out[PERIOD_TEXT])
{
    int64_t unit = seconds % DAY == 0 ? DAY : seconds % HOUR == 0 ? HOUR
                                                                  : MINUTE;
    snprintf(out, PERIOD_TEXT, "%" PRId64 "%c", seconds / unit,
             unit == DAY ? 'd' : unit == HOUR ? 'h' : 'm');
    return out;
}

void local_time(struct buf *out, const struct zone *zone, int64_t when)
{
    char text[CLOCK_TEXT];
    clock_format(when + zone_offset(zone, when), text);
    text[10] = ' ';
    text[16] = '\0';
    buf_puts(out, text);
}
