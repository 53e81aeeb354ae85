/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka, what it wants included before it, and what every unit test uses.
 * Not for tests of one part: scratch.h, collecting.h and storing.h are. */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* cmocka hands each test a state, and services call back with more than most
 * tests look at. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#endif
