/* SPDX-License-Identifier: MIT */
#include "state/model/when.h"

#include <errno.h>

#define YEAR_FIRST 1900
#define YEAR_LAST 2199
#define ERA_DAYS 146097 /* days in 400 Gregorian years */

static bool year_leap(int year) {
        return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int date_month_days(int year, int month) {
        static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
        return month == 2 && year_leap(year) ? 29 : days[month - 1];
}

/* Days since 1970-01-01, counting years from 1 March so that a leap day comes last. */
static int64_t days_from_ymd(int64_t year, int month, int day) {
        year -= month <= 2;
        int64_t era = (year >= 0 ? year : year - 399) / 400;
        int64_t year_of_era = year - era * 400;
        int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        return era * ERA_DAYS + day_of_era - 719468;
}

bool date_from_ymd(int year, int month, int day, Date *ret) {
        if (year < YEAR_FIRST || year > YEAR_LAST || month < 1 || month > 12 || day < 1 ||
            day > date_month_days(year, month))
                return false;
        *ret = (Date) days_from_ymd(year, month, day);
        return true;
}

void date_to_ymd(Date d, int *ret_year, int *ret_month, int *ret_day) {
        int64_t days = (int64_t) d + 719468;
        int64_t era = (days >= 0 ? days : days - (ERA_DAYS - 1)) / ERA_DAYS;
        int64_t day_of_era = days - era * ERA_DAYS;
        int64_t year_of_era =
                (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (ERA_DAYS - 1)) / 365;
        int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        int64_t shifted = (5 * day_of_year + 2) / 153;
        *ret_day = (int) (day_of_year - (153 * shifted + 2) / 5 + 1);
        *ret_month = (int) (shifted < 10 ? shifted + 3 : shifted - 9);
        *ret_year = (int) (year_of_era + era * 400 + (*ret_month <= 2));
}

Weekday date_weekday(Date d) {
        int64_t since_monday = ((int64_t) d + 3) % 7; /* 1970-01-01 was a Thursday */
        return (Weekday) ((since_monday < 0 ? since_monday + 7 : since_monday) + MONDAY);
}

static int64_t floor_div(int64_t a, int64_t b) {
        int64_t quotient = a / b;
        return a % b < 0 ? quotient - 1 : quotient;
}

/* Days and the rest of the day in seconds, without overflow at either end of the range. */
static int64_t instant_days(Instant t, int64_t offset_seconds, int *ret_seconds) {
        int64_t seconds = floor_div(t, US_SECOND) + offset_seconds;
        int64_t days = floor_div(seconds, 86400);
        *ret_seconds = (int) (seconds - days * 86400);
        return days;
}

Date when_date(Instant t) {
        int seconds;
        return t == INSTANT_NONE ? DATE_NONE : (Date) instant_days(t, ZONE_OFFSET / US_SECOND, &seconds);
}

static void civil_at(Instant t, int64_t offset_seconds, Civil *ret) {
        int seconds;
        Date days = (Date) instant_days(t, offset_seconds, &seconds);
        date_to_ymd(days, &ret->year, &ret->month, &ret->day);
        ret->hour = seconds / 3600;
        ret->minute = seconds / 60 % 60;
        ret->second = seconds % 60;
}

void when_civil(Instant t, Civil *ret) {
        civil_at(t, ZONE_OFFSET / US_SECOND, ret);
}

Instant when_at(Date d, int hour, int minute) {
        if (d == DATE_NONE)
                return INSTANT_NONE;
        return (Instant) d * US_DAY + hour * US_HOUR + minute * US_MINUTE - ZONE_OFFSET;
}

/* Takes `min` to `max` digits off the front. */
static bool take_number(Str *s, size_t min, size_t max, int *ret) {
        size_t n = 0;
        int value = 0;
        while (n < s->len && n < max && s->at[n] >= '0' && s->at[n] <= '9')
                value = value * 10 + (s->at[n++] - '0');
        if (n < min)
                return false;
        s->at += n;
        s->len -= n;
        *ret = value;
        return true;
}

static bool take_char(Str *s, char c) {
        if (s->len == 0 || s->at[0] != c)
                return false;
        s->at++;
        s->len--;
        return true;
}

static bool take_date(Str *s, Date *ret) {
        int year, month, day;
        return take_number(s, 4, 4, &year) && take_char(s, '-') && take_number(s, 2, 2, &month) && take_char(s, '-') &&
               take_number(s, 2, 2, &day) && date_from_ymd(year, month, day, ret);
}

int date_parse_iso(Str s, Date *ret) {
        Date date;
        if (!take_date(&s, &date) || s.len > 0)
                return -EINVAL;
        *ret = date;
        return 0;
}

int date_parse_vn(Str s, Date *ret) {
        int day, month, year;
        if (!take_number(&s, 1, 2, &day) || s.len == 0)
                return -EINVAL;
        char separator = s.at[0];
        if (separator != '/' && separator != '-' && separator != '.')
                return -EINVAL;
        if (!take_char(&s, separator) || !take_number(&s, 1, 2, &month) || !take_char(&s, separator) ||
            !take_number(&s, 4, 4, &year) || s.len > 0)
                return -EINVAL;
        return date_from_ymd(year, month, day, ret) ? 0 : -EINVAL;
}

/* ":30" or ":30.25" behind hours and minutes, both optional; a leap second is the next minute's first. */
static bool take_seconds(Str *s, Instant *ret) {
        int second = 0;
        Instant fraction = 0;
        if (take_char(s, ':')) {
                if (!take_number(s, 2, 2, &second) || second > 60)
                        return false;
                if (take_char(s, '.')) {
                        Instant unit = US_SECOND / 10;
                        size_t n = 0;
                        for (; n < s->len && s->at[n] >= '0' && s->at[n] <= '9'; n++, unit /= 10)
                                fraction += unit * (s->at[n] - '0');
                        if (n == 0)
                                return false;
                        s->at += n;
                        s->len -= n;
                }
        }
        *ret = second * US_SECOND + fraction;
        return true;
}

static bool take_offset(Str *s, Instant *ret) {
        if (take_char(s, 'Z') || take_char(s, 'z')) {
                *ret = 0;
                return true;
        }
        int hour, minute;
        bool west = take_char(s, '-');
        if ((!west && !take_char(s, '+')) || !take_number(s, 2, 2, &hour) || !take_char(s, ':') ||
            !take_number(s, 2, 2, &minute) || hour > 23 || minute > 59)
                return false;
        Instant offset = hour * US_HOUR + minute * US_MINUTE;
        *ret = west ? -offset : offset;
        return true;
}

int when_parse_iso(Str s, Instant *ret) {
        Date date;
        int hour, minute;
        Instant seconds, offset;
        if (!take_date(&s, &date) || !(take_char(&s, 'T') || take_char(&s, 't') || take_char(&s, ' ')) ||
            !take_number(&s, 2, 2, &hour) || !take_char(&s, ':') || !take_number(&s, 2, 2, &minute) || hour > 23 ||
            minute > 59 || !take_seconds(&s, &seconds) || !take_offset(&s, &offset) || s.len > 0)
                return -EINVAL;
        *ret = (Instant) date * US_DAY + hour * US_HOUR + minute * US_MINUTE + seconds - offset;
        return 0;
}

static char *put_number(char *at, int value, int width) {
        char digits[12];
        int n = 0;
        unsigned rest = value < 0 ? 0u - (unsigned) value : (unsigned) value;
        if (value < 0)
                *at++ = '-';
        do {
                digits[n++] = (char) ('0' + rest % 10);
                rest /= 10;
        } while (rest > 0);
        for (int i = n; i < width; i++)
                *at++ = '0';
        while (n > 0)
                *at++ = digits[--n];
        return at;
}

static char *put_text(char *at, const char *text) {
        size_t len = strlen(text);
        memcpy(at, text, len);
        return at + len;
}

/* 0 to 99: most of what is written are months, days and minutes. */
static inline char *put_two(char *at, int value) {
        at[0] = (char) ('0' + value / 10);
        at[1] = (char) ('0' + value % 10);
        return at + 2;
}

static char *put_ymd(char *at, int year, int month, int day) {
        at = year >= 0 && year <= 9999 ? put_two(put_two(at, year / 100), year % 100) : put_number(at, year, 4);
        *at++ = '-';
        at = put_two(at, month);
        *at++ = '-';
        return put_two(at, day);
}

const char *date_iso(Date d, char buf[static DATE_TEXT]) {
        char *end = buf;
        if (d != DATE_NONE) {
                int year, month, day;
                date_to_ymd(d, &year, &month, &day);
                end = put_ymd(buf, year, month, day);
        }
        *end = '\0';
        return buf;
}

static char *put_vn(char *at, Date d, bool with_year) {
        int year, month, day;
        date_to_ymd(d, &year, &month, &day);
        at = put_number(at, day, 1);
        *at++ = '/';
        at = put_number(at, month, 1);
        if (!with_year)
                return at;
        *at++ = '/';
        return put_number(at, year, 1);
}

const char *date_vn(Date d, char buf[static DATE_TEXT]) {
        *(d == DATE_NONE ? buf : put_vn(buf, d, true)) = '\0';
        return buf;
}

const char *date_vn_short(Date d, char buf[static DATE_TEXT]) {
        *(d == DATE_NONE ? buf : put_vn(buf, d, false)) = '\0';
        return buf;
}

static char *put_time(char *at, const Civil *c) {
        at = put_two(at, c->hour);
        *at++ = ':';
        at = put_two(at, c->minute);
        *at++ = ':';
        return put_two(at, c->second);
}

static const char *when_text(Instant t, int64_t offset_seconds, const char *zone, char buf[static WHEN_TEXT]) {
        char *end = buf;
        if (t != INSTANT_NONE) {
                Civil c;
                civil_at(t, offset_seconds, &c);
                end = put_ymd(buf, c.year, c.month, c.day);
                *end++ = 'T';
                end = put_text(put_time(end, &c), zone);
        }
        *end = '\0';
        return buf;
}

const char *when_iso(Instant t, char buf[static WHEN_TEXT]) {
        return when_text(t, ZONE_OFFSET / US_SECOND, "+07:00", buf);
}

const char *when_utc(Instant t, char buf[static WHEN_TEXT]) {
        return when_text(t, 0, "Z", buf);
}

const char *when_rfc5322(Instant t, char buf[static WHEN_TEXT]) {
        static const char days[][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
        static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
        char *at = buf;
        if (t != INSTANT_NONE) {
                Civil c;
                when_civil(t, &c);
                at = put_text(at, days[date_weekday(when_date(t)) - MONDAY]);
                at = put_text(at, ", ");
                at = put_number(at, c.day, 1);
                *at++ = ' ';
                at = put_text(at, months[c.month - 1]);
                *at++ = ' ';
                at = put_number(at, c.year, 4);
                *at++ = ' ';
                at = put_text(put_time(at, &c), " +0700");
        }
        *at = '\0';
        return buf;
}

const char *weekday_vn(Weekday w) {
        static const char *const names[] = { "thứ Hai", "thứ Ba", "thứ Tư",  "thứ Năm",
                                             "thứ Sáu", "thứ Bảy", "Chủ nhật" };
        return names[w - MONDAY];
}

const char *weekday_en(Weekday w) {
        static const char *const names[] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
                                             "Friday", "Saturday", "Sunday" };
        return names[w - MONDAY];
}
