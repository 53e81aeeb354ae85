/* SPDX-License-Identifier: Apache-2.0 */
/* The line formats of the file collector, each a list of paths and a
 * function that names their values: NDJSON of our own fields, twarc (one
 * tweet or one page of version 2 a line), Pushshift, Jetstream frames. */
#include "base/api.h"
#include "base/atproto.h"
#include "base/clock.h"
#include "collectors/file_parts.h"

static bool given(const struct json_value *v)
{
    return v->type == JSON_STRING || v->type == JSON_NUMBER ||
           v->type == JSON_BOOL;
}

/* The value's text; data NULL when it is absent. */
static struct text text_value(const struct json_value *v)
{
    if (!given(v))
        return (struct text){ NULL, 0 };
    return v->text.data ? v->text : TEXT("");
}

static struct text first_of(const struct json_value *a,
                            const struct json_value *b)
{
    return given(a) ? text_value(a) : text_value(b);
}

static struct text joined(struct file_job *job, const char *before,
                          struct text middle, const char *between,
                          struct text end)
{
    size_t a = strlen(before), b = strlen(between);
    size_t length = a + middle.length + b + end.length;
    char *out = arena_alloc(&job->out->memory, length + 1), *to = out;
    memcpy(to, before, a);
    to += a;
    if (middle.length)
        memcpy(to, middle.data, middle.length);
    to += middle.length;
    memcpy(to, between, b);
    to += b;
    if (end.length)
        memcpy(to, end.data, end.length);
    out[length] = '\0';
    return (struct text){ out, length };
}

static int read_line(struct file_job *job, struct text line,
                     struct error *err)
{
    return json_line(job->json, line.data, line.length, err);
}

/* ---- ndjson ----------------------------------------------------------- */

static int take_ndjson(void *context, const struct json_value *values,
                       struct error *err)
{
    struct file_job *job = context;
    struct text fields[FILE_MEANINGS] = { { NULL, 0 } };
    (void)err;
    for (size_t i = 0; i < job->columns; i++)
        if (given(&values[i]) && !fields[job->meaning[i]].data)
            fields[job->meaning[i]] = text_value(&values[i]);
    file_post(job, fields);
    return 0;
}

/* The wanted paths: those of --map first, then our names, then aliases. */
static int open_ndjson(struct file_job *job, struct error *err)
{
    const struct option_list *map = &job->options->map;
    size_t room = map->count + FILE_FIELDS + 32;
    char **paths = mem_alloc((room + 1) * sizeof(*paths));
    job->meaning = mem_alloc(room * sizeof(*job->meaning));
    enum file_naming how;
    (void)err;
    size_t n = 0;
    for (size_t i = 0; i < map->count; i++) {
        const char *equals = strrchr(map->items[i], '=');
        paths[n] = mem_slice(map->items[i],
                             (size_t)(equals - map->items[i]));
        job->meaning[n] = file_meaning(job->options, text_of(paths[n]), &how);
        n++;
    }
    for (int i = 0; i < FILE_FIELDS; i++) {
        paths[n] = mem_string(file_field_names[i]);
        job->meaning[n++] = (enum file_field)i;
    }
    for (const struct file_alias *a = file_aliases; a->name; a++) {
        paths[n] = mem_string(a->name);
        job->meaning[n++] = a->field;
    }
    job->columns = n;
    job->json = json_open("", (const char *const *)paths, take_ndjson, job);
    for (size_t i = 0; i < n; i++)
        mem_free(paths[i]);
    mem_free(paths);
    return 0;
}

/* ---- twarc ------------------------------------------------------------ */

enum twarc1 { T1_ID, T1_FULL, T1_EXTENDED, T1_TEXT, T1_CREATED, T1_USER,
              T1_HANDLE, T1_LANG, T1_LIKES, T1_REPOSTS, T1_REPLIES,
              T1_REPLY_TO, T1_REPOST_OF, T1_REPOST_TEXT, T1_QUOTE_OF };
static const char *const twarc1_paths[] = {
    "id_str", "full_text", "extended_tweet.full_text", "text", "created_at",
    "user.id_str", "user.screen_name", "lang", "favorite_count",
    "retweet_count", "reply_count", "in_reply_to_status_id_str",
    "retweeted_status.id_str", "retweeted_status.full_text",
    "quoted_status_id_str", NULL
};

