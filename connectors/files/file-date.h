/* SPDX-License-Identifier: MIT */
/* As of when a file's data are: by its name, a cell, a column, or its time. A date alone is the beginning of that day:
 * a file never claims to know more of a day than it surely does. Pure. */
#pragma once

#include "connectors/decode/decode.h"
#include "state/model/when.h"

/* INSTANT_NONE: there is no date where the profile says that there is one, or rows->gave_up. `mtime` in µs. */
Instant file_as_of(const FormatPlan *plan, const char *name, Instant mtime, Rows *rows);
