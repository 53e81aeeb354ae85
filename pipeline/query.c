/* SPDX-License-Identifier: Apache-2.0 */
/* See query.h. A recursive parser of one level per rank of operator, and an
 * evaluator that walks the same tree. Long: both need the same nodes. */
#include "pipeline/query.h"

enum { DEPTH_LIMIT = 16, NODES_LIMIT = 200, NEAR_DEFAULT = 5, HITS_TRIED = 64,
       STEPS_LIMIT = 2000 };

enum node_kind { NODE_NAME, NODE_PATTERN, NODE_AND, NODE_OR, NODE_NOT,
                 NODE_NEAR };

struct node {
    enum node_kind kind;
    struct node *left, *right;   /* NOT: left only */
    struct name forms[NAME_FORMS];
    size_t form_count;
    struct pattern *pattern;
    uint64_t word;               /* a pattern's needed word; 0: none */
    size_t distance;             /* NEAR */
};

struct query {
    struct node *root;
};

struct parser {
    struct text source;
    size_t at;
    bool sensitive;
    unsigned depth, nodes;
    struct error *err;
};

static void node_close(struct node *n)
{
    if (!n)
        return;
    node_close(n->left);
    node_close(n->right);
    for (size_t i = 0; i < n->form_count; i++)
        name_release(&n->forms[i]);
    pattern_close(n->pattern);
    mem_free(n);
}

static struct node *node_new(struct parser *p, enum node_kind kind)
{
    if (++p->nodes > NODES_LIMIT) {
        error_set(p->err, ERROR_CONFIG, "a query has more than %d parts",
                  NODES_LIMIT);
        return NULL;
    }
    struct node *n = mem_alloc(sizeof(*n));
    n->kind = kind;
    return n;
}

static void skip_space(struct parser *p)
{
    while (p->at < p->source.length && (p->source.data[p->at] == ' ' ||
                                        p->source.data[p->at] == '\t' ||
                                        p->source.data[p->at] == '\n'))
        p->at++;
}

/* The next run of bytes up to a space, bracket or quote. */
static struct text peek(struct parser *p)
{
    skip_space(p);
    size_t end = p->at;
    while (end < p->source.length && !strchr(" \t\n()\"", p->source.data[end]))
        end++;
    return (struct text){ p->source.data + p->at, end - p->at };
}

static bool is_near(struct text t)
{
    return t.length >= 4 && memcmp(t.data, "NEAR", 4) == 0 &&
           (t.length == 4 || t.data[4] == '/');
}

static bool is_operator(struct text t)
{
    return text_is(t, "AND") || text_is(t, "OR") || text_is(t, "NOT") ||
           is_near(t);
}

static bool accept(struct parser *p, const char *word)
{
    struct text t = peek(p);
    if (!text_is(t, word))
        return false;
    p->at += t.length;
    return true;
}

static bool accept_byte(struct parser *p, char byte)
{
    skip_space(p);
    if (p->at >= p->source.length || p->source.data[p->at] != byte)
        return false;
    p->at++;
    return true;
}

static struct node *name_node(struct parser *p, struct text source)
{
    struct node *n = node_new(p, NODE_NAME);
    if (n && name_forms(n->forms, &n->form_count, source, p->sensitive,
                        p->err)) {
        node_close(n);
        n = NULL;
    }
    return n;
}

static bool is_wordy(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* Past the class that opens at c[at]. */
static size_t skip_class(const char *c, size_t length, size_t at)
{
    at++;
    if (at < length && c[at] == '^')
        at++;
    if (at < length && c[at] == ']')
        at++;
    while (at < length && c[at] != ']')
        at += c[at] == '\\' ? 2 : 1;
    return at;
}

/* Alternatives, inline options and quoting: nothing is certain then. */
static bool is_intricate(const char *c, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (c[i] == '|' || (c[i] == '(' && i + 1 < length && c[i + 1] == '*'))
            return true;
        if (c[i] == '(' && i + 2 < length && c[i + 1] == '?' &&
            !strchr(":=!<>", c[i + 2]))
            return true;
        if (c[i] == '\\' && ++i < length && c[i] == 'Q')
            return true;
    }
    return false;
}

/* The hash of a word that every match must contain: \b, plain letters, \b or
 * a space, outside brackets. 0: none is certain. */
