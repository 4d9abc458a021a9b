/* SPDX-License-Identifier: MIT */
/* Bytes: borrowed slices, bounded growing buffers, an arena, strict numbers, Unicode forms. All text is UTF-8. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "state/model/cleanup.h"

/* A borrowed slice; not NUL-terminated; `at` NULL only when len is 0. */
typedef struct Str {
        const char *at;
        size_t len;
} Str;

#define STR(literal) ((Str) { (literal), sizeof(literal) - 1 })
#define STR_NULL ((Str) { NULL, 0 })
#define PLURAL(n) ((n) == 1 ? "" : "s") /* of English nouns that take no more */
#define STR_FMT "%.*s"
#define STR_ARG(s) (int) (s).len, (s).at ? (s).at : ""

static inline Str str_of(const char *text) {
        return (Str) { text, text ? strlen(text) : 0 };
}
static inline bool str_eq(Str a, Str b) {
        return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}
int str_cmp(Str a, Str b);                /* bytewise, shorter first on a tie */
bool str_starts(Str s, Str prefix);
Str str_trim(Str s);                      /* without ASCII blanks at both ends */
Str str_cut(Str s, size_t max);           /* at most so many bytes, and no part of a UTF-8 character at the end */
char *str_dup(Str s);                     /* NUL-terminated copy; NULL: out of memory */
bool str_split(Str *rest, char separator, Str *ret_part); /* false when nothing is left; "a," has one part */

/* A growing buffer that cannot be made without a maximum; always NUL-terminated once something was added. After a
 * failed add the buffer is marked and every later add fails too, so a run of adds needs one check at its end. */
typedef struct Text {
        char *at;
        size_t len, room, max;
        int failed; /* 0, -ENOMEM or -E2BIG */
} Text;

#define TEXT_INIT(maximum) ((Text) { .max = (maximum) })
void text_free(Text *t);
void text_clear(Text *t); /* keeps the memory */
#define _cleanup_text_ _cleanup_(text_free)
int text_add(Text *t, Str s);   /* `s` must not lie in the buffer itself */
int text_addc(Text *t, char c);
int text_addf(Text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
int text_reserve(Text *t, size_t more); /* room for that many bytes and a NUL. 0, -E2BIG (not marked), -ENOMEM */
static inline Str text_str(const Text *t) {
        return (Str) { t->at, t->len };
}
char *text_take(Text *t); /* NUL-terminated, caller frees; "" when nothing was added; NULL when the buffer failed */

/* A bump arena: everything lives until arena_clear (which keeps one block) or arena_free. */
typedef struct Arena {
        struct ArenaBlock *block;
        size_t total, max; /* max 0: unlimited */
} Arena;
void *arena_get(Arena *a, size_t size);  /* 8-aligned, not zeroed; NULL: out of memory or over max */
char *arena_copy(Arena *a, Str s);       /* NUL-terminated */
int arena_str(Arena *a, Str s, Str *ret); /* -ENOMEM */
void arena_clear(Arena *a);
void arena_free(Arena *a);
#define _cleanup_arena_ _cleanup_(arena_free)

/* Strict numbers: the whole slice, no blanks, no sign unless signed. 0, or -EINVAL / -ERANGE. */
int text_to_int64(Str s, int64_t *ret);
int text_to_uint64(Str s, uint64_t *ret);
int text_to_int(Str s, int min, int max, int *ret);

bool utf8_valid(Str s); /* RFC 3629: no surrogates, no overlong forms; NUL is not valid text */
void utf8_mend(char *s); /* bytes that are no part of a character go, as where a `%.60s` cut one in two */

/* NFC, NBSP and zero-width to blanks/nothing, ends trimmed, inner runs of blanks to one. Copies into the arena only
 * when something changed. 0, -ENOMEM, or -EILSEQ for invalid UTF-8. */
int text_normalise(Arena *a, Str s, Str *ret);

/* The form of a code by which records are told apart: text_normalise, full-width forms as plain ones, every dash as
 * '-', no dot at the end; `upper`: in capitals. Leading zeros stay, a number stays text. "." alone is empty. */
int text_code(Arena *a, Str s, bool upper, Str *ret);

/* Search and lookup form of a name: NFC, lower case, apostrophes and dashes unified, tone placement (hoà = hòa) and
 * i/y unified. Keeps diacritics: Sơn Hạ is not Sơn Hà. */
int text_fold(Arena *a, Str s, Str *ret);

/* The loosest form, for suggestions and searching by people only: text_fold without diacritics, đ to d. */
int text_fold_loose(Arena *a, Str s, Str *ret);

/* Columns on a terminal (combining marks 0, wide 2). */
size_t text_width(Str s);

/* Escapes control characters (C0, C1, DEL, bidi overrides) as \xNN for terminals and journals. */
int text_escape(Text *t, Str s);

/* JSON string literal with quotes; escapes only what RFC 8259 demands. */
int text_add_json(Text *t, Str s);
int text_add_base64(Text *t, Str s); /* RFC 4648 section 4, padded */
/* How many bytes at the front stand for themselves inside such a literal. */
size_t text_json_plain(Str s);

/* The candidate nearest to `word` by edit distance (at most a third of its length), NULL when none is near. */
const char *text_nearest(Str word, const char *const *candidates, size_t n);
