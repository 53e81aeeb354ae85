/* SPDX-License-Identifier: Apache-2.0 */
/* See address.h. Two tables, for RFC 6890 is two tables. */
#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>

struct range {
    unsigned char net[16];
    unsigned char bits;
    const char *what;
};

static const char loopback_name[] = "loopback";

static const struct range four[] = {
    { { 0 }, 8, "this network" },
    { { 10 }, 8, "private" },
    { { 100, 64 }, 10, "carrier-private" },
    { { 127 }, 8, loopback_name },
    { { 169, 254 }, 16, "link-local" },
    { { 172, 16 }, 12, "private" },
    { { 192, 0, 0 }, 24, "reserved" },
    { { 192, 0, 2 }, 24, "documentation" },
    { { 192, 88, 99 }, 24, "reserved" },
    { { 192, 168 }, 16, "private" },
    { { 198, 18 }, 15, "benchmark" },
    { { 198, 51, 100 }, 24, "documentation" },
    { { 203, 0, 113 }, 24, "documentation" },
    { { 224 }, 4, "multicast" },
    { { 240 }, 4, "reserved" },
};

/* What is public is in 2000::/3; the last rows are all the rest. */
static const struct range six[] = {
    { { 0 }, 128, "unspecified" },
    { { [15] = 1 }, 128, loopback_name },
    { { 0x20, 0x01 }, 23, "tunnel" },
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32, "documentation" },
    { { 0x3f, 0xff }, 20, "documentation" },
    { { 0xfc }, 7, "private" },
    { { 0xfe, 0x80 }, 10, "link-local" },
    { { 0xfe, 0xc0 }, 10, "site-local" },
    { { 0xff }, 8, "multicast" },
    { { 0x00 }, 3, "reserved" },
    { { 0x40 }, 2, "reserved" },
    { { 0x80 }, 1, "reserved" },
};

/* IPv6 ranges that carry an IPv4 address: where it starts. */
static const struct carrier {
    unsigned char net[16];
    unsigned char bits, at;
} carriers[] = {
    { { [10] = 0xff, [11] = 0xff }, 96, 12 },        /* ::ffff:a.b.c.d */
    { { 0 }, 96, 12 },                               /* ::a.b.c.d */
    { { 0x00, 0x64, 0xff, 0x9b }, 96, 12 },          /* NAT64 */
    { { 0x20, 0x02 }, 16, 2 },                       /* 6to4 */
};

static bool inside(const unsigned char *address, const unsigned char *net,
                   unsigned bits)
{
    for (unsigned i = 0; i < bits; i++) {
        unsigned char mask = (unsigned char)(0x80 >> (i % 8));
        if ((address[i / 8] ^ net[i / 8]) & mask)
            return false;
    }
    return true;
}

static const char *look_up(const unsigned char *address,
                           const struct range *table, size_t count,
                           bool loopback)
{
    for (size_t i = 0; i < count; i++)
        if (inside(address, table[i].net, table[i].bits))
            return loopback && table[i].what == loopback_name
                       ? NULL : table[i].what;
    return NULL;
}

const char *address_refused(const struct sockaddr *address, bool loopback)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        return look_up((const unsigned char *)&in->sin_addr, four,
                       sizeof(four) / sizeof(four[0]), loopback);
    }
    if (address->sa_family != AF_INET6)
        return "not an internet";
    const unsigned char *bytes =
        ((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr;
    static const unsigned char one[16] = { [15] = 1 }, none[16];
    if (!inside(bytes, one, 128) && !inside(bytes, none, 128))
        for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++)
            if (inside(bytes, carriers[i].net, carriers[i].bits))
                return look_up(bytes + carriers[i].at, four,
                               sizeof(four) / sizeof(four[0]), loopback);
    return look_up(bytes, six, sizeof(six) / sizeof(six[0]), loopback);
}
