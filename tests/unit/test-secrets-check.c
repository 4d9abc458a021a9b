/* SPDX-License-Identifier: MIT */
/* What --check tells of passwords and keys: every mistake with its place, nothing of what stands in the files. */
#include <sys/stat.h>

#include "tests/unit/config-site.h"

typedef struct World {
        Site site;
        char secrets[80];
} World;

static void secret(const World *w, const char *name, const char *text, mode_t mode) {
        char path[300];
        (void) snprintf(path, sizeof path, "%s/%s", w->secrets, name);
        (void) unlink(path);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        assert_true(fputs(text, f) >= 0);
        assert_int_equal(fclose(f), 0);
        assert_int_equal(chmod(path, mode), 0);
}

static const char *main_yaml(const World *w, const char *more) {
        static char text[2000];
        (void) snprintf(text, sizeof text,
                        "province: P\nsources:\n  cong:\n    role: portal\n    profile: nq57-daklak\n"
                        "    url: http://127.0.0.1:8080/x\n    supervisor: giamsat\n"
                        "mail:\n  from: N <n@a.vn>\n%spaths:\n  state: %s/state\n  secrets: %s\n",
                        more, w->site.folder, w->secrets);
        return text;
}

static const char accounts_yaml[] = "roles:\n  ops: vacant\n  leadership: vacant\n  contact: vacant\nunits:\n"
                                    "  H1:\n    name: A\n    kind: department\n    portal: skhcn\n    focal: vacant\n"
                                    "  H2:\n    name: B\n    kind: department\n    portal: soytexa\n"
                                    "    focal: vacant\n"
                                    "  H3:\n    name: C\n    kind: department\n    portal: supervised\n"
                                    "    focal: vacant\n";

static const char book[] = "# tài khoản\nskhcn\tHush-1\n\nsoytexa\tHush 2\r\ngiamsat\tHush-3\n";

static int open_world(void **state) {
        World *w = calloc(1, sizeof *w);
        assert_non_null(w);
        site_open(&w->site);
        (void) snprintf(w->secrets, sizeof w->secrets, "%s/secrets", w->site.folder);
        assert_int_equal(mkdir(w->secrets, 0700), 0);
        site_file(&w->site, "nq57d.yaml", main_yaml(w, ""));
        site_file(&w->site, "accounts.yaml", accounts_yaml);
        site_file(&w->site, "links.yaml", "indicators:\n");
        secret(w, "cong.secrets", book, 0600);
        *state = w;
        return 0;
}

static int close_world(void **state) {
        World *w = *state;
        (void) chmod(w->secrets, 0700);
        site_close(&w->site);
        free(w);
        return 0;
}

static int check(World *w) {
        Date today;
        assert_true(date_from_ymd(2026, 6, 19, &today));
        site_forget(&w->site);
        FindingSink sink = finding_list_sink(&w->site.findings);
        int r = settings_check(w->site.folder, today, &sink, &w->site.settings, &w->site.err);
        for (size_t i = 0; i < w->site.findings.n; i++) {
                assert_null(strstr(w->site.findings.at[i].en, "Hush"));
                assert_null(strstr(w->site.findings.at[i].vi, "Hush"));
                assert_true(!w->site.findings.at[i].nearest || !strstr(w->site.findings.at[i].nearest, "Hush"));
        }
        return r;
}

/* The n-th finding about secrets, from 0; the calendar's are not meant. */
static const Finding *told(const World *w, size_t n) {
        for (size_t i = 0; i < w->site.findings.n; i++)
                if (strncmp(w->site.findings.at[i].code, "secret", 6) == 0 && n-- == 0)
                        return &w->site.findings.at[i];
        return NULL;
}

