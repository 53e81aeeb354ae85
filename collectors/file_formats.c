/* SPDX-License-Identifier: Apache-2.0 */
/* The line formats of the file collector. Most are rows of paths and what they
 * mean, and a function for what no row can say: NDJSON of our own fields,
 * twarc (one tweet or one page of version 2 a line), Pushshift. Jetstream's
 * frames are base/atproto.h's. */
#include "base/api.h"
#include "base/atproto.h"
#include "base/tweet.h"
#include "collectors/file_parts.h"

static bool given(const struct json_value *v)
{
    return v->type == JSON_STRING || v->type == JSON_NUMBER ||
           v->type == JSON_BOOL;
}

/* Blank lines are no documents. */
enum file_line file_line_next(struct file *file, struct error *err)
{
    struct text line;
    enum file_line rc = file_input_line(file->input, &line, err);
    if (rc != FILE_LINE_GOOD)
        return rc;
    if (file->users) {
        file->name_count = 0;
        arena_reset(&file->name_memory);
        if (json_line(file->users, line.data, line.length, err) < 0)
            return FILE_LINE_BAD;
    }
    return json_line(file->json, line.data, line.length, err) < 0
        ? FILE_LINE_BAD : FILE_LINE_GOOD;
}

/* A path and what is found there; of several with one meaning the first that
 * is given counts. */
struct row {
    enum file_field field;
    const char *path;
};

static int take_rows(void *context, const struct json_value *values,
                     struct error *err)
{
    struct file *file = context;
    struct text fields[FILE_MEANINGS] = { { NULL, 0 } };
    (void)err;
    for (size_t i = file->columns; i-- > 0;)
        if (given(&values[i]))
            fields[file->meaning[i]] = values[i].text.data ? values[i].text
                                                          : TEXT("");
    if (file->finish)
        file->finish(file, fields);
    file_post(file, fields);
    return 0;
}

static void open_rows(struct file *file, const struct row *rows, size_t count)
{
    const char **paths = mem_alloc((count + 1) * sizeof(*paths));
    file->meaning = mem_alloc(count * sizeof(*file->meaning));
    file->columns = count;
    for (size_t i = 0; i < count; i++) {
        paths[i] = rows[i].path;
        file->meaning[i] = rows[i].field;
    }
    file->json = json_open("", paths, take_rows, file);
    mem_free(paths);
}
#define OPEN_ROWS(file, rows) \
    open_rows(file, rows, sizeof(rows) / sizeof((rows)[0]))

/* ---- ndjson ----------------------------------------------------------- */

static void open_ndjson(struct file *file, struct text line)
{
    struct row *rows = NULL;
    struct text name;
    enum file_field field;
    size_t n = 0, room = 0;
    (void)line;
    for (; file_name(file, n, &name, &field); n++) {
        rows = mem_grow(rows, &room, n, sizeof(*rows));
        rows[n] = (struct row){ field, mem_slice(name.data, name.length) };
    }
    open_rows(file, rows, n);
    while (n-- > 0)
        mem_free((char *)rows[n].path);
    mem_free(rows);
}

/* ---- twarc ------------------------------------------------------------ */

static const struct row twarc1_rows[] = {
    { FIELD_ID, "id_str" }, { FIELD_TEXT, "retweeted_status.full_text" },
    { FIELD_TEXT, "extended_tweet.full_text" }, { FIELD_TEXT, "full_text" },
    { FIELD_TEXT, "text" }, { FIELD_CREATED, "created_at" },
    { FIELD_AUTHOR, "user.id_str" }, { FIELD_HANDLE, "user.screen_name" },
    { FIELD_LANG, "lang" }, { FIELD_LIKES, "favorite_count" },
    { FIELD_REPOSTS, "retweet_count" }, { FIELD_REPLIES, "reply_count" },
    { FIELD_REPLY_TO, "in_reply_to_status_id_str" },
    { FIELD_REPOST_OF, "retweeted_status.id_str" },
    { FIELD_QUOTE_OF, "quoted_status_id_str" },
};

