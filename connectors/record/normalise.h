/* SPDX-License-Identifier: MIT */
/* A record's bytes, as one system writes them, to a canonical record side. Pure: no network, no clock, no store. */
#pragma once

#include "connectors/decode/split.h"
#include "connectors/language/stream-plan.h"
#include "state/model/unit.h"

/* Part of profile_digest: raised when the same bytes would normalise to something else. */
#define NORMALISE_VERSION 2

#define NORMALISE_SAMPLE 2048

/* A member that a selector begins with. A tree is kept while the next record has the same bytes: the unit that a list
 * is in order of, mostly. */
typedef struct NormaliseSlot {
        Str bytes;  /* the value's JSON; at NULL: not there */
        bool plain; /* a text without escapes */
        Str parsed; /* what `tree` was made of */
        json_object *tree;
} NormaliseSlot;

/* One per listing that is being parsed. `arena` is cleared at each record. */
typedef struct Normaliser {
        const StreamPlan *stream;
        const UnitTable *units;
        Side side;
        const char *account_unit; /* "" for a supervising account */
        int lead;                 /* index of the lead field's plan, -1: none */
        Arena arena;
        Text scratch;
        json_tokener *tokener;
        Str span;
        json_object *record;      /* all of `span`, for a selector that begins with no member; NULL until then */
        SplitNames names;         /* of the slots */
        int failed;               /* -ENOMEM or -EILSEQ: a part of the record could not be parsed */
        NormaliseSlot slots[SPLIT_NAMES_MAX];
        struct {                  /* the unit looked up last: lists are mostly in order of units */
                const FieldPlan *plan;
                const Unit *unit;
                size_t len;
                char text[120];
        } last;
        struct NormaliseMemo *memo; /* lent, and of the same profile and units; NULL: none */
        struct Contract *contract; /* counts what the records look like; NULL: nobody asks */
        int n_invalid;            /* fields of the last record that could not be read */
} Normaliser;

/* -ENOMEM. Everything given must outlive it. */
int normaliser_init(Normaliser *n, const StreamPlan *stream, const UnitTable *units, Side side,
                    const char *account_unit);
void normaliser_done(Normaliser *n);

enum { NORMALISE_QUARANTINED = 1 };

/* 0: *ret holds until the next call. NORMALISE_QUARANTINED: *ret_q says why, equally borrowed. -ENOMEM. The bytes of
 * every span must outlive the normaliser: what was parsed is compared with the next record's. */
int normalise_record(Normaliser *n, const SplitSpan *span, RecordSide *ret, Quarantine *ret_q);

/* What a selector finds in the record that was normalised last, as text. false: nothing, or no text or number. */
bool normalise_text(Normaliser *n, const SlotSelect *s, Str *ret);
