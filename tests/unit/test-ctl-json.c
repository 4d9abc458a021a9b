/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/json.h"
#include "daemon/ctl/sheet.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Written text without line breaks, which are between members only. */
static char *flat(char *text) {
        char *to = text;

        for (const char *at = text; *at; at++)
                if (*at != '\n')
                        *to++ = *at;
        *to = '\0';
        return text;
}

static void test_a_document(void **state) {
        char *text = NULL;
        size_t n = 0;
        FILE *to = open_memstream(&text, &n);
        Json j;

        json_begin(&j, to);
        json_str(&j, "name", STR("Xã \"M’Drắk\"\n\t\x01"));
        json_array(&j, "rows");
        json_object(&j, NULL);
        json_int(&j, "n", -9223372036854775807LL);
        json_flag(&j, "on", true);
        json_close(&j);
        json_object(&j, NULL);
        json_close(&j);
        json_text(&j, NULL, NULL);
        json_close(&j);
        json_when(&j, "at", when_at(20623, 7, 30));
        json_when(&j, "never", INSTANT_NONE);
        json_date(&j, "day", 20623);
        json_date(&j, "none", DATE_NONE);
        assert_int_equal(json_end(&j), 0);
        fclose(to);
        assert_string_equal(flat(text), "{\"version\":1,\"name\":\"Xã \\\"M’Drắk\\\"\\n\\t\\u0001\","
                                        "\"rows\":[{\"n\":-9223372036854775807,\"on\":true},{},null],"
                                        "\"at\":\"2026-06-19T07:30:00+07:00\",\"never\":null,"
                                        "\"day\":\"2026-06-19\",\"none\":null}");
        free(text);
}

static void test_what_is_no_text_is_marked(void **state) {
        char *text = NULL;
        size_t n = 0;
        FILE *to = open_memstream(&text, &n);
        Json j;

        json_begin(&j, to);
        json_str(&j, "cut", STR("Xã \xe1\xba"));
        json_str(&j, "bad", STR("\xff" "a\xc3" "b"));
        assert_int_equal(json_end(&j), 0);
        fclose(to);
        assert_string_equal(flat(text), "{\"version\":1,\"cut\":\"Xã \xef\xbf\xbd\xef\xbf\xbd\","
                                        "\"bad\":\"\xef\xbf\xbd" "a\xef\xbf\xbd" "b\"}");
        free(text);
}

static void test_end_closes_what_is_open(void **state) {
        char *text = NULL;
        size_t n = 0;
        FILE *to = open_memstream(&text, &n);
        Json j;

        json_begin(&j, to);
        json_array(&j, "a");
        json_object(&j, NULL);
        assert_int_equal(json_end(&j), 0);
        fclose(to);
        assert_string_equal(flat(text), "{\"version\":1,\"a\":[{}]}");
        free(text);
}

static void test_a_full_disk_is_told(void **state) {
        FILE *to = fopen("/dev/full", "w");
        Json j;

        if (!to)
                skip();
        json_begin(&j, to);
        assert_int_equal(json_end(&j), -EIO);
        fclose(to);
}

static const SheetColumn columns[] = {
        { "id", W_H_ID, SHEET_RIGHT },
        { "secret", W_NONE, SHEET_JSON },
        { NULL, W_H_STATE, 0 },
        { "value", W_H_VALUE, SHEET_ELASTIC },
        { "on", W_H_ON, 0 },
};

static void sheet_fill(Sheet *s) {
        static const Value raw = { .state = VALUE_SET, .text = STR("60.5"), .raw = STR("60,5") };
        static const Value null = { .state = VALUE_NULL };

        sheet_int(s, 7);
        sheet_text(s, NULL);
        sheet_code(s, "behind", "còn việc");
        sheet_value(s, FIELD_PROGRESS, &raw);
        sheet_sides(s, 3);
        sheet_int(s, 12);
        sheet_flag(s, true);
        sheet_code(s, "done", "xong");
        sheet_value(s, FIELD_PROGRESS, &null);
        sheet_sides(s, 1u << SIDE_PORTAL);
}

static void test_one_sheet_in_both_forms(void **state) {
        char *text = NULL;
        size_t n = 0;
        Out out = { .to = open_memstream(&text, &n), .vi = true };
        Sheet s;

        SHEET_BEGIN(&s, &out, "rows", W_T_UNITS, columns);
        sheet_fill(&s);
        assert_int_equal(sheet_end(&s, NULL), 0);
        fclose(out.to);
        assert_string_equal(text, "Đơn vị (2)\n"
                                  "SỐ  TÌNH TRẠNG  GIÁ TRỊ  CÓ TRÊN\n"
                                  " 7  còn việc    60.5     cả hai\n"
                                  "12  xong        (null)   Cổng tỉnh\n");
        free(text);

        out = (Out) { .to = open_memstream(&text, &n), .json = true };
        json_begin(&out.j, out.to);
        SHEET_BEGIN(&s, &out, "rows", W_T_UNITS, columns);
        sheet_fill(&s);
        assert_int_equal(sheet_end(&s, NULL), 0);
        assert_int_equal(out_end(&out), 0);
        fclose(out.to);
        assert_string_equal(
                flat(text),
                "{\"version\":1,\"rows\":["
                "{\"id\":7,\"secret\":null,\"value\":{\"state\":\"set\",\"value\":\"60.5\",\"raw\":\"60,5\"},"
                "\"on\":[\"central\",\"portal\"]},"
                "{\"id\":12,\"secret\":true,\"value\":{\"state\":\"null\",\"value\":null,\"raw\":null},"
                "\"on\":[\"portal\"]}]}");
        free(text);
}

static void test_a_card_aligns_its_values(void **state) {
        static const SheetColumn card[] = { { "id", W_L_ID, 0 }, { "name", W_L_UNIT_NAME, 0 } };
        char *text = NULL;
        size_t n = 0;
        Out out = { .to = open_memstream(&text, &n), .vi = true };
        Sheet s;

        CARD_BEGIN(&s, &out, "unit", W_NONE, card);
        sheet_text(&s, "24412");
        sheet_text(&s, "Xã M’Drắk");
        assert_int_equal(sheet_end(&s, NULL), 0);
        fclose(out.to);
        assert_string_equal(text, "Mã:         24412\nTên đơn vị: Xã M’Drắk\n");
        free(text);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_document),
                cmocka_unit_test(test_what_is_no_text_is_marked),
                cmocka_unit_test(test_end_closes_what_is_open),
                cmocka_unit_test(test_a_full_disk_is_told),
                cmocka_unit_test(test_one_sheet_in_both_forms),
                cmocka_unit_test(test_a_card_aligns_its_values),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