static uint64_t needed_word(const char *c, size_t length)
{
    char word[32];
    int depth = 0;
    for (size_t i = 0; i < length && !is_intricate(c, length); i++) {
        if (c[i] == '[')
            i = skip_class(c, length, i);
        else if (c[i] == '(')
            depth++;
        else if (c[i] == ')')
            depth--;
        if (i >= length || c[i] != '\\' || ++i >= length || c[i] != 'b' ||
            depth)
            continue;
        size_t used = 0, at = i + 1;
        for (; at < length && used < sizeof(word) && is_wordy(c[at]); at++)
            word[used++] = (char)(c[at] >= 'A' && c[at] <= 'Z' ? c[at] | 32
                                                               : c[at]);
        bool ends = (at + 1 < length && c[at] == '\\' && c[at + 1] == 'b') ||
                    (at < length && c[at] == ' ' &&
                     (at + 1 == length || !strchr("?*{", c[at + 1])));
        if (used >= 2 && ends)
            return words_hash(word, used);
    }
    return 0;
}

/* /pattern/flags from p->at on; the last slash ends it. */
static struct node *pattern_node(struct parser *p)
{
    const char *c = p->source.data;
    size_t start = p->at + 1, end = start;
    while (end < p->source.length && c[end] != '/')
        end += c[end] == '\\' ? 2 : 1;
    if (end >= p->source.length) {
        error_set(p->err, ERROR_CONFIG, "the pattern \"%.*s\" has no closing "
                  "slash", (int)(p->source.length - p->at), c + p->at);
        return NULL;
    }
    unsigned flags = 0;
    for (p->at = end + 1; p->at < p->source.length && is_wordy(c[p->at]);
         p->at++) {
        if (c[p->at] != 'i') {
            error_set(p->err, ERROR_CONFIG, "the pattern flag \"%c\" is not "
                      "known; only i (any case) is", c[p->at]);
            return NULL;
        }
        flags |= PATTERN_CASELESS;
    }
    struct node *n = node_new(p, NODE_PATTERN);
    if (!n)
        return NULL;
    n->word = needed_word(c + start, end - start);
    if (pattern_open(&n->pattern, c + start, end - start, flags, p->err)) {
        node_close(n);
        n = NULL;
    }
    return n;
}

static struct node *parse_or(struct parser *p);

static struct node *parse_phrase(struct parser *p)
{
    size_t start = p->at;
    const char *close = memchr(p->source.data + start, '"',
                               p->source.length - start);
    if (!close) {
        error_set(p->err, ERROR_CONFIG, "a quotation mark is not closed");
        return NULL;
    }
    p->at = (size_t)(close - p->source.data) + 1;
    return name_node(p, (struct text){ p->source.data + start,
                                       p->at - 1 - start });
}

/* Words side by side up to an operator or bracket are one name. */
static struct node *parse_words(struct parser *p)
{
    struct text first = peek(p);
    size_t start = p->at, end = start;
    bool marked = first.length && (*first.data == '@' || *first.data == '#');
    for (struct text t = first; t.length && !is_operator(t); t = peek(p)) {
        if (end > start && (marked || *t.data == '@' || *t.data == '#' ||
                            *t.data == '/'))
            break;
        p->at += t.length;
        end = p->at;
    }
    if (end == start) {
        error_set(p->err, ERROR_CONFIG, "a name is missing %s\"%.*s\"",
                  first.length ? "before " : "at the end of ",
                  (int)(first.length ? first.length : p->source.length),
                  first.length ? first.data : p->source.data);
        return NULL;
    }
    return name_node(p, (struct text){ p->source.data + start, end - start });
}

static struct node *parse_unary(struct parser *p)
{
    if (accept(p, "NOT")) {
        struct node *n = node_new(p, NODE_NOT);
        if (n && !(n->left = parse_unary(p))) {
            node_close(n);
            n = NULL;
        }
        return n;
    }
    if (accept_byte(p, '(')) {
        if (++p->depth > DEPTH_LIMIT) {
            error_set(p->err, ERROR_CONFIG, "brackets are nested more than %d "
                      "deep", DEPTH_LIMIT);
            return NULL;
        }
        struct node *n = parse_or(p);
        p->depth--;
        if (n && !accept_byte(p, ')')) {
            error_set(p->err, ERROR_CONFIG, "a bracket is not closed");
            node_close(n);
            n = NULL;
        }
        return n;
    }
    if (accept_byte(p, '"'))
        return parse_phrase(p);
    if (p->at < p->source.length && p->source.data[p->at] == '/')
        return pattern_node(p);
    return parse_words(p);
}

/* left op right, or NULL with both freed. */
static struct node *join(struct parser *p, enum node_kind kind,
                         struct node *left, struct node *right)
{
    struct node *n = right ? node_new(p, kind) : NULL;
    if (!n) {
        node_close(left);
        node_close(right);
        return NULL;
    }
    n->left = left;
    n->right = right;
    return n;
}

