/* SPDX-License-Identifier: MIT */
#include "state/model/record.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

static void assert_same(const Value *a, const Value *b) {
        assert_int_equal(a->state, b->state);
        assert_true(str_eq(a->text, b->text));
        assert_true(str_eq(a->raw, b->raw));
}

static void test_the_documented_form(void **state) {
        Value field[FIELD_COUNT] = { 0 }, back[FIELD_COUNT];
        field[FIELD_DUE] = (Value) { VALUE_SET, STR("2026-06-30"), STR_NULL };
        field[FIELD_PROGRESS] = (Value) { VALUE_SET, STR("60.5"), STR("60,5") };
        field[FIELD_WORK] = (Value) { VALUE_SET, STR("in_progress"), STR_NULL };
        field[FIELD_RESULT] = (Value) { .state = VALUE_NULL };
        field[FIELD_DIFFICULTY] = (Value) { .state = VALUE_EMPTY };
        field[FIELD_LEADER] = (Value) { .state = VALUE_NULL, .raw = STR("-") };
        field[FIELD_ACTUAL] = (Value) { .state = VALUE_INVALID, .raw = STR("n/a") };
        _cleanup_text_ Text t = TEXT_INIT(1000);
        assert_int_equal(record_encode(field, &t), 0);
        assert_str(text_str(&t), "{\"leader\":[null,\"-\"],\"due\":\"2026-06-30\",\"progress\":[\"60.5\",\"60,5\"],"
                                 "\"work\":\"in_progress\",\"result\":null,\"difficulty\":\"\","
                                 "\"actual\":{\"invalid\":\"n/a\"}}");
        _cleanup_arena_ Arena a = { .max = 1 }; /* nothing is escaped, so nothing is copied */
        assert_int_equal(record_decode(&a, text_str(&t), back, NULL), 0);
        for (int f = 0; f < FIELD_COUNT; f++)
                assert_same(&field[f], &back[f]);
}

static void test_an_empty_record(void **state) {
        Value field[FIELD_COUNT] = { 0 }, back[FIELD_COUNT];
        _cleanup_text_ Text t = TEXT_INIT(10);
        _cleanup_arena_ Arena a = { 0 };
        assert_int_equal(record_encode(field, &t), 0);
        assert_str(text_str(&t), "{}");
        memset(back, 0xAA, sizeof back);
        assert_int_equal(record_decode(&a, STR("{}"), back, NULL), 0);
        assert_int_equal(back[FIELD_URL].state, VALUE_ABSENT);
}

static void test_equal_records_give_equal_bytes(void **state) {
        Value one[FIELD_COUNT] = { 0 }, other[FIELD_COUNT] = { 0 };
        one[FIELD_TITLE] = (Value) { VALUE_SET, STR("a"), STR("a") }; /* a raw that says nothing new */
        other[FIELD_TITLE] = (Value) { VALUE_SET, STR("a"), STR_NULL };
        _cleanup_text_ Text x = TEXT_INIT(100), y = TEXT_INIT(100);
        assert_int_equal(record_encode(one, &x), 0);
        assert_int_equal(record_encode(other, &y), 0);
        assert_true(str_eq(text_str(&x), text_str(&y)));
}

static Str random_text(Arena *a, uint64_t *seed) {
        static const char *const bits[] = { "\"", "\\", "\n", "\r", "\t", "\b", "\f", "\x01", "\x1F", "\x7F", "/",
                                            "a", "0",
                                            "\xE2\x80\xA8", "đ", "ạ", "\xF0\x9F\x98\x80", "\\u0000", "null", "]",
                                            "}", ",",
                                            "{\"invalid\":", "Nhiệm vụ", " ", "o\xCC\x80", "abcdefghijk" };
        Text t = TEXT_INIT(10000);
        for (size_t n = 1 + check_random(seed) % 12; n > 0; n--)
                text_add(&t, str_of(bits[check_random(seed) % (sizeof bits / sizeof *bits)]));
        Str out;
        assert_int_equal(arena_str(a, text_str(&t), &out), 0);
        text_free(&t);
        return out;
}

static void random_record(Arena *a, uint64_t *seed, Value field[static FIELD_COUNT]) {
        for (int f = 0; f < FIELD_COUNT; f++) {
                Value *v = &field[f];
                *v = (Value) { .state = (ValueState) (check_random(seed) % 5) };
                if (v->state == VALUE_SET)
                        v->text = random_text(a, seed);
                if (v->state == VALUE_INVALID || (v->state != VALUE_ABSENT && check_random(seed) % 3 == 0))
                        v->raw = random_text(a, seed);
                if (v->state == VALUE_SET && str_eq(v->raw, v->text))
                        v->raw = STR_NULL;
        }
}

static void test_round_trip(void **state) {
        uint64_t seed = 57;
        for (int i = 0; i < 2000; i++) {
                _cleanup_arena_ Arena a = { 0 };
                _cleanup_text_ Text t = TEXT_INIT(1 << 20);
                Value field[FIELD_COUNT], back[FIELD_COUNT];
                random_record(&a, &seed, field);
                assert_int_equal(record_encode(field, &t), 0);
                Err e = { 0 };
                if (record_decode(&a, text_str(&t), back, &e) != 0)
                        fail_msg("%s: %s", e.text, t.at);
                for (int f = 0; f < FIELD_COUNT; f++)
                        assert_same(&field[f], &back[f]);
        }
}

/* Decodes a copy in a block of exactly its size, so that a read behind the end is seen; what is accepted must be
 * canonical. Whether it was accepted. */
