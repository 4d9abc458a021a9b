/* SPDX-License-Identifier: MIT */
#include "state/model/text.h"

#include <errno.h>
#include <utf8proc.h>

#include "state/model/text-block.h"

/* Length of the well-formed sequence at `at` (RFC 3629 section 4), 0 when there is none; NUL counts as none. */
static inline size_t utf8_step(const unsigned char *at, size_t left) {
        unsigned char lead = at[0];
        if (lead < 0x80)
                return lead != 0;
        if (lead < 0xC2 || left < 2 || (at[1] & 0xC0) != 0x80)
                return 0;
        if (lead < 0xE0)
                return 2;
        if (left < 3 || (at[2] & 0xC0) != 0x80)
                return 0;
        if (lead < 0xF0) {
                bool overlong = lead == 0xE0 && at[1] < 0xA0, surrogate = lead == 0xED && at[1] > 0x9F;
                return overlong || surrogate ? 0 : 3;
        }
        if (lead > 0xF4 || left < 4 || (at[3] & 0xC0) != 0x80)
                return 0;
        return (lead == 0xF0 && at[1] < 0x90) || (lead == 0xF4 && at[1] > 0x8F) ? 0 : 4;
}

static uint32_t utf8_point(const unsigned char *at, size_t len) {
        switch (len) {
        case 1:
                return at[0];
        case 2:
                return (at[0] & 0x1Fu) << 6 | (at[1] & 0x3Fu);
        case 3:
                return (at[0] & 0x0Fu) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu);
        default:
                return (at[0] & 0x07u) << 18 | (at[1] & 0x3Fu) << 12 | (at[2] & 0x3Fu) << 6 | (at[3] & 0x3Fu);
        }
}

static bool utf8_each(Str s) {
        const unsigned char *at = (const unsigned char *) s.at;
        for (size_t i = 0; i < s.len;) {
                size_t step = utf8_step(at + i, s.len - i);
                if (step == 0)
                        return false;
                i += step;
        }
        return true;
}

#define BLOCK_ALL 0xFFFFu

static inline TextBlock block_of(Str s, size_t at, unsigned *ret_there) {
        size_t left = s.len - at;
        *ret_there = left >= TEXT_BLOCK ? BLOCK_ALL : BLOCK_ALL >> (TEXT_BLOCK - left);
        return left >= TEXT_BLOCK ? block_read(s.at + at) : block_rest(s.at + at, left);
}

/* Sixteen bytes at a time: leads say where continuations have to stand, and they stand nowhere else. Four leads say
 * more about the byte behind them; no Vietnamese text has one, and a text that has is judged step by step. */
bool utf8_valid(Str s) {
        unsigned wanted = 0, there; /* continuations, those that the last block wants of this one */
        for (size_t i = 0; i < s.len; i += TEXT_BLOCK) {
                TextBlock b = block_of(s, i, &there);
                unsigned ascii = block_in(b, 0x01, 0x7F);
                if (ascii == there && wanted == 0)
                        continue;
                unsigned three = block_in(b, 0xE0, 0xEF), four = block_in(b, 0xF0, 0xF4);
                unsigned two = block_in(b, 0xC2, 0xDF), behind = block_in(b, 0x80, 0xBF);
                if (four | block_is(b, 0xE0) | block_is(b, 0xED))
                        return utf8_each(s);
                wanted |= (two | three) << 1 | three << 2;
                if ((wanted & BLOCK_ALL) != behind || (ascii | two | three | behind) != there)
                        return false;
                wanted >>= TEXT_BLOCK;
        }
        return wanted == 0;
}

void utf8_mend(char *s) {
        unsigned char *at = (unsigned char *) s;
        size_t len = strlen(s), n = 0;
        for (size_t i = 0; i < len;) {
                size_t step = utf8_step(at + i, len - i);
                memmove(at + n, at + i, step);
                n += step;
                i += step ? step : 1;
        }
        at[n] = '\0';
}