static void finish_twarc1(struct file *file, struct text *f)
{
    f[FIELD_SOURCE] = TEXT("x");
    f[FIELD_TEXT] = api_unescape(&file->out->memory, f[FIELD_TEXT]);
    f[FIELD_KIND] = f[FIELD_REPOST_OF].data ? TEXT("repost")
        : f[FIELD_REPLY_TO].data ? TEXT("reply")
        : f[FIELD_QUOTE_OF].data ? TEXT("quote") : TEXT("post");
    f[FIELD_URL] = api_join(file->out, TEXT("https://x.com/i/status/"), "",
                            f[FIELD_ID], POST_URL_LIMIT);
}

static int take_twarc2(void *context, const struct json_value *v,
                       struct error *err)
{
    struct file *file = context;
    (void)err;
    if (!tweet_whole(v)) {
        file_refuse(file, "a tweet without id or date");
        return 0;
    }
    tweet_post(file->out, v);
    struct post *post = &file->out->posts[file->out->count - 1];
    for (size_t i = 0; i < file->name_count && !post->handle.length; i += 2)
        if (text_equal(file->names[i], post->author))
            post->handle = text_copy(&file->out->memory,
                                     file->names[i + 1].data,
                                     file->names[i + 1].length, POST_ID_LIMIT);
    file->good++;
    return 0;
}

static int take_user(void *context, const struct json_value *v,
                     struct error *err)
{
    struct file *file = context;
    (void)err;
    for (int i = 0; i < 2; i++) {
        file->names = mem_grow(file->names, &file->name_room, file->name_count,
                               sizeof(*file->names));
        file->names[file->name_count++] = text_copy(&file->name_memory,
            v[i].text.data ? v[i].text.data : "", v[i].text.length,
            POST_ID_LIMIT);
    }
    return 0;
}

static const char *const tweet_paths[] = { TWEET_PATHS, NULL };

/* The first line says which version, and whether pages were flattened. */
static void open_twarc(struct file *file, struct text line)
{
    static const char *const users[] = { "id", "username", NULL };
    bool v1 = memmem(line.data, line.length, "\"id_str\"", 8) != NULL;
    bool page = !v1 && memmem(line.data, line.length, "\"data\"", 6) != NULL;
    file->finish = finish_twarc1;
    if (v1)
        OPEN_ROWS(file, twarc1_rows);
    else
        file->json = json_open(page ? "data[*]" : "", tweet_paths, take_twarc2,
                               file);
    if (page)
        file->users = json_open("includes.users[*]", users, take_user, file);
}

/* ---- pushshift -------------------------------------------------------- */

static const struct row pushshift_rows[] = {
    { FIELD_ID, "id" }, { FIELD_TEXT, "body" }, { FIELD_TITLE, "title" },
    { FIELD_SELF, "selftext" }, { FIELD_CREATED, "created_utc" },
    { FIELD_HANDLE, "author" }, { FIELD_AUTHOR, "author_fullname" },
    { FIELD_URL, "permalink" }, { FIELD_LIKES, "score" },
    { FIELD_REPLIES, "num_comments" }, { FIELD_REPLY_TO, "parent_id" },
    { FIELD_EDITED, "edited" },
};

static bool is_gone(struct text t)
{
    return text_is(t, "[deleted]") || text_is(t, "[removed]");
}

static void finish_pushshift(struct file *file, struct text *f)
{
    struct text *id = &f[FIELD_ID], own = f[FIELD_SELF];
    bool comment = f[FIELD_TEXT].data != NULL;
    f[FIELD_SOURCE] = TEXT("reddit");
    if (id->length && !memchr(id->data, '_', id->length))
        *id = api_join(file->out, text_of(comment ? "t1_" : "t3_"), "", *id,
                       SIZE_MAX);
    if (is_gone(comment ? f[FIELD_TEXT] : own))
        f[FIELD_DELETED] = TEXT("true");
    if (!comment)
        f[FIELD_TEXT] = own.length && !is_gone(own)
            ? api_join(file->out, f[FIELD_TITLE], "\n\n", own, SIZE_MAX)
            : f[FIELD_TITLE];
    f[FIELD_TEXT] = api_unescape(&file->out->memory, f[FIELD_TEXT]);
    f[FIELD_KIND] = comment ? TEXT("comment") : TEXT("post");
    if (is_gone(f[FIELD_HANDLE]))
        f[FIELD_HANDLE] = (struct text){ NULL, 0 };
    if (!f[FIELD_AUTHOR].data)
        f[FIELD_AUTHOR] = f[FIELD_HANDLE];
    if (f[FIELD_URL].data)
        f[FIELD_URL] = api_join(file->out, TEXT("https://www.reddit.com"), "",
                                f[FIELD_URL], SIZE_MAX);
}