static int take_twarc1(void *context, const struct json_value *v,
                       struct error *err)
{
    struct file_job *job = context;
    struct text f[FILE_MEANINGS] = { { NULL, 0 } };
    (void)err;
    f[FIELD_SOURCE] = TEXT("x");
    f[FIELD_ID] = text_value(&v[T1_ID]);
    f[FIELD_TEXT] = given(&v[T1_REPOST_TEXT]) ? text_value(&v[T1_REPOST_TEXT])
        : given(&v[T1_EXTENDED]) ? text_value(&v[T1_EXTENDED])
        : first_of(&v[T1_FULL], &v[T1_TEXT]);
    f[FIELD_TEXT] = api_unescape(&job->out->memory, f[FIELD_TEXT]);
    f[FIELD_CREATED] = text_value(&v[T1_CREATED]);
    f[FIELD_AUTHOR] = text_value(&v[T1_USER]);
    f[FIELD_HANDLE] = text_value(&v[T1_HANDLE]);
    f[FIELD_LANG] = text_value(&v[T1_LANG]);
    f[FIELD_LIKES] = text_value(&v[T1_LIKES]);
    f[FIELD_REPOSTS] = text_value(&v[T1_REPOSTS]);
    f[FIELD_REPLIES] = text_value(&v[T1_REPLIES]);
    f[FIELD_REPLY_TO] = text_value(&v[T1_REPLY_TO]);
    f[FIELD_KIND] = given(&v[T1_REPOST_OF]) ? TEXT("repost")
        : given(&v[T1_REPLY_TO]) ? TEXT("reply")
        : given(&v[T1_QUOTE_OF]) ? TEXT("quote") : TEXT("post");
    f[FIELD_URL] = joined(job, "https://x.com/i/status/", f[FIELD_ID], "",
                          TEXT(""));
    file_post(job, f);
    return 0;
}

enum twarc2 { T2_ID, T2_NOTE, T2_TEXT, T2_CREATED, T2_AUTHOR, T2_HANDLE,
              T2_LANG, T2_LIKES, T2_REPOSTS, T2_REPLIES, T2_TYPE0, T2_ID0,
              T2_TYPE1, T2_ID1, T2_FAMILY };
static const char *const twarc2_paths[] = {
    "id", "note_tweet.text", "text", "created_at", "author_id",
    "author.username", "lang", "public_metrics.like_count",
    "public_metrics.retweet_count", "public_metrics.reply_count",
    "referenced_tweets[0].type", "referenced_tweets[0].id",
    "referenced_tweets[1].type", "referenced_tweets[1].id",
    "edit_history_tweet_ids[0]", NULL
};

static struct text user_name(const struct file_job *job, struct text id)
{
    for (size_t i = 0; i + 1 < job->name_count; i += 2)
        if (text_equal(job->names[i], id))
            return job->names[i + 1];
    return (struct text){ NULL, 0 };
}

/* What the tweet refers to: our kind, and the parent of a reply. */
static void refer(struct text *f, const struct json_value *type,
                  const struct json_value *id)
{
    if (text_is(type->text, "replied_to")) {
        f[FIELD_KIND] = TEXT("reply");
        f[FIELD_REPLY_TO] = text_value(id);
    } else if (text_is(type->text, "retweeted")) {
        f[FIELD_KIND] = TEXT("repost");
    } else if (text_is(type->text, "quoted") && !f[FIELD_KIND].data) {
        f[FIELD_KIND] = TEXT("quote");
    }
}

static int take_twarc2(void *context, const struct json_value *v,
                       struct error *err)
{
    struct file_job *job = context;
    struct text f[FILE_MEANINGS] = { { NULL, 0 } };
    (void)err;
    f[FIELD_SOURCE] = TEXT("x");
    /* An edit has an id of its own; the first of its family names the post. */
    f[FIELD_ID] = first_of(&v[T2_FAMILY], &v[T2_ID]);
    f[FIELD_TEXT] = api_unescape(&job->out->memory,
                                 first_of(&v[T2_NOTE], &v[T2_TEXT]));
    f[FIELD_CREATED] = text_value(&v[T2_CREATED]);
    f[FIELD_AUTHOR] = text_value(&v[T2_AUTHOR]);
    f[FIELD_HANDLE] = given(&v[T2_HANDLE]) ? text_value(&v[T2_HANDLE])
                                           : user_name(job, f[FIELD_AUTHOR]);
    f[FIELD_LANG] = text_value(&v[T2_LANG]);
    f[FIELD_LIKES] = text_value(&v[T2_LIKES]);
    f[FIELD_REPOSTS] = text_value(&v[T2_REPOSTS]);
    f[FIELD_REPLIES] = text_value(&v[T2_REPLIES]);
    refer(f, &v[T2_TYPE0], &v[T2_ID0]);
    refer(f, &v[T2_TYPE1], &v[T2_ID1]);
    f[FIELD_URL] = joined(job, "https://x.com/i/status/",
                          text_value(&v[T2_ID]), "", TEXT(""));
    file_post(job, f);
    return 0;
}

