/* SPDX-License-Identifier: MIT */
/* One record as one source shows it, and its canonical JSON (the stored form of a side). */
#pragma once

#include "state/model/err.h"
#include "state/model/fields.h"

/* The two roles a source can have. A record has at most one side per role. */
typedef enum Side { SIDE_CENTRAL, SIDE_PORTAL, SIDE_COUNT } Side;
extern const char *const side_names[SIDE_COUNT + 1]; /* "central", "portal", NULL */
const char *side_vn(Side side);                      /* "Trung ương", "Cổng tỉnh" */

/* Identity is declared by the profile. `code` is text: NFC, trimmed, case kept, leading zeros kept. */
typedef struct Identity {
        RecordKind kind;
        Str code;
        Str period; /* "" when the kind has none */
        Str unit;   /* canonical unit id when codes are per unit, else "" */
} Identity;

/* "24412/indicator/CT25@2026", "24412/task/NV-II-08", "/task/X" for codes that are not per unit. '/', '@' and '%'
 * inside a part are percent-encoded, so that a key reads back. Beginning with the unit keeps a unit's records
 * together. */
#define RECORD_KEY_MAX 512
int record_key(const Identity *id, Text *ret);          /* adds; -EINVAL without a code, -E2BIG, -ENOMEM */
int record_key_parse(Arena *a, Str key, Identity *ret); /* 0, -EINVAL, -ENOMEM */

typedef struct RecordSide {
        Identity identity;         /* in the source's own code; the unit already canonical */
        Value field[FIELD_COUNT];  /* texts borrowed from the page's arena */
} RecordSide;

/* Canonical JSON of the fields that have an opinion or are invalid, in table order, for example
 * {"progress":["60.5","60,5"],"work":"in_progress","result":null,"due":"2026-06-30","actual":{"invalid":"n/a"}}:
 * "" empty, null null, [canonical, raw] where raw differs. Equal records give equal bytes. 0, -EILSEQ for a text with
 * NUL (nothing is added), or as text_add. */
int record_encode(const Value field[static FIELD_COUNT], Text *t);

/* Reads back exactly what record_encode writes; texts borrow from `json` or are copied into `a` when escaped.
 * 0; -EBADMSG with Err when the bytes are not canonical (a damaged store); -ENOMEM. Keys of fields that a newer
 * version added are an error too: a store is never opened by an older program. */
int record_decode(Arena *a, Str json, Value ret_field[static FIELD_COUNT], Err *e);

/* The same of bytes that are known to be those record_encode wrote (by their hash, or because they never left the
 * program): that they are UTF-8 is not looked at again. Whatever the bytes, nothing beyond them is read; on failure
 * `ret_field` is in no state to be used. */
int record_decode_kept(Arena *a, Str json, Value ret_field[static FIELD_COUNT], Err *e);

size_t evidence_count(const Value *v); /* members of a TYPE_EVIDENCE list */
