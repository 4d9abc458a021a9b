/* SPDX-License-Identifier: MIT */
/* P16: the same written time is the same instant and the same day wherever the host stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "connectors/record/dates.h"

typedef struct Case {
        const char *format, *written, *instant, *date; /* instant NULL: a date alone; date NULL: refused */
} Case;

/* Without a zone of their own: +07:00. */
static const Case cases[] = {
        { "iso", "2026-06-30", NULL, "2026-06-30" },
        { "iso", "2026-06-30T17:00:00Z", "2026-06-30T17:00:00Z", "2026-07-01" },
        { "iso", "2026-06-30T16:59:59Z", "2026-06-30T16:59:59Z", "2026-06-30" },
        { "iso", "2026-06-30T00:00:00", "2026-06-29T17:00:00Z", "2026-06-30" },
        { "iso", "2026-06-30 23:59", "2026-06-30T16:59:00Z", "2026-06-30" },
        { "iso", "2026-06-30T24:00:00+07:00", "2026-06-30T17:00:00Z", "2026-06-30" },
        { "iso", "2026-06-30T08:30:00.123+0700", "2026-06-30T01:30:00Z", "2026-06-30" },
        { "iso", "2026-06-30t08:30:00,5+07", "2026-06-30T01:30:00Z", "2026-06-30" },
        { "iso", "2026-12-31T22:00:00-05:00", "2027-01-01T03:00:00Z", "2027-01-01" },
        { "iso", "2026-12-31T17:00:00Z", "2026-12-31T17:00:00Z", "2027-01-01" },
        { "iso", "2024-02-29", NULL, "2024-02-29" },
        { "iso", "2026-02-29", NULL, NULL },
        { "iso", "2100-02-29", NULL, NULL },
        { "iso", "2000-02-29", NULL, "2000-02-29" },
        { "iso", "1899-12-31", NULL, NULL },
        { "iso", "2200-01-01", NULL, NULL },
        { "iso", "2026-06-30T24:01:00Z", NULL, NULL },
        { "iso", "2026-06-30T25:00:00Z", NULL, NULL },
        { "iso", "2026-06-30T10:00:00 +07:00", "2026-06-30T03:00:00Z", "2026-06-30" },
        { "iso", "2026-06-30T10:00:00+7", NULL, NULL },
        { "iso", "2026-06-30T10:00:00+15:00", NULL, NULL },
        { "iso", "2026-6-30", NULL, NULL },
        { "vn", "20/6/2026", NULL, "2026-06-20" },
        { "vn", "20-06-2026", NULL, "2026-06-20" },
        { "vn", "20.6.2026", NULL, "2026-06-20" },
        { "vn", "20/6-2026", NULL, NULL },
        { "vn", "20/13/2026", NULL, NULL },
        { "vn", "ngày 20 tháng 6 năm 2026", NULL, "2026-06-20" },
        { "vn", "Ngày 20 tháng 06 năm 2026", NULL, "2026-06-20" },
        { "vn", "20 tháng 6, 2026", NULL, "2026-06-20" },
        { "vn", "Đắk Lắk, ngày 05 tháng 01 năm 2026", NULL, "2026-01-05" },
        { "vn", "18/6/2026 15:30", "2026-06-18T08:30:00Z", "2026-06-18" },
        { "vn", "15:30:05 ngày 18/6/2026", "2026-06-18T08:30:05Z", "2026-06-18" },
        { "vn", "8h30 18/6/2026", "2026-06-18T01:30:00Z", "2026-06-18" },
        { "vn", "18/6/2026, lúc 8 giờ 30 phút", "2026-06-18T01:30:00Z", "2026-06-18" },
        { "vn", "18/6/2026 24:00", "2026-06-18T17:00:00Z", "2026-06-18" },
        { "vn", "18/6/26", NULL, NULL },
        { "vn", "18/6/2026 x", NULL, NULL },
        { "vn", "tháng 6 năm 2026", NULL, NULL },
        { "epoch", "1781742600", "2026-06-18T00:30:00Z", "2026-06-18" },
        { "epoch", "1781742600.75", "2026-06-18T00:30:00Z", "2026-06-18" },
        { "epoch", "0", "1970-01-01T00:00:00Z", "1970-01-01" },
        { "epoch", "-86400", "1969-12-31T00:00:00Z", "1969-12-31" },
        { "epoch", "1781742600000", NULL, NULL },
        { "epoch", "1e9", NULL, NULL },
        { "epoch-ms", "1781742600000", "2026-06-18T00:30:00Z", "2026-06-18" },
        { "dotnet", "/Date(1781742600000)/", "2026-06-18T00:30:00Z", "2026-06-18" },
        { "dotnet", "/Date(1781742600000+0700)/", "2026-06-18T00:30:00Z", "2026-06-18" },
        { "dotnet", "/Date()/", NULL, NULL },
        { "dotnet", "/Date(x)/", NULL, NULL },
        { "excel", "1", NULL, "1900-01-01" },
        { "excel", "59", NULL, "1900-02-28" },
        { "excel", "60", NULL, NULL },
        { "excel", "61", NULL, "1900-03-01" },
        { "excel", "46193", NULL, "2026-06-20" },
        { "excel", "46193.5", "2026-06-20T05:00:00Z", "2026-06-20" },
        { "excel", "46193.9999999", "2026-06-20T17:00:00Z", "2026-06-20" },
        { "excel", "0", NULL, NULL },
        { "excel", "-1", NULL, NULL },
        { "excel-1904", "0", NULL, "1904-01-01" },
        { "excel-1904", "44731", NULL, "2026-06-20" },
        { "dd/MM/yyyy", "20/06/2026", NULL, "2026-06-20" },
        { "dd/MM/yyyy", "20/6/2026", NULL, NULL },
        { "d/M/yy", "5/1/26", NULL, "2026-01-05" },
        { "yyyyMMdd", "20260620", NULL, "2026-06-20" },
        { "dd/MM/yyyy HH:mm", "20/06/2026 24:00", "2026-06-20T17:00:00Z", "2026-06-20" },
        { "dd/MM/yyyy HHhmm", "20/06/2026 15h30", "2026-06-20T08:30:00Z", "2026-06-20" },
        { "dd-MMM-yyyy", "20-Jun-2026", NULL, "2026-06-20" },
        { "d MMM yyyy", "20 JUNE 2026", NULL, "2026-06-20" },
        { "d MMM yyyy", "20 Ju 2026", NULL, NULL },
        { "H:mm a dd/MM/yyyy", "12:05 AM 20/06/2026", "2026-06-19T17:05:00Z", "2026-06-20" },
        { "H:mm a dd/MM/yyyy", "1:05 CH 20/06/2026", "2026-06-20T06:05:00Z", "2026-06-20" },
        { "H:mm a dd/MM/yyyy", "13:05 CH 20/06/2026", NULL, NULL },
        { "yyyy-MM-dd'T'HH:mm:ss.SSSz", "2026-06-20T10:00:00.250-02:00", "2026-06-20T12:00:00Z", "2026-06-20" },
        { "yyyy-MM-dd HH:mm:ss.S z", "2026-06-20 10:00:00.1234567 Z", "2026-06-20T10:00:00Z", "2026-06-20" },
        { "'ngày' d/M/yyyy", "ngày 5/1/2026", NULL, "2026-01-05" },
        { "d/M/yyyy", "", NULL, NULL },
};

