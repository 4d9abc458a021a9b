/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char *printed(const Table *t, size_t width) {
        char *text = NULL;
        size_t n = 0;
        FILE *to = open_memstream(&text, &n);

        assert_non_null(to);
        assert_int_equal(table_print(t, width, to), 0);
        fclose(to);
        return text;
}

static void fill(Table *t) {
        *t = (Table) { .column = { { "MÃ", false, false }, { "TÊN", false, true }, { "SỐ", true, false } },
                       .n_columns = 3 };
        table_add(t, STR("24412"));
        table_add(t, STR("Xã M’Drắk"));
        table_add(t, STR("7"));
        table_add(t, STR("H15"));
        table_add(t, STR("Sở Khoa học và Công nghệ"));
        table_add(t, STR("112"));
}

static void test_columns_follow_display_width(void **state) {
        _cleanup_table_ Table t;
        _cleanup_free_ char *text = NULL;

        fill(&t);
        text = printed(&t, 0);
        assert_string_equal(text, "MÃ     TÊN                        SỐ\n"
                                  "24412  Xã M’Drắk                   7\n"
                                  "H15    Sở Khoa học và Công nghệ  112\n");
}

static void test_decomposed_marks_take_no_column(void **state) {
        _cleanup_table_ Table t = { .column = { { "A" }, { "B" } }, .n_columns = 2 };
        _cleanup_free_ char *text = NULL;

        table_add(&t, STR("Xa\xcc\x83")); /* a and a combining tilde */
        table_add(&t, STR("1"));
        table_add(&t, STR("X\xc3\xa3"));
        table_add(&t, STR("2"));
        text = printed(&t, 0);
        assert_string_equal(text, "A   B\nXa\xcc\x83  1\nX\xc3\xa3  2\n");
}

static void test_a_width_cuts_the_elastic_column_only(void **state) {
        _cleanup_table_ Table t;
        _cleanup_free_ char *text = NULL, *narrow = NULL;

        fill(&t);
        text = printed(&t, 24);
        assert_string_equal(text, "MÃ     TÊN            SỐ\n"
                                  "24412  Xã M’Drắk       7\n"
                                  "H15    Sở Khoa học…  112\n");
        narrow = printed(&t, 5);
        assert_non_null(strstr(narrow, "\nH15    Sở Khoa…  112\n"));
}

static void test_cutting_keeps_characters_whole(void **state) {
        static const char decomposed[] = "Xa\xcc\x83 M";

        assert_int_equal(table_cut(STR("Sở Y"), 2), 4);
        assert_int_equal(table_cut(str_of(decomposed), 2), 4);
        assert_int_equal(table_cut(str_of(decomposed), 1), 1);
        assert_int_equal(table_cut(STR("Sở"), 0), 0);
        assert_int_equal(table_cut(STR("Sở"), 99), 4);
        assert_int_equal(table_cut(STR("\xe6\xbc\xa2"), 1), 0); /* takes two columns */
        for (size_t width = 0; width < 12; width++)
                assert_true(utf8_valid((Str) { "Phường Ea Kao", table_cut(STR("Phường Ea Kao"), width) }));
}

static void test_control_characters_are_escaped(void **state) {
        _cleanup_table_ Table t = { .column = { { "A" }, { "B" } }, .n_columns = 2 };
        _cleanup_free_ char *text = NULL;

        table_add(&t, STR("x\x1b[31m\ny"));
        table_add(&t, STR(""));
        text = printed(&t, 0);
        assert_non_null(strstr(text, "x\\x1B[31m\\x0Ay"));
        assert_null(strchr(text, '\x1b'));
}

static void test_no_rows_print_nothing(void **state) {
        _cleanup_table_ Table t = { .column = { { "A" } }, .n_columns = 1 };
        _cleanup_free_ char *text = printed(&t, 80);

        assert_string_equal(text, "");
}

static void test_lines_keep_their_breaks(void **state) {
        char *text = NULL;
        size_t n = 0;
        FILE *to = open_memstream(&text, &n);

        table_lines(STR("Kính gửi\n\nhai\x07 dòng"), to);
        fclose(to);
        assert_string_equal(text, "Kính gửi\n\nhai\\x07 dòng\n");
        free(text);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_columns_follow_display_width),
                cmocka_unit_test(test_decomposed_marks_take_no_column),
                cmocka_unit_test(test_a_width_cuts_the_elastic_column_only),
                cmocka_unit_test(test_cutting_keeps_characters_whole),
                cmocka_unit_test(test_control_characters_are_escaped),
                cmocka_unit_test(test_no_rows_print_nothing),
                cmocka_unit_test(test_lines_keep_their_breaks),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
