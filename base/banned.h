/* SPDX-License-Identifier: Apache-2.0 */
/* Included before every source file: unsafe calls do not compile. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define atoi(x) BANNED_use_option_set(x)
#define atol(x) BANNED_use_option_set(x)
#define strcpy(a, b) BANNED_use_buf(a, b)
#define strcat(a, b) BANNED_use_buf(a, b)
#define strtok(a, b) BANNED_use_text(a, b)
#define gmtime(a) BANNED_use_clock(a)
#define localtime(a) BANNED_use_clock(a)
#define gets(a) BANNED_use_buf(a)
#undef sprintf
#define sprintf(...) BANNED_use_buf(__VA_ARGS__)

#endif
