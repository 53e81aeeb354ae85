/* SPDX-License-Identifier: Apache-2.0 */
/* The one place below commands/ that writes to stderr (with mem.c's last
 * words). Text from peers is shown without what could drive a terminal, C1
 * controls as well, or turn the order of words. */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

static enum log_level most_wanted = LOG_NOTE; /* set once, at start */
static bool bar_shown;

void log_set_level(enum log_level most)
{
    most_wanted = most;
}

static void wipe_bar(void)
{
    if (!bar_shown)
        return;
    fputs("\r\033[K", stderr);
    bar_shown = false;
}

void log_line(enum log_level level, const char *format, ...)
{
    static const char *const names[] = { "error: ", "warning: ", "", "" };
    if (level > most_wanted)
        return;
    char line[1200];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    size_t length = strlen(line), n;
    for (size_t i = 0; i < length; i += n) {
        uint32_t c;
        n = text_decode(line + i, length - i, &c);
        if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfffd ||
            (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
            memset(line + i, ' ', n);
    }
    wipe_bar();
    fprintf(stderr, "swell: %s%s\n", names[level], line);
}

void log_progress(const char *what, unsigned long long done,
                  unsigned long long total)
{
    static struct timespec last;
    struct timespec now;
    if (most_wanted < LOG_NOTE || !isatty(STDERR_FILENO))
        return;
    if (total && done >= total) {
        wipe_bar();
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    double since = (double)(now.tv_sec - last.tv_sec) +
                   (double)(now.tv_nsec - last.tv_nsec) / 1e9;
    if (bar_shown && since < 0.1)
        return;
    last = now;
    bar_shown = true;
    if (!total) {
        fprintf(stderr, "\r\033[K%llu %s", done, what);
    } else {
        int filled = (int)(done * 30 / total);
        fprintf(stderr, "\r\033[K[%.*s%*s] %3llu %%  %llu %s", filled,
                "==============================", 30 - filled, "",
                done * 100 / total, done, what);
    }
    fflush(stderr);
}
