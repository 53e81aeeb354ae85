/* SPDX-License-Identifier: Apache-2.0 */
/* The one place below commands/ that writes to stderr (with mem.c's last
 * words). Text from peers is shown with its control characters replaced. */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

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
    for (char *c = line; *c; c++) {
        unsigned char byte = (unsigned char)*c;
        bool high = byte == 0xc2 && (unsigned char)c[1] < 0xa0;
        if (byte < 0x20 || byte == 0x7f)
            *c = ' ';
        else if (high && c[1]) /* C1 controls begin escapes, too */
            c[0] = c[1] = ' ';
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
