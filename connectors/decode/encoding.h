/* SPDX-License-Identifier: MIT */
/* Text files in the encodings that offices use, as UTF-8. A single-byte encoding is never guessed: the same bytes are
 * sound in all of them and mean something else in each. Pure. */
#pragma once

#include "connectors/language/format.h"

enum { ENCODING_E_BROKEN = 1 };

/* *ret is `bytes` itself where they are UTF-8 (without a byte order mark), else lies in `room`. ENCODING_E_BROKEN with
 * a constant sentence in *ret_why; -ENOMEM; -E2BIG over `room`'s limit. */
int encoding_read(Str bytes, int encoding, Text *room, Str *ret, const char **ret_why);
