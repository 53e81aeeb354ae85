/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer: any bytes through all stages, as HTML when the first is odd.
 * Scores and spans stay in their bounds; the same text gives the same tags. */
#include "pipeline/tagger.h"

static const struct rules *shared_rules(void)
{
    static struct rules *rules;
    static char *matches[] = { (char *)(uintptr_t)"Acme" };
    static struct subject subject;
    if (!rules) {
        struct error err = ERROR_INIT;
        subject.name = (char *)(uintptr_t)"acme";
        subject.match = (struct option_list){ matches, 1, NULL };
        struct config config = { .path = (char *)(uintptr_t)"fuzz",
                                 .subjects = &subject, .subject_count = 1 };
        const char *data = getenv("SWELL_DATA");
        if (rules_open(&rules, &config, data ? data : ".", NULL, NULL, &err)) {
            fprintf(stderr, "%s\n", err.text);
            abort();
        }
    }
    return rules;
}

static bool inside(const struct post *p, struct span s)
{
    return s.length == 0 || s.start + s.length <= p->text.length;
}

static struct tags tag(struct tagger *t, const unsigned char *bytes,
                       size_t size)
{
    struct batch b;
    batch_init(&b);
    struct post *p = batch_add(&b);
    p->text = text_copy(&b.memory, (const char *)bytes, size, size * 3);
    p->html = size && bytes[0] & 1;
    tagger_run(t, &b, 0);
    struct tags tags = p->tags;
    if (tags.score < -1000 || tags.score > 1000 || tags.label >= LABEL_COUNT ||
        !inside(p, p->wish) || !inside(p, p->from) || !inside(p, p->to))
        abort();
    for (uint32_t i = 0; i < p->mention_count; i++)
        if (!inside(p, p->mentions[i].span) || p->mentions[i].subject)
            abort();
    batch_release(&b);
    return tags;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct tagger *t = tagger_open(shared_rules());
    struct tags once = tag(t, bytes, size), again = tag(t, bytes, size);
    if (once.score != again.score || once.label != again.label ||
        once.aspects != again.aspects || once.intents != again.intents)
        abort();
    struct buf why = BUF_INIT(0);
    struct arena memory = { 0 };
    tagger_explain(t, text_copy(&memory, (const char *)bytes, size, size * 3),
                   &why);
    buf_release(&why);
    arena_release(&memory);
    tagger_close(t);
    return 0;
}