static void says(const World *w, size_t n, Severity severity, const char *code, const char *file, int line, int column,
                 const char *nearest) {
        const Finding *f = told(w, n);
        assert_non_null(f);
        assert_string_equal(f->code, code);
        assert_int_equal(f->severity, severity);
        assert_string_equal(strrchr(f->origin.file, '/') + 1, file);
        assert_int_equal(f->origin.line, line);
        assert_int_equal(f->origin.column, column);
        if (nearest)
                assert_string_equal(f->nearest ? f->nearest : "", nearest);
        else
                assert_null(f->nearest);
}

static void test_well(void **state) {
        World *w = *state;
        assert_int_equal(check(w), 0);
        assert_null(told(w, 0));
}

static void test_lines(void **state) {
        World *w = *state;
        secret(w, "cong.secrets",
               "skhcn\tHush-1\nHush without tab\nsoyteax\tHush-2\nskhcn\tHush-4\nHush-3\tgiamsat\n\tHush\nabc\t\n",
               0600);
        assert_int_equal(check(w), SETTINGS_E_INVALID);
        says(w, 0, SEVERITY_ERROR, "secret-line", "cong.secrets", 2, 1, NULL);
        says(w, 1, SEVERITY_ERROR, "secret-twice", "cong.secrets", 4, 1, NULL);
        says(w, 2, SEVERITY_ERROR, "secret-line", "cong.secrets", 6, 1, NULL);
        says(w, 3, SEVERITY_ERROR, "secret-line", "cong.secrets", 7, 5, NULL);
        says(w, 4, SEVERITY_WARNING, "secret-unused", "cong.secrets", 3, 1, "soytexa");
        says(w, 5, SEVERITY_ERROR, "secret-swapped", "cong.secrets", 5, 1, NULL);
        says(w, 6, SEVERITY_ERROR, "secret-none", "accounts.yaml", 14, 13, NULL);
        assert_null(told(w, 7));
}

static void test_long(void **state) {
        World *w = *state;
        char text[6000] = "skhcn\tx\nsoytexa\tx\ngiamsat\t";
        memset(text + strlen(text), 'h', 4097);
        secret(w, "cong.secrets", text, 0600);
        assert_int_equal(check(w), SETTINGS_E_INVALID);
        says(w, 0, SEVERITY_ERROR, "secret-line", "cong.secrets", 3, 9, NULL);
        assert_null(told(w, 1));
}

static void test_file_not_there(void **state) {
        World *w = *state;
        char path[300];
        secret(w, "cogn.secrets", book, 0600);
        (void) snprintf(path, sizeof path, "%s/cong.secrets", w->secrets);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(check(w), SETTINGS_E_INVALID);
        says(w, 0, SEVERITY_ERROR, "secret-missing", "nq57d.yaml", 3, 3, "cogn.secrets");
        says(w, 1, SEVERITY_WARNING, "secret-file-unused", "cogn.secrets", 1, 1, "cong");
        assert_null(told(w, 2));
}

static void test_permissions(void **state) {
        World *w = *state;
        char path[300];
        secret(w, "cong.secrets", book, 0640);
        assert_int_equal(check(w), SETTINGS_E_INVALID);
        says(w, 0, SEVERITY_ERROR, "secret-unsafe", "cong.secrets", 1, 1, NULL);
        assert_non_null(strstr(told(w, 0)->en, "0640"));
        secret(w, "cong.secrets", book, 0200);
        assert_int_equal(check(w), SETTINGS_E_INVALID);
        says(w, 0, SEVERITY_ERROR, "secret-unsafe", "cong.secrets", 1, 1, NULL);
        (void) snprintf(path, sizeof path, "%s/cong.secrets", w->secrets);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(mkdir(path, 0700), 0);
        assert_int_equal(check(w), SETTINGS_E_INVALID);
        says(w, 0, SEVERITY_ERROR, "secret-unsafe", "cong.secrets", 1, 1, NULL);
        assert_int_equal(rmdir(path), 0);
        if (geteuid() != 0)
                return;
        secret(w, "cong.secrets", book, 0600);
        assert_int_equal(chown(path, 65533, 65533), 0); /* neither root nor whose the folder is */
        assert_int_equal(check(w), SETTINGS_E_INVALID);
        says(w, 0, SEVERITY_ERROR, "secret-unsafe", "cong.secrets", 1, 1, NULL);
}