/* Whether a well-formed non-ASCII sequence is surely a starter that composition leaves alone and that is neither blank
 * nor zero-width: Latin up to U+02FF and U+1E00-1EFF, the usual punctuation, currencies, arrows and signs. In all of
 * these NFC_Quick_Check is Yes and the combining class 0 (Unicode DerivedNormalizationProps). */
static inline bool point_plain(const unsigned char *at, size_t len) {
        if (len == 2)
                return at[0] < 0xCC && !(at[0] == 0xC2 && (at[1] < 0xA1 || at[1] == 0xAD));
        if (len != 3)
                return false;
        if (at[0] == 0xE1)
                return at[1] >= 0xB8 && at[1] <= 0xBB;
        if (at[0] != 0xE2)
                return false;
        uint32_t point = utf8_point(at, 3);
        return (point >= 0x2010 && point <= 0x2027) || (point >= 0x2030 && point <= 0x205E) ||
               (point >= 0x20A0 && point <= 0x20BF) || (point >= 0x2190 && point <= 0x22FF) ||
               (point >= 0x2500 && point <= 0x27BF);
}

/* Whether a text is surely its own normal form: ASCII from ' ' on, and the Latin letters up to U+02FF and of
 * U+1E00-1EFF, in which all of Vietnamese is written composed; no blank at an end or behind a blank. Sixteen bytes at a
 * time, a third of what the same costs byte by byte; nearly every text of a record passes here. false says nothing. */
static bool text_latin(Str s) {
        unsigned wanted = 0, second = 0, blank = 1, there; /* the first three: what the last block says of this one */
        if (s.len > 0 && s.at[s.len - 1] == ' ')
                return false;
        for (size_t i = 0; i < s.len; i += TEXT_BLOCK) {
                TextBlock b = block_of(s, i, &there);
                unsigned blanks = block_is(b, ' '), ascii = block_in(b, 0x20, 0x7F);
                if (blanks & (blanks << 1 | blank))
                        return false;
                blank = blanks >> (TEXT_BLOCK - 1);
                if (ascii == there && wanted == 0)
                        continue;
                unsigned two = block_in(b, 0xC3, 0xCB), three = block_is(b, 0xE1), behind = block_in(b, 0x80, 0xBF);
                second |= three << 1;
                wanted |= (two | three) << 1 | three << 2;
                if ((wanted & BLOCK_ALL) != behind || (ascii | two | three | behind) != there ||
                    (second & BLOCK_ALL & ~block_in(b, 0xB8, 0xBB)))
                        return false;
                wanted >>= TEXT_BLOCK;
                second >>= TEXT_BLOCK;
        }
        return wanted == 0;
}

typedef enum Form { FORM_PLAIN, FORM_OTHER, FORM_BROKEN } Form;

/* Judges a trimmed text: PLAIN is its own normal form. OTHER says nothing about the rest of the text. */
static Form text_form(Str s) {
        const unsigned char *at = (const unsigned char *) s.at;
        for (size_t i = 0; i < s.len;) {
                if (at[i] > 0x20 && at[i] < 0x80) {
                        i++;
                        continue;
                }
                if (at[i] == ' ') {
                        if (at[i + 1] == ' ') /* a trimmed text does not end in a blank */
                                return FORM_OTHER;
                        i++;
                        continue;
                }
                size_t step = utf8_step(at + i, s.len - i);
                if (step == 0)
                        return FORM_BROKEN;
                if (step == 1 ? at[i] >= '\t' && at[i] <= '\r' : !point_plain(at + i, step))
                        return FORM_OTHER;
                i += step;
        }
        return FORM_PLAIN;
}

