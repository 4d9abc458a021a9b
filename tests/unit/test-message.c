/* SPDX-License-Identifier: MIT */
/* The bytes as they are: golden files. tests/flow/test_message.py reads far more of them with another parser. */
#include "connectors/mail/message.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "connectors/limits.h"

static MailParts usual(void) {
        return (MailParts) {
                .from_name = "Nhắc việc NQ57",
                .from_address = "nq57@example.vn",
                .to_name = "H’Lan Niê",
                .to_address = "hlan.nie@mdrak.example.vn",
                .reply_name = "Trần Thị B",
                .reply_address = "tran.b@skhcn.example.vn",
                .subject = "[NQ57] Xã M’Drắk: còn 7 việc, hạn hết thứ Sáu 24/7",
                .message_id = "c1.2026-07-21.1@example.vn",
                .date = (Instant) 1784593800 * US_SECOND,
                .body = "Kính gửi: UBND xã M’Drắk (đ/c H’Lan Niê, đ/c Lê Thị K)\n"
                        "Còn 7 việc phải xong trước ngày 25/7/2026, tức hết thứ Sáu 24/7.\n"
                        "\n"
                        "1. [Trung ương] NV-II-08 Phê duyệt cấp độ an toàn. Tiến độ 60% = chậm. \n"
                        ".\n"
                        "From đây trở đi\n",
        };
}

static void assert_golden(const char *name, Str mail) {
        char path[4096];
        _cleanup_free_ char *bytes = malloc(LIMIT_MAIL_BYTES);
        FILE *file;
        size_t n;

        (void) snprintf(path, sizeof(path), "%s/tests/fixtures/mail/%s", getenv("NQ57_SOURCE"), name);
        file = fopen(path, "rb");
        assert_non_null(file);
        n = fread(bytes, 1, LIMIT_MAIL_BYTES, file);
        (void) fclose(file);
        assert_int_equal(n, mail.len);
        assert_memory_equal(bytes, mail.at, n);
}

static void test_golden_vietnamese(void **state) {
        _cleanup_text_ Text mail = { 0 };
        MailParts parts = usual();
        Err e = { 0 };

        assert_int_equal(message_build(&parts, &mail, &e), 0);
        assert_golden("reminder.eml", text_str(&mail));
}

static void test_golden_plain(void **state) {
        _cleanup_text_ Text mail = { 0 };
        MailParts parts = usual();
        Err e = { 0 };

        parts.from_name = NULL;
        parts.to_name = "Doe, J. \"K\"";
        parts.reply_address = NULL;
        parts.subject = "[NQ57] test";
        parts.body = "no line end";
        assert_int_equal(message_build(&parts, &mail, &e), 0);
        assert_golden("plain.eml", text_str(&mail));
}

static void test_failure_leaves_the_output_alone(void **state) {
        Text mail = { .len = 7 };
        MailParts parts = usual();
        Err e = { 0 };

        parts.to_address = "a@b.vn\r\nBcc: c@d.vn";
        assert_int_equal(message_build(&parts, &mail, &e), -EINVAL);
        assert_int_equal(e.retry, RETRY_NEVER);
        assert_non_null(strstr(e.text, "To address"));
        assert_int_equal(mail.len, 7);
        assert_null(mail.at);
}

static void test_decomposed_names_are_the_same_bytes(void **state) {
        _cleanup_text_ Text nfc = { 0 }, nfd = { 0 };
        MailParts parts = usual();
        Err e = { 0 };

        parts.to_name = "L\xc3\xaa";
        assert_int_equal(message_build(&parts, &nfc, &e), 0);
        parts.to_name = "Le\xcc\x82";
        assert_int_equal(message_build(&parts, &nfd, &e), 0);
        assert_true(str_eq(text_str(&nfc), text_str(&nfd)));
}

static void test_address_limits(void **state) {
        char longest[300];

        (void) snprintf(longest, sizeof(longest), "%0*d@%0*d.%0*d.%0*d.vn", 60, 1, 63, 1, 63, 1, 61, 1);
        assert_int_equal(strlen(longest), 60 + 1 + 63 + 1 + 63 + 1 + 61 + 3);
        assert_true(address_valid(str_of(longest)));
        (void) snprintf(longest, sizeof(longest), "%0*d@%0*d.%0*d.%0*d.vn", 63, 1, 63, 1, 63, 1, 61, 1);
        assert_false(address_valid(str_of(longest)));
        assert_false(address_valid(STR_NULL));
        assert_false(address_valid((Str) { "a@b.vn\0", 7 }));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_golden_vietnamese),
                cmocka_unit_test(test_golden_plain),
                cmocka_unit_test(test_failure_leaves_the_output_alone),
                cmocka_unit_test(test_decomposed_names_are_the_same_bytes),
                cmocka_unit_test(test_address_limits),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
