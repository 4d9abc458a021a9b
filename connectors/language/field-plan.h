/* SPDX-License-Identifier: MIT */
/* The compiled description of one field of a stream: where its value stands and how it is read. docs/profiles/fields.md
 * explains each key. Private to connectors/. */
#pragma once

#include "connectors/language/request-plan.h"
#include "connectors/language/select.h"
#include "state/model/fields.h"
#include "state/model/tree.h"

typedef struct PlanSelects {
        const Select *at;
        size_t n;
} PlanSelects;

/* One word of a vocabulary, and what it says about fields besides the one it was read for. */
typedef struct WordSet {
        FieldId field;
        Str text;
} WordSet;

typedef struct Word {
        Str word, folded;
        Str text;  /* canonical for the field itself; at NULL: null */
        const WordSet
                *also; /* a flag that any word of the table sets is here "false" where this word does not set it */
        size_t n_also;
} Word;

typedef enum UnknownPolicy { UNKNOWN_DEFAULT, UNKNOWN_QUARANTINE, UNKNOWN_INVALID, UNKNOWN_KEEP } UnknownPolicy;
typedef enum UnitBy { UNIT_BY_CODE, UNIT_BY_NAME, UNIT_BY_ID, UNIT_BY_SPACE } UnitBy;
typedef enum Percent { PERCENT_NO, PERCENT_SIGN, PERCENT_FRACTION } Percent;
typedef enum Negative { NEGATIVE_SIGN, NEGATIVE_PARENTHESES } Negative;

/* What becomes of several selectors, and of one that finds several: ONE: that is an error; FIRST: the first that says
 * something; JOIN: all of them, the members of lists, or texts with the separator between them. */
typedef enum Take { TAKE_ONE, TAKE_FIRST, TAKE_JOIN } Take;
typedef enum DateOnly { DATE_ONLY_START, DATE_ONLY_END } DateOnly;

/* A selector whose first step, a member of the record, is looked up once per record for all fields: slots of
 * StreamPlan. */
typedef struct SlotSelect {
        Select select;
        int slot; /* -1: walks from the record itself */
} SlotSelect;

/* What of a document that proves something is kept, in this order. */
typedef enum EvidencePart { EVIDENCE_NAME, EVIDENCE_NUMBER, EVIDENCE_DATE, EVIDENCE_URL, EVIDENCE_PARTS } EvidencePart;

typedef struct EvidencePlan {
        Select part[EVIDENCE_PARTS];
        /* Where every part is a member of its own: their names, the same as records write them, and whose they are. */
        Str names[EVIDENCE_PARTS], written[EVIDENCE_PARTS];
        EvidencePart named[EVIDENCE_PARTS];
        size_t n_names; /* 0: some part lies deeper */
} EvidencePlan;

typedef struct FieldPlan {
        FieldId id;
        FieldType type;
        SlotSelect *from;
        size_t n_from;          /* several with FIRST and JOIN */
        int take;               /* Take */
        bool one_member;        /* a scalar that one member of the record is: nearly every field */
        bool alone;             /* reading it says nothing of other fields and is noted nowhere */
        const char *separator;  /* of JOIN */
        const char *split;      /* a list that is one text: what parts its members; NULL: none is */
        const char *constant;
        bool account_unit;      /* the unit of the account the listing is read with */
        bool required, html;
        bool nothing_null;      /* missing, or an empty text or list, is null */
        int percent, negative;  /* Percent, Negative */
        int repair;             /* RepairKind */
        char mark, thousands;   /* decimals; thousands 0: none */
        int unknown;            /* UnknownPolicy, never DEFAULT once compiled */
        int unit_by;            /* UnitBy */
        const char *unit_space; /* UNIT_BY_SPACE: which of the unit's further codes */
        int date_only;          /* DateOnly */
        int64_t zone;           /* µs east of UTC for formats without a zone */
        PlanNames dates;        /* formats, tried in order */
        const Word *words;
        size_t n_words;
        Select member;          /* lists of units: what of each member; steps 0: itself */
        EvidencePlan evidence;
        Origin origin;
} FieldPlan;
