/* SPDX-License-Identifier: MIT */
/* The Link header field (RFC 8288 section 3): finds the target whose relation is `next`. Pure. */
#pragma once

#include "state/model/text.h"

/* 0: *ret is the reference between < and >, borrowed. 1: no link of that relation. -EBADMSG: not a list of links. A
 * link with an `anchor` speaks of another page and is passed over; of several `rel` the first counts. */
int link_header_next(Str value, Str *ret);
