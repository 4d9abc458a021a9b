/* SPDX-License-Identifier: MIT */
/* The shipped configuration as settings, variants of it, and what --print-config and the reference say. */
#include "config/settings.h"

#include "config/schema.h"
#include "tests/unit/config-site.h"

static int open_site(void **state) {
        Site *s = calloc(1, sizeof *s);
        assert_non_null(s);
        site_open(s);
        *state = s;
        return 0;
}

static int close_site(void **state) {
        site_close(*state);
        free(*state);
        return 0;
}

static Date day(int y, int m, int d) {
        Date date;
        assert_true(date_from_ymd(y, m, d, &date));
        return date;
}

static void test_shipped(void **state) {
        Site *site = *state;
        assert_int_equal(site_load(site, 2026, 6, 19), 0);
        assert_int_equal(site->findings.errors, 0);
        const Settings *s = site->settings;
        assert_string_equal(s->province, "Đắk Lắk");
        assert_int_equal(s->n_sources, 2);
        const SourceOptions *central = settings_source(s, SIDE_CENTRAL), *portal = settings_source(s, SIDE_PORTAL);
        assert_string_equal(central->id, "theodoiq");
        assert_string_equal(central->base_url, "https://theodoiq.example.vn");
        assert_string_equal(central->supervisor, "giamsat.daklak");
        assert_string_equal(profile_id(central->profile), "theodoiq");
        assert_int_equal(central->poll_minutes, 30);
        assert_int_equal(central->blind_hours, 12);
        assert_int_equal(central->timeout_seconds, 60);
        assert_int_equal(portal->logins_per_hour, 4);
        assert_null(portal->supervisor);
        assert_int_equal(s->plan.mode, MAIL_PREVIEW);
        assert_int_equal(s->plan.send_hour, 7);
        assert_int_equal(s->plan.send_minute, 30);
        assert_int_equal(s->plan.distance_days, 2);
        assert_string_equal(s->mail.from_name, "Tổ giúp việc NQ57");
        assert_string_equal(s->mail.message_domain, "skhcn.example.vn");
        assert_int_equal(s->mail.stuck_minutes, 120);
        assert_int_equal(s->guards.change_count, 200);
        assert_int_equal(s->guards.identity_percent, 80);
        assert_string_equal(s->letter.contact_unit, "Sở Khoa học và Công nghệ");
        assert_string_equal(s->letter.mark, "");
        assert_true(s->digest != 0);
}

static void test_shipped_deadlines(void **state) {
        Site *site = *state;
        assert_int_equal(site_load(site, 2026, 6, 19), 0);
        const Settings *s = site->settings;
        assert_int_equal(s->n_deadlines, 3);
        const DeadlineRule *monthly = &s->deadlines[0], *once = &s->deadlines[2];
        assert_string_equal(monthly->id, "monthly-20");
        assert_int_equal(monthly->day_of_month, 20);
        assert_int_equal(monthly->once, DATE_NONE);
        assert_int_equal(monthly->first, day(2026, 6, 20));
        assert_int_equal(monthly->last, DATE_NONE);
        assert_int_equal(monthly->unit_kinds,
                         1u << UNIT_DEPARTMENT | 1u << UNIT_COMMUNE | 1u << UNIT_WARD | 1u << UNIT_SPECIAL_ZONE);
        assert_int_equal(monthly->record_kinds, KIND_BOTH);
        assert_int_equal(monthly->sides, 3);
        assert_string_equal(monthly->coordinator, "H15.07");
        assert_int_equal(s->deadlines[1].first, day(2026, 6, 25));
        assert_int_equal(once->once, day(2026, 6, 27));
        assert_int_equal(once->day_of_month, 0);
        assert_int_equal(once->unit_kinds, 1u << UNIT_DEPARTMENT);
        assert_int_equal(once->record_kinds, KIND_INDICATOR);
        assert_int_equal(once->window_from, DATE_NONE);
        assert_true(once->basis[0]);
}

