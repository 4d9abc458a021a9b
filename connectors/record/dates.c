/* SPDX-License-Identifier: MIT */
#include "connectors/record/dates.h"

#include <errno.h>

/* Years 1900 to 2199, as date_from_ymd: a moment outside them is a wrong unit, not a date. */
#define LOWEST (-25567 * US_DAY)
#define HIGHEST (84006 * US_DAY)

/* In the order of Named. */
const char *const moment_names[] = { "iso", "vn", "epoch", "epoch-ms", "excel", "excel-1904", "dotnet", NULL };

static int timed(Instant at, Moment *ret) {
        if (at < LOWEST || at >= HIGHEST)
                return -EINVAL;
        *ret = (Moment) { .timed = true, .date = when_date(at), .instant = at };
        return 0;
}

int moment_from_parts(const MomentParts *p, int64_t zone, Moment *ret) {
        bool midnight = p->hour == 24 && p->minute == 0 && p->second == 0 && p->micro == 0;
        Date date;
        if (!date_from_ymd(p->year, p->month, p->day, &date) || (p->hour > 23 && !midnight) || p->minute > 59 ||
            p->second > 60)
                return -EINVAL;
        if (!p->timed) {
                *ret = (Moment) { .date = date };
                return 0;
        }
        int second = p->second == 60 ? 59 : p->second; /* a leap second: RFC 3339 5.6 */
        Instant at = date * US_DAY + p->hour * US_HOUR + p->minute * US_MINUTE + second * US_SECOND + p->micro -
                     (p->zoned ? p->zone : zone);
        if (timed(at, ret) < 0)
                return -EINVAL;
        if (midnight)
                ret->date = when_date(at - 1);
        return 0;
}

bool moment_digits(Str *rest, size_t least, size_t most, int *ret) {
        size_t n = 0;
        int value = 0;
        if (most > rest->len)
                most = rest->len;
        for (unsigned digit; n < most && (digit = (unsigned) (unsigned char) rest->at[n] - '0') <= 9; n++)
                value = value * 10 + (int) digit;
        if (n < least)
                return false;
        *ret = value;
        *rest = (Str) { rest->at + n, rest->len - n };
        return true;
}

static bool take(Str *rest, char c) {
        if (rest->len == 0 || rest->at[0] != c)
                return false;
        *rest = (Str) { rest->at + 1, rest->len - 1 };
        return true;
}

bool moment_zone(Str *rest, int64_t *ret) {
        int hours, minutes = 0;
        if (take(rest, 'Z') || take(rest, 'z')) {
                *ret = 0;
                return true;
        }
        bool minus = rest->len > 0 && rest->at[0] == '-';
        if ((!take(rest, '+') && !take(rest, '-')) || !moment_digits(rest, 2, 2, &hours))
                return false;
        bool colon = take(rest, ':');
        if (!moment_digits(rest, 2, 2, &minutes) && colon)
                return false;
        if (hours > 14 || minutes > 59)
                return false;
        *ret = (minus ? -1 : 1) * (hours * US_HOUR + minutes * US_MINUTE);
        return true;
}

/* The fraction of a second, to the microsecond; further digits are passed over. */
static bool fraction(Str *rest, int *ret_micro) {
        int digit, micro = 0;
        size_t n = 0;
        for (; moment_digits(rest, 1, 1, &digit); n++)
                micro = n < 6 ? micro * 10 + digit : micro;
        for (size_t i = n; i < 6; i++)
                micro *= 10;
        *ret_micro = micro;
        return n > 0;
}

/* 2026-06-18, or with a time: RFC 3339, also without an offset, without seconds, with a blank for the T. */
static int iso(Str written, int64_t zone, Moment *ret) {
        MomentParts p = { 0 };
        Str s = written;
        if (!moment_digits(&s, 4, 4, &p.year) || !take(&s, '-') || !moment_digits(&s, 2, 2, &p.month) ||
            !take(&s, '-') || !moment_digits(&s, 2, 2, &p.day))
                return -EINVAL;
        if (s.len == 0)
                return moment_from_parts(&p, zone, ret);
        p.timed = true;
        if ((!take(&s, 'T') && !take(&s, 't') && !take(&s, ' ')) || !moment_digits(&s, 2, 2, &p.hour) ||
            !take(&s, ':') || !moment_digits(&s, 2, 2, &p.minute))
                return -EINVAL;
        if (take(&s, ':') && !moment_digits(&s, 2, 2, &p.second))
                return -EINVAL;
        if ((take(&s, '.') || take(&s, ',')) && !fraction(&s, &p.micro))
                return -EINVAL;
        s = str_trim(s);
        p.zoned = s.len > 0;
        if (p.zoned && (!moment_zone(&s, &p.zone) || s.len > 0))
                return -EINVAL;
        return moment_from_parts(&p, zone, ret);
}

