/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers with ceilings, text repair, options, hashes of authors. */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/index.h"
#include "base/hash.h"
#include "base/option.h"
#include "base/text.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

static void a_buffer_stops_at_its_ceiling(void **state)
{
    struct buf b = BUF_INIT(8);
    assert_int_equal(0, buf_puts(&b, "12345678"));
    assert_int_equal(-1, buf_putc(&b, '9'));
    assert_true(b.overflow);
    assert_string_equal("12345678", buf_text(&b));
    buf_clear(&b);
    assert_int_equal(-1, buf_printf(&b, "%s", "123456789"));
    assert_int_equal(0, buf_printf(&b, "%d", 42));
    assert_string_equal("42", buf_text(&b));
    buf_release(&b);
}

static void text_from_outside_is_repaired(void **state)
{
    static const struct { const char *in; size_t length; const char *out; }
    rows[] = {
        { "plain", 5, "plain" },
        { "a\0b", 3, "a\xef\xbf\xbd" "b" },
        { "a\xff" "b", 3, "a\xef\xbf\xbd" "b" },
        { "\xed\xa0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
        { "\xc0\xaf", 2, "\xef\xbf\xbd\xef\xbf\xbd" },
        { "x\x1b[31m", 6, "x [31m" },
        { "tab\tline\n", 9, "tab\tline\n" },
        { "caf\xc3", 4, "caf\xef\xbf\xbd" },
    };
    struct arena memory = { 0 };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text t = text_copy(&memory, rows[i].in, rows[i].length, 1000);
        assert_string_equal(rows[i].out, t.data);
        assert_true(text_valid(t.data, t.length));
    }
    struct text cut = text_copy(&memory, "caf\xc3\xa9!", 6, 4);
    assert_string_equal("caf", cut.data); /* never half a character */
    arena_release(&memory);
}

/* Many bytes are looked at at a time: each piece at each place of each length,
 * with nothing to be read behind it. */
static void text_is_checked_everywhere(void **state)
{
    static const struct {
        const char *piece;
        size_t size;
        bool valid, clean;
    } rows[] = {
        { " ", 1, true, true }, { "~", 1, true, true },
        { "\t", 1, true, true }, { "\n", 1, true, true },
        { "\0", 1, true, false }, { "\x1f", 1, true, false },
        { "\x7f", 1, true, false }, { "\x80", 1, false, false },
        { "\xff", 1, false, false }, { "\xc3", 1, false, false },
        { "\xc3\xa9", 2, true, true }, { "\xe2\x82\xac", 3, true, true },
        { "\xed\xa0\x80", 3, false, false },
        { "\xf0\x9f\x98\x80", 4, true, true },
        { "\xf0\x9f\x98", 3, false, false },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t length = rows[i].size; length < 150; length++)
            for (size_t at = 0; at + rows[i].size <= length; at++) {
                char *text = mem_resize(NULL, length);
                memset(text, 'a', length);
                memcpy(text + at, rows[i].piece, rows[i].size);
                assert_int_equal(text_valid(text, length), rows[i].valid);
                assert_int_equal(text_clean(text, length), rows[i].clean);
                mem_free(text);
            }
    assert_true(text_valid("", 0) && text_clean("", 0));
}

static void width_of_text(void **state)
{
    assert_int_equal(4, text_columns(TEXT("caf\xc3\xa9")));
    assert_int_equal(4, text_columns(TEXT("\xe4\xbd\xa0\xe5\xa5\xbd")));
    assert_int_equal(2, text_columns(TEXT("\xf0\x9f\x98\x80")));
    assert_int_equal(3, text_fit(TEXT("\xe4\xbd\xa0\xe5\xa5\xbd"), 3).length);
}

struct sample {
    char *name;
    struct option_list words;
    uint64_t count;
    bool on;
    int64_t span;
    char *secret, *path;
};
static const struct option sample_options[] = {
    { "name", OPTION_STRING, "none", offsetof(struct sample, name), "" },
    { "words", OPTION_LIST, NULL, offsetof(struct sample, words), "" },
    { "count", OPTION_COUNT, "10", offsetof(struct sample, count), "" },
    { "on", OPTION_BOOL, "no", offsetof(struct sample, on), "" },
    { "span", OPTION_DURATION, "15m", offsetof(struct sample, span), "" },
    { "secret_file", OPTION_SECRET, NULL, offsetof(struct sample, secret), "" },
    { "path", OPTION_PATH, NULL, offsetof(struct sample, path), "" },
    OPTION_END
};

