/* SPDX-License-Identifier: MIT */
#include "state/model/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

static void test_first_writer_keeps_the_floor(void **state) {
        Err e = { 0 };
        assert_int_equal(err_set(&e, -EIO, RETRY_LATER, "page %d", 3), -EIO);
        assert_int_equal(err_set(&e, -EINVAL, RETRY_NEVER, "other"), -EINVAL);
        assert_int_equal(e.code, -EIO);
        assert_int_equal(e.retry, RETRY_LATER);
        assert_string_equal(e.text, "page 3");
}

static void test_prefix(void **state) {
        Err e = { 0 };
        err_set(&e, -EIO, RETRY_NOW, "closed");
        assert_int_equal(err_prefix(&e, "source %s", "central"), -EIO);
        assert_string_equal(e.text, "source central: closed");
        assert_int_equal(err_prefix(NULL, "x"), -EIO);
}

static void test_no_receiver(void **state) {
        assert_int_equal(err_set(NULL, -EIO, RETRY_NOW, "x"), -EIO);
        assert_int_equal(err_oom(NULL), -ENOMEM);
        err_clear(NULL);
}

static void test_clear_and_oom(void **state) {
        Err e = { 0 };
        assert_int_equal(err_oom(&e), -ENOMEM);
        assert_int_equal(e.retry, RETRY_LATER);
        assert_true(e.text[0]);
        err_clear(&e);
        assert_int_equal(e.code, 0);
        err_set(&e, -EBADMSG, RETRY_NEVER, "now");
        assert_string_equal(e.text, "now");
}

static void test_one_line(void **state) {
        Err e = { 0 };
        err_set(&e, -EIO, RETRY_NOW, "a\nb\tc\x7F" "d");
        assert_string_equal(e.text, "a b c d");
}

/* Whatever is cut at the end of the room, the text stays UTF-8. */
static void test_cut_at_a_character(void **state) {
        char filler[600];
        for (size_t lead = 0; lead < 8; lead++) {
                memset(filler, 'x', lead);
                for (size_t at = lead; at + 4 < sizeof filler; at += 3)
                        memcpy(filler + at, "ạ", 4);
                Err e = { 0 };
                err_set(&e, -EIO, RETRY_NOW, "%s", filler);
                size_t len = strlen(e.text);
                assert_true(len >= sizeof e.text - 4 && len < sizeof e.text);
                assert_true(utf8_valid(str_of(e.text)));

                err_prefix(&e, "đầu %zu", lead);
                assert_true(utf8_valid(str_of(e.text)));
                assert_memory_equal(e.text, "đầu ", 6);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_first_writer_keeps_the_floor),
                cmocka_unit_test(test_prefix),
                cmocka_unit_test(test_no_receiver),
                cmocka_unit_test(test_clear_and_oom),
                cmocka_unit_test(test_one_line),
                cmocka_unit_test(test_cut_at_a_character),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