/* A count of `unit` µs since 1970; a fraction counts to the microsecond. */
static int epoch(Str written, int64_t unit, Moment *ret) {
        const char *point = written.len ? memchr(written.at, '.', written.len) : NULL;
        Str whole = { written.at, point ? (size_t) (point - written.at) : written.len };
        Str rest = { point ? point + 1 : NULL, point ? written.len - whole.len - 1 : 0 };
        int64_t value;
        int micro = 0;
        if (text_to_int64(whole, &value) < 0 || value < LOWEST / unit || value >= HIGHEST / unit ||
            (point && (!fraction(&rest, &micro) || rest.len > 0 || value < 0)))
                return -EINVAL;
        return timed(value * unit + micro / (US_SECOND / unit), ret);
}

/* Days since the eve of 1900 as a spreadsheet counts them, which believes in a 29/2/1900 (day 60), or since 1904; the
 * fraction is the time of day, rounded to the second. */
static int serial(Str written, bool from_1904, int64_t zone, Moment *ret) {
        MomentParts p = { 0 };
        Str s = written;
        int days, micro = 0;
        if (!moment_digits(&s, 1, 6, &days) || (take(&s, '.') && !fraction(&s, &micro)) || s.len > 0)
                return -EINVAL;
        if (!from_1904 && (days == 0 || days == 60))
                return -EINVAL;
        Date date = days + (from_1904 ? -24107 : days > 60 ? -25569 : -25568);
        int64_t seconds = ((int64_t) micro * 86400 + 500000) / 1000000;
        date_to_ymd(date, &p.year, &p.month, &p.day);
        p.timed = micro > 0;
        p.hour = (int) (seconds / 3600);
        p.minute = (int) (seconds / 60 % 60);
        p.second = (int) (seconds % 60);
        return moment_from_parts(&p, zone, ret);
}

/* /Date(1781742600000)/ or /Date(1781742600000+0700)/: milliseconds, whatever the offset says. */
static int dotnet(Str written, Moment *ret) {
        Str s = written;
        int64_t zone;
        if (s.len < 9 || !str_starts(s, STR("/Date(")) || memcmp(s.at + s.len - 2, ")/", 2) != 0)
                return -EINVAL;
        s = (Str) { s.at + 6, s.len - 8 };
        size_t n = 1;
        while (n < s.len && s.at[n] >= '0' && s.at[n] <= '9')
                n++;
        Str rest = { s.at + n, s.len - n };
        if (rest.len > 0 && (!moment_zone(&rest, &zone) || rest.len > 0))
                return -EINVAL;
        return epoch((Str) { s.at, n }, 1000, ret);
}

typedef enum Named {
        NAMED_ISO, NAMED_VN, NAMED_EPOCH, NAMED_EPOCH_MS, NAMED_EXCEL, NAMED_EXCEL_1904, NAMED_DOTNET, NAMED_COUNT,
} Named;

/* Its place among moment_names; NAMED_COUNT: a pattern. */
static Named named(const char *format) {
        for (int i = 0; i < NAMED_COUNT; i++)
                if (moment_names[i][0] == format[0] && strcmp(moment_names[i], format) == 0)
                        return (Named) i;
        return NAMED_COUNT;
}

bool moment_format_valid(const char *format) {
        return named(format) != NAMED_COUNT ||
               (strstr(format, "yy") && strstr(format, "M") && strstr(format, "d") && strlen(format) <= 60);
}

int moment_read(const char *format, Str written, int64_t zone, Moment *ret) {
        MomentParts p = { 0 };
        int r = 0;
        switch (named(format)) {
        case NAMED_ISO:
                return iso(written, zone, ret);
        case NAMED_EPOCH:
                return epoch(written, US_SECOND, ret);
        case NAMED_EPOCH_MS:
                return epoch(written, 1000, ret);
        case NAMED_DOTNET:
                return dotnet(written, ret);
        case NAMED_EXCEL:
                return serial(written, false, zone, ret);
        case NAMED_EXCEL_1904:
                return serial(written, true, zone, ret);
        case NAMED_VN:
                r = moment_vn(written, &p);
                break;
        case NAMED_COUNT:
                r = moment_pattern(format, written, &p);
        }
        return r < 0 ? r : moment_from_parts(&p, zone, ret);
}

int moment_read_any(const char *const *formats, size_t n, Str written, int64_t zone, Moment *ret) {
        for (size_t i = 0; i < n; i++)
                if (moment_read(formats[i], written, zone, ret) == 0)
                        return 0;
        return -EINVAL;
}