static int set(struct sample *s, const char *name, const char *value)
{
    return option_set(option_find(sample_options, name), s, value, "/tmp",
                      NULL);
}

static void options_read_and_refuse(void **state)
{
    struct sample s = { 0 };
    option_defaults(sample_options, &s);
    assert_string_equal("none", s.name);
    assert_int_equal(900, s.span);
    assert_int_equal(0, set(&s, "count", "3k"));
    assert_int_equal(3000, s.count);
    assert_int_equal(-1, set(&s, "count", "-1"));
    assert_int_equal(-1, set(&s, "count", "12x"));
    assert_int_equal(-1, set(&s, "count", "99999999999999999999"));
    assert_int_equal(0, set(&s, "words", "a"));
    assert_int_equal(0, set(&s, "words", "b"));
    assert_int_equal(2, s.words.count);
    assert_int_equal(-1, set(&s, "on", "maybe"));
    assert_int_equal(-1, set(&s, "span", "a while"));
    assert_int_equal(0, set(&s, "path", "posts.csv"));
    assert_string_equal("/tmp/posts.csv", s.path);
    assert_int_equal(0, set(&s, "path", "/srv/posts.csv"));
    assert_string_equal("/srv/posts.csv", s.path);
    assert_int_equal(0, set(&s, "path", "-"));
    assert_string_equal("-", s.path);
    option_release(sample_options, &s);
}