static struct node *parse_near(struct parser *p)
{
    struct node *left = parse_unary(p);
    while (left && is_near(peek(p))) {
        struct text t = peek(p);
        char *end = NULL;
        unsigned long distance = NEAR_DEFAULT;
        if (t.length > 4)
            distance = strtoul(t.data + 5, &end, 10);
        if (distance < 1 || distance > 100 ||
            (end && end != t.data + t.length)) {
            error_set(p->err, ERROR_CONFIG,
                      "\"%.*s\": write NEAR/n with n from 1 to 100",
                      (int)t.length, t.data);
            node_close(left);
            return NULL;
        }
        p->at += t.length;
        left = join(p, NODE_NEAR, left, parse_unary(p));
        if (left)
            left->distance = distance;
    }
    return left;
}

static struct node *parse_and(struct parser *p)
{
    struct node *left = parse_near(p);
    while (left) {
        struct text t = peek(p);
        bool ends = p->at >= p->source.length ||
                    p->source.data[p->at] == ')' || text_is(t, "OR");
        if (ends)
            break;
        accept(p, "AND");
        left = join(p, NODE_AND, left, parse_near(p));
    }
    return left;
}

static struct node *parse_or(struct parser *p)
{
    struct node *left = parse_and(p);
    while (left && accept(p, "OR"))
        left = join(p, NODE_OR, left, parse_and(p));
    return left;
}

/* An operator in it, a bracket or a quotation mark at its start. */
static bool is_query(struct text source)
{
    struct parser p = { .source = source };
    if (source.length && (source.data[0] == '"' || source.data[0] == '('))
        return true;
    for (struct text t = peek(&p); t.length; t = peek(&p)) {
        if (is_operator(t))
            return true;
        p.at += t.length;
        while (p.at < source.length && strchr("()\"", source.data[p.at]))
            p.at++;
    }
    return false;
}

static bool has_positive(const struct node *n)
{
    switch (n->kind) {
    case NODE_NOT:
        return false;
    case NODE_OR: /* each side alone may decide */
        return has_positive(n->left) && has_positive(n->right);
    case NODE_NEAR:
        return has_positive(n->left) && has_positive(n->right);
    case NODE_AND:
        return has_positive(n->left) || has_positive(n->right);
    default:
        return true;
    }
}

int query_open(struct query **out, struct text source, bool sensitive,
               struct error *err)
{
    struct parser p = { .source = source, .sensitive = sensitive, .err = err };
    struct node *root;
    *out = NULL;
    skip_space(&p);
    if (p.at >= source.length)
        return error_set(err, ERROR_CONFIG, "an empty name matches nothing; "
                         "remove it");
    if (!text_valid(source.data, source.length))
        return error_set(err, ERROR_CONFIG, "a name is not valid UTF-8");
    if (is_query(source))
        root = parse_or(&p);
    else if (source.data[p.at] == '/')
        root = pattern_node(&p);
    else
        root = name_node(&p, (struct text){ source.data + p.at,
                                            source.length - p.at });
    skip_space(&p);
    bool rest = root && root->kind != NODE_NAME && p.at < source.length;
    if (rest)
        error_set(err, ERROR_CONFIG, "\"%.*s\" is not understood",
                  (int)(source.length - p.at), source.data + p.at);
    if (root && !rest && !has_positive(root)) {
        rest = true;
        error_set(err, ERROR_CONFIG, "\"%.*s\" says only what must not be "
                  "there; name something to look for", (int)source.length,
                  source.data);
    }
    if (!root || rest) {
        node_close(root);
        return -1;
    }
    *out = mem_alloc(sizeof(**out));
    (*out)->root = root;
    return 0;
}

void query_close(struct query *q)
{
    if (q)
        node_close(q->root);
    mem_free(q);
}

bool query_is_name(const struct query *q)
{
    return q->root->kind == NODE_NAME;
}

static bool is_usual(const struct node *n, const struct hash_set *usual)
{
    bool some = false;
    switch (n->kind) {
    case NODE_NAME:
        for (size_t i = 0; i < n->form_count; i++)
            some |= hash_set_has(usual, name_key(&n->forms[i]));
        return some;
    case NODE_PATTERN:
        return !n->word || hash_set_has(usual, n->word);
    case NODE_NOT:
        return true;
    case NODE_OR:
        return is_usual(n->left, usual) || is_usual(n->right, usual);
    default:
        return is_usual(n->left, usual) && is_usual(n->right, usual);
    }
}

struct telling {
    const struct hash_set *usual;
    visit_trigger *visit;
    void *context;
};

static bool node_triggers(const struct node *n, const struct telling *to)
{
    bool swap;
    switch (n->kind) {
    case NODE_NAME:
        for (size_t i = 0; i < n->form_count; i++)
            to->visit(to->context, &n->forms[i], 0);
        return true;
    case NODE_PATTERN:
        if (n->word)
            to->visit(to->context, NULL, n->word);
        return n->word != 0;
    case NODE_NOT:
        return false;
    case NODE_OR: { /* either may be there: both sides must tell theirs */
        bool left = node_triggers(n->left, to);
        return node_triggers(n->right, to) && left;
    }
    default: /* one side is enough: both must be there */
        swap = is_usual(n->left, to->usual) && !is_usual(n->right, to->usual);
        return node_triggers(swap ? n->right : n->left, to) ||
               node_triggers(swap ? n->left : n->right, to);
    }
}

