/* SPDX-License-Identifier: Apache-2.0 */
/* Made-up tagged posts for the benches of stores, the same for each: POSTS
 * of them over 30 days, 4 sources, 10,000 subjects by Zipf; ids and addresses
 * as long as Bluesky's. Not posts that anybody would read. */
#ifndef BENCH_MADE_H
#define BENCH_MADE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/post.h"

enum { SUBJECTS = 10000, SOURCES = 4, DAYS = 30, T0 = 20000 * 86400 };

static uint64_t state = 42;

static double uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) / (double)(1ull << 53);
}

static unsigned roll(unsigned sides)
{
    return (unsigned)(uniform() * sides);
}

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t count_of(const char *name, size_t otherwise)
{
    const char *value = getenv(name);
    return value ? strtoull(value, NULL, 10) : otherwise;
}

static const char *subjects[SUBJECTS];
static double zipf[SUBJECTS];

static void make_subjects(struct arena *memory)
{
    double sum = 0;
    for (int i = 0; i < SUBJECTS; i++) {
        char name[16];
        int length = snprintf(name, sizeof(name), "brand%d", i);
        subjects[i] = arena_copy(memory, name, (size_t)length);
        zipf[i] = sum += 1.0 / (i + 1);
    }
    for (int i = 0; i < SUBJECTS; i++)
        zipf[i] /= sum;
}

static uint32_t pick_subject(void)
{
    double u = uniform();
    uint32_t low = 0, high = SUBJECTS - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (zipf[middle] < u)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct text words(struct arena *memory, size_t count)
{
    static const char *const list[] = { "parcel", "late", "again", "the",
        "app", "shows", "nothing", "they", "said", "tomorrow", "lovely",
        "jacket", "but", "sleeves", "too", "short", "returned", "queue" };
    char text[400];
    size_t used = 0;
    while (count-- && used < 380)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s ",
                                 list[roll(18)]);
    return (struct text){ arena_copy(memory, text, used), used };
}

static void write_base32(char *out, int length, uint64_t number)
{
    while (length-- > 0) {
        out[length] = "234567abcdefghijklmnopqrstuvwxyz"[number & 31];
        number >>= 5;
    }
}

/* As Bluesky's: an account, and a key that tells the microsecond. */
static struct text format_id(struct arena *memory, const char *form,
                             unsigned writer, int64_t created, unsigned micro)
{
    char text[200], account[25] = "", key[14] = "";
    write_base32(account, 12, (writer + 1) * 0x9e3779b97f4a7c15u);
    write_base32(account + 12, 12, (writer + 1) * 0xc2b2ae3d27d4eb4fu);
    write_base32(key, 13, ((uint64_t)created * 1000000 + micro) << 10);
    int n = snprintf(text, sizeof(text), form, account, key);
    return (struct text){ arena_copy(memory, text, (size_t)n), (size_t)n };
}

static void make_post(struct batch *b, size_t i, size_t all)
{
    static const char *const sources[SOURCES] = { "bluesky", "mastodon",
                                                  "lemmy", "forum" };
    struct post *p = batch_add(b);
    unsigned writer = roll(200000);
    p->source = text_of(sources[roll(SOURCES)]);
    p->created = T0 + (int64_t)((double)i / (double)all * DAYS * 86400);
    unsigned micro = (unsigned)(i % 1000000);
    p->native_id = format_id(&b->memory,
        "at://did:plc:%s/app.bsky.feed.post/%s", writer, p->created,
        micro);
    p->url = format_id(&b->memory,
        "https://bsky.app/profile/did:plc:%s/post/%s", writer,
        p->created, micro);
    p->text = words(&b->memory, 16 + roll(14));
    p->author_hash = 1 + writer;
    p->fetched = p->created + 60;
    memcpy(p->language, "en", 3);
    p->confidence = 90;
    p->likes = roll(30);
    uint32_t count = 1 + (roll(10) < 3);
    p->mentions = arena_alloc(&b->memory, 2 * sizeof(*p->mentions));
    p->tags.label = (uint8_t)(1 + roll(3));
    p->tags.score = (int16_t)((int)roll(2001) - 1000);
    p->tags.aspects = (uint16_t)(1 << roll(ASPECT_COUNT));
    p->tags.channels = (uint8_t)(1 << roll(CHANNEL_COUNT));
    p->tags.intents = (uint8_t)(1 << roll(INTENT_COUNT));
    for (uint32_t m = 0; m < count; m++)
        p->mentions[p->mention_count++] = (struct mention){
            .subject = pick_subject(), .span = { 10, 6 }, .tags = p->tags };
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* A batch of the posts [from, until); so many make the 30 days. */
static void make_batch(struct batch *b, size_t from, size_t until, size_t all)
{
    batch_reset(b);
    b->subjects = subjects;
    b->subjects_hash = 1; /* of the only list here */
    b->subject_count = SUBJECTS;
    b->rules = 1;
    for (size_t i = from; i < until; i++)
        make_post(b, i, all);
}

#endif
