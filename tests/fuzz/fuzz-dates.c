/* SPDX-License-Identifier: MIT */
/* A format up to the first newline, a text behind it: read or refused, within the years we keep, and the day agrees
 * with the instant. The text is read by every named format and as a number too. */
#include "connectors/record/dates.h"
#include "state/model/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *format, Str written) {
        char text[DATE_TEXT];
        Moment m;
        if (moment_read(format, written, ZONE_OFFSET, &m) != 0)
                return;
        Date back;
        if (date_parse_iso(str_of(date_iso(m.date, text)), &back) != 0 || back != m.date)
                abort();
        if (m.timed && when_date(m.instant) != m.date && when_date(m.instant - 1) != m.date)
                abort();
}

static void check_number(Str written, char mark, char thousands) {
        _cleanup_arena_ Arena a = { 0 };
        Str canonical, again, hundred;
        if (decimal_read(&a, written, mark, thousands, &canonical) != 0)
                return;
        if (decimal_read(&a, canonical, '.', '\0', &again) != 0 || !str_eq(canonical, again))
                abort();
        if (decimal_hundredfold(&a, canonical, &hundred) == 0 &&
            (decimal_read(&a, hundred, '.', '\0', &again) != 0 || !str_eq(hundred, again)))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Str rest = { (const char *) data, size }, line = STR_NULL;
        str_split(&rest, '\n', &line);
        _cleanup_free_ char *format = str_dup(line);
        if (moment_format_valid(format))
                check(format, rest);
        for (size_t i = 0; moment_names[i]; i++)
                check(moment_names[i], rest);
        check_number(rest, '.', ',');
        check_number(rest, ',', '.');
        check_number(rest, ',', ' ');
        check_number(rest, '.', '\'');
        return 0;
}