static void test_shipped_units(void **state) {
        Site *site = *state;
        assert_int_equal(site_load(site, 2026, 6, 19), 0);
        const UnitTable *t = site->settings->units;
        size_t departments = 0, communes = 0;
        for (size_t i = 0; i < t->n_units; i++) {
                departments += t->units[i].kind == UNIT_DEPARTMENT;
                communes += t->units[i].kind == UNIT_COMMUNE || t->units[i].kind == UNIT_WARD;
        }
        assert_int_equal(departments, 25);
        assert_int_equal(communes, 102);
        const Unit *u = unit_by_code(t, SIDE_PORTAL, STR("SKHCN"));
        assert_non_null(u);
        assert_string_equal(u->id, "H15.07");
        assert_int_equal(u->access[SIDE_CENTRAL].mode, ACCOUNT_SUPERVISED);
        assert_int_equal(u->access[SIDE_PORTAL].mode, ACCOUNT_OWN);
        assert_string_equal(u->access[SIDE_PORTAL].account, "skhcn");
        assert_string_equal(u->access[SIDE_CENTRAL].code, "H15.07");
        for (size_t i = 0; i < t->n_units; i++)
                for (size_t k = 0; k < t->units[i].n_seats; k++)
                        assert_int_equal(!t->units[i].seats[k].name, !t->units[i].seats[k].person);
        Str canonical = link_canonical(site->settings->links, KIND_INDICATOR, SIDE_PORTAL, STR("TC.24"));
        assert_true(str_eq(canonical, STR("CT24")));
}

static void test_shipped_calendar(void **state) {
        Site *site = *state;
        assert_int_equal(site_load(site, 2026, 6, 19), 0);
        const Calendar *c = &site->settings->calendar;
        assert_int_equal(c->first_year, 2026);
        assert_int_equal(c->last_year, 2027);
        assert_true(calendar_filled(c, 2027));
        assert_false(calendar_working(c, day(2026, 2, 18)));
        assert_true(calendar_working(c, day(2026, 8, 22)));
        assert_false(calendar_working(c, day(2026, 8, 31)));
        assert_true(calendar_working(c, day(2026, 8, 28)));
        const CalendarDay *d = calendar_day(c, day(2026, 11, 24));
        assert_non_null(d);
        assert_true(d->confirmed);
        assert_false(calendar_day(c, day(2026, 8, 22))->confirmed);
        for (size_t i = 1; i < c->n_days; i++)
                assert_true(c->days[i - 1].date < c->days[i].date);
}

static void has(Site *site, const char *code, size_t times) {
        size_t n = 0;
        for (size_t i = 0; i < site->findings.n; i++)
                n += strcmp(site->findings.at[i].code, code) == 0;
        assert_int_equal(n, times);
}

static void test_years(void **state) {
        Site *site = *state;
        assert_int_equal(site_load(site, 2026, 9, 30), 0);
        has(site, "year-unconfirmed", 0);
        assert_int_equal(site_load(site, 2026, 10, 1), 0);
        has(site, "year-unconfirmed", 1);
        assert_int_equal(site_load(site, 2026, 8, 1), 0);
        has(site, "year-unconfirmed", 1); /* 22/8 comes near */
        assert_int_equal(site_load(site, 2027, 10, 1), 0);
        has(site, "year-coming", 1);
        assert_int_equal(site_load(site, 2028, 1, 2), SETTINGS_E_INVALID);
        has(site, "year-not-filled", 1);
        assert_string_equal(site_first_error(site)->code, "year-not-filled");
}

