/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "state/letter-parts.h"

void letter_add(Letter *l, const char *own) {
        (void) text_add(&l->line, str_of(own));
}

void letter_addf(Letter *l, const char *format, ...) {
        char text[512];
        va_list arguments;
        int n;

        va_start(arguments, format);
        n = vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
        if (n > 0)
                (void) text_add(&l->line, (Str) {text, (size_t) n < sizeof(text) ? (size_t) n : sizeof(text) - 1});
}

/* Length of the character at `at`; outside text was checked when it came in, a stray byte still counts as one. */
static size_t character(Str s) {
        unsigned char c = (unsigned char) s.at[0];
        size_t n = c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;

        return n <= s.len ? n : s.len;
}

/* C0, DEL, C1, line and paragraph separators, and what turns the direction of writing. */
static bool character_control(Str c) {
        const unsigned char *b = (const unsigned char *) c.at;

        if (c.len == 1)
                return b[0] < 0x20 || b[0] == 0x7F;
        if (c.len == 2)
                return b[0] == 0xC2 && b[1] < 0xA0;
        if (c.len == 3 && b[0] == 0xE2)
                return (b[1] == 0x80 && b[2] >= 0xA8 && b[2] <= 0xAE) || (b[1] == 0x81 && b[2] >= 0xA6 && b[2] <= 0xA9);
        return false;
}

void letter_outside(Letter *l, Str s, size_t columns) {
        size_t used = 0;
        bool cut = text_width(s) > columns;

        while (s.len > 0) {
                Str c = {s.at, character(s)};
                size_t width = character_control(c) ? 1 : text_width(c);

                if (used + width + cut > columns) {
                        letter_add(l, "…");
                        return;
                }
                (void) text_add(&l->line, character_control(c) ? STR(" ") : c);
                used += width;
                s.at += c.len;
                s.len -= c.len;
        }
}

void letter_capital(Letter *l, size_t from) {
        char *at = l->line.at + from;

        if (l->line.failed || from >= l->line.len)
                return;
        if (*at >= 'a' && *at <= 'z')
                *at = (char) (*at - 'a' + 'A');
        else if (str_starts((Str) {at, l->line.len - from}, STR("đ")))
                at[1] = (char) 0x90; /* U+0111 to U+0110: one byte apart */
}

void letter_end(Letter *l) {
        Str rest = text_str(&l->line), word;
        bool first = true;

        if (l->line.failed)
                l->failed = l->line.failed;
        while (str_split(&rest, ' ', &word)) {
                if (word.len == 0)
                        continue;
                if (!first)
                        (void) text_addc(&l->body, ' ');
                (void) text_add(&l->body, word);
                first = false;
        }
        (void) text_addc(&l->body, '\n');
        text_clear(&l->line);
}

void letter_gap(Letter *l) {
        size_t n = l->body.len;

        if (n > 1 && !(l->body.at[n - 1] == '\n' && l->body.at[n - 2] == '\n'))
                (void) text_addc(&l->body, '\n');
}

void letter_day(Letter *l, Date d) {
        int year, this_year, month, day;
        char text[DATE_TEXT];

        date_to_ymd(l->today, &this_year, &month, &day);
        date_to_ymd(d, &year, &month, &day);
        letter_add(l, year == this_year ? date_vn_short(d, text) : date_vn(d, text));
}

void letter_weekday(Letter *l, Date d) {
        letter_addf(l, "%s ", weekday_vn(date_weekday(d)));
        letter_day(l, d);
}

/* Days of one month share its number: "29, 30/6, 1, 2/7". */
void letter_working_days(Letter *l, Date from, Date to) {
        const Calendar *c = l->in->plan->calendar;
        bool first = true;

        for (Date d = calendar_add(c, from, 1), next; d <= to; d = next) {
                int year, month, day, next_month;

                next = calendar_add(c, d, 1);
                date_to_ymd(next, &year, &next_month, &day);
                date_to_ymd(d, &year, &month, &day);
                letter_addf(l, next <= to && next_month == month ? "%s%d" : "%s%d/%d", first ? "" : ", ", day, month);
                first = false;
        }
}

bool unit_communal(const Unit *u) {
        return u->kind == UNIT_COMMUNE || u->kind == UNIT_WARD || u->kind == UNIT_SPECIAL_ZONE;
}

/* "Xã", "Phường" and "Đặc khu" are small inside a sentence. */
void letter_unit(Letter *l, const Unit *u) {
        Str name = str_of(u->name);

        if (unit_communal(u) && str_starts(name, STR("Đ"))) {
                letter_add(l, "đ");
                name.at += 2;
                name.len -= 2;
        } else if (unit_communal(u) && name.len > 0 && name.at[0] >= 'A' && name.at[0] <= 'Z') {
                letter_addf(l, "%c", name.at[0] + 'a' - 'A');
                name.at++;
                name.len--;
        }
        letter_outside(l, name, 120);
}

void letter_unit_formal(Letter *l, const Unit *u) {
        if (unit_communal(u))
                letter_add(l, "UBND ");
        letter_unit(l, u);
}