bool query_triggers(const struct query *q, const struct hash_set *usual,
                    visit_trigger *visit, void *context)
{
    struct telling to = { usual, visit, context };
    return node_triggers(q->root, &to);
}

struct search {
    struct matcher *matcher;
    const struct words *words;
    bool limit;    /* a pattern passed its match limit */
    unsigned left; /* steps: nested NEARs try many pairs */
    size_t until;  /* the last word that a name may begin at */
};

/* The word a byte belongs to, or the one after. */
static size_t word_of(const struct words *w, size_t byte)
{
    size_t low = 0, high = w->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if ((size_t)w->items[middle].start + w->items[middle].length <= byte)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool find_pattern(const struct node *n, struct search *s, size_t from,
                         struct hit *hit)
{
    const struct words *w = s->words;
    size_t start, end;
    size_t byte = from < w->count ? w->items[from].start : w->text.length;
    if (from == 0)
        byte = 0;
    int rc = pattern_match(n->pattern, s->matcher, w->text.data,
                           w->text.length, byte, &start, &end);
    if (rc < 0)
        s->limit = true;
    if (rc <= 0 || w->count == 0)
        return false;
    hit->span = (struct span){ (uint32_t)start, (uint32_t)(end - start) };
    hit->first = word_of(w, start);
    hit->last = word_of(w, end - 1);
    if (hit->first >= w->count)
        hit->first = w->count - 1;
    if (hit->last >= w->count)
        hit->last = w->count - 1;
    return true;
}

static bool find_name(const struct node *n, struct search *s, size_t from,
                      struct hit *hit)
{
    struct hit found;
    bool any = false;
    for (size_t i = 0; i < n->form_count; i++)
        if (name_find(&n->forms[i], s->words, from, s->until, &found) &&
            (!any || found.first < hit->first)) {
            *hit = found;
            any = true;
        }
    return any;
}

static bool find(const struct node *n, struct search *s, size_t from,
                 struct hit *hit);

/* The first hit that begins in words [from, until]. */
static bool find_within(const struct node *n, struct search *s, size_t from,
                        size_t until, struct hit *hit)
{
    size_t before = s->until;
    s->until = until;
    bool found = find(n, s, from, hit) && hit->first <= until;
    s->until = before;
    return found;
}

/* The first hit of left with one of right within so many words. */
static bool find_near(const struct node *n, struct search *s, size_t from,
                      struct hit *hit)
{
    struct hit other = { 0 };
    for (int tried = 0; tried < HITS_TRIED; tried++) {
        if (!find(n->left, s, from, hit))
            return false;
        size_t low = hit->first > n->distance ? hit->first - n->distance : 0;
        if (find_within(n->right, s, low, hit->last + n->distance, &other))
            return true;
        from = hit->first + 1;
    }
    return false;
}

/* Operators hold for the whole text. */
static bool find_anywhere(const struct node *n, struct search *s)
{
    struct hit hit = { 0 };
    return find_within(n, s, 0, SIZE_MAX, &hit);
}

/* The first hit at or after a word. */
static bool find(const struct node *n, struct search *s, size_t from,
                 struct hit *hit)
{
    struct hit other = { 0 };
    if (s->left == 0) {
        s->limit = true;
        return false;
    }
    s->left--;
    switch (n->kind) {
    case NODE_NAME:
        return find_name(n, s, from, hit);
    case NODE_PATTERN:
        return find_pattern(n, s, from, hit);
    case NODE_NEAR:
        return find_near(n, s, from, hit);
    case NODE_NOT:
        return !find_anywhere(n->left, s);
    case NODE_OR: {
        bool left = find(n->left, s, from, hit);
        bool right = find(n->right, s, from, left ? &other : hit);
        if (left && right && other.first < hit->first)
            *hit = other;
        return left || right;
    }
    default: {
        bool left_says = has_positive(n->left);
        const struct node *main = left_says ? n->left : n->right;
        const struct node *condition = left_says ? n->right : n->left;
        return find(main, s, from, hit) && find_anywhere(condition, s);
    }
    }
}

int query_find(const struct query *q, struct matcher *matcher,
               const struct words *words, size_t from, size_t until,
               struct hit *hit)
{
    struct search s = { matcher, words, false, STEPS_LIMIT, until };
    bool found = find_within(q->root, &s, from, until, hit);
    return found ? 1 : s.limit ? -1 : 0;
}