static void test_units_of_every_sort(void **state) {
        Site *site = *state;
        site_file(site, "accounts.yaml",
                  "roles:\n  ops: A B <a@x.vn>\n  leadership-2: C <c@x.vn> from 1/7/2026\n"
                  "  contact: D <a@x.vn> until 31/12/2026 phone 0262 3 (12)\n"
                  "units:\n"
                  "  H15:\n    name: Tỉnh\n    kind: province\n"
                  "  H15.07:\n    name: Sở\n    kind: department\n    parent: H15\n    central: s.khcn\n    "
                  "portal-code: S\n"
                  "    portal: none (chưa cấp, hỏi 12/6)\n    focal: A B <a@x.vn>\n    head: vacant since 1/6/2026\n"
                  "    acting-head: E <e@x.vn> from 1/6/2026 until 31/8/2026\n"
                  "  H15.07.04:\n    name: Phòng\n    kind: sub-unit\n    parent: H15.07\n    portal: supervised\n");
        site_edit(site, "nq57d.yaml", STR("    profile: nq57-daklak\n"),
                  STR("    profile: nq57-daklak\n    supervisor: gs\n"));
        assert_int_equal(site_load(site, 2026, 6, 19), 0);
        has(site, "role-missing", 1);
        const Settings *s = site->settings;
        const Unit *top = unit_by_id(s->units, STR("H15")), *so = unit_by_id(s->units, STR("H15.07"));
        const Unit *room = unit_by_id(s->units, STR("H15.07.04"));
        assert_int_equal(top->access[SIDE_CENTRAL].mode, ACCOUNT_NONE);
        assert_ptr_equal(&s->units->units[so->parent], top);
        assert_ptr_equal(&s->units->units[room->parent], so);
        assert_string_equal(so->access[SIDE_PORTAL].reason, "chưa cấp, hỏi 12/6");
        assert_string_equal(so->access[SIDE_PORTAL].code, "S");
        assert_int_equal(room->access[SIDE_CENTRAL].mode, ACCOUNT_PARENT);
        assert_int_equal(room->access[SIDE_PORTAL].mode, ACCOUNT_SUPERVISED);
        assert_int_equal(so->n_seats, 3);
        assert_null(so->seats[1].name);
        assert_int_equal(so->seats[1].from, day(2026, 6, 1));
        assert_int_equal(so->seats[2].kind, SEAT_ACTING_HEAD);
        assert_int_equal(so->seats[2].until, day(2026, 8, 31));
        assert_int_equal(s->n_roles, 3);
        assert_int_equal(s->roles[1].kind, SEAT_LEADERSHIP);
        assert_int_equal(s->roles[1].from, day(2026, 7, 1));
        assert_string_equal(s->roles[2].phone, "0262 3 (12)");
        assert_string_equal(s->roles[0].person, so->seats[0].person);
        assert_string_equal(s->letter.contact_unit, "Sở");
}

static void test_one_source_alone(void **state) {
        Site *site = *state;
        site_file(site, "nq57d.yaml",
                  "province: P\nsources:\n  cong:\n    role: portal\n    profile: nq57-daklak\n    url: "
                  "http://127.0.0.1:8080/x\n"
                  "deadlines:\n  a:\n    title: T\n    basis: B\n    before: 5 monthly\nmail:\n  from: N <n@a.vn>\n"
                  "fields:\n  progress: central-first\n");
        assert_int_equal(site_load(site, 2026, 6, 19), 0);
        const Settings *s = site->settings;
        assert_int_equal(s->n_sources, 1);
        assert_null(settings_source(s, SIDE_CENTRAL));
        assert_int_equal(s->deadlines[0].sides, 1u << SIDE_PORTAL);
        assert_int_equal(s->merge.merge[FIELD_PROGRESS], MERGE_CENTRAL_FIRST);
        assert_string_equal(s->mail.relay, "smtp://127.0.0.1:25");
        assert_string_equal(s->state_dir, "/var/lib/nq57d");
        assert_null(s->secrets_dir);
}

static void test_all_faults_are_told(void **state) {
        Site *site = *state;
        site_edit(site, "nq57d.yaml", STR("  mode: preview"), STR("  mode: redirect\n  timeout: 1 seconds"));
        site_edit(site, "accounts.yaml", STR("    portal: snv\n"), STR(""));
        site_edit(site, "links.yaml", STR("portal: TC.10"), STR("portal: TC.04"));
        site_edit(site, "calendar-vn.yaml", STR("  10/1/2026:"), STR("  9/1/2026:"));
        assert_int_equal(site_load(site, 2026, 6, 19), SETTINGS_E_INVALID);
        assert_null(site->settings);
        assert_int_equal(site->findings.errors, 5);
        has(site, "value-range", 1);
        has(site, "redirect-to-missing", 1);
        has(site, "access-missing", 1);
        has(site, "link-dead", 1);
        has(site, "worked-weekday", 1);
}

