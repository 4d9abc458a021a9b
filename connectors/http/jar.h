/* SPDX-License-Identifier: MIT */
/* A cookie jar as text: lines of the Netscape cookie format, as curl reads and writes them. Pure. */
#pragma once

#include "state/model/text.h"

/* Merges what one request brought into a jar that others may have changed meanwhile: cookies that differ between `sent`
 * and `back` are put, those that vanished are dropped, all others of `jar` stay. 0, -ENOMEM, or -E2BIG over
 * LIMIT_SESSION_BYTES; then `jar` is unchanged. */
int jar_merge(Text *jar, Str sent, Str back);

/* Whether the cookie of that line goes to `host`: it is its own, or of a domain above it (RFC 6265 5.1.3). */
bool jar_is_of(Str line, const char *host);

/* Whether every line is a cookie of seven fields without control characters. */
bool jar_valid(Str jar);
