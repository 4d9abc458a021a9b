/* SPDX-License-Identifier: MIT */
#include "connectors/dates.h"

#include <errno.h>

typedef struct Reading {
        Str rest;
        int year, month, day, hour, minute, second;
        bool timed;
} Reading;

/* The run of one letter at `*format` decides how many digits are read: `M` one or two, `MM` two, `yyyy` four. */
static int read_number(Reading *r, int run, int *out) {
        size_t most = run == 1 ? 2 : (size_t) run, n = 0;
        while (n < most && n < r->rest.len && r->rest.at[n] >= '0' && r->rest.at[n] <= '9')
                n++;
        if (n == 0 || (run > 1 && n != (size_t) run) || text_to_int((Str) { r->rest.at, n }, 0, 9999, out) < 0)
                return -EINVAL;
        r->rest = (Str) { r->rest.at + n, r->rest.len - n };
        return 0;
}

static int *part_of(Reading *r, char letter) {
        switch (letter) {
        case 'y':
                return &r->year;
        case 'M':
                return &r->month;
        case 'd':
                return &r->day;
        case 'H':
                r->timed = true;
                return &r->hour;
        case 'm':
                return &r->minute;
        case 's':
                return &r->second;
        default:
                return NULL;
        }
}

static int read_pattern(const char *format, Reading *r) {
        while (*format) {
                int *part = part_of(r, *format), run = 1;
                if (!part) {
                        if (r->rest.len == 0 || r->rest.at[0] != *format)
                                return -EINVAL;
                        r->rest = (Str) { r->rest.at + 1, r->rest.len - 1 };
                        format++;
                        continue;
                }
                while (format[run] == format[0])
                        run++;
                if (run > 4 || read_number(r, run, part) < 0)
                        return -EINVAL;
                format += run;
        }
        return r->rest.len == 0 ? 0 : -EINVAL;
}

static int timed(Instant at, Moment *ret) {
        *ret = (Moment) { .timed = true, .date = when_date(at), .instant = at };
        return 0;
}

static int pattern(const char *format, Str written, int64_t zone, Moment *ret) {
        Reading r = { .rest = written };
        Date date;
        if (read_pattern(format, &r) < 0 || !date_from_ymd(r.year, r.month, r.day, &date) || r.hour > 23 ||
            r.minute > 59 || r.second > 59)
                return -EINVAL;
        if (r.timed)
                return timed(date * US_DAY + r.hour * US_HOUR + r.minute * US_MINUTE + r.second * US_SECOND - zone,
                             ret);
        *ret = (Moment) { .date = date };
        return 0;
}

/* Years 1900 to 2199, as date_from_ymd: a moment outside them is a wrong unit, not a date. */
static int epoch(Str written, int64_t unit, Moment *ret) {
        const int64_t lowest = -25567 * US_DAY, highest = 84006 * US_DAY;
        int64_t value;
        if (text_to_int64(written, &value) < 0 || value < lowest / unit || value >= highest / unit)
                return -EINVAL;
        return timed(value * unit, ret);
}

static int iso(Str written, Moment *ret) {
        Instant at;
        Date date;
        if (date_parse_iso(written, &date) == 0) {
                *ret = (Moment) { .date = date };
                return 0;
        }
        return when_parse_iso(written, &at) == 0 ? timed(at, ret) : -EINVAL;
}

int moment_read(const char *format, Str written, int64_t zone, Moment *ret) {
        Date date;
        if (strcmp(format, "iso") == 0)
                return iso(written, ret);
        if (strcmp(format, "epoch") == 0)
                return epoch(written, US_SECOND, ret);
        if (strcmp(format, "epoch-ms") == 0)
                return epoch(written, 1000, ret);
        if (strcmp(format, "vn") != 0)
                return pattern(format, written, zone, ret);
        if (date_parse_vn(written, &date) < 0)
                return -EINVAL;
        *ret = (Moment) { .date = date };
        return 0;
}

int moment_read_any(const char *const *formats, size_t n, Str written, int64_t zone, Moment *ret) {
        for (size_t i = 0; i < n; i++)
                if (moment_read(formats[i], written, zone, ret) == 0)
                        return 0;
        return -EINVAL;
}