/* Why the last day is not the one before the deadline, or not a day to work on. */
static void deadline_notes(Letter *l, const Occurrence *o, const char *opening) {
        if (o->rule->units_finish > 0)
                letter_addf(l, "%sđơn vị xong sớm hơn %d ngày làm việc", opening, o->rule->units_finish);
        if (o->safe == o->strict)
                return;
        letter_addf(l, "%sngày nghỉ, ngày làm việc cuối là ", o->rule->units_finish > 0 ? "; " : opening);
        letter_weekday(l, o->safe);
}

void letter_deadline(Letter *l, const Occurrence *o) {
        char text[DATE_TEXT];

        letter_addf(l, "trước ngày %s, tức hết ", date_vn(o->before, text));
        letter_weekday(l, o->strict);
        if (o->rule->units_finish > 0 || o->safe != o->strict) {
                deadline_notes(l, o, " (");
                letter_add(l, ")");
        }
}

void letter_deadline_short(Letter *l, const Occurrence *o) {
        letter_add(l, "trước ");
        letter_day(l, o->before);
        letter_add(l, " (hết ");
        letter_weekday(l, o->strict);
        deadline_notes(l, o, "; ");
        letter_add(l, ")");
}

void letter_left(Letter *l, const Occurrence *o, bool which) {
        int left = calendar_between(l->in->plan->calendar, l->today, o->safe);

        if (l->today > o->strict) {
                letter_addf(l, "đã quá %d ngày", (int) (l->today - o->strict));
        } else if (l->today == o->safe) {
                letter_add(l, o->safe == o->strict ? "hôm nay là ngày cuối" : "hôm nay là ngày làm việc cuối");
        } else if (left <= 0) {
                letter_add(l, "không còn ngày làm việc nào");
        } else {
                if (!which) {
                        letter_addf(l, "còn %d ngày làm việc nữa", left);
                        return;
                }
                letter_addf(l, "sau hôm nay còn %d ngày làm việc: ", left);
                letter_working_days(l, l->today, o->safe);
        }
}

void letter_reasons(Letter *l, const int by_reason[static REASON_COUNT]) {
        bool first = true;

        for (Reason r = REASON_OVERDUE; r < REASON_COUNT; r++) {
                if (by_reason[r] == 0)
                        continue;
                letter_addf(l, "%s%s %d", first ? "" : ", ", reason_vn(r), by_reason[r]);
                first = false;
        }
}

static void letter_moment(Letter *l, Instant at) {
        Civil c;

        when_civil(at, &c);
        letter_addf(l, "%02d:%02d", c.hour, c.minute);
        if (when_date(at) != l->today) {
                letter_add(l, " ngày ");
                letter_day(l, when_date(at));
        }
}

static bool read_from(const LetterAsOf *as_of, const Unit *u, Side side) {
        return as_of->configured[side] && !(u && u->access[side].mode == ACCOUNT_NONE);
}

/* Both are read, and in one minute. */
static bool read_together(const LetterAsOf *as_of, const Unit *u) {
        Instant central = as_of->read[SIDE_CENTRAL], portal = as_of->read[SIDE_PORTAL];

        return read_from(as_of, u, SIDE_CENTRAL) && read_from(as_of, u, SIDE_PORTAL) && central != INSTANT_NONE &&
               portal != INSTANT_NONE && central / US_MINUTE == portal / US_MINUTE;
}

static void add_sides_read(Letter *l, const LetterAsOf *as_of, const Unit *u) {
        const char *before = ": ";

        for (Side side = 0; side < SIDE_COUNT; side++) {
                if (!read_from(as_of, u, side))
                        continue;
                letter_addf(l, "%s%s ", before, side_vn(side));
                if (as_of->read[side] == INSTANT_NONE)
                        letter_add(l, "chưa đọc được lần nào");
                else
                        letter_moment(l, as_of->read[side]);
                before = ", ";
        }
}

void letter_read_at(Letter *l, const LetterAsOf *as_of, const Unit *u) {
        if (!read_from(as_of, u, SIDE_CENTRAL) && !read_from(as_of, u, SIDE_PORTAL))
                return;
        letter_add(l, "Số liệu đọc lúc");
        if (read_together(as_of, u)) {
                letter_add(l, " ");
                letter_moment(l, as_of->read[SIDE_CENTRAL]);
                letter_add(l, " (cả hai hệ thống)");
        } else {
                add_sides_read(l, as_of, u);
        }
        letter_add(l, ". Việc nhập sau giờ đó, xin bỏ qua.");
        letter_end(l);
}

static bool given(const char *text) {
        return text && *text;
}

void letter_contact(Letter *l, const char *opening) {
        const LetterOptions *o = l->in->options;

        letter_add(l, opening);
        if (given(o->contact_name)) {
                letter_add(l, ", hoặc đ/c ");
                letter_outside(l, str_of(o->contact_name), 60);
                if (given(o->contact_unit)) {
                        letter_add(l, ", ");
                        letter_outside(l, str_of(o->contact_unit), 80);
                }
                if (given(o->contact_phone)) {
                        letter_add(l, ", ĐT ");
                        letter_outside(l, str_of(o->contact_phone), 30);
                }
        }
        letter_add(l, ".");
        letter_end(l);
}