static int take_user(void *context, const struct json_value *v,
                     struct error *err)
{
    struct file_job *job = context;
    (void)err;
    for (int i = 0; i < 2; i++) {
        job->names = mem_grow(job->names, &job->name_room, job->name_count,
                              sizeof(*job->names));
        job->names[job->name_count++] = text_copy(&job->name_memory,
            v[i].text.data ? v[i].text.data : "", v[i].text.length,
            POST_ID_LIMIT);
    }
    return 0;
}

/* The first line says which version, and whether pages were flattened. */
static int open_twarc(struct file_job *job, struct error *err)
{
    static const char *const users[] = { "id", "username", NULL };
    struct text line;
    if (file_input_line(job->input, &line, err) != FILE_LINE_GOOD)
        return -1;
    bool v1 = memmem(line.data, line.length, "\"id_str\"", 8) != NULL;
    bool page = !v1 && memmem(line.data, line.length, "\"data\"", 6) != NULL;
    file_input_unread(job->input);
    job->json = v1 ? json_open("", twarc1_paths, take_twarc1, job)
        : json_open(page ? "data[*]" : "", twarc2_paths, take_twarc2, job);
    if (page)
        job->users = json_open("includes.users[*]", users, take_user, job);
    return 0;
}

static int line_twarc(struct file_job *job, struct text line,
                      struct error *err)
{
    job->name_count = 0;
    arena_reset(&job->name_memory);
    if (job->users && json_line(job->users, line.data, line.length, err) < 0)
        return -1;
    return read_line(job, line, err);
}

/* ---- pushshift -------------------------------------------------------- */

enum pushshift { PS_ID, PS_BODY, PS_TITLE, PS_SELFTEXT, PS_CREATED,
                 PS_AUTHOR, PS_AUTHOR_ID, PS_LINK, PS_SCORE, PS_COMMENTS,
                 PS_PARENT, PS_EDITED };
static const char *const pushshift_paths[] = {
    "id", "body", "title", "selftext", "created_utc", "author",
    "author_fullname", "permalink", "score", "num_comments", "parent_id",
    "edited", NULL
};

static bool is_gone(struct text t)
{
    return text_is(t, "[deleted]") || text_is(t, "[removed]");
}

static int take_pushshift(void *context, const struct json_value *v,
                          struct error *err)
{
    struct file_job *job = context;
    struct text f[FILE_MEANINGS] = { { NULL, 0 } };
    struct text body = text_value(&v[PS_BODY]);
    struct text own = text_value(&v[PS_SELFTEXT]);
    bool comment = body.data != NULL;
    (void)err;
    f[FIELD_SOURCE] = TEXT("reddit");
    f[FIELD_ID] = text_value(&v[PS_ID]);
    if (f[FIELD_ID].length && !memchr(f[FIELD_ID].data, '_',
                                      f[FIELD_ID].length))
        f[FIELD_ID] = joined(job, comment ? "t1_" : "t3_", f[FIELD_ID], "",
                             TEXT(""));
    f[FIELD_TEXT] = comment ? body
        : own.length && !is_gone(own)
          ? joined(job, "", text_value(&v[PS_TITLE]), "\n\n", own)
          : text_value(&v[PS_TITLE]);
    f[FIELD_TEXT] = api_unescape(&job->out->memory, f[FIELD_TEXT]);
    if (is_gone(comment ? body : own))
        f[FIELD_DELETED] = TEXT("true");
    f[FIELD_CREATED] = text_value(&v[PS_CREATED]);
    f[FIELD_HANDLE] = text_value(&v[PS_AUTHOR]);
    if (is_gone(f[FIELD_HANDLE]))
        f[FIELD_HANDLE] = (struct text){ NULL, 0 };
    f[FIELD_AUTHOR] = given(&v[PS_AUTHOR_ID]) ? text_value(&v[PS_AUTHOR_ID])
                                              : f[FIELD_HANDLE];
    f[FIELD_LIKES] = text_value(&v[PS_SCORE]);
    f[FIELD_REPLIES] = text_value(&v[PS_COMMENTS]);
    f[FIELD_REPLY_TO] = text_value(&v[PS_PARENT]);
    f[FIELD_KIND] = comment ? TEXT("comment") : TEXT("post");
    if (v[PS_EDITED].type == JSON_NUMBER)
        f[FIELD_EDITED] = v[PS_EDITED].text;
    if (given(&v[PS_LINK]))
        f[FIELD_URL] = joined(job, "https://www.reddit.com",
                              text_value(&v[PS_LINK]), "", TEXT(""));
    file_post(job, f);
    return 0;
}

