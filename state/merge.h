/* SPDX-License-Identifier: MIT */
/* Three-way merge of one field, a pure function. base is the value both systems last agreed on; it advances only when
 * both state the same value, so that the result depends on (base, C, P) and never on the order in which they
 * arrived. */
#pragma once

#include "state/model/record.h"

typedef enum MergeOutcome {
        MERGED_NONE,        /* neither side has an opinion and there is no base */
        MERGED_KEEP,        /* nothing moved, or both moved alike: base and value agree */
        MERGED_AGREED,      /* both say the same new value: base advances */
        MERGED_TOOK,        /* one side moved (or alone has an opinion) and may write the field: its value holds */
        MERGED_DIVERGENCE,  /* the side that moved may not write the field: the other's or the base's value holds */
        MERGED_AUTHORITY,   /* both moved apart: the fresh authority's value holds, the loser is kept */
        MERGED_CONFLICT,    /* both moved apart and nobody decides: base holds, a person settles it */
        MERGED_SETTLED,     /* a person settled exactly this pair of values */
} MergeOutcome;
/* "none", "keep", "agreed", "took", "divergence", "authority", "conflict", "settled", NULL */
extern const char *const merge_outcomes[];

typedef enum MergeOf { OF_NOBODY, OF_BASE, OF_CENTRAL, OF_PORTAL, OF_SETTLED } MergeOf;

typedef struct MergePolicy {
        FieldMerge merge[FIELD_COUNT]; /* defaults: field_table */
} MergePolicy;
void merge_policy_default(MergePolicy *p);

typedef struct MergeInput {
        FieldId field;
        const Value *base;             /* state ABSENT: never agreed */
        /* NULL: no such side, or not complete this run without an older value: no opinion */
        const Value *side[SIDE_COUNT];
        bool fresh[SIDE_COUNT];        /* the source is not blind */
        /* a person's settlement of an earlier conflict; NULL: none. Holds while both sides still say settled_for. */
        const Value *settled, *settled_for[SIDE_COUNT];
} MergeInput;

typedef struct MergeResult {
        MergeOutcome outcome;
        MergeOf of;                    /* whose value holds */
        bool differs;                  /* both sides have an opinion and they are not equal */
        bool advances;                 /* base becomes the sides' common value */
} MergeResult;

MergeResult merge_field(const MergePolicy *policy, const MergeInput *in);

/* The rule in words, for `explain`: one line in English or Vietnamese. */
const char *merge_words(MergeResult r, bool vi);
