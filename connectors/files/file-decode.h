/* SPDX-License-Identifier: MIT */
/* The records of one file, by what its bytes are and by its name. */
#pragma once

#include "connectors/decode/decode.h"
#include "connectors/profile/profile-plan.h"

/* Whether the stream takes files of that name. */
bool file_feeds(const StreamPlan *s, const char *name);

/* As decode(), which see: also JSON documents, whose rows are counted from 1; and the number of records that the file
 * states must be what it has. */
int file_decode(const StreamPlan *s, const char *name, Str bytes, Rows *ret);
