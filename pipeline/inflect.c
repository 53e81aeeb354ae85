/* SPDX-License-Identifier: Apache-2.0 */
/* Spelling rules: -s -ed -ing, -s, -ly -er -est. Knows no exceptions: an
 * irregular form is a row of its own in the lexicon. */
#include "pipeline/inflect.h"

static bool vowel(char c)
{
    return c && strchr("aeiou", c) != NULL;
}

static size_t vowel_groups(struct text t)
{
    size_t groups = 0;
    for (size_t i = 0; i < t.length; i++)
        groups += vowel(t.data[i]) && (i == 0 || !vowel(t.data[i - 1]));
    return groups;
}

/* "stop" doubles its last letter: one vowel, one consonant after it. */
static bool doubles(struct text t)
{
    size_t n = t.length;
    return n >= 3 && vowel_groups(t) == 1 && vowel(t.data[n - 2]) &&
           !vowel(t.data[n - 3]) && !vowel(t.data[n - 1]) &&
           !strchr("wxyh", t.data[n - 1]);
}

struct forms {
    take_inflection *take;
    void *context;
};

/* The stem without its last cut letters, and an ending. */
static int form(const struct forms *f, struct text stem, size_t cut,
                const char *ending)
{
    char out[80];
    size_t n = stem.length - cut, more = strlen(ending);
    if (n + more >= sizeof(out))
        return 0;
    memcpy(out, stem.data, n);
    memcpy(out + n, ending, more);
    return f->take(f->context, (struct text){ out, n + more });
}

static bool ends_in(struct text t, const char *ending)
{
    size_t n = strlen(ending);
    return t.length > n && !memcmp(t.data + t.length - n, ending, n);
}

static int plural(const struct forms *f, struct text t)
{
    char last = t.data[t.length - 1];
    if (last == 'y' && !vowel(t.data[t.length - 2]))
        return form(f, t, 1, "ies");
    if (strchr("sxz", last) || ends_in(t, "ch") || ends_in(t, "sh"))
        return form(f, t, 0, "es");
    return form(f, t, 0, "s");
}

static int verb_forms(const struct forms *f, struct text t)
{
    char doubled[3] = { t.data[t.length - 1], '\0', '\0' };
    const char *past = "ed", *going = "ing";
    char past_form[8], going_form[8];
    size_t cut = 0, past_cut = 0;
    if (plural(f, t))
        return -1;
    if (ends_in(t, "e") && !ends_in(t, "ee")) {
        cut = past_cut = 1;
    } else if (ends_in(t, "y") && !vowel(t.data[t.length - 2])) {
        past_cut = 1;
        past = "ied";
    } else if (doubles(t)) {
        snprintf(past_form, sizeof(past_form), "%sed", doubled);
        snprintf(going_form, sizeof(going_form), "%sing", doubled);
        past = past_form;
        going = going_form;
    }
    if (form(f, t, past_cut, past))
        return -1;
    return form(f, t, cut, going);
}

static int adjective_forms(const struct forms *f, struct text t)
{
    bool y = ends_in(t, "y") && !vowel(t.data[t.length - 2]);
    size_t cut = 0;
    const char *manner = "ly", *more = "er", *most = "est";
    if (y) {
        cut = 1;
        manner = "ily", more = "ier", most = "iest";
    } else if (ends_in(t, "le")) {
        cut = 1;
        manner = "y", more = "er", most = "est";
    } else if (ends_in(t, "ic")) {
        manner = "ally";
    }
    if (form(f, t, ends_in(t, "le") || y ? 1 : 0, manner))
        return -1;
    if (vowel_groups(t) > 1 && !y && !ends_in(t, "le"))
        return 0;
    if (!y && ends_in(t, "e"))
        cut = 1;
    if (form(f, t, cut, more))
        return -1;
    return form(f, t, cut, most);
}

int inflect(struct text word, char class, take_inflection *take,
            void *context)
{
    struct forms f = { take, context };
    if (word.length < 3)
        return 0;
    switch (class) {
    case 'v': return verb_forms(&f, word);
    case 'n': return plural(&f, word);
    case 'a': return adjective_forms(&f, word);
    default: return 0;
    }
}
