/* SPDX-License-Identifier: Apache-2.0 */
/* The talk on stderr: one line an event. Results never go through here. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_NOTE, LOG_DETAIL };

void log_set_level(enum log_level most); /* -q: LOG_ERROR, -v: LOG_DETAIL */
void log_line(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A bar on a terminal, silence elsewhere. done == total wipes it.
 * total 0: unknown; what names the thing counted ("posts"). */
void log_progress(const char *what, unsigned long long done,
                  unsigned long long total);

#endif
