/* SPDX-License-Identifier: Apache-2.0 */
/* Which network addresses a program on a server may ask on somebody else's
 * word. Looks at resolved addresses only, never at names: "localhost",
 * "2130706433" and a DNS answer of 10.0.0.1 all end as an address here. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* NULL when the address is public, else what it is ("loopback", "private"),
 * to be said in an error. loopback: 127.0.0.0/8 and ::1 are fine, too. */
const char *address_refused(const struct sockaddr *address, bool loopback);

#endif
