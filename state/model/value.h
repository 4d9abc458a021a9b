/* SPDX-License-Identifier: MIT */
/* One field's statement by one source. Missing, null, empty and "0" are four different statements. */
#pragma once

#include "state/model/text.h"

typedef enum ValueState {
        VALUE_ABSENT,  /* the source said nothing: no opinion */
        VALUE_NULL,    /* explicit null: a value */
        VALUE_EMPTY,   /* an empty text or list: a value */
        VALUE_SET,     /* `text` is the canonical form of the field's type */
        VALUE_INVALID, /* could not be read; `raw` keeps it; treated as no opinion, never as null */
} ValueState;

/* Canonical forms: text NFC; decimal "-12.5" without superfluous zeros; date "2026-06-30"; instant "...Z";
 * due see due.h; word an ASCII code of fields.h; flag "true"/"false"; unit a unit id; lists a JSON array whose members
 * are in canonical order (so equal lists are equal bytes). */
typedef struct Value {
        ValueState state;
        Str text; /* canonical; set only for VALUE_SET */
        Str raw;  /* the source's own text where it differs from `text`, else empty */
} Value;

bool value_opinion(const Value *v);                 /* NULL, EMPTY and SET are opinions */
bool value_eq(const Value *a, const Value *b);      /* state and canonical text; raw does not count */

/* Decimal with '.' or ',' as the decimal mark and the other as thousands mark (0: none), optional sign, trailing "%" or
 * letters not allowed. Digits are kept as text: no float. 0, -EINVAL, -ENOMEM. */
int decimal_read(Arena *a, Str written, char mark, char thousands, Str *ret_canonical);
/* A canonical decimal times 100, canonical again; 0.6 gives 60. -EINVAL when it would be too long to be read back;
 * -ENOMEM. */
int decimal_hundredfold(Arena *a, Str canonical, Str *ret);
int decimal_cmp(Str a, Str b);                      /* canonical decimals */
