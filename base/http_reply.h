/* SPDX-License-Identifier: Apache-2.0 */
/* Between http.c and http_reply.c only: users see base/http.h. */
#ifndef BASE_HTTP_REPLY_H
#define BASE_HTTP_REPLY_H

#include "base/http.h"

/* Does it carry a secret? */
bool http_has_secret(const struct http_request *request);

/* Is its body of this type ("json"; NULL: any), as far as it says? */
bool http_is_type(const struct http_reply *reply, const char *wanted);

/* The first words of a body that was not wanted, fit for one line: tags
 * dropped, blanks folded, ASCII only. Nothing of it when it holds a secret of
 * the request, as it is or escaped: some services, or what stands before them,
 * send back what they were sent. */
void http_reply_words(const struct http_reply *reply,
                      const struct http_request *request, char *out,
                      size_t room);

#endif
