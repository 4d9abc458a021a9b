/* SPDX-License-Identifier: MIT */
/* Settings and imports when memory runs out: whichever allocation fails, the answer is -ENOMEM, nothing leaks and no
 * output was touched. The sources stand here so that their allocations can be made to fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/failing-memory.h"

#include "config/load.c"
#include "config/settings.c"
#include "config/units-check.c"
#include "state/model/text.c"

#include "tests/unit/failing-memory-end.h"

#include "config/import.h"
#include "tests/unit/config-site.h"

static void small_site(Site *s) {
        site_open(s);
        site_file(s, "nq57d.yaml",
                  "province: P\nsources:\n  c:\n    role: central\n    profile: theodoiq\n    url: https://a.vn\n"
                  "    supervisor: gs\nmail:\n  from: N <n@a.vn>\nguards:\n  canaries: A1/task/X\n"
                  "deadlines:\n  d:\n    title: T\n    basis: B\n    before: 5 monthly\n    coordinator: A1\n");
        site_file(s, "accounts.yaml",
                  "roles:\n  contact: N <n@a.vn> phone 1\nunits:\n  A1:\n    name: Xã\n    kind: commune\n"
                  "    central: supervised\n    focal: N <n@a.vn>\n");
        site_file(s, "links.yaml", "indicators:\n  A:\n    portal: B\n");
}

/* A failure that nobody tells, such as that of a message never shown, must not change what was loaded. */
static void assert_whole(const Settings *s, const Settings *whole) {
        Text a = TEXT_INIT(1 << 20), b = TEXT_INIT(1 << 20);
        assert_int_equal(settings_print(s, &a), 0);
        assert_int_equal(settings_print(whole, &b), 0);
        assert_string_equal(a.at, b.at);
        assert_true(s->digest == whole->digest);
        assert_int_equal(profile_streams(s->sources[0].profile), profile_streams(whole->sources[0].profile));
        assert_true(profile_digest(s->sources[0].profile) == profile_digest(whole->sources[0].profile));
        text_free(&a);
        text_free(&b);
}

static void test_settings(void **state) {
        Site s;
        small_site(&s);
        Date today;
        assert_true(date_from_ymd(2026, 6, 19, &today));
        assert_int_equal(site_load(&s, 2026, 6, 19), 0);
        int refused = 0;
        bool failed = true;
        for (int n = 0; failed; n += 3) {
                Settings *settings = NULL;
                Err e = { 0 };
                allocations_left = n;
                int r = settings_load(s.folder, today, NULL, &settings, &e);
                failed = allocations_left < 0;
                allocations_left = -1;
                if (r == 0)
                        assert_whole(settings, s.settings);
                else {
                        assert_int_equal(r, -ENOMEM);
                        assert_null(settings);
                        assert_int_equal(e.code, -ENOMEM);
                        refused++;
                }
                settings_unref(settings);
        }
        site_close(&s);
        assert_true(refused > 100);
}

static void test_import(void **state) {
        static const char old[] = "units:\n  A1:\n    name: Xã A\n    kind: commune\n    portal: a\n";
        ImportOptions o = { .csv_name = "l.csv", .existing_name = "a.yaml", .side = SIDE_COUNT };
        int r = -ENOMEM, n = 0;
        for (; r == -ENOMEM; n++) {
                Text yaml = TEXT_INIT(1 << 20);
                ImportCounts counts = { .rows = 77 };
                Err e = { 0 };
                allocations_left = n;
                r = import_accounts(STR("code,name,portal\nA1,Xã A,b\nA2,Xã B,c\n"), STR(old), &o, NULL, &yaml, &counts,
                                    &e);
                bool swallowed = r == 0 && allocations_left < 0;
                allocations_left = -1;
                if (swallowed)
                        fail_msg("allocation %d failed and nobody said so", n);
                if (r == -ENOMEM) {
                        assert_null(yaml.at);
                        assert_int_equal(counts.rows, 77);
                }
                text_free(&yaml);
        }
        assert_int_equal(r, 0);
        assert_true(n > 10);
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(test_settings), cmocka_unit_test(test_import) };
        return cmocka_run_group_tests_name("settings-memory", tests, NULL, NULL);
}
