/* SPDX-License-Identifier: MIT */
/* What stands on a page nobody has described: its lists, the members of their records with types, formats and words,
 * and what lies beside the lists and looks like a total, a cursor or a flag. It proposes and never decides: `probe` and
 * `learn` show it to a person. Pure. */
#pragma once

#include "state/model/err.h"
#include "state/model/text.h"

#define LOOK_LISTS 8
#define LOOK_MEMBERS 96
#define LOOK_WORDS 16
#define LOOK_HINTS 24
#define LOOK_ODD 6

typedef enum LookType {
        LOOK_NULL = 1,
        LOOK_TEXT = 2,
        LOOK_NUMBER = 4,
        LOOK_FLAG = 8,
        LOOK_LIST = 16,
        LOOK_OBJECT = 32,
} LookType;

typedef struct LookMember {
        const char *path;           /* a selector from the record: "$.donVi.ma" */
        const char *name, *parent;  /* its own name and that of the member it lies in ("" none) */
        unsigned types;             /* LookType of all its values */
        int seen, nulls, empty;     /* records that have it; with null; with an empty text */
        int texts;                  /* values that are texts or numbers */
        const char *date;           /* the format most of them read by, named as in a profile; NULL: none */
        int dates;                  /* how many do */
        int integers, points, commas, percents; /* of the texts: 60, 60.5, 60,5, and any of them with % */
        bool html;
        const char *word[LOOK_WORDS]; /* different short values, in the order of their coming */
        int word_count[LOOK_WORDS];
        int n_words;                /* -1: too many or too long for a vocabulary */
        const char *odd[LOOK_ODD];  /* short texts that are no date in any way, of a member with dates */
        int n_odd;
        const char *sample;         /* the first value, escaped and cut */
        struct LookMember *inner;   /* of a list of objects: the members of its first ones */
        int n_inner;
} LookMember;

typedef struct LookList {
        const char *path;           /* a selector from the page: "$.data.items" */
        int records;
        bool rows;                  /* its records are lists: members are places, "$['#2']" */
        LookMember *members;
        int n_members;
} LookList;

typedef enum LookHintKind {
        HINT_TOTAL, HINT_PAGES, HINT_PAGE, HINT_OFFSET, HINT_SIZE, HINT_CURSOR, HINT_NEXT, HINT_MORE, HINT_OK,
        HINT_COUNT
} LookHintKind;
extern const char *const look_hint_names[HINT_COUNT]; /* total pages page offset size cursor next more ok */

typedef struct LookHint {
        LookHintKind kind;
        const char *path, *value;   /* value: as text, cut; "null" for null */
        unsigned type;              /* LookType */
        int64_t number;             /* of an integer; else -1 */
} LookHint;

typedef struct Look {
        LookList list[LOOK_LISTS];  /* of objects, the most telling first, then of rows that are lists */
        int n_lists;
        LookHint hint[LOOK_HINTS];
        int n_hints;
        const char *inside;         /* a text in it that is a document of its own; NULL: none */
        const char *outline;        /* "object: code, data {total, page, items [20]}" */
} Look;

enum { LOOK_E_NOT_JSON = 1 };

/* 0; LOOK_E_NOT_JSON with a sample in `why`; -ENOMEM. Everything is copied into `a`. */
int look_page(Arena *a, Str body, Look *ret, char why[static 160]);

/* The best list's members told anew over the same list of several pages. 0, -ENOMEM. */
int look_over(Arena *a, Look *l, const Str *bodies, int n);

const LookHint *look_hint(const Look *l, LookHintKind kind); /* the first; NULL: none */
const LookMember *look_member(const LookList *l, const char *path); /* NULL: none */

/* Whether the member has so few different short values that they may be a vocabulary. */
bool look_vocabulary(const LookMember *m, int records);

/* What a name of a page's member or of a parameter may mean for paging: HINT_COUNT: nothing. */
LookHintKind look_hint_of(Str name);
