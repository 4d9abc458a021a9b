/* SPDX-License-Identifier: MIT */
/* Bytes to records, for every format but the JSON document of a page. Pure, and bounded by limits.h. Whole or not at
 * all: bytes that end too early are refused, since a table that was cut short looks like one with fewer rows. */
#pragma once

#include "connectors/decode/rows.h"

/* The kind that the bytes themselves show, for a file whose stream may take several: FORMAT_JSON also for JSON lines
 * and FORMAT_CSV for anything that is no other. */
FormatKind decode_kind(Str body);

/* As `kind`. Begins `ret` with room for `most` records; the caller frees it whatever comes. 0; DECODE_REFUSED:
 * ret->fault and ret->detail say why; -ENOMEM. `body` must outlive `ret`. */
int decode(const FormatPlan *plan, FormatKind kind, Str body, size_t most, Rows *ret);

/* The decoders themselves. Private to decode*.c, xlsx*.c and their tests. */
int decode_csv(const FormatPlan *plan, Str body, Rows *ret);
int decode_lines(const FormatPlan *plan, Str body, Rows *ret);
int decode_html(const FormatPlan *plan, Str body, Rows *ret);
int decode_xlsx(const FormatPlan *plan, Str body, Rows *ret);
