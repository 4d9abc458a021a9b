/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <strings.h>

#include "connectors/record/dates.h"

typedef struct Reading {
        Str rest;
        MomentParts parts;
        int noon; /* 0: none, 1: before, 2: after */
} Reading;

/* As `word` or with its first letter a capital; Vietnamese words that begin with a plain letter. */
bool moment_word(Str *rest, const char *word) {
        size_t n = strlen(word);
        if (rest->len < n || strncasecmp(rest->at, word, 1) != 0 || memcmp(rest->at + 1, word + 1, n - 1) != 0)
                return false;
        *rest = (Str) { rest->at + n, rest->len - n };
        return true;
}

static bool month_name(Reading *r) {
        static const char *const names[] = { "January", "February", "March",     "April",   "May",      "June",
                                             "July",    "August",   "September", "October", "November", "December" };
        for (int i = 0; i < 12; i++) {
                size_t n = strlen(names[i]);
                if (r->rest.len < 3 || strncasecmp(r->rest.at, names[i], 3) != 0)
                        continue;
                size_t taken = r->rest.len >= n && strncasecmp(r->rest.at, names[i], n) == 0 ? n : 3;
                r->rest = (Str) { r->rest.at + taken, r->rest.len - taken };
                r->parts.month = i + 1;
                return true;
        }
        return false;
}

static bool year(Reading *r, int run) {
        if (run != 2 && run != 4)
                return false;
        if (!moment_digits(&r->rest, (size_t) run, (size_t) run, &r->parts.year))
                return false;
        r->parts.year += run == 2 ? 2000 : 0;
        return true;
}

static bool micros(Reading *r, int run) {
        int n = 0, digit;
        r->parts.micro = 0;
        for (; n < 9 && moment_digits(&r->rest, 1, 1, &digit); n++)
                r->parts.micro = n < 6 ? r->parts.micro * 10 + digit : r->parts.micro;
        for (int i = n; i < 6; i++)
                r->parts.micro *= 10;
        return run == 1 ? n > 0 : n == run;
}

/* AM PM, or as Windows writes them in Vietnamese: SA (sáng) CH (chiều). */
static bool noon(Reading *r) {
        static const char *const words[] = { "AM", "SA", "PM", "CH" };
        for (int i = 0; i < 4; i++)
                if (r->rest.len >= 2 && strncasecmp(r->rest.at, words[i], 2) == 0) {
                        r->rest = (Str) { r->rest.at + 2, r->rest.len - 2 };
                        r->noon = 1 + i / 2;
                        return true;
                }
        return false;
}

/* The run of one letter decides how many digits are read: `M` one or two, `MM` two. */
static bool number(Reading *r, int run, int *out) {
        return run <= 2 && moment_digits(&r->rest, (size_t) run, 2, out);
}

/* 1: taken, 0: no letter of ours, -EINVAL. */
static int letter(Reading *r, char c, int run) {
        bool fine;
        switch (c) {
        case 'y':
                fine = year(r, run);
                break;
        case 'M':
                fine = run > 2 ? month_name(r) : number(r, run, &r->parts.month);
                break;
        case 'd':
                fine = number(r, run, &r->parts.day);
                break;
        case 'H':
                r->parts.timed = true;
                fine = number(r, run, &r->parts.hour);
                break;
        case 'm':
                fine = number(r, run, &r->parts.minute);
                break;
        case 's':
                fine = number(r, run, &r->parts.second);
                break;
        case 'S':
                fine = micros(r, run);
                break;
        case 'a':
                fine = run == 1 && noon(r);
                break;
        case 'z':
                fine = r->parts.zoned = run == 1 && moment_zone(&r->rest, &r->parts.zone);
                break;
        default:
                return 0;
        }
        return fine ? 1 : -EINVAL;
}

static bool itself(Reading *r, char c) {
        if (r->rest.len == 0 || r->rest.at[0] != c)
                return false;
        r->rest = (Str) { r->rest.at + 1, r->rest.len - 1 };
        return true;
}

int moment_pattern(const char *format, Str written, MomentParts *ret) {
        Reading r = { .rest = written };
        while (*format) {
                int run = 1;
                if (*format == '\'') {
                        for (format++; *format && *format != '\''; format++)
                                if (!itself(&r, *format))
                                        return -EINVAL;
                        format += *format == '\'';
                        continue;
                }
                while (format[run] == format[0])
                        run++;
                int taken = letter(&r, *format, run);
                if (taken < 0 || (taken == 0 && !itself(&r, *format)))
                        return -EINVAL;
                format += taken ? run : 1;
        }
        if (r.rest.len > 0 || (r.noon && (r.parts.hour < 1 || r.parts.hour > 12)))
                return -EINVAL;
        if (r.noon)
                r.parts.hour = r.parts.hour % 12 + (r.noon == 2 ? 12 : 0);
        *ret = r.parts;
        return 0;
}
