/* SPDX-License-Identifier: MIT */
#include "connectors/mail/attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "connectors/limits.h"

static int file_of(Str text) {
        FILE *file = tmpfile();
        int fd;

        assert_non_null(file);
        fd = dup(fileno(file));
        (void) fclose(file);
        assert_int_equal(fcntl(fd, F_SETFL, O_APPEND), 0);
        if (text.len > 0)
                assert_int_equal(write(fd, text.at, text.len), text.len);
        return fd;
}

static Verdict read_back(const char *text, bool *ret_explicit) {
        _cleanup_close_ int fd = file_of(str_of(text));
        Verdict v = { .outcome = OUTCOME_COUNT };
        Err e = { 0 };

        assert_int_equal(attempt_read(fd, &v, ret_explicit, &e), 0);
        return v;
}

typedef struct Row {
        const char *text;
        bool explicit;
        Outcome outcome;
        const char *phase;
        int code;
} Row;

static const Row rows[] = {
        { "", false, OUTCOME_TEMPORARY, "", 0 },
        { "phase\tstart\n", false, OUTCOME_UNKNOWN, "start", 0 },
        { "phase\tstart\nphase\tconnect\n", false, OUTCOME_TEMPORARY, "connect", 0 },
        { "phase\tconnect\nphase\tgreeting\nphase\tauth\n", false, OUTCOME_TEMPORARY, "auth", 0 },
        { "phase\tmail\nphase\trcpt\n", false, OUTCOME_TEMPORARY, "rcpt", 0 },
        { "phase\tdata\n", false, OUTCOME_UNKNOWN, "data", 0 },
        { "phase\tdata\nphase\tdot\n", false, OUTCOME_UNKNOWN, "dot", 0 },
        /* a second try within the program does not make the first undone */
        { "phase\tdot\nphase\tconnect\n", false, OUTCOME_UNKNOWN, "dot", 0 },
        /* torn, unknown, empty */
        { "phase\trcpt\nphase\tda", false, OUTCOME_TEMPORARY, "rcpt", 0 },
        { "phase\tdot\nverdict\tsent\tdot\t250\tok", false, OUTCOME_UNKNOWN, "dot", 0 },
        { "phase\tdot\nverdict\tgreat\tdot\t250\tok\n", false, OUTCOME_UNKNOWN, "dot", 0 },
        { "phase\tdot\nverdict\tsent\n", false, OUTCOME_UNKNOWN, "dot", 0 },
        { "phase\tdot\nverdict\tsent\tdot\t25O\tok\n", false, OUTCOME_UNKNOWN, "dot", 0 },
        { "phase\tdot\nverdict\tsent\tfar-too-long-a-phase\t250\tok\n", false, OUTCOME_UNKNOWN, "dot", 0 },
        { "hello\nphase\tlunch\n\n\t\n", false, OUTCOME_TEMPORARY, "", 0 },
        /* verdicts */
        { "phase\tdot\nverdict\tsent\tdot\t250\t2.0.0 ok\n", true, OUTCOME_SENT, "dot", 250 },
        { "verdict\ttemporary\tpost\t0\t\n", true, OUTCOME_TEMPORARY, "post", 0 },
        { "phase\tdot\nverdict\tpermanent\tdot\t554\tno\n", true, OUTCOME_PERMANENT, "dot", 554 },
        { "verdict\tchannel\tstart\t0\tcannot run\n", true, OUTCOME_CHANNEL, "start", 0 },
        { "verdict\tunknown\tdot\t0\tx\nverdict\tsent\tdot\t250\tlate\n", true, OUTCOME_SENT, "dot", 250 },
};

static void test_rows(void **state) {
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                bool explicit = !rows[i].explicit;
                Verdict v = read_back(rows[i].text, &explicit);

                if (explicit != rows[i].explicit || v.outcome != rows[i].outcome || v.code != rows[i].code ||
                    strcmp(v.phase, rows[i].phase) != 0)
                        fail_msg("row %zu: explicit %d, %s, phase \"%s\", code %d", i, explicit,
                                 outcome_names[v.outcome], v.phase, v.code);
        }
}

