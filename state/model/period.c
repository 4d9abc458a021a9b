/* SPDX-License-Identifier: MIT */
#include "state/model/period.h"

#include <errno.h>
#include <stdio.h>

/* A period as words: "quý iii/2026" becomes the words "quí" "iii" "2026". */
#define WORDS_MAX 6
typedef struct Words {
        Str at[WORDS_MAX];
        size_t n;
} Words;

static bool words_split(Str s, Words *ret) {
        *ret = (Words) { 0 };
        size_t start = 0;
        for (size_t i = 0; i <= s.len; i++) {
                bool separator = i == s.len || s.at[i] == ' ' || s.at[i] == '/' || s.at[i] == '-' || s.at[i] == '.';
                if (!separator)
                        continue;
                if (i > start) {
                        if (ret->n == WORDS_MAX)
                                return false;
                        ret->at[ret->n++] = (Str) { s.at + start, i - start };
                }
                start = i + 1;
        }
        return ret->n > 0;
}

static bool word_is(const Words *w, size_t i, const char *text) {
        return i < w->n && str_eq(w->at[i], str_of(text));
}

static bool word_year(Str s, int *ret) {
        return s.len == 4 && text_to_int(s, 1900, 2199, ret) == 0;
}

static bool word_number(Str s, int max, int *ret) {
        return s.len <= 2 && s.len > 0 && s.at[0] != '+' && text_to_int(s, 1, max, ret) == 0;
}

static bool word_quarter(Str s, int *ret) {
        static const char *const roman[] = { "i", "ii", "iii", "iv" };
        for (int i = 0; i < 4; i++)
                if (str_eq(s, str_of(roman[i]))) {
                        *ret = i + 1;
                        return true;
                }
        return word_number(s, 4, ret);
}

/* A number behind a letter: q3, h1, w40. */
static bool word_lettered(Str s, char letter, int max, int *ret) {
        return s.len > 1 && s.at[0] == letter && word_number((Str) { s.at + 1, s.len - 1 }, max, ret);
}

/* ISO 8601: a year has 53 weeks when its 1 January or its 31 December is a Thursday. */
static int year_weeks(int year) {
        Date first, last;
        if (!date_from_ymd(year, 1, 1, &first) || !date_from_ymd(year, 12, 31, &last))
                return 52;
        return date_weekday(first) == THURSDAY || date_weekday(last) == THURSDAY ? 53 : 52;
}

/* What is counted inside the year; `letter` 0 is a month. */
typedef struct Part {
        char letter;
        int number;
} Part;

/* "q3", "h1", and "t40" or "w40" behind the year only: in front of it "t6/2026" would be a month to most. */
static bool part_code(Str s, bool year_first, Part *ret) {
        int n;
        if (word_lettered(s, 'q', 4, &n))
                *ret = (Part) { 'Q', n };
        else if (word_lettered(s, 'h', 2, &n))
                *ret = (Part) { 'H', n };
        else if ((year_first && word_lettered(s, 't', 53, &n)) || word_lettered(s, 'w', 53, &n))
                *ret = (Part) { 'T', n };
        else if (word_number(s, 12, &n))
                *ret = (Part) { 0, n };
        else
                return false;
        return true;
}

/* "quý III", "tháng 6", "tuần 40", "6 tháng đầu": the words in front of the year. */
static bool part_words(const Words *w, size_t n, Part *ret) {
        int number;
        if (n == 2 && word_is(w, 0, "quí") && word_quarter(w->at[1], &number))
                *ret = (Part) { 'Q', number };
        else if (n == 2 && word_is(w, 0, "tháng") && word_number(w->at[1], 12, &number))
                *ret = (Part) { 0, number };
        else if (n == 2 && word_is(w, 0, "tuần") && word_number(w->at[1], 53, &number))
                *ret = (Part) { 'T', number };
        else if (n == 3 && word_is(w, 0, "6") && word_is(w, 1, "tháng") &&
                 (word_is(w, 2, "đầu") || word_is(w, 2, "cuối")))
                *ret = (Part) { 'H', word_is(w, 2, "đầu") ? 1 : 2 };
        else
                return n == 1 && part_code(w->at[0], false, ret);
        return true;
}

static bool period_words(const Words *w, int *ret_year, Part *ret_part, bool *ret_whole) {
        *ret_whole = false;
        if (w->n == 2 && word_year(w->at[0], ret_year)) /* 2026-06, 2026-Q3 */
                return part_code(w->at[1], true, ret_part);
        if (!word_year(w->at[w->n - 1], ret_year))
                return false;

        size_t front = w->n - 1; /* words in front of the year, and of the word "năm" before it */
        if (front > 0 && word_is(w, front - 1, "năm"))
                front--;
        *ret_whole = front == 0;
        return *ret_whole || part_words(w, front, ret_part);
}

int period_read(Arena *a, Str written, Str *ret_canonical) {
        _cleanup_arena_ Arena scratch = { 0 };
        Str folded;
        Words words;
        Part part = { 0, 0 };
        int year;
        bool whole;

        if (word_year(written, &year)) /* nearly every period is a year */
                return arena_str(a, written, ret_canonical);
        int r = text_fold(&scratch, written, &folded);
        if (r < 0)
                return r == -ENOMEM ? r : -EINVAL;
        if (!words_split(folded, &words) || !period_words(&words, &year, &part, &whole))
                return -EINVAL;
        if (part.letter == 'T' && part.number > year_weeks(year))
                return -EINVAL;

        char text[16];
        int len;
        if (whole)
                len = snprintf(text, sizeof text, "%04d", year);
        else if (part.letter == 'Q' || part.letter == 'H')
                len = snprintf(text, sizeof text, "%04d-%c%d", year, part.letter, part.number);
        else if (part.letter == 'T')
                len = snprintf(text, sizeof text, "%04d-T%02d", year, part.number);
        else
                len = snprintf(text, sizeof text, "%04d-%02d", year, part.number);
        return arena_str(a, (Str) { text, (size_t) len }, ret_canonical);
}