static void test_nearest_names(void **state) {
        Site *site = *state;
        site_edit(site, "nq57d.yaml", STR("    supervisor: "), STR("    supervizor: "));
        assert_int_equal(site_load(site, 2026, 6, 19), SETTINGS_E_INVALID);
        assert_string_equal(site_first_error(site)->nearest, "supervisor");
        site_edit(site, "nq57d.yaml", STR("profile: theodoiq"), STR("profile: theodoinq"));
        assert_int_equal(site_load(site, 2026, 6, 19), SETTINGS_E_INVALID);
        assert_string_equal(site_first_error(site)->nearest, "theodoiq");
        site_edit(site, "nq57d.yaml", STR("coordinator: H15.07"), STR("coordinator: H15.O7"));
        assert_int_equal(site_load(site, 2026, 6, 19), SETTINGS_E_INVALID);
        assert_non_null(site_first_error(site)->nearest);
}

/* Words inside of values: units of time, working days, seats; and the key of a code that nothing looks up. */
static void test_nearest_words(void **state) {
        static const char *const rows[][4] = {
                { "nq57d.yaml", "    supervisor: ", "    poll-every: 30 minuts\n    supervisor: ", "minutes" },
                { "nq57d.yaml", "  mode: preview", "  mode: preview\n  distance: 2 workin days", "working" },
                { "nq57d.yaml", "before: 20 monthly", "before: 20 montly", "monthly" },
                { "accounts.yaml", "\n    focal: ", "\n    head: A <a@x.vn> form 1/1/2026\n    focal: ", "from" },
        };
        Site *site = *state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                site_edit(site, rows[i][0], str_of(rows[i][1]), str_of(rows[i][2]));
                assert_int_equal(site_load(site, 2026, 6, 19), SETTINGS_E_INVALID);
                const Finding *f = site_first_error(site);
                for (size_t k = 0; k < site->findings.n; k++)
                        if (strcmp(site->findings.at[k].code, "value-invalid") == 0)
                                f = &site->findings.at[k];
                assert_string_equal(f->nearest, rows[i][3]);
                site_file(site, rows[i][0], NULL);
        }
        site_edit(site, "accounts.yaml", STR("\n    focal: "), STR("\n    code-porta: X1\n    focal: "));
        assert_int_equal(site_load(site, 2026, 6, 19), 0);
        has(site, "space-unused", 1);
}

/* A misspelt key is not told a second time as the one that is missing. */
static void test_one_mistake_is_one_finding(void **state) {
        static const char *const rows[][3] = {
                { "nq57d.yaml", "\nmail:", "\nmali:" },
                { "nq57d.yaml", "    role: central", "    rol: central" },
                { "accounts.yaml", "\n    name:", "\n    nmae:" },
                { "accounts.yaml", "\nroles:", "\nrols:" },
        };
        Site *site = *state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                site_edit(site, rows[i][0], str_of(rows[i][1]), str_of(rows[i][2]));
                assert_int_equal(site_load(site, 2026, 6, 19), SETTINGS_E_INVALID);
                assert_string_equal(site_first_error(site)->code, "key-unknown");
                has(site, "key-missing", 0);
                site_file(site, rows[i][0], NULL);
        }
}

static void test_missing_file_and_secret_kept_quiet(void **state) {
        Site *site = *state;
        char path[200];
        (void) snprintf(path, sizeof path, "%s/links.yaml", site->folder);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(site_load(site, 2026, 6, 19), SETTINGS_E_INVALID);
        assert_string_equal(site_first_error(site)->code, "file-missing");
        assert_string_equal(site_first_error(site)->origin.file, path);
        site_file(site, "links.yaml", NULL);
        site_edit(site, "nq57d.yaml", STR("smtp://127.0.0.1:25"), STR("smtp://u:hush@m.vn"));
        assert_int_equal(site_load(site, 2026, 6, 19), SETTINGS_E_INVALID);
        assert_null(strstr(site_first_error(site)->en, "hush"));
        assert_null(strstr(site_first_error(site)->vi, "hush"));
}

static void test_environment(void **state) {
        Site *site = *state;
        setenv("STATE_DIRECTORY", "/run/one:/run/two", 1);
        setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x", 1);
        assert_int_equal(site_load(site, 2026, 6, 19), 0);
        assert_string_equal(site->settings->state_dir, "/run/one");
        assert_string_equal(site->settings->secrets_dir, "/run/credentials/x");
        site_edit(site, "nq57d.yaml", STR("paths:\n"), STR("paths:\n  state: /srv/nq\n"));
        assert_int_equal(site_load(site, 2026, 6, 19), 0);
        assert_string_equal(site->settings->state_dir, "/srv/nq");
}