static void test_round_trip(void **state) {
        _cleanup_close_ int fd = file_of(STR_NULL);
        Verdict v = { .outcome = OUTCOME_PERMANENT, .phase = "rcpt", .code = 550 }, back = { 0 };
        bool explicit = false;
        Err e = { 0 };

        (void) snprintf(v.text, sizeof(v.text), "550 5.1.1\tkhông có\r\n\x1b[31m\xff hộp thư");
        assert_int_equal(attempt_phase(fd, "connect", &e), 0);
        assert_int_equal(attempt_verdict(fd, &v, &e), 0);
        assert_int_equal(attempt_read(fd, &back, &explicit, &e), 0);
        assert_true(explicit);
        assert_int_equal(back.outcome, OUTCOME_PERMANENT);
        assert_int_equal(back.code, 550);
        assert_string_equal(back.phase, "rcpt");
        assert_string_equal(back.text, "550 5.1.1\\x09không có\\x0d\\x0a\\x1b[31m\\xff hộp thư");
}

static void test_floods_and_long_lines(void **state) {
        size_t size = LIMIT_ATTEMPT_BYTES + 100000;
        _cleanup_free_ char *text = malloc(size + 1);
        bool explicit;
        Verdict v;

        memset(text, 'x', size);
        text[size] = '\0';
        memcpy(text, "phase\tdata\n", 11);
        text[9000] = '\n';
        memcpy(text + 9001, "verdict\tsent\tdot\t250\tok\n", 24);
        memcpy(text + size - 24, "\nverdict\tunknown\tdot\t0\t\n", 24);
        v = read_back(text, &explicit);
        assert_true(explicit); /* the line after an overlong one counts, what stands beyond the limit does not */
        assert_int_equal(v.outcome, OUTCOME_SENT);

        memset(text, 'y', 20000);
        text[20000] = '\0';
        memcpy(text + 2000, "verdict\tsent\tdot\t250\tok\n", 24); /* the tail of an overlong line is none */
        memcpy(text + 2000 + 1500, "\nphase\tdata\n", 12);
        v = read_back(text, &explicit);
        assert_false(explicit);
        assert_int_equal(v.outcome, OUTCOME_UNKNOWN);
        assert_string_equal(v.phase, "data");
}

static void test_text_is_cut_at_a_character(void **state) {
        char out[8];

        attempt_text(STR("abcde\xe1\xbb\x87"), out, sizeof(out)); /* 8 bytes do not fit with the end */
        assert_string_equal(out, "abcde");
        attempt_text(STR("abcd\xe1\xbb\x87z"), out, sizeof(out));
        assert_string_equal(out, "abcd\xe1\xbb\x87");
        attempt_text(STR("abcd\x01"), out, sizeof(out));
        assert_string_equal(out, "abcd");
        attempt_text(STR("a\x80z"), out, sizeof(out));
        assert_string_equal(out, "a\\x80z");
        attempt_text(STR("a\0z"), out, sizeof(out));
        assert_string_equal(out, "a\\x00z");
        attempt_text(STR("\xc2\x85"), out, sizeof(out));
        assert_string_equal(out, "\\xc2");
}

static void test_longest_verdict_stays_one_line(void **state) {
        _cleanup_close_ int fd = file_of(STR_NULL);
        Verdict v = { .outcome = OUTCOME_SENT, .phase = "dot", .code = 250 }, back = { 0 };
        bool explicit = false;
        Err e = { 0 };

        memset(v.text, '\x01', sizeof(v.text) - 1);
        assert_int_equal(attempt_verdict(fd, &v, &e), 0);
        assert_int_equal(attempt_read(fd, &back, &explicit, &e), 0);
        assert_true(explicit);
        assert_int_equal(strlen(back.text), 396); /* 99 whole escapes */
}

static void test_errors_are_told(void **state) {
        _cleanup_close_ int full = open("/dev/full", O_RDWR);
        Verdict v = { .outcome = OUTCOME_SENT }, untouched = { .code = 7 };
        bool explicit = true;
        Err e = { 0 };

        assert_int_equal(attempt_phase(full, "data", &e), -ENOSPC);
        assert_non_null(strstr(e.text, "attempt file"));
        err_clear(&e);
        assert_int_equal(attempt_verdict(full, &v, &e), -ENOSPC);
        err_clear(&e);
        assert_int_equal(attempt_read(-1, &untouched, &explicit, &e), -EBADF);
        assert_int_equal(untouched.code, 7);
        err_clear(&e);
        assert_int_equal(attempt_phase(full, "a name that is much longer than the name of any phase may ever be", &e),
                         -EINVAL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),
                cmocka_unit_test(test_round_trip),
                cmocka_unit_test(test_floods_and_long_lines),
                cmocka_unit_test(test_text_is_cut_at_a_character),
                cmocka_unit_test(test_longest_verdict_stays_one_line),
                cmocka_unit_test(test_errors_are_told),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