static bool point_blank(utf8proc_int32_t c) {
        return (c >= '\t' && c <= '\r') || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 ||
               (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static utf8proc_int32_t blank_to_space(utf8proc_int32_t c, void *unused) {
        (void) unused;
        return point_blank(c) ? ' ' : c;
}

/* Code points in a buffer that starts on the stack. */
#define POINTS_SMALL 256
typedef struct Points {
        utf8proc_int32_t small[POINTS_SMALL];
        utf8proc_int32_t *at, *large;
        size_t n;
} Points;

static void points_free(Points *p) {
        free(p->large);
}

static int points_decompose(Points *p, Str s, utf8proc_option_t options) {
        const utf8proc_uint8_t *at = (const utf8proc_uint8_t *) s.at;
        if (s.len > PTRDIFF_MAX / 64)
                return -ENOMEM;

        p->at = p->small;
        utf8proc_ssize_t n = utf8proc_decompose_custom(at, (utf8proc_ssize_t) s.len, p->small, POINTS_SMALL, options,
                                                       blank_to_space, NULL);
        if (n > POINTS_SMALL) {
                p->large = calloc((size_t) n, sizeof *p->large);
                if (!p->large)
                        return -ENOMEM;
                p->at = p->large;
                n = utf8proc_decompose_custom(at, (utf8proc_ssize_t) s.len, p->large, n, options, blank_to_space, NULL);
        }
        if (n < 0)
                return n == UTF8PROC_ERROR_INVALIDUTF8 ? -EILSEQ : -ENOMEM;
        if (options & UTF8PROC_COMPOSE)
                n = utf8proc_normalize_utf32(p->at, n, options);
        if (n < 0)
                return -EILSEQ;
        p->n = (size_t) n;
        return 0;
}

static void points_collapse(Points *p) {
        size_t kept = 0;
        for (size_t i = 0; i < p->n; i++)
                if (p->at[i] != ' ' || (kept > 0 && p->at[kept - 1] != ' '))
                        p->at[kept++] = p->at[i];
        if (kept > 0 && p->at[kept - 1] == ' ')
                kept--;
        p->n = kept;
}

/* UTF-8 of the points in the arena, or `same` when that is what it would be. */
static int points_encode(Arena *a, const Points *p, Str same, Str *ret) {
        size_t len = 0;
        for (size_t i = 0; i < p->n; i++)
                len += p->at[i] < 0x80 ? 1 : p->at[i] < 0x800 ? 2 : p->at[i] < 0x10000 ? 3 : 4;

        char *text = arena_get(a, len + 1);
        if (!text)
                return -ENOMEM;
        size_t at = 0;
        for (size_t i = 0; i < p->n; i++)
                at += (size_t) utf8proc_encode_char(p->at[i], (utf8proc_uint8_t *) text + at);
        text[at] = '\0';

        Str out = { text, at };
        *ret = str_eq(out, same) ? same : out;
        return 0;
}

#define NFC_OPTIONS (UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_IGNORE)

static int normalise_any(Arena *a, Str s, Str *ret) {
        Str trimmed = str_trim(s);
        switch (text_form(trimmed)) {
        case FORM_PLAIN:
                *ret = trimmed;
                return 0;
        case FORM_BROKEN:
                return -EILSEQ;
        case FORM_OTHER:
                break;
        }

        if (!utf8_valid(trimmed))
                return -EILSEQ;
        _cleanup_(points_free) Points points;
        points.large = NULL;
        int r = points_decompose(&points, trimmed, NFC_OPTIONS);
        if (r < 0)
                return r;
        points_collapse(&points);
        return points_encode(a, &points, trimmed, ret);
}

int text_normalise(Arena *a, Str s, Str *ret) {
        if (!text_latin(s))
                return normalise_any(a, s, ret);
        *ret = s;
        return 0;
}

static utf8proc_int32_t fold_mark(utf8proc_int32_t c) {
        switch (c) {
        case 0x60: case 0xB4: case 0x2B9: case 0x2BB: case 0x2BC: case 0x2BD: case 0x2C8: case 0x2018: case 0x2019:
        case 0x201B: case 0x2032: case 0xFF07:
                return '\'';
        case 0x2010: case 0x2011: case 0x2012: case 0x2013: case 0x2014: case 0x2015: case 0x2212: case 0xFE58:
        case 0xFE63: case 0xFF0D:
                return '-';
        default:
                return c;
        }
}

/* The six tones of a vowel, in one order for all: none, grave, acute, hook, tilde, dot. */
#define TONES 6
static const utf8proc_int32_t tone_a[TONES] = { 'a', 0xE0, 0xE1, 0x1EA3, 0xE3, 0x1EA1 };
static const utf8proc_int32_t tone_e[TONES] = { 'e', 0xE8, 0xE9, 0x1EBB, 0x1EBD, 0x1EB9 };
static const utf8proc_int32_t tone_i[TONES] = { 'i', 0xEC, 0xED, 0x1EC9, 0x129, 0x1ECB };
static const utf8proc_int32_t tone_o[TONES] = { 'o', 0xF2, 0xF3, 0x1ECF, 0xF5, 0x1ECD };
static const utf8proc_int32_t tone_u[TONES] = { 'u', 0xF9, 0xFA, 0x1EE7, 0x169, 0x1EE5 };
static const utf8proc_int32_t tone_y[TONES] = { 'y', 0x1EF3, 0xFD, 0x1EF7, 0x1EF9, 0x1EF5 };

static int tone_of(const utf8proc_int32_t row[static TONES], utf8proc_int32_t c) {
        for (int i = 0; i < TONES; i++)
                if (row[i] == c)
                        return i;
        return -1;
}

static bool point_letter(utf8proc_int32_t c) {
        utf8proc_category_t category = utf8proc_category(c);
        return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_MN;
}

/* The first vowel's row of a pair oa, oe, uy whose tone is typed in either place; NULL when it is no such pair. */
static const utf8proc_int32_t *tone_pair(utf8proc_int32_t first, utf8proc_int32_t second,
                                         const utf8proc_int32_t **ret_second) {
        *ret_second = NULL;
        if (tone_of(tone_o, first) >= 0)
                *ret_second = tone_of(tone_a, second) >= 0 ? tone_a : tone_of(tone_e, second) >= 0 ? tone_e : NULL;
        else if (tone_of(tone_u, first) >= 0)
                *ret_second = tone_of(tone_y, second) >= 0 ? tone_y : NULL;
        if (!*ret_second)
                return NULL;
        return *ret_second == tone_y ? tone_u : tone_o;
}

/* hoà -> hòa, thuỷ -> thủy; behind q the u is no vowel, so qúy -> quý. */
static void fold_tones(Points *p) {
        for (size_t i = 0; i + 1 < p->n; i++) {
                const utf8proc_int32_t *second, *first = tone_pair(p->at[i], p->at[i + 1], &second);
                if (!first)
                        continue;
                int tone_first = tone_of(first, p->at[i]), tone_second = tone_of(second, p->at[i + 1]);
                if (tone_first > 0 && tone_second > 0)
                        continue; /* two tones: no Vietnamese syllable */
                int tone = tone_first + tone_second;
                bool onset = i > 0 && p->at[i - 1] == 'q';
                p->at[i] = first[onset ? 0 : tone];
                p->at[i + 1] = second[onset ? tone : 0];
        }
}

static bool point_consonant(utf8proc_int32_t c) {
        return c == 0x111 || (c >= 'b' && c <= 'z' && c != 'e' && c != 'i' && c != 'o' && c != 'u' && c != 'y');
}

/* Mỹ -> mĩ, quý -> quí: only where y is a syllable's one vowel and its end; tay and thúy keep it. */
static void fold_y(Points *p) {
        for (size_t i = 1; i < p->n; i++) {
                int tone = tone_of(tone_y, p->at[i]);
                if (tone < 0 || (i + 1 < p->n && point_letter(p->at[i + 1])))
                        continue;
                bool qu = i >= 2 && p->at[i - 1] == 'u' && p->at[i - 2] == 'q';
                if (qu || point_consonant(p->at[i - 1]))
                        p->at[i] = tone_i[tone];
        }
}

static int points_fold(Points *p, Str s) {
        if (!utf8_valid(s))
                return -EILSEQ;
        int r = points_decompose(p, s, NFC_OPTIONS | UTF8PROC_CASEFOLD);
        if (r < 0)
                return r;
        for (size_t i = 0; i < p->n; i++)
                p->at[i] = fold_mark(p->at[i]);
        points_collapse(p);
        fold_tones(p);
        fold_y(p);
        return 0;
}

static bool text_ascii(Str s) {
        unsigned there = 0;
        for (size_t i = 0; i < s.len; i += TEXT_BLOCK)
                if (block_in(block_of(s, i, &there), 0x20, 0x7E) != there)
                        return false;
        return true;
}

/* What points_fold comes to without a letter beyond ASCII: there is no tone to move, and utf8proc, which takes a
 * hundred times as long, has nothing to say. */
static int fold_ascii(Arena *a, Str s, Str *ret) {
        char *to = arena_get(a, s.len + 1);
        size_t n = 0;
        if (!to)
                return -ENOMEM;
        for (size_t i = 0; i < s.len; i++) {
                char c = s.at[i];
                if (c == ' ' && (n == 0 || to[n - 1] == ' '))
                        continue;
                to[n++] = (char) (c == '`' ? '\'' : c >= 'A' && c <= 'Z' ? c | 0x20 : c);
        }
        n -= n > 0 && to[n - 1] == ' ';
        for (size_t i = 1; i < n; i++) {
                bool last = i + 1 == n || to[i + 1] < 'a' || to[i + 1] > 'z';
                if (to[i] == 'y' && last &&
                    (point_consonant(to[i - 1]) || (i >= 2 && memcmp(to + i - 2, "qu", 2) == 0)))
                        to[i] = 'i';
        }
        to[n] = '\0';
        *ret = str_eq(s, (Str) { to, n }) ? s : (Str) { to, n };
        return 0;
}

int text_fold(Arena *a, Str s, Str *ret) {
        if (text_ascii(s))
                return fold_ascii(a, s, ret);
        _cleanup_(points_free) Points points;
        points.large = NULL;
        int r = points_fold(&points, s);
        return r < 0 ? r : points_encode(a, &points, s, ret);
}

int text_fold_loose(Arena *a, Str s, Str *ret) {
        Str folded;
        int r = text_fold(a, s, &folded);
        if (r < 0)
                return r;

        _cleanup_(points_free) Points points;
        points.large = NULL;
        r = points_decompose(&points, folded, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK);
        if (r < 0)
                return r;
        for (size_t i = 0; i < points.n; i++)
                if (points.at[i] == 0x111 || points.at[i] == 0x180) /* đ,
                        and ƀ of Êđê and Ba Na: letters of their own */
                        points.at[i] = points.at[i] == 0x111 ? 'd' : 'b';
        points_collapse(&points);
        return points_encode(a, &points, s, ret);
}

size_t text_width(Str s) {
        const unsigned char *at = (const unsigned char *) s.at;
        size_t width = 0;
        for (size_t i = 0; i < s.len;) {
                size_t step = utf8_step(at + i, s.len - i);
                if (step == 0) { /* a stray byte shows as one replacement character */
                        width++;
                        i++;
                        continue;
                }
                int columns = utf8proc_charwidth((utf8proc_int32_t) utf8_point(at + i, step));
                width += columns > 0 ? (size_t) columns : 0;
                i += step;
        }
        return width;
}

/* Directional controls can make a line read as what it is not; the separators break it. */
static bool point_unsafe(uint32_t c) {
        return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x61C || c == 0x200E || c == 0x200F ||
               (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

int text_escape(Text *t, Str s) {
        static const char digits[] = "0123456789ABCDEF";
        const unsigned char *at = (const unsigned char *) s.at;
        size_t clean = 0, i = 0;
        while (i < s.len) {
                size_t step = utf8_step(at + i, s.len - i), len = step ? step : 1;
                if (step != 0 && !point_unsafe(utf8_point(at + i, step))) {
                        i += step;
                        continue;
                }
                text_add(t, (Str) { s.at + clean, i - clean });
                for (size_t k = 0; k < len; k++, i++)
                        text_add(t, (Str) { (char[]) { '\\', 'x', digits[at[i] >> 4], digits[at[i] & 15] }, 4 });
                clean = i;
        }
        return text_add(t, (Str) { s.len ? s.at + clean : NULL, s.len - clean });
}