static void test_digest_follows_meaning(void **state) {
        Site *site = *state;
        assert_int_equal(site_load(site, 2026, 6, 19), 0);
        uint64_t shipped = site->settings->digest;
        site_edit(site, "accounts.yaml", STR("Mai Thùy Trang"), STR("Mai Thùy Tranh"));
        assert_int_equal(site_load(site, 2026, 6, 19), 0);
        assert_true(site->settings->digest == shipped);
        site_edit(site, "accounts.yaml", STR("portal-code: SNV"), STR("portal-code: SNVU"));
        assert_int_equal(site_load(site, 2026, 6, 19), 0);
        assert_true(site->settings->digest != shipped);
        site_file(site, "accounts.yaml", NULL);
        site_edit(site, "links.yaml", STR("TC.10"), STR("TC.1O"));
        assert_int_equal(site_load(site, 2026, 6, 19), 0);
        assert_true(site->settings->digest != shipped);
}

static void test_references(void **state) {
        Site *site = *state;
        assert_int_equal(site_load(site, 2026, 6, 19), 0);
        Settings *held = settings_ref(site->settings);
        site_forget(site);
        assert_string_equal(held->province, "Đắk Lắk");
        assert_null(settings_unref(held));
        assert_null(settings_unref(NULL));
}

static void test_printed_configuration_loads_the_same(void **state) {
        Site *site = *state;
        site_edit(site, "nq57d.yaml", STR("    title: Cập nhật"), STR("    bloc: \"Khối: #1\"\n    title: Cập nhật"));
        assert_int_equal(site_load(site, 2026, 6, 19), 0);
        Text first = TEXT_INIT(1 << 20), second = TEXT_INIT(1 << 20);
        assert_int_equal(settings_print(site->settings, &first), 0);
        site_file(site, "nq57d.yaml", first.at);
        assert_int_equal(site_load(site, 2026, 6, 19), 0);
        assert_string_equal(site->settings->deadlines[0].bloc, "Khối: #1");
        assert_int_equal(site->settings->mail.batch_limit, 500);
        assert_int_equal(settings_print(site->settings, &second), 0);
        assert_string_equal(first.at, second.at);
        assert_non_null(strstr(first.at, "    timeout: 60 seconds\n"));
        text_free(&first);
        text_free(&second);
}

/* NQ57_UPDATE_REFERENCE=1 writes the page anew. */
static void test_reference_page_is_current(void **state) {
        Text page = TEXT_INIT(1 << 20);
        assert_int_equal(settings_reference(&page), 0);
        if (getenv("NQ57_UPDATE_REFERENCE")) {
                char path[4096];
                (void) snprintf(path, sizeof path, "%s/docs/CONFIGURATION.md", getenv("NQ57_SOURCE"));
                FILE *f = fopen(path, "w");
                assert_non_null(f);
                assert_int_equal(fwrite(page.at, 1, page.len, f), page.len);
                assert_int_equal(fclose(f), 0);
        }
        char *written = site_source("docs/CONFIGURATION.md");
        assert_string_equal(written, page.at);
        free(written);
        text_free(&page);
}

#define SITE_TEST(f) cmocka_unit_test_setup_teardown(f, open_site, close_site)

int main(void) {
        const struct CMUnitTest tests[] = {
                SITE_TEST(test_shipped),
                SITE_TEST(test_shipped_deadlines),
                SITE_TEST(test_shipped_units),
                SITE_TEST(test_shipped_calendar),
                SITE_TEST(test_years),
                SITE_TEST(test_units_of_every_sort),
                SITE_TEST(test_one_source_alone),
                SITE_TEST(test_all_faults_are_told),
                SITE_TEST(test_nearest_names),
                SITE_TEST(test_nearest_words),
                SITE_TEST(test_one_mistake_is_one_finding),
                SITE_TEST(test_missing_file_and_secret_kept_quiet),
                SITE_TEST(test_environment),
                SITE_TEST(test_digest_follows_meaning),
                SITE_TEST(test_references),
                SITE_TEST(test_printed_configuration_loads_the_same),
                cmocka_unit_test(test_reference_page_is_current),
        };
        return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