/* Root looks for a service that is somebody else: its files are fine, and of root's own it is said how they get there.
 */
static void test_another_user(void **state) {
        World *w = *state;
        char path[300], folder[300];
        if (geteuid() != 0)
                return;
        (void) snprintf(path, sizeof path, "%s/cong.secrets", w->secrets);
        (void) snprintf(folder, sizeof folder, "%s/state", w->site.folder);
        assert_int_equal(mkdir(folder, 0700), 0);
        assert_int_equal(chown(folder, 65533, 65533), 0);
        assert_int_equal(check(w), 0);
        says(w, 0, SEVERITY_NOTE, "secret-handed-over", "nq57d.yaml", 12, 12, NULL);
        assert_int_equal(chown(path, 65533, 65533), 0);
        assert_int_equal(check(w), 0);
        assert_null(told(w, 0));
}

/* Where nothing can be seen nothing is called wrong. */
static void test_not_for_these_eyes(void **state) {
        World *w = *state;
        site_file(&w->site, "nq57d.yaml",
                  "province: P\nsources:\n  cong:\n    role: portal\n    profile: nq57-daklak\n"
                  "    url: http://127.0.0.1:8080/x\n    supervisor: giamsat\nmail:\n  from: N <n@a.vn>\n");
        assert_int_equal(check(w), 0);
        says(w, 0, SEVERITY_WARNING, "secrets-unseen", "nq57d.yaml", 3, 3, NULL);
        assert_null(told(w, 1));
        site_file(&w->site, "nq57d.yaml", main_yaml(w, "  user: ai\n"));
        if (geteuid() != 0)
                return;
        assert_int_equal(chmod(w->site.folder, 0755), 0);
        assert_int_equal(seteuid(65534), 0);
        int r = check(w); /* the folder is root's, 0700 */
        assert_int_equal(seteuid(0), 0);
        assert_int_equal(r, 0);
        says(w, 0, SEVERITY_WARNING, "secrets-unseen", "nq57d.yaml", 3, 3, NULL);
        assert_null(told(w, 1)); /* once, not for each file */

        assert_int_equal(chmod(w->secrets, 0755), 0);
        secret(w, "smtp-password", "Hush\n", 0644);
        assert_int_equal(seteuid(65534), 0);
        r = check(w); /* the folder can be searched, the first file not read; the second should not be */
        assert_int_equal(seteuid(0), 0);
        assert_int_equal(r, SETTINGS_E_INVALID);
        says(w, 0, SEVERITY_WARNING, "secrets-unseen", "nq57d.yaml", 3, 3, NULL);
        says(w, 1, SEVERITY_ERROR, "secret-unsafe", "smtp-password", 1, 1, NULL);
}

static void test_folder_not_there(void **state) {
        World *w = *state;
        (void) snprintf(w->secrets, sizeof w->secrets, "%s/nowhere", w->site.folder);
        site_file(&w->site, "nq57d.yaml", main_yaml(w, ""));
        assert_int_equal(check(w), 0);
        says(w, 0, SEVERITY_WARNING, "secrets-unseen", "nq57d.yaml", 3, 3, NULL);
        assert_null(told(w, 1));
}

static void test_mail(void **state) {
        World *w = *state;
        site_file(&w->site, "nq57d.yaml", main_yaml(w, "  user: ai\n"));
        secret(w, "smtp-pasword", "Hush", 0600);
        assert_int_equal(check(w), SETTINGS_E_INVALID);
        says(w, 0, SEVERITY_ERROR, "secret-missing", "nq57d.yaml", 10, 9, "smtp-pasword");
        secret(w, "smtp-password", "Hush\nHush\n", 0600);
        assert_int_equal(check(w), SETTINGS_E_INVALID);
        says(w, 0, SEVERITY_ERROR, "secret-line", "smtp-password", 1, 1, NULL);
        secret(w, "smtp-password", "Hush\n", 0600);
        assert_int_equal(check(w), 0);
        assert_null(told(w, 0));
}

