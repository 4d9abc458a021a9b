/* SPDX-License-Identifier: MIT */
#include "config/secret.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"

static char folder[] = "/tmp/nq57-secret-XXXXXX";

static int make_folder(void **state) {
        scratch_make(folder);
        return 0;
}

static int remove_folder(void **state) {
        scratch_remove(folder);
        return 0;
}

static void write_secret(const char *name, const char *text, mode_t mode) {
        char path[200];
        (void) snprintf(path, sizeof path, "%s/%s", folder, name);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
        assert_int_equal(fclose(f), 0);
        assert_int_equal(chmod(path, mode), 0);
}

static void remove_secret(const char *name) {
        char path[200];
        (void) snprintf(path, sizeof path, "%s/%s", folder, name);
        assert_int_equal(unlink(path), 0);
}

static SecretBook book;

static void test_account(void **state) {
        write_secret("portal.secrets", "# accounts\n\nskhcn\tmật khẩu 1\r\nxamdrak\tp\tq \nempty-like\tx\n", 0600);
        Text t = { 0 };
        Err e = { 0 };
        assert_int_equal(secret_account(&book, folder, "portal", "skhcn", &t, &e), 0);
        assert_string_equal(t.at, "mật khẩu 1");
        secret_wipe(&t);
        assert_null(t.at);
        assert_int_equal(secret_account(&book, folder, "portal", "xamdrak", &t, &e), 0);
        assert_string_equal(t.at, "p\tq ");
        secret_wipe(&t);
        assert_int_equal(secret_account(&book, folder, "portal", "xamdra", &t, &e), SECRET_E_NONE);
        assert_int_equal(secret_account(&book, folder, "central", "skhcn", &t, &e), SECRET_E_NONE);
        assert_int_equal(secret_account(&book, NULL, "portal", "skhcn", &t, &e), SECRET_E_NONE);
        assert_null(t.at);
        assert_int_equal(e.code, 0);
        remove_secret("portal.secrets");
}

static void refused(const char *text, mode_t mode, int code, const char *words) {
        write_secret("bad.secrets", text, mode);
        Text t = { 0 };
        Err e = { 0 };
        assert_int_equal(secret_account(&book, folder, "bad", "a", &t, &e), code);
        assert_null(t.at);
        assert_non_null(strstr(e.text, words));
        assert_null(strstr(e.text, "hush"));
        remove_secret("bad.secrets");
}

static void test_refused(void **state) {
        refused("a\thush\n", 0640, -EPERM, "group or others");
        refused("a\thush\n", 0604, -EPERM, "group or others");
        refused("b\tx\na hush\n", 0600, -EINVAL, "bad.secrets:2:");
        refused("a\t\n", 0600, -EINVAL, "bad.secrets:1:");
        refused("\thush\n", 0600, -EINVAL, "bad.secrets:1:");
        refused("a\thush\na\thush2\n", 0600, -EEXIST, "bad.secrets:2:");
        Text t = { 0 };
        Err e = { 0 };
        assert_int_equal(secret_file(folder, "../passwd", &t, &e), -EINVAL);
}

static void check_many(int n, const char *word) {
        for (int i = 0; i < n; i++) {
                char account[20], secret[40];
                Text t = { 0 };
                Err e = { 0 };
                (void) snprintf(account, sizeof account, "dv%04d", i);
                (void) snprintf(secret, sizeof secret, "%s %d", word, i);
                assert_int_equal(secret_account(&book, folder, "many", account, &t, &e), 0);
                assert_string_equal(t.at, secret);
                secret_wipe(&t);
        }
}

static void write_many(int n, const char *word) {
        Text t = TEXT_INIT(1 << 20);
        for (int i = 0; i < n; i++)
                text_addf(&t, "dv%04d\t%s %d\n", i, word, i);
        assert_int_equal(t.failed, 0);
        write_secret("many.secrets", t.at, 0600);
        text_free(&t);
}

static uint64_t bytes_read(void) {
        char text[400];
        FILE *f = fopen("/proc/self/io", "r");
        uint64_t n = 0;
        assert_non_null(f);
        text[fread(text, 1, sizeof text - 1, f)] = '\0';
        (void) fclose(f);
        Str rest = str_of(text), line, name;
        assert_true(str_split(&rest, '\n', &line) && str_split(&line, ' ', &name));
        assert_int_equal(text_to_uint64(line, &n), 0);
        return n;
}

/* One of thousands is read alone; what a person writes into the file counts at once. */
static void test_many(void **state) {
        enum { MANY = 4000 };
        write_many(MANY, "first");
        check_many(10, "first"); /* written a moment ago */
        uint64_t before;
        int tries = 0;
        do { /* its time says so little later that nobody is at it any more */
                assert_in_range(tries++, 0, 100);
                poll(NULL, 0, 100);
                before = bytes_read();
                check_many(1, "first");
        } while (bytes_read() - before > 2000);
        before = bytes_read();
        check_many(MANY, "first");
        assert_true(bytes_read() - before < 4000 * 64);
        write_many(MANY, "later"); /* as long as it was */
        check_many(50, "later");
        write_secret("many.secrets", "dv0000\tlater 0\n", 0600);
        check_many(1, "later");
        Text t = { 0 };
        Err e = { 0 };
        assert_int_equal(secret_account(&book, folder, "many", "dv0001", &t, &e), SECRET_E_NONE);
        remove_secret("many.secrets");
        assert_int_equal(secret_account(&book, folder, "many", "dv0000", &t, &e), SECRET_E_NONE);
        secret_book_done(&book);
}

static void test_file(void **state) {
        Text t = { 0 };
        Err e = { 0 };
        assert_int_equal(secret_file(folder, "smtp", &t, &e), SECRET_E_NONE);
        write_secret("smtp", "một hai\r\n", 0400);
        assert_int_equal(secret_file(folder, "smtp", &t, &e), 0);
        assert_string_equal(t.at, "một hai");
        secret_wipe(&t);
        remove_secret("smtp");
        write_secret("smtp", "\n", 0400);
        assert_int_equal(secret_file(folder, "smtp", &t, &e), SECRET_E_NONE);
        remove_secret("smtp");
        write_secret("smtp", "x\n", 0444);
        assert_int_equal(secret_file(folder, "smtp", &t, &e), -EPERM);
        remove_secret("smtp");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_account),
                cmocka_unit_test(test_refused),
                cmocka_unit_test(test_many), cmocka_unit_test(test_file),
        };
        return cmocka_run_group_tests_name("secret", tests, make_folder, remove_folder);
}
