/* SPDX-License-Identifier: MIT */
/* Drift: what a stream's records looked like so far, and whether they still do. Of a row with its detail what lies
 * inside counts too, by paths such as "detail.work.state". A contract is learnt from what is
 * parsed (a page that is as before is not, and says nothing new), kept by the store as compact text, and judged at the
 * end of a listing that was read whole. docs/profiles/drift.md explains the rules. Pure. */
#pragma once

#include "connectors/language/stream-plan.h"

#define CONTRACT_OTHERS 160 /* members that no selector of the profile begins with, and what lies inside details */
#define CONTRACT_WORDS 64
#define CONTRACT_TEXT (64u << 10)

typedef enum JsonKind { JSON_TEXT, JSON_NUMBER, JSON_FLAG, JSON_OBJECT, JSON_LIST, JSON_NULL, JSON_KINDS } JsonKind;

/* How often a member was there as what; `empty`: as "" or []. */
typedef struct ContractCount {
        uint32_t kind[JSON_KINDS], empty;
} ContractCount;

typedef struct ContractMember {
        Str name, sample; /* of the newest kind that was not known */
        ContractCount known, now;
} ContractMember;

typedef struct ContractWord {
        FieldId field;
        uint32_t hash;    /* of the word as it is written */
        uint32_t now;     /* records of this listing; 0: known from before */
        Str word;
        bool known;
} ContractWord;

typedef struct Contract {
        const StreamPlan *stream;
        uint64_t digest;           /* of the profile it was learnt under: after an edit it is learnt anew */
        Arena arena;
        ContractMember *members;   /* the stream's slots, then the others */
        size_t n_members, expected;
        ContractWord words[CONTRACT_WORDS];
        size_t n_words;
        int64_t known_records, known_count, known_page; /* 0: not learnt */
        int64_t records;           /* parsed in this listing */
        bool overflow;             /* more names than are counted: new ones are not told */
        bool inside;               /* records are a row and its detail: what lies in them counts */
        Text path;                 /* of what is counted there */
} Contract;

/* `kept`: of an earlier contract_encode; what is none, or of another digest, counts as nothing learnt. -ENOMEM. */
int contract_new(const StreamPlan *stream, uint64_t digest, Str kept, Contract **ret);
Contract *contract_free(Contract *c);
DEFINE_CLEANUP(Contract, contract_free)

/* A member of the record under way: by its slot, or by its name when it has none. */
void contract_member(Contract *c, size_t slot, Str value);
void contract_other(Contract *c, Str name, Str value);
/* A word that no vocabulary and a unit that no table knows. */
void contract_word(Contract *c, FieldId field, Str word);

/* What the listing was, beside what was parsed of it. */
typedef struct ContractListing {
        int64_t received; /* records, parsed or as before */
        int page_size; /* records on the fullest page of several; 0: there was one */
        bool changes_only;
        bool untyped; /* of cells, which are texts or numbers as somebody typed them */
} ContractListing;

typedef struct ContractFinding {
        const char *code;   /* "drift-new", ... */
        bool stops;
        Str what;           /* the member or word */
        const char *en, *vi; /* until the next one */
} ContractFinding;

/* Tells every difference that matters, by `tell`. *ret_mark: of those that stop the stream, the same for the same
 * differences whatever their counts; 0: none does. -ENOMEM. */
int contract_judge(const Contract *c, const ContractListing *l, void (*tell)(void *userdata, const ContractFinding *f),
                   void *userdata, uint64_t *ret_mark);

/* What is to be kept when the listing is applied, added to `ret`; nothing when nothing was learnt. */
void contract_encode(const Contract *c, const ContractListing *l, Text *ret);

/* Whether a listing is enough to judge a share of its records by. */
bool contract_sample(const Contract *c, const ContractListing *l);
uint64_t contract_seen(const ContractCount *k);
