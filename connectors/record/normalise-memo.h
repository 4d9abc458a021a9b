/* SPDX-License-Identifier: MIT */
/* What short values came to, from record to record: groups, states, leaders and dates repeat, and what was read once is
 * not read again. Kept by the member's very bytes, so a hit is what reading would say. Bounded; whoever owns it lends
 * it to one Normaliser at a time. Private to connectors/. */
#pragma once

#include "connectors/language/field-plan.h"

typedef struct NormaliseMemo NormaliseMemo;
NormaliseMemo *memo_new(void); /* NULL: no memory; everything is read then */
NormaliseMemo *memo_free(NormaliseMemo *m);
DEFINE_CLEANUP(NormaliseMemo, memo_free)

/* A new record: what the last one was told may be overwritten. */
void memo_begin(NormaliseMemo *m);

/* `kind` tells a text from a number of the same bytes. true: *ret is what they came to, borrowed until memo_begin. */
bool memo_find(NormaliseMemo *m, const FieldPlan *plan, int kind, Str raw, Value *ret);

/* Keeps what `raw` was read as, when it is short and could be read; `plan` and the units it names must outlive it. */
void memo_keep(NormaliseMemo *m, const FieldPlan *plan, int kind, Str raw, const Value *v);