static void check(const Case *c, const char *host) {
        char instant[WHEN_TEXT], date[DATE_TEXT];
        Moment m;
        int r = moment_read(c->format, str_of(c->written), ZONE_OFFSET, &m);
        if (!c->date) {
                if (r == 0)
                        fail_msg("%s `%s` was read as %s", c->format, c->written, date_iso(m.date, date));
                return;
        }
        if (r != 0)
                fail_msg("%s `%s` was not read", c->format, c->written);
        if (strcmp(date_iso(m.date, date), c->date) != 0 || m.timed != (c->instant != NULL) ||
            (m.timed && strcmp(when_utc(m.instant - m.instant % US_SECOND, instant), c->instant) != 0))
                fail_msg("%s `%s`, host in %s: %s %s", c->format, c->written, host, date,
                         m.timed ? when_utc(m.instant, instant) : "-");
}

static void test_every_host_zone(void **state) {
        static const char *const hosts[] = { "UTC", "Asia/Ho_Chi_Minh", "America/New_York", "Australia/Lord_Howe" };
        for (size_t h = 0; h < sizeof hosts / sizeof *hosts; h++) {
                setenv("TZ", hosts[h], 1);
                tzset();
                for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                        check(&cases[i], hosts[h]);
        }
}

/* Another zone of the system moves what has none of its own, and nothing else. */
static void test_zone_of_the_system(void **state) {
        char text[WHEN_TEXT];
        Moment m;
        assert_int_equal(moment_read("iso", STR("2026-06-30T23:30:00"), 0, &m), 0);
        assert_string_equal(when_utc(m.instant, text), "2026-06-30T23:30:00Z");
        assert_string_equal(date_iso(m.date, text), "2026-07-01");
        assert_int_equal(moment_read("iso", STR("2026-06-30T23:30:00+07:00"), 0, &m), 0);
        assert_string_equal(when_utc(m.instant, text), "2026-06-30T16:30:00Z");
        assert_int_equal(moment_read("epoch", STR("1781742600"), -5 * US_HOUR, &m), 0);
        assert_string_equal(when_utc(m.instant, text), "2026-06-18T00:30:00Z");
        assert_int_equal(moment_read("iso", STR("2026-06-30"), -5 * US_HOUR, &m), 0);
        assert_string_equal(date_iso(m.date, text), "2026-06-30");
}

static void test_first_that_fits(void **state) {
        static const char *const formats[] = { "iso", "dd/MM/yyyy", "vn", "epoch-ms" };
        char text[DATE_TEXT];
        Moment m;
        assert_int_equal(moment_read_any(formats, 4, STR("20/06/2026"), 0, &m), 0);
        assert_string_equal(date_iso(m.date, text), "2026-06-20");
        assert_int_equal(moment_read_any(formats, 4, STR("ngày 2 tháng 1 năm 2026"), 0, &m), 0);
        assert_string_equal(date_iso(m.date, text), "2026-01-02");
        assert_int_equal(moment_read_any(formats, 4, STR("chưa rõ"), 0, &m), -22);
}

static void test_formats(void **state) {
        static const char *const good[] = { "iso", "vn", "excel", "dd/MM/yyyy", "d.M.yy", "yyyyMMdd" };
        static const char *const bad[] = { "", "ISO", "dd/MM", "yyyy", "excel1904", "HH:mm" };
        for (size_t i = 0; i < 6; i++) {
                assert_true(moment_format_valid(good[i]));
                assert_false(moment_format_valid(bad[i]));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_host_zone),
                cmocka_unit_test(test_zone_of_the_system),
                cmocka_unit_test(test_first_that_fits),
                cmocka_unit_test(test_formats),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
