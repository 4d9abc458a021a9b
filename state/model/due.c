/* SPDX-License-Identifier: MIT */
#include "state/model/due.h"

#include <errno.h>

#include "state/model/period.h"

#define RECURRING STR("recurring: ")
#define RELATIVE STR("relative: ")

static Date month_last(int year, int month) {
        Date last = DATE_NONE;
        date_from_ymd(year, month, date_month_days(year, month), &last);
        return last;
}

/* "2026-06" or "2026-Q3". */
static int parse_part(Str s, Due *ret) {
        int year, number;
        if (s.len != 7 || s.at[4] != '-' || text_to_int((Str) { s.at, 4 }, 1900, 2199, &year) < 0)
                return -EINVAL;
        if (s.at[5] == 'Q') {
                if (s.at[6] < '1' || s.at[6] > '4')
                        return -EINVAL;
                *ret = (Due) { .kind = DUE_QUARTER, .last = month_last(year, (s.at[6] - '0') * 3) };
                return 0;
        }
        if (s.at[5] == '+' || text_to_int((Str) { s.at + 5, 2 }, 1, 12, &number) < 0)
                return -EINVAL;
        *ret = (Due) { .kind = DUE_MONTH, .last = month_last(year, number) };
        return 0;
}

int due_parse(Str canonical, Due *ret) {
        Date date;
        if (date_parse_iso(canonical, &date) == 0) {
                *ret = (Due) { .kind = DUE_DATE, .last = date };
                return 0;
        }
        bool recurring = str_starts(canonical, RECURRING);
        if (!recurring && !str_starts(canonical, RELATIVE))
                return parse_part(canonical, ret);

        size_t skip = recurring ? RECURRING.len : RELATIVE.len;
        Str text = { canonical.at + skip, canonical.len - skip };
        if (text.len == 0)
                return -EINVAL;
        *ret = (Due) { .kind = recurring ? DUE_RECURRING : DUE_RELATIVE, .last = DATE_NONE, .text = text };
        return 0;
}

static bool str_has(Str s, Str part) {
        return s.len >= part.len && memmem(s.at, s.len, part.at, part.len);
}

/* Words an official writes for "again and again", folded. */
static bool words_recurring(Str folded) {
        static const char *const starts[] = { "thường xuyên", "thường niên", "liên tục", "định kì" };
        static const char *const every[] = { "hàng ", "hằng ", "mỗi " };
        static const char *const spans[] = { "ngày", "tuần", "tháng", "quí", "năm" };
        for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
                if (str_starts(folded, str_of(starts[i])))
                        return true;
        for (size_t i = 0; i < sizeof every / sizeof *every; i++) {
                if (!str_starts(folded, str_of(every[i])))
                        continue;
                Str rest = { folded.at + strlen(every[i]), folded.len - strlen(every[i]) };
                for (size_t k = 0; k < sizeof spans / sizeof *spans; k++)
                        if (str_starts(rest, str_of(spans[k])))
                                return true;
        }
        return false;
}

/* A term that runs from an event: nobody can compute its end without knowing the event. */
static bool words_relative(Str folded) {
        return str_has(folded, STR("sau khi ")) || str_has(folded, STR("kể từ ")) ||
               str_has(folded, STR("trong vòng "));
}

/* "2026-06-30T00:00:00" without an offset is local time. */
static int read_local_time(Str s, Date *ret) {
        char text[40];
        if (s.len < 11 || s.len + 1 > sizeof text)
                return -EINVAL;
        memcpy(text, s.at, s.len);
        text[s.len] = 'Z';
        Instant t;
        int r = when_parse_iso((Str) { text, s.len + 1 }, &t);
        return r < 0 ? r : date_parse_iso((Str) { s.at, 10 }, ret);
}

static int read_date(Str s, Date *ret) {
        if (str_starts(s, STR("ngày ")))
                s = (Str) { s.at + STR("ngày ").len, s.len - STR("ngày ").len };
        if (date_parse_vn(s, ret) == 0 || date_parse_iso(s, ret) == 0 || read_local_time(s, ret) == 0)
                return 0;
        Instant t;
        if (when_parse_iso(s, &t) < 0)
                return -EINVAL;
        *ret = when_date(t);
        return 0;
}

static int due_words(Arena *a, Str prefix, Str words, Str *ret) {
        char *at = arena_get(a, prefix.len + words.len + 1);
        if (!at)
                return -ENOMEM;
        memcpy(at, prefix.at, prefix.len);
        memcpy(at + prefix.len, words.at, words.len);
        at[prefix.len + words.len] = '\0';
        *ret = (Str) { at, prefix.len + words.len };
        return 0;
}

static int due_date(Arena *a, Date date, Str *ret) {
        char text[DATE_TEXT];
        return arena_str(a, str_of(date_iso(date, text)), ret);
}

int due_read(Arena *a, Str written, Str *ret_canonical) {
        _cleanup_arena_ Arena scratch = { 0 };
        Str normal, folded, period;
        Date date;
        if (read_date(str_trim(written), &date) == 0) /* nearly all are plain dates */
                return due_date(a, date, ret_canonical);

        int r = text_normalise(&scratch, written, &normal);
        if (r == 0)
                r = text_fold(&scratch, normal, &folded);
        if (r < 0)
                return r == -ENOMEM ? r : -EINVAL;
        if (read_date(folded, &date) == 0)
                return due_date(a, date, ret_canonical);
        if (words_relative(folded)) /* before the recurring words: "hằng năm, sau khi ..." hangs on the event */
                return due_words(a, RELATIVE, normal, ret_canonical);
        if (words_recurring(folded))
                return due_words(a, RECURRING, normal, ret_canonical);

        r = period_read(&scratch, normal, &period);
        if (r < 0)
                return r;
        Due due;
        return parse_part(period, &due) < 0 ? -EINVAL : arena_str(a, period, ret_canonical);
}

int due_vn(Text *t, Str canonical, Date today) {
        static const char *const roman[] = { "I", "II", "III", "IV" };
        Due due;
        int r = due_parse(canonical, &due);
        if (r < 0)
                return r;
        if (due.kind == DUE_RECURRING || due.kind == DUE_RELATIVE)
                return text_add(t, due.text);

        int year, month, day, year_now = 0, unused;
        char text[DATE_TEXT];
        date_to_ymd(due.last, &year, &month, &day);
        if (today != DATE_NONE)
                date_to_ymd(today, &year_now, &unused, &unused);
        if (due.kind == DUE_MONTH)
                return text_addf(t, "tháng %d/%d", month, year);
        if (due.kind == DUE_QUARTER)
                return text_addf(t, "quý %s/%d", roman[month / 3 - 1], year);
        return text_add(t, str_of(year == year_now ? date_vn_short(due.last, text) : date_vn(due.last, text)));
}