static void secrets_that_others_read_are_refused(void **state)
{
    char path[] = "/tmp/swell-secret-XXXXXX";
    scratch_file(path, "s3cret\n");
    struct sample s = { 0 };
    assert_int_equal(0, chmod(path, 0644));
    assert_int_equal(-1, set(&s, "secret_file", path));
    assert_int_equal(0, chmod(path, 0600));
    assert_int_equal(0, set(&s, "secret_file", path));
    assert_string_equal("s3cret", s.secret);
    assert_int_equal(0, prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
    /* a first line that says nothing; a pipe is not waited for */
    scratch_write(path, "\ns3cret\n");
    assert_int_equal(-1, set(&s, "secret_file", path));
    assert_int_equal(0, unlink(path));
    assert_int_equal(0, mkfifo(path, 0600));
    alarm(5);
    assert_int_equal(-1, set(&s, "secret_file", path));
    alarm(0);
    assert_int_equal(0, unlink(path));
    scratch_write(path, "s3cret\n");
    /* systemd's credentials: by name, and 0440 where there are ACLs */
    assert_int_equal(0, chmod(path, 0440));
    assert_int_equal(-1, set(&s, "secret_file", path + 5));
    setenv("CREDENTIALS_DIRECTORY", "/tmp", 1);
    assert_int_equal(0, set(&s, "secret_file", path + 5));
    assert_int_equal(0, chmod(path, 0444));
    assert_int_equal(-1, set(&s, "secret_file", path + 5));
    unsetenv("CREDENTIALS_DIRECTORY");
    option_release(sample_options, &s);
    unlink(path);
}

static void authors_need_the_key(void **state)
{
    char folder[] = "/tmp/swell-key-XXXXXX", path[64];
    struct author_key key, again;
    struct error err = ERROR_INIT;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/author.key", folder);
    assert_int_equal(-1, author_key_load(&key, path, 0, &err));
    assert_int_equal(0, author_key_load(&key, path, 1, &err));
    assert_int_equal(0, author_key_load(&again, path, 0, &err));
    assert_memory_equal(&key, &again, sizeof(key));
    uint64_t a = author_key_hash(&key, "x", 1, "ann", 3);
    assert_true(a == author_key_hash(&again, "x", 1, "ann", 3));
    again.bytes[0] ^= 1;
    assert_true(a != author_key_hash(&again, "x", 1, "ann", 3));
    assert_true(a != author_key_hash(&key, "y", 1, "ann", 3));
    assert_true(author_key_hash(&key, "x", 1, "", 0) == 0);
    chmod(path, 0644);
    assert_int_equal(-1, author_key_load(&key, path, 0, &err));
    unlink(path);
    rmdir(folder);
}

/* A link that waits where the fresh file is written is no way in. */
static void a_file_is_replaced_whole(void **state)
{
    char folder[] = "/tmp/swell-file-XXXXXX", path[64], beside[96], other[64];
    struct buf content = BUF_INIT(0);
    struct error err = ERROR_INIT;
    struct stat st;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/page", folder);
    snprintf(other, sizeof(other), "%s/other", folder);
    snprintf(beside, sizeof(beside), "%s.%ld~", path, (long)getpid());
    buf_puts(&content, "new");
    assert_int_equal(0, symlink(other, beside));
    assert_int_equal(0, file_replace(path, &content, &err));
    assert_int_equal(-1, stat(other, &st));
    assert_int_equal(0, chmod(path, 0600));
    buf_puts(&content, "er");
    assert_int_equal(0, file_replace(path, &content, &err));
    assert_int_equal(0, stat(path, &st));
    assert_int_equal(0600, st.st_mode & 0777);
    assert_int_equal(5, st.st_size);
    assert_int_equal(0, chmod(path, 0644));
    assert_int_equal(0, file_keep_secret(path, &content, &err));
    assert_int_equal(0, stat(path, &st));
    assert_int_equal(0600, st.st_mode & 0777);
    assert_int_equal(-1, file_replace(folder, &content, &err));
    int kept = dup(STDOUT_FILENO); /* nor is what a run's output goes to */
    int output = open(path, O_WRONLY);
    assert_int_equal(STDOUT_FILENO, dup2(output, STDOUT_FILENO));
    int rc = file_replace(path, &content, &err);
    dup2(kept, STDOUT_FILENO);
    assert_int_equal(-1, rc);
    close(output);
    close(kept);
    unlink(path);
    assert_int_equal(0, rmdir(folder)); /* nothing else is left in it */
    buf_release(&content);
}

/* Nor is anything left where a run is killed before it is whole. */
static void a_killed_run_leaves_no_file(void **state)
{
    char folder[] = "/tmp/swell-file-XXXXXX", path[64];
    struct buf beside = BUF_INIT(0);
    struct error err = ERROR_INIT;
    int status;
    assert_non_null(mkdtemp(folder));
    int fd = open(folder, O_TMPFILE | O_WRONLY);
    if (fd < 0) {
        rmdir(folder);
        skip(); /* this file system knows no nameless files */
    }
    close(fd);
    snprintf(path, sizeof(path), "%s/page", folder);
    pid_t child = fork();
    if (child == 0) {
        FILE *file = file_begin(path, &beside, &err);
        if (file && fputs("half", file) >= 0 && fflush(file) == 0)
            raise(SIGKILL);
        _exit(1);
    }
    assert_int_equal(child, waitpid(child, &status, 0));
    assert_true(WIFSIGNALED(status));
    assert_int_equal(0, rmdir(folder));
}

/* Hashes that end in few ways and look alike: rows are in the way of each
 * other. */
static void every_row_is_found(void **state)
{
    enum { ROWS = 300 };
    struct { uint64_t hash; } rows[ROWS + 1] = { { 0 } };
    struct index x;
    index_open(&x, 0);
    for (uint64_t i = 1; i <= ROWS; i++) {
        rows[i].hash = i << 32 | (i % 3) << 20 | (i % 5);
        index_add(&x, INDEX_OF(rows), i);
        for (uint64_t k = 1; k <= i; k++)
            assert_int_equal(k, index_find(&x, INDEX_OF(rows), rows[k].hash));
        for (uint64_t k = 0; k < 8; k++)
            assert_int_equal(0, index_find(&x, INDEX_OF(rows),
                                           1000ull << 32 | k << 20 | k));
    }
    index_close(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_found),
        cmocka_unit_test(a_buffer_stops_at_its_ceiling),
        cmocka_unit_test(text_from_outside_is_repaired),
        cmocka_unit_test(text_is_checked_everywhere),
        cmocka_unit_test(width_of_text),
        cmocka_unit_test(options_read_and_refuse),
        cmocka_unit_test(secrets_that_others_read_are_refused),
        cmocka_unit_test(authors_need_the_key),
        cmocka_unit_test(a_file_is_replaced_whole),
        cmocka_unit_test(a_killed_run_leaves_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