static bool decode_canonical(Str json) {
        char *copy = malloc(json.len ? json.len : 1);
        assert_non_null(copy);
        memcpy(copy, json.at, json.len);
        Str exact = { copy, json.len };

        _cleanup_arena_ Arena a = { 0 };
        Value back[FIELD_COUNT];
        memset(back, 0x55, sizeof back);
        Value before[FIELD_COUNT];
        memcpy(before, back, sizeof back);
        Err e = { 0 };
        int r = record_decode(&a, exact, back, &e);
        Value kept[FIELD_COUNT]; /* takes all of that, and what is not UTF-8, but reads no further either */
        int as_kept = record_decode_kept(&a, exact, kept, NULL);
        assert_true(as_kept == r || (as_kept == 0 && !utf8_valid(exact)));
        if (r == 0) {
                for (int f = 0; f < FIELD_COUNT; f++)
                        assert_true(value_eq(&kept[f], &back[f]) && str_eq(kept[f].raw, back[f].raw));
                _cleanup_text_ Text t = TEXT_INIT(1 << 20);
                assert_int_equal(record_encode(back, &t), 0);
                assert_true(str_eq(text_str(&t), exact));
        } else {
                assert_int_equal(r, -EBADMSG);
                assert_int_equal(e.code, -EBADMSG);
                assert_memory_equal(before, back, sizeof back);
        }
        free(copy);
        return r == 0;
}

static void test_single_byte_damage(void **state) {
        uint64_t seed = 8541;
        int accepted = 0, refused = 0;
        for (int i = 0; i < 8; i++) {
                _cleanup_arena_ Arena a = { 0 };
                _cleanup_text_ Text t = TEXT_INIT(1 << 20);
                Value field[FIELD_COUNT];
                random_record(&a, &seed, field);
                assert_int_equal(record_encode(field, &t), 0);
                for (size_t k = 0; k < t.len; k++) {
                        static const char marks[] = "\"\\{}[],:nu01\0\xFF ";
                        char kept = t.at[k];
                        for (size_t m = 0; m < sizeof marks - 1; m++) {
                                t.at[k] = marks[m];
                                *(decode_canonical(text_str(&t)) ? &accepted : &refused) += 1;
                        }
                        t.at[k] = (char) (kept ^ (1 << check_random(&seed) % 8));
                        decode_canonical(text_str(&t));
                        t.at[k] = kept;
                        assert_int_equal(decode_canonical((Str) { t.at, k }), 0);
                }
        }
        assert_true(accepted > 0 && refused > accepted);
}

static void test_what_is_not_canonical(void **state) {
        const char *bad[] = {
                "", "{", "{}x", " {}", "{ }", "null", "[]", "{\"title\":}", "{\"title\":1}", "{\"title\":true}",
                "{\"title\":\"a\",}", "{,\"title\":\"a\"}", "{\"nope\":\"a\"}", "{\"title\":\"a\",\"nope\":\"a\"}",
                "{\"group\":\"a\",\"title\":\"b\"}", "{\"title\":\"a\",\"title\":\"b\"}", "{\"title\" :\"a\"}",
                "{\"title\":\"\\/\"}", "{\"title\":\"\\u0041\"}", "{\"title\":\"\\u000a\"}", "{\"title\":\"\\u001F\"}",
                "{\"title\":\"\\u0000\"}", "{\"title\":\"\\u0111\"}", "{\"title\":\"\x01\"}", "{\"title\":\"a\n\"}",
                "{\"title\":[\"a\",\"a\"]}", "{\"title\":[\"a\",\"\"]}", "{\"title\":[\"a\"]}",
                "{\"title\":[\"a\",null]}",
                "{\"title\":[\"a\",\"b\",\"c\"]}", "{\"title\":{\"invalid\":null}}", "{\"title\":{\"invalid\":\"a\",}}",
                "{\"title\":{}}", "{\"title\":\"\xFF\"}", "{\"title\":\"\\", "{\"title\":\"\\u00",
                "{\"title\":\"\\u001",
                "{\"title\":nul", "{\"title\":[[\"a\",\"b\"],\"c\"]}",
        };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                if (decode_canonical(str_of(bad[i])))
                        fail_msg("%s was read", bad[i]);
        assert_true(decode_canonical(STR("{\"title\":{\"invalid\":\"\"}}")));
        assert_true(decode_canonical(STR("{\"title\":[\"\",\" \"],\"url\":\"\\u001f\\\\\"}")));
}

static void test_failures_are_reported(void **state) {
        Value field[FIELD_COUNT] = { 0 }, back[FIELD_COUNT];
        field[FIELD_TITLE] = (Value) { VALUE_SET, { "a\0b", 3 }, STR_NULL };
        _cleanup_text_ Text t = TEXT_INIT(100);
        assert_int_equal(record_encode(field, &t), -EILSEQ);
        assert_int_equal(t.len, 0);

        field[FIELD_TITLE].text = STR("a longer title");
        _cleanup_text_ Text small = TEXT_INIT(12);
        assert_int_equal(record_encode(field, &small), -E2BIG);
        assert_int_equal(record_encode(field, &small), -E2BIG);

        Arena none = { .max = 1 };
        Err e = { 0 };
        assert_int_equal(record_decode(&none, STR("{\"title\":\"a\\nb\"}"), back, &e), -ENOMEM);
        assert_int_equal(e.code, -ENOMEM);
        arena_free(&none);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_the_documented_form),
                cmocka_unit_test(test_an_empty_record),
                cmocka_unit_test(test_equal_records_give_equal_bytes),
                cmocka_unit_test(test_round_trip),
                cmocka_unit_test(test_single_byte_damage),
                cmocka_unit_test(test_what_is_not_canonical),
                cmocka_unit_test(test_failures_are_reported),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
