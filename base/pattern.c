/* SPDX-License-Identifier: Apache-2.0 */
/* The only user of PCRE2. Every match has a price limit, and a pattern that
 * pays too much on a short text is refused before it meets a post. */
#include "base/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/buf.h"
#include "base/mem.h"

enum {
    SOURCE_LIMIT = 8 * 1024,
    NEST_LIMIT = 64,
    GROUPS = 32,
    /* Steps from one place in the text; PCRE2 counts each place anew. */
    MATCH_LIMIT = 10 * 1000,
    /* JIT code does not count the steps of a simple repeat, whose cost grows
     * with the square of the length: longer texts are searched in windows
     * that overlap, so a match there may not be longer than the overlap. */
    WINDOW = 4 * 1024,
    OVERLAP = 1024,
    DEPTH_LIMIT = 10 * 1000,
    HEAP_LIMIT = 20 * 1024, /* KiB */
    STACK_START = 32 * 1024,
    STACK_LIMIT = 1024 * 1024,
    /* A probe has 48 characters. From one place a cost that grows with the
     * length is honest (48 steps), one with its square is not (1,128). */
    PROBE_LENGTH = 48,
    PROBE_LIMIT = 700,
};

struct pattern {
    pcre2_code *code;
};

struct matcher {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
};

static pcre2_code *compile(const struct buf *source, unsigned flags,
                           uint32_t more, struct error *err)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    int code = PCRE2_ERROR_NOMEMORY;
    PCRE2_SIZE offset = 0;
    pcre2_code *out = NULL;
    if (context) {
        pcre2_set_parens_nest_limit(context, NEST_LIMIT);
        out = pcre2_compile((PCRE2_SPTR)buf_text(source), source->length,
                            PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C |
                                more |
                                (flags & PATTERN_CASELESS ? PCRE2_CASELESS : 0),
                            &code, &offset, context);
    }
    if (!out) {
        char why[200] = "";
        pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof(why));
        error_set(err, ERROR_CONFIG,
                  "the pattern \"%s\" is wrong at character %zu: %s",
                  buf_text(source), (size_t)offset + 1, why);
    }
    pcre2_compile_context_free(context);
    return out;
}

static bool is_letter(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* Everything that is no letter or digit loses its meaning. */
static void add_literal(struct buf *b, const char *source, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)source[i] < 0x80 && !is_letter(source[i]))
            buf_putc(b, '\\');
        buf_putc(b, source[i]);
    }
}

/* True when the text costs more than a short one may. */
static bool runs_away(const struct pattern *p, struct matcher *m,
                      const char *unit, size_t length)
{
    char probe[PROBE_LENGTH + 2];
    size_t used = 0;
    while (used < PROBE_LENGTH) {
        probe[used] = unit[used % length];
        used++;
    }
    probe[used++] = '~'; /* what makes a greedy pattern give back */
    int rc = pcre2_match(p->code, (PCRE2_SPTR)probe, used, 0,
                         PCRE2_NO_JIT, m->data, m->context);
    return rc < -1 && rc != PCRE2_ERROR_PARTIAL;
}

/* Try runs of common characters and of the pattern's own pieces. */
static bool probes_run_away(const struct pattern *p, struct matcher *m,
                            const char *source, size_t length)
{
    static const char *const units[] = { "a", "a ", "1", " ", ".", "A", "ab",
                                         "a1", "a-", "1.", "_", "!" };
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (runs_away(p, m, units[i], strlen(units[i])))
            return true;
    for (size_t i = 0; i < length;) {
        size_t end = i;
        while (end < length && is_letter(source[end]))
            end++;
        if (end > i && (runs_away(p, m, source + i, end - i) ||
                        runs_away(p, m, source + end - 1, 1) ||
                        runs_away(p, m, source + i, 1)))
            return true;
        i = end + 1;
    }
    return false;
}

/* The probe skips no step: in a real match PCRE2 gives up at once when a
 * character the pattern needs is missing, which would hide the cost. */
