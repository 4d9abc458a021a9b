/* SPDX-License-Identifier: MIT */
/* The splitter: cuts a JSON page (RFC 8259) into its skeleton and the spans of its records, without building anything.
 * It is strict where a parser may be lenient, because a library that repairs in silence turns a broken page into fewer
 * records: structure, depth, truncation, and what json-c would change (numbers that fit no int64, duplicate keys, NUL
 * in a key, lone surrogates). */
#pragma once

#include "connectors/language/select.h"
#include "connectors/limits.h"

typedef struct SplitSpan {
        Str bytes;           /* one element of the list, borrowed from the page */
        const char *problem; /* constant text when the record cannot be trusted, else NULL */
} SplitSpan;

/* Reused from page to page; zero-initialised. */
typedef struct SplitPage {
        SplitSpan *spans;
        size_t n_spans, room;
        Str head, tail; /* the skeleton: head ends in '[' of the list, tail begins with its ']' */
        Str *gaps;      /* where a list's path names several lists: what lies between them, brackets included */
        size_t n_gaps, gaps_room;
        size_t at;      /* where an error was noticed */
        const char *why;
} SplitPage;

enum {
        SPLIT_E_EMPTY = 1, /* nothing but blanks */
        SPLIT_E_TRUNCATED, /* ended inside a value */
        SPLIT_E_NOT_JSON,  /* `why` and `at` say what and where */
        SPLIT_E_NO_LIST,   /* sound JSON, but nothing at the list's path, or no array there */
        SPLIT_E_TOO_MANY,  /* more than LIMIT_PAGE_RECORDS, or a record over LIMIT_RECORD_BYTES */
};

/* Cuts `page`: the skeleton strictly; inside records strings and brackets alone are followed, since a record that is
 * broken in itself costs that record and not the page, and since a known page is not read further. A list's path with
 * [*], .. or a filter gathers the records of every list it names: each member that [*] goes through must hold one, a
 * filter must pass one at least, and below a match of .. nothing more is looked for. 0, a result above, or -ENOMEM. */
int split_page(SplitPage *s, const Select *list, Str page);

/* The page without its records, whole JSON again. Adds to `ret`. */
void split_skeleton(const SplitPage *s, Text *ret);

/* Whether a selector can be a list's path, which is followed while the bytes pass: no index from the end, and behind ..
 * a name only. */
bool split_follows(const Select *list);
void split_free(SplitPage *s);

/* Checks a record by the letter of RFC 8259 before it is parsed; sets span->problem. */
void split_record(SplitSpan *span);

/* The names that somebody looks for among the members of records: as they are, and as JSON with quotes and colon, which
 * is how they mostly stand there. */
#define SPLIT_NAMES_MAX 64
typedef struct SplitNames {
        const Str *names, *written;
        size_t n;
        uint8_t after[SPLIT_NAMES_MAX + 1]; /* by a name's place + 1: the one that came next in the record before */
} SplitNames;
SplitNames split_names(const Str *names, const Str *written, size_t n); /* borrowed; n up to the maximum */

typedef struct SplitMember {
        Str key;    /* unescaped; holds until the call returns */
        Str value;  /* the bytes of valid JSON */
        int name;   /* its place among the names looked for; -1: none of them */
        bool plain; /* a text without escapes: what stands between its quotes is what it says */
} SplitMember;

/* The same, and on the way every member of the record is told. The elements of a list are called by their places, "#1"
 * the first, as columns without a name are. What was told counts only when span->problem stays NULL. `names` may be
 * NULL; it remembers the order of members from record to record. false: neither object nor list. */
typedef void (*SplitTell)(void *userdata, const SplitMember *member);
bool split_members(SplitSpan *span, SplitNames *names, SplitTell tell, void *userdata);

/* Checks one document by the same rules. 0 (and *ret_problem says what json-c would have changed, or NULL), or a
 * result above with why and where. */
int split_check(Str document, const char **ret_problem, size_t *ret_at, const char **ret_why);