/* Credentials are those of the start: a reload is not refused for what a restart will mend. */
static void test_inside_the_service(void **state) {
        World *w = *state;
        assert_int_equal(setenv("CREDENTIALS_DIRECTORY", w->secrets, 1), 0);
        secret(w, "cong.secrets", "skhcn\tHush\nsoytexa\tHush\n", 0400);
        assert_int_equal(check(w), 0);
        says(w, 0, SEVERITY_WARNING, "secret-none", "nq57d.yaml", 7, 17, NULL);
        assert_null(told(w, 1));
        unsetenv("CREDENTIALS_DIRECTORY");
}

/* The session that a person hands over lies in a file of the account's name, and in no other folder. */
static void test_handed_over(void **state) {
        World *w = *state;
        char folder[100], path[120], accounts[1000];
        (void) snprintf(folder, sizeof folder, "%s/profiles", w->site.folder);
        (void) snprintf(path, sizeof path, "%s/cong.secrets", w->secrets);
        assert_int_equal(mkdir(folder, 0700), 0);
        assert_int_equal(unlink(path), 0);
        site_write(&w->site, "profiles/nq57-daklak.yaml",
                   STR("profile: nq57-daklak\nstatus: assumed\nsession:\n  kind: handed-over\n  proof-path: /me\n"
                       "  proof: $.u\nstreams:\n  tasks:\n    kind: task\n    path: /t\n    list: $.l\n"
                       "    paging: none\n    code: $.c\n    fields:\n      title: $.t\n"));
        (void) snprintf(accounts, sizeof accounts, "%s", accounts_yaml);
        memcpy(strstr(accounts, "soytexa"), "x./etc7", 7);
        site_file(&w->site, "accounts.yaml", accounts);
        secret(w, "cong.skhcn.session", "cookie: Hush\n", 0600);
        secret(w, "cong.giamsat.session", "cookie: Hush\n", 0600);
        assert_int_equal(check(w), SETTINGS_E_INVALID);
        says(w, 0, SEVERITY_ERROR, "secret-missing", "accounts.yaml", 14, 13, NULL);
        assert_non_null(strstr(told(w, 0)->en, "cong.x./etc7.session"));
        assert_null(told(w, 1));
}

/* Only --check looks; and mistakes elsewhere, even a file that is no YAML, do not keep it from looking. */
static void test_all_in_one_go(void **state) {
        World *w = *state;
        secret(w, "cong.secrets", "skhcn\tHush-1\n", 0644);
        assert_int_equal(site_load(&w->site, 2026, 6, 19), 0);
        assert_null(told(w, 0));
        site_file(&w->site, "nq57d.yaml", main_yaml(w, "  mode: liev\n"));
        site_file(&w->site, "links.yaml", "indicators:\n  a: \"x\n");
        site_file(&w->site, "calendar-vn.yaml", NULL);
        assert_int_equal(check(w), SETTINGS_E_INVALID);
        assert_int_equal(w->site.findings.errors, 3);
        says(w, 0, SEVERITY_ERROR, "secret-unsafe", "cong.secrets", 1, 1, NULL);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void) {
        const struct CMUnitTest tests[] = {
                WORLD_TEST(test_well),           WORLD_TEST(test_lines),
                WORLD_TEST(test_long),           WORLD_TEST(test_file_not_there),
                WORLD_TEST(test_permissions),    WORLD_TEST(test_another_user),
                WORLD_TEST(test_not_for_these_eyes), WORLD_TEST(test_folder_not_there),
                WORLD_TEST(test_mail),           WORLD_TEST(test_inside_the_service),
                WORLD_TEST(test_all_in_one_go),  WORLD_TEST(test_handed_over),
        };
        return cmocka_run_group_tests_name("secrets-check", tests, NULL, NULL);
}