static int check(const struct pattern *p, const struct buf *whole,
                 const char *source, size_t length, unsigned flags,
                 struct error *err)
{
    uint32_t empty = 0;
    pcre2_pattern_info(p->code, PCRE2_INFO_MATCHEMPTY, &empty);
    if (empty)
        return error_set(err, ERROR_CONFIG,
                         "the pattern \"%.*s\" matches the empty text, so it "
                         "would match everywhere; let it need a character",
                         (int)length, source);
    struct pattern slow = { compile(whole, flags, PCRE2_NO_START_OPTIMIZE,
                                    err) };
    if (!slow.code)
        return -1;
    struct matcher *m = matcher_open();
    pcre2_set_match_limit(m->context, PROBE_LIMIT);
    bool away = probes_run_away(&slow, m, source, length);
    matcher_close(m);
    pcre2_code_free(slow.code);
    if (away)
        return error_set(err, ERROR_CONFIG,
                         "the pattern \"%.*s\" could run away: on %d "
                         "characters it takes over %d steps; avoid repeats "
                         "inside repeats", (int)length, source, PROBE_LENGTH,
                         PROBE_LIMIT);
    return 0;
}

int pattern_open(struct pattern **out, const char *source, size_t length,
                 unsigned flags, struct error *err)
{
    struct buf whole = BUF_INIT(0);
    int rc = -1;
    *out = NULL;
    if (length > SOURCE_LIMIT)
        return error_set(err, ERROR_CONFIG,
                         "a pattern of %zu bytes is too long (at most %d)",
                         length, SOURCE_LIMIT);
    /* \b would see "#tag" begin inside a word; letters and digits decide. */
    if (flags & PATTERN_WORD)
        buf_puts(&whole, "(?<![\\p{L}\\p{N}_])(?:");
    if (flags & PATTERN_LITERAL)
        add_literal(&whole, source, length);
    else
        buf_add(&whole, source, length);
    if (flags & PATTERN_WORD)
        buf_puts(&whole, ")(?![\\p{L}\\p{N}_])");
    struct pattern *p = mem_alloc(sizeof(*p));
    p->code = compile(&whole, flags, 0, err);
    if (!p->code)
        goto done;
    /* Without JIT (a machine it does not know) matching is slower only. */
    (void)pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
    if (check(p, &whole, source, length, flags, err))
        goto done;
    *out = p;
    p = NULL;
    rc = 0;
done:
    pattern_close(p);
    buf_release(&whole);
    return rc;
}

void pattern_close(struct pattern *p)
{
    if (p)
        pcre2_code_free(p->code);
    mem_free(p);
}

struct matcher *matcher_open(void)
{
    struct matcher *m = mem_alloc(sizeof(*m));
    m->data = pcre2_match_data_create(GROUPS, NULL);
    m->context = pcre2_match_context_create(NULL);
    m->stack = pcre2_jit_stack_create(STACK_START, STACK_LIMIT, NULL);
    pcre2_set_match_limit(m->context, MATCH_LIMIT);
    pcre2_set_depth_limit(m->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(m->context, HEAP_LIMIT);
    pcre2_jit_stack_assign(m->context, NULL, m->stack);
    return m;
}

void matcher_close(struct matcher *m)
{
    if (m) {
        pcre2_match_data_free(m->data);
        pcre2_match_context_free(m->context);
        pcre2_jit_stack_free(m->stack);
    }
    mem_free(m);
}

int pattern_match(const struct pattern *p, struct matcher *m,
                  const char *subject, size_t length, size_t from,
                  size_t *start, size_t *end)
{
    for (;;) {
        size_t until = length;
        if (length - from > WINDOW + OVERLAP)
            for (until = from + WINDOW; (subject[until] & 0xc0) == 0x80;)
                until--;
        int rc = pcre2_match(p->code, (PCRE2_SPTR)subject, until, from,
                             PCRE2_NO_UTF_CHECK, m->data, m->context);
        const PCRE2_SIZE *bounds = pcre2_get_ovector_pointer(m->data);
        /* What touches the end of a window may go on in the next one. */
        bool cut = until < length && (rc == PCRE2_ERROR_NOMATCH ||
                                      (rc >= 0 && bounds[1] == until));
        if (!cut) {
            *start = rc >= 0 ? bounds[0] : 0;
            *end = rc >= 0 ? bounds[1] : 0;
            return rc >= 0 ? 1 : rc == PCRE2_ERROR_NOMATCH ? 0 : -1;
        }
        for (from = until - OVERLAP; (subject[from] & 0xc0) == 0x80;)
            from--;
    }
}
