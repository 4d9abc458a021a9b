/* SPDX-License-Identifier: MIT */
#include "state/model/record.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

static void check_key(const Identity *id, const char *expected) {
        _cleanup_text_ Text t = TEXT_INIT(1000);
        _cleanup_arena_ Arena a = { 0 };
        assert_int_equal(record_key(id, &t), 0);
        assert_str(text_str(&t), expected);
        Identity back;
        assert_int_equal(record_key_parse(&a, text_str(&t), &back), 0);
        assert_int_equal(back.kind, id->kind);
        assert_true(str_eq(back.code, id->code) && str_eq(back.period, id->period) && str_eq(back.unit, id->unit));
}

static void test_keys(void **state) {
        check_key(&(Identity) { KIND_INDICATOR, STR("CT25"), STR("2026"), STR("24412") }, "24412/indicator/CT25@2026");
        check_key(&(Identity) { KIND_TASK, STR("NV-II-08"), STR(""), STR("24412") }, "24412/task/NV-II-08");
        check_key(&(Identity) { KIND_TASK, STR("X"), STR(""), STR("") }, "/task/X");
        check_key(&(Identity) { KIND_TASK, STR("8541/UBND-KGVX"), STR(""), STR("H15.07") },
                "H15.07/task/8541%2FUBND-KGVX");
        check_key(&(Identity) { KIND_TASK, STR("50%@a/b"), STR("@%/"), STR("a@/%") },
                  "a%40%2F%25/task/50%25%40a%2Fb@%40%25%2F");
        check_key(&(Identity) { KIND_TASK, STR("%2F"), STR(""), STR("") }, "/task/%252F");
        check_key(&(Identity) { KIND_TASK, STR("Mã số đầu"), STR(""), STR("") }, "/task/Mã số đầu");
}

/* Different identities never share a key. */
static void test_random_identities(void **state) {
        static const char letters[] = "/@%2F04a đ";
        uint64_t seed = 20260620;
        for (int i = 0; i < 20000; i++) {
                char parts[3][12];
                for (int p = 0; p < 3; p++) {
                        size_t len = check_random(&seed) % 8 + (p == 0);
                        for (size_t k = 0; k < len; k++)
                                parts[p][k] = letters[check_random(&seed) % 9];
                        parts[p][len] = '\0';
                }
                Identity id = { check_random(&seed) % 2 ? KIND_TASK : KIND_INDICATOR, str_of(parts[0]),
                        str_of(parts[1]),
                                str_of(parts[2]) };
                _cleanup_text_ Text t = TEXT_INIT(1000);
                _cleanup_arena_ Arena a = { 0 };
                Identity back;
                assert_int_equal(record_key(&id, &t), 0);
                assert_int_equal(record_key_parse(&a, text_str(&t), &back), 0);
                assert_true(back.kind == id.kind && str_eq(back.code, id.code) && str_eq(back.period, id.period) &&
                            str_eq(back.unit, id.unit));
        }
}

static void test_key_limits(void **state) {
        char code[600];
        memset(code, 'c', sizeof code);
        _cleanup_text_ Text t = TEXT_INIT(2000);
        Identity id = { .kind = KIND_TASK, .code = { code, RECORD_KEY_MAX - 6 } };
        assert_int_equal(record_key(&id, &t), 0);
        assert_int_equal(t.len, RECORD_KEY_MAX);
        text_clear(&t);
        id.code.len++;
        assert_int_equal(record_key(&id, &t), -E2BIG);
        memset(code, '/', sizeof code);
        assert_int_equal(record_key(&id, &t), -E2BIG);
        id.code = STR_NULL;
        assert_int_equal(record_key(&id, &t), -EINVAL);
        id = (Identity) { .kind = KIND_BOTH, .code = STR("x") };
        assert_int_equal(record_key(&id, &t), -EINVAL);
        assert_int_equal(t.len, 0);
        id.kind = KIND_TASK;
        _cleanup_text_ Text small = TEXT_INIT(3);
        assert_int_equal(record_key(&id, &small), -E2BIG);
}

static void test_what_is_no_key(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        Identity id = { .kind = KIND_TASK, .code = STR("untouched") };
        const char *bad[] = { "", "/", "task/X", "/task/", "/task/@2026", "/task/X@", "/tasks/X", "/Task/X",
                              "/task/a/b",
                              "/task/a@b@c", "a@b/task/X", "/task/%", "/task/%2", "/task/%2f", "/task/%41", "/task/%00",
                              "//task/X", "/task/\xFF", "x" };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                if (record_key_parse(&a, str_of(bad[i]), &id) != -EINVAL)
                        fail_msg("\"%s\" was read", bad[i]);
        assert_int_equal(record_key_parse(&a, (Str) { "/task/a\0b", 9 }, &id), -EINVAL);
        char text[600];
        memset(text, 'x', sizeof text);
        memcpy(text, "/task/", 6);
        assert_int_equal(record_key_parse(&a, (Str) { text, sizeof text }, &id), -EINVAL);
        assert_str(id.code, "untouched");
        Arena none = { .max = 1 };
        assert_int_equal(record_key_parse(&none, STR("/task/X"), &id), -ENOMEM);
        arena_free(&none);
}

static void test_evidence(void **state) {
        static const struct {
                const char *text;
                size_t n;
        } rows[] = {
                { "[]", 0 },
                { "[{\"name\":\"a, b\",\"number\":\"26-CV/BCĐ\"}]", 1 },
                { "[{\"name\":\"]\\\"[\"},{\"name\":\"\\\\\"},{}]", 3 },
                { "[\"a\",\"b,c\"]", 2 },
                { "[[1,2],[3]]", 2 },
                { "[1, 2 ,3]", 3 },
                { "[\"unclosed\\", 1 },
                { "]]]]", 0 },
        };
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                Value v = { .state = VALUE_SET, .text = str_of(rows[i].text) };
                assert_int_equal(evidence_count(&v), rows[i].n);
        }
        assert_int_equal(evidence_count(&(Value) { .state = VALUE_EMPTY }), 0);
        assert_int_equal(evidence_count(&(Value) { .state = VALUE_NULL }), 0);
        assert_int_equal(evidence_count(&(Value) { .state = VALUE_INVALID, .raw = STR("[1]") }), 0);
}

static void test_side_names(void **state) {
        assert_string_equal(side_names[SIDE_CENTRAL], "central");
        assert_string_equal(side_names[SIDE_PORTAL], "portal");
        assert_null(side_names[SIDE_COUNT]);
        assert_string_equal(side_vn(SIDE_CENTRAL), "Trung ương");
        assert_string_equal(side_vn(SIDE_PORTAL), "Cổng tỉnh");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_keys),
                cmocka_unit_test(test_random_identities),
                cmocka_unit_test(test_key_limits),
                cmocka_unit_test(test_what_is_no_key),
                cmocka_unit_test(test_evidence),
                cmocka_unit_test(test_side_names),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