static void open_pushshift(struct file *file, struct text line)
{
    (void)line;
    file->finish = finish_pushshift;
    OPEN_ROWS(file, pushshift_rows);
}

/* ---- jetstream -------------------------------------------------------- */

static int take_jetstream(void *context, const struct json_value *v,
                          struct error *err)
{
    struct file *file = context;
    int64_t when;
    enum frame what = atproto_frame(v, &when);
    (void)err; /* likes and follows are no posts */
    if (what == FRAME_WRITTEN || what == FRAME_DELETED)
        atproto_post(file->out, v, when, what == FRAME_DELETED);
    else if (what == FRAME_LEFT || what == FRAME_RETURNED)
        departed_note(&file->departed, v[FRAME_DID].text, what == FRAME_LEFT);
    else if (what == FRAME_BROKEN)
        file_refuse(file, "a frame without did or rkey");
    file->good += what == FRAME_WRITTEN || what == FRAME_DELETED;
    return 0;
}

/* The first line says which of its forms. */
static void open_jetstream(struct file *file, struct text line)
{
    bool second = memmem(line.data, line.length, "\"payload\"", 9) != NULL;
    file->json = json_open("", atproto_wires[second].paths, take_jetstream,
                           file);
}

/* ---- which one -------------------------------------------------------- */

const struct file_format file_ndjson = { "ndjson", open_ndjson };
const struct file_format file_tsv = { "tsv", NULL };
static const struct file_format csv = { "csv", NULL };
static const struct file_format twarc = { "twarc", open_twarc };
static const struct file_format pushshift = { "pushshift", open_pushshift };
static const struct file_format jetstream = { "jetstream", open_jetstream };

const struct file_format *const file_formats[] = {
    &file_ndjson, &csv, &file_tsv, &twarc, &pushshift, &jetstream, NULL,
};

/* What a line has that tells its format: all of these, as objects or arrays
 * where so it says. */
static const struct sign {
    const struct file_format *format;
    bool nested;
    const char *paths[4];
} signs[] = {
    { &jetstream, false, { "did", "time_us", "kind" } },
    { &jetstream, false, { "payload.seq" } }, /* its second form */
    { &pushshift, false, { "created_utc", "author" } },
    { &twarc, false, { "id_str", "user" } },  /* version 1 */
    { &twarc, true, { "data", "meta" } },     /* version 2, pages */
    { &twarc, true, { "data", "includes" } }, /* of ids that were known */
    { &twarc, false, { "author_id", "edit_history_tweet_ids" } }, /* flat */
};

struct guess {
    const struct sign *sign;
    bool right;
};

static int take_guess(void *context, const struct json_value *v,
                      struct error *err)
{
    struct guess *guess = context;
    (void)err;
    guess->right = true;
    for (size_t i = 0; guess->sign->paths[i]; i++)
        if (v[i].type == JSON_ABSENT ||
            (guess->sign->nested && v[i].type != JSON_OTHER))
            guess->right = false;
    return 0;
}

const struct file_format *file_guess(struct text line)
{
    struct guess guess = { signs, false };
    size_t i = text_begins(line, "\xef\xbb\xbf") ? 3 : 0;
    while (i < line.length && (line.data[i] == ' ' || line.data[i] == '\t'))
        i++;
    if (i == line.length || (line.data[i] != '{' && line.data[i] != '['))
        return memchr(line.data, '\t', line.length) ? &file_tsv : &csv;
    for (; guess.sign < signs + sizeof(signs) / sizeof(*signs); guess.sign++) {
        struct json *j = json_open("", guess.sign->paths, take_guess, &guess);
        json_line(j, line.data, line.length, NULL);
        json_close(j);
        if (guess.right)
            return guess.sign->format;
    }
    return &file_ndjson;
}
