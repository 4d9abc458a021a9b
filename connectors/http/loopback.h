/* SPDX-License-Identifier: MIT */
/* Where going without TLS is no risk. */
#pragma once

#include "state/model/text.h"

/* A literal of 127.0.0.0/8, or [::1] in brackets as a URL has it. A name could resolve to anything: "localhost" is
 * none. */
bool url_loopback(Str host);