static int open_pushshift(struct file_job *job, struct error *err)
{
    (void)err;
    job->json = json_open("", pushshift_paths, take_pushshift, job);
    return 0;
}

/* ---- jetstream -------------------------------------------------------- */

static int take_jetstream(void *context, const struct json_value *v,
                          struct error *err)
{
    struct file_job *job = context;
    int64_t when;
    enum frame what = atproto_frame(v, &when);
    (void)err; /* likes and follows are no posts */
    if (what == FRAME_WRITTEN || what == FRAME_DELETED)
        atproto_post(job->out, v, when, what == FRAME_DELETED);
    else if (what == FRAME_LEFT)
        collection_left(job->out, TEXT("bluesky"), v[FRAME_DID].text);
    else if (what == FRAME_BROKEN)
        file_refuse(job, "a frame without did or rkey");
    job->good += what == FRAME_WRITTEN || what == FRAME_DELETED;
    return 0;
}

/* The first line says which of its forms. */
static int open_jetstream(struct file_job *job, struct error *err)
{
    struct text line;
    if (file_input_line(job->input, &line, err) != FILE_LINE_GOOD)
        return -1;
    bool second = memmem(line.data, line.length, "\"payload\"", 9) != NULL;
    file_input_unread(job->input);
    job->json = json_open("", atproto_wires[second].paths, take_jetstream, job);
    return 0;
}

/* ---- which one -------------------------------------------------------- */

const struct file_format file_ndjson = { "ndjson", open_ndjson, read_line };
const struct file_format file_twarc = { "twarc", open_twarc, line_twarc };
const struct file_format file_pushshift = { "pushshift", open_pushshift,
                                            read_line };
const struct file_format file_jetstream = { "jetstream", open_jetstream,
                                            read_line };

const struct file_format *const file_formats[] = {
    &file_ndjson, &file_csv, &file_tsv, &file_twarc, &file_pushshift,
    &file_jetstream, NULL,
};

static int take_guess(void *context, const struct json_value *v,
                      struct error *err)
{
    const struct file_format **guess = context;
    (void)err;
    if ((v[0].type != JSON_ABSENT && v[1].type != JSON_ABSENT &&
         v[2].type != JSON_ABSENT) || v[12].type != JSON_ABSENT)
        *guess = &file_jetstream;
    else if (v[3].type != JSON_ABSENT && v[4].type != JSON_ABSENT)
        *guess = &file_pushshift;
    else if ((v[5].type != JSON_ABSENT && v[6].type != JSON_ABSENT) ||
             (v[7].type == JSON_OTHER && (v[8].type == JSON_OTHER ||
                                          v[11].type == JSON_OTHER)) ||
             (v[9].type != JSON_ABSENT && v[10].type != JSON_ABSENT))
        *guess = &file_twarc;
    return 0;
}

const struct file_format *file_guess(struct text line)
{
    static const char *const paths[] = {
        "did", "time_us", "kind",     /* jetstream */
        "created_utc", "author",      /* pushshift */
        "id_str", "user",             /* twarc, version 1 */
        "data", "meta",               /* version 2, pages */
        "author_id", "edit_history_tweet_ids", /* version 2, flattened */
        "includes",                   /* pages of known ids have no meta */
        "payload.seq",                /* jetstream, its second form */
        NULL
    };
    const struct file_format *guess = &file_ndjson;
    size_t i = text_begins(line, "\xef\xbb\xbf") ? 3 : 0;
    while (i < line.length && (line.data[i] == ' ' || line.data[i] == '\t'))
        i++;
    if (i < line.length && line.data[i] == '{') {
        struct json *j = json_open("", paths, take_guess, &guess);
        json_line(j, line.data, line.length, NULL);
        json_close(j);
        return guess;
    }
    if (i < line.length && line.data[i] == '[')
        return guess;
    return memchr(line.data, '\t', line.length) ? &file_tsv : &file_csv;
}
