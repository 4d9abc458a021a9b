/* SPDX-License-Identifier: MIT */
/* CSV, HTML tables and JSON lines as offices and portals write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "connectors/decode/html.h"
#include "connectors/limits.h"
#include "tests/unit/rows-text.h"
#include "tests/unit/workbook.h"

#define ONE "2 {\"Mã nhiệm vụ\":\"NV-01\",\"Tên nhiệm vụ\":\"Xây dựng\",\"Tiến độ\":\"60,5\"}\n"

/* ---- CSV ---- */

static void test_csv_as_it_is_saved(void **state) {
        FormatPlan p = format_of(FORMAT_CSV);
        ASSERT_ROWS(&p, FORMAT_CSV, STR("Mã nhiệm vụ,Tên nhiệm vụ,Tiến độ\nNV-01,Xây dựng,\"60,5\"\n"), ONE);
        ASSERT_ROWS(&p, FORMAT_CSV, STR("\xef\xbb\xbfMã nhiệm vụ;Tên nhiệm vụ;Tiến độ\r\nNV-01;Xây dựng;60,5"), ONE);
        ASSERT_ROWS(&p, FORMAT_CSV, STR("Mã nhiệm vụ\tTên nhiệm vụ\tTiến độ\rNV-01\tXây dựng\t60,5\r"), ONE);
        ASSERT_ROWS(&p, FORMAT_CSV, STR("sep=;\nMã nhiệm vụ;Tên nhiệm vụ;Tiến độ\nNV-01;Xây dựng;60,5\n"),
                    "3 {\"Mã nhiệm vụ\":\"NV-01\",\"Tên nhiệm vụ\":\"Xây dựng\",\"Tiến độ\":\"60,5\"}\n");
        ASSERT_ROWS(&p, FORMAT_CSV,
                    STR("Mã nhiệm vụ,Tên nhiệm vụ,Tiến độ\nNV-01,\"một\n\"\"hai\"\"\",\nNV-02,\"\",7\n"),
                    "2 {\"Mã nhiệm vụ\":\"NV-01\",\"Tên nhiệm vụ\":\"một\\n\\\"hai\\\"\",\"Tiến độ\":\"\"}\n"
                    "3 {\"Mã nhiệm vụ\":\"NV-02\",\"Tên nhiệm vụ\":\"\",\"Tiến độ\":\"7\"}\n");
}

/* Commas in titles above the table must not decide. */
static void test_csv_delimiter_by_its_header(void **state) {
        FormatPlan p = format_of(FORMAT_CSV);
        ASSERT_ROWS(&p, FORMAT_CSV,
                    STR("Danh sách, tháng 6, năm 2026, lần 1, bản chính, tỉnh, huyện\n\nMã nhiệm vụ;Tiến độ\nA;1,5\n"),
                    "4 {\"Mã nhiệm vụ\":\"A\",\"Tiến độ\":\"1,5\"}\n");
        p.delimiter = DELIMITER_COMMA;
        ASSERT_REFUSED(&p, FORMAT_CSV, STR("Mã nhiệm vụ;Tiến độ\nA;1,5\n"),
                       "selector-missing: no column `Mã nhiệm vụ` in the first 2 rows; row 1 has "
                       "`Mã nhiệm vụ;Tiến độ`");
}

static void test_csv_encodings(void **state) {
        FormatPlan p = format_of(FORMAT_CSV);
        static const char le[] = "\xff\xfeM\0\xe3\0 \0n\0h\0i\0\xc7\x1em\0 \0v\0\xe5\x1e\n\0N\0V\0";
        static const char be[] = "\0M\0\xe3\0 \0n\0h\0i\x1e\xc7\0m\0 \0v\x1e\xe5\0\n\0N\0V";
        static const char *const one = "2 {\"Mã nhiệm vụ\":\"NV\"}\n";
        ASSERT_ROWS(&p, FORMAT_CSV, ((Str) { le, sizeof le - 1 }), one);
        ASSERT_ROWS(&p, FORMAT_CSV, ((Str) { be, sizeof be - 1 }), one);
        ASSERT_REFUSED(&p, FORMAT_CSV, ((Str) { le, sizeof le - 2 }), "encoding: it ends inside a character");
        static const char tcvn[] = "M\xb7 nhi\xd6m v\xf4\nNV\n", cp1258[] = "Ma\xde nhi\xea\xf2m vu\xf2\nNV\n";
        ASSERT_REFUSED(&p, FORMAT_CSV, str_of(tcvn),
                       "encoding: neither UTF-8 nor UTF-16: say which with `encoding`");
        p.encoding = ENCODING_TCVN3;
        ASSERT_ROWS(&p, FORMAT_CSV, str_of(tcvn), one);
        p.encoding = ENCODING_1258;
        ASSERT_ROWS(&p, FORMAT_CSV, str_of(cp1258), one);
}

static void test_csv_broken(void **state) {
        FormatPlan p = format_of(FORMAT_CSV);
        ASSERT_REFUSED(&p, FORMAT_CSV, STR("Mã nhiệm vụ,Tên nhiệm vụ\nA,x\nB,\"cắt giữa"),
                       "truncated-body: the quote that begins in row 3 is not closed");
        ASSERT_REFUSED(&p, FORMAT_CSV, STR(" \n"), "empty-body: nothing in it");
        ASSERT_REFUSED(&p, FORMAT_CSV, STR("Mã nv,Tên\nA,x\n"),
                       "selector-missing: no column `Mã nhiệm vụ` in the first 2 rows; row 1 has `Mã nv`, `Tên`");
        ASSERT_REFUSED(&p, FORMAT_CSV, STR("Mã nhiệm vu,Tên\nA,x\n"),
                       "selector-missing: no column `Mã nhiệm vụ` in the first 2 rows; row 1 has `Mã nhiệm vu`, `Tên`; "
                       "nearest: `Mã nhiệm vu`");
        ASSERT_REFUSED(&p, FORMAT_CSV, STR("Mã nhiệm vụ,Tên,MÃ NHIỆM VỤ\nA,x,B\n"),
                       "table-unreadable: the column `Mã nhiệm vụ` stands twice in row 1 (A and C)");
        ASSERT_ROWS(&p, FORMAT_CSV, STR("Mã nhiệm vụ,Tên nhiệm vụ\nA,x,y\nB\nC,\"z\"z\nD,w,,\n"),
                    "2 {\"Mã nhiệm vụ\":\"A\",\"Tên nhiệm vụ\":\"x\"} ! 3 cells where the header has 2\n"
                    "3 {\"Mã nhiệm vụ\":\"B\",\"Tên nhiệm vụ\":\"\"} ! 1 cells where the header has 2\n"
                    "4 {\"Mã nhiệm vụ\":\"C\",\"Tên nhiệm vụ\":\"zz\"} ! text behind a closing quote\n"
                    "5 {\"Mã nhiệm vụ\":\"D\",\"Tên nhiệm vụ\":\"w\"}\n");
}

/* ---- headers and rows that are no records ---- */

static void test_header_is_found_whatever_its_blanks(void **state) {
        FormatPlan p = format_of(FORMAT_CSV);
        ASSERT_ROWS(
                &p, FORMAT_CSV,
                STR("UBND TỈNH;;\nSTT;\"MÃ  NHIỆM\nVỤ *\";Tiến độ:;Ghi chú;Ghi chú\n(1);(2);(3);(4);(5)\n1;A;5;x;y\n"),
                "4 {\"STT\":\"1\",\"Mã nhiệm vụ\":\"A\",\"Tiến độ\":\"5\",\"Ghi chú\":\"x\",\"Ghi chú "
                "(2)\":\"y\"}\n");
}

static void test_header_of_two_rows(void **state) {
        static const Str wanted[] = { { "Mã", sizeof "Mã" - 1 },
                                      { "Kết quả / Tự chấm", sizeof "Kết quả / Tự chấm" - 1 },
                                      { "Kết quả / Thẩm định", sizeof "Kết quả / Thẩm định" - 1 } };
        FormatPlan p = { .kind = FORMAT_CSV, .wanted = wanted, .n_wanted = 3, .code = 0 };
        ASSERT_ROWS(&p, FORMAT_CSV, STR("Mã,Kết quả,\n,Tự chấm,Thẩm định\nA,1,2\n"),
                    "3 {\"Mã\":\"A\",\"Kết quả / Tự chấm\":\"1\",\"Kết quả / Thẩm định\":\"2\"}\n");
        ASSERT_ROWS(
                &p, FORMAT_HTML_TABLE,
                STR("<table><tr><th rowspan=2>Mã<th colspan=2>Kết quả<tr><th>Tự chấm<th>Thẩm định<tr><td>A<td>1<td>2"
                    "</table>"),
                "3 {\"Mã\":\"A\",\"Kết quả / Tự chấm\":\"1\",\"Kết quả / Thẩm định\":\"2\"}\n");
}

static void test_columns_may_be_renamed(void **state) {
        static const Str wanted[] = { { "ma", 2 }, { "ten", 3 } };
        static const FormatColumn columns[] = { { "Mã nhiệm vụ", "ma" }, { "Nội dung", "ten" } };
        FormatPlan p = { .wanted = wanted, .n_wanted = 2, .code = 0, .columns = columns, .n_columns = 2 };
        ASSERT_ROWS(&p, FORMAT_CSV, STR("nội dung,mã nhiệm vụ\nx,A\n"), "2 {\"ten\":\"x\",\"ma\":\"A\"}\n");
}

static void test_rows_that_are_no_records(void **state) {
        FormatPlan p = format_of(FORMAT_CSV);
        static const char text[] = "Mã nhiệm vụ,Tên nhiệm vụ\nA,x\n,Phần I\nCộng,2\nB,y\nTổng cộng: 2,\n,Người lập\n";
        ASSERT_ROWS(&p, FORMAT_CSV, str_of(text),
                    "2 {\"Mã nhiệm vụ\":\"A\",\"Tên nhiệm vụ\":\"x\"}\n"
                    "3 {\"Mã nhiệm vụ\":\"\",\"Tên nhiệm vụ\":\"Phần I\"}\n"
                    "5 {\"Mã nhiệm vụ\":\"B\",\"Tên nhiệm vụ\":\"y\"}\n");
        p.codeless_skip = true;
        ASSERT_ROWS(&p, FORMAT_CSV, str_of(text),
                    "2 {\"Mã nhiệm vụ\":\"A\",\"Tên nhiệm vụ\":\"x\"}\n"
                    "5 {\"Mã nhiệm vụ\":\"B\",\"Tên nhiệm vụ\":\"y\"}\n");
}

static void left_out(const FormatPlan *p, FormatKind kind, Str body, const char *rows, const char *left) {
        _cleanup_rows_ Rows r = { 0 };
        _cleanup_text_ Text text = TEXT_INIT(1u << 16), why = TEXT_INIT(400);
        assert_int_equal(decoded(p, kind, body, &r, &text), 0);
        rows_left_text(&r.left, false, &why);
        assert_string_equal(text.at ? text.at : "", rows);
        assert_string_equal(why.at ? why.at : "", left);
}

#define NUMBERS_HEAD "Mã nhiệm vụ,Tên nhiệm vụ,Tiến độ\n"
#define NUMBERS_123 "2 {\"Mã nhiệm vụ\":\"1\",\"Tên nhiệm vụ\":\"2\",\"Tiến độ\":\"3\"}"
#define NUMBERS_NV "3 {\"Mã nhiệm vụ\":\"NV-1\",\"Tên nhiệm vụ\":\"x\",\"Tiến độ\":\"5\"}\n"
#define NUMBERS_7 "3 {\"Mã nhiệm vụ\":\"7\",\"Tên nhiệm vụ\":\"x\",\"Tiến độ\":\"5\"}\n"
#define NUMBERS_ONE "1 that numbers the columns"
#define NUMBERS_DOUBT " ! numbers the columns, or is a record: `column-numbers` of the stream decides\n"

/* A row "1,2,3" may be a record: it goes only where it surely is none, and what goes is counted. */
static void test_a_row_that_numbers_the_columns(void **state) {
        FormatPlan p = format_of(FORMAT_CSV);
        left_out(&p, FORMAT_CSV, STR(NUMBERS_HEAD "(1),(2),(3)\nNV-1,x,5\n"), NUMBERS_NV, NUMBERS_ONE);
        left_out(&p, FORMAT_CSV, STR(NUMBERS_HEAD "(1),(2),(3)=(1)+(2)\n7,x,5\n"), NUMBERS_7, NUMBERS_ONE);
        left_out(&p, FORMAT_CSV, STR(NUMBERS_HEAD "1,2,3\nNV-1,x,5\n"), NUMBERS_NV, NUMBERS_ONE);
        left_out(&p, FORMAT_CSV, STR(NUMBERS_HEAD "A,B,1\nNV-1,x,5\n"),
                 "2 {\"Mã nhiệm vụ\":\"A\",\"Tên nhiệm vụ\":\"B\",\"Tiến độ\":\"1\"}\n" NUMBERS_NV, "");
        left_out(&p, FORMAT_CSV, STR(NUMBERS_HEAD "1,2,3\n7,x,5\n"), NUMBERS_123 NUMBERS_DOUBT NUMBERS_7, "");
        left_out(&p, FORMAT_CSV, STR(NUMBERS_HEAD "1,2,3\n"), NUMBERS_123 NUMBERS_DOUBT, "");
        left_out(&p, FORMAT_CSV, STR(NUMBERS_HEAD "2,3,4\nNV-1,x,5\n"),
                 "2 {\"Mã nhiệm vụ\":\"2\",\"Tên nhiệm vụ\":\"3\",\"Tiến độ\":\"4\"}\n" NUMBERS_NV, "");
        left_out(&p, FORMAT_CSV, STR(NUMBERS_HEAD "NV-0,x,5\n1,2,3\n"),
                 "2 {\"Mã nhiệm vụ\":\"NV-0\",\"Tên nhiệm vụ\":\"x\",\"Tiến độ\":\"5\"}\n"
                 "3 {\"Mã nhiệm vụ\":\"1\",\"Tên nhiệm vụ\":\"2\",\"Tiến độ\":\"3\"}\n", "");
        p.column_numbers = COLUMN_NUMBERS_YES;
        left_out(&p, FORMAT_CSV, STR(NUMBERS_HEAD "1,2,3\n7,x,5\n"), NUMBERS_7, NUMBERS_ONE);
        p.column_numbers = COLUMN_NUMBERS_NO;
        left_out(&p, FORMAT_CSV, STR(NUMBERS_HEAD "1,2,3\nNV-1,x,5\n"), NUMBERS_123 "\n" NUMBERS_NV, "");
}

static void claims(const FormatPlan *p, FormatKind kind, Str body, int64_t claimed, size_t n) {
        _cleanup_rows_ Rows rows = { 0 };
        assert_int_equal(decode(p, kind, body, LIMIT_FILE_RECORDS, &rows), 0);
        assert_int_equal(rows.claimed, claimed);
        assert_int_equal(rows.n, n);
}

static void test_a_stated_number_of_records(void **state) {
        FormatPlan p = format_of(FORMAT_CSV);
        p.count_after = "Tổng số nhiệm vụ";
        claims(&p, FORMAT_CSV, STR("Tổng số nhiệm vụ: 1.234\nMã nhiệm vụ\nA\n"), 1234, 1);
        claims(&p, FORMAT_CSV, STR("Mã nhiệm vụ\nA\nB\nTổng số nhiệm vụ: 2\n"), 2, 2);
        claims(&p, FORMAT_CSV, STR("Mã nhiệm vụ\nA\n"), -1, 1);
        claims(&p, FORMAT_HTML_TABLE,
               STR("<p>T&#7893;ng s&#7889; nhiệm vụ: <b>12</b></p><table><tr><th>Mã nhiệm vụ<tr><td>A</table>"), 12, 1);
}

static void test_too_many(void **state) {
        FormatPlan p = format_of(FORMAT_CSV);
        _cleanup_rows_ Rows rows = { 0 };
        assert_int_equal(decode(&p, FORMAT_CSV, STR("Mã nhiệm vụ\nA\nB\nC\n"), 2, &rows), DECODE_REFUSED);
        assert_string_equal(rows.detail, "row 4: more than 2 records");
        assert_int_equal(rows.fault, FAULT_TOO_LARGE);
}

/* ---- HTML ---- */

static void test_html_table(void **state) {
        FormatPlan p = format_of(FORMAT_HTML_TABLE);
        static const char page[] =
                "<html><head><meta charset=windows-1252><script>\"<table>\"</script></head><body>"
                "<table><tr><td>Đăng nhập<td>Menu</table>"
                "<!-- <table> --><TABLE class=x><thead><tr><th>Mã <br>nhiệm vụ</th><th>Tên&nbsp;nhiệm "
                "vụ</th></tr></thead>"
                "<tbody><tr><td> NV-01 </td><td><a href='/x?a=1&amp;b=2'><b>Xây</b> <i>dựng</i></a><script>x()</script>"
                "</td></tr><tr><td>NV-02<td>Hai<p>đoạn</table></body></html>";
        ASSERT_ROWS(&p, FORMAT_HTML_TABLE, str_of(page),
                    "2 {\"Mã nhiệm vụ\":\"NV-01\",\"Tên nhiệm vụ\":\"Xây dựng\"}\n"
                    "3 {\"Mã nhiệm vụ\":\"NV-02\",\"Tên nhiệm vụ\":\"Hai đoạn\"}\n");
        p.table = 2;
        p.links = true;
        ASSERT_ROWS(&p, FORMAT_HTML_TABLE, str_of(page),
                    "2 {\"Mã nhiệm vụ\":\"NV-01\",\"Tên nhiệm vụ\":\"Xây dựng\",\"Tên nhiệm vụ (link)\":"
                    "\"/x?a=1&b=2\"}\n"
                    "3 {\"Mã nhiệm vụ\":\"NV-02\",\"Tên nhiệm vụ\":\"Hai đoạn\"}\n");
        p.table = 1;
        ASSERT_REFUSED(&p, FORMAT_HTML_TABLE, str_of(page),
                       "selector-missing: no column `Mã nhiệm vụ` in the first 1 rows; row 1 has `Đăng nhập`, `Menu`");
        p.table = 3;
        ASSERT_REFUSED(&p, FORMAT_HTML_TABLE, str_of(page), "selector-missing: table 3: the page has 2");
}

static void test_html_covered_cells(void **state) {
        static const Str wanted[] = { { "Mã", sizeof "Mã" - 1 }, { "Đơn vị", sizeof "Đơn vị" - 1 } };
        FormatPlan p = { .kind = FORMAT_HTML_TABLE, .wanted = wanted, .n_wanted = 2, .code = 0 };
        ASSERT_ROWS(&p, FORMAT_HTML_TABLE,
                    STR("<table><tr><td>Đơn vị<td>Mã<tr><td rowspan=2>Sở A<td>1<tr><td>2<tr><td>Sở B<td>3</table>"),
                    "2 {\"Đơn vị\":\"Sở A\",\"Mã\":\"1\"}\n3 {\"Đơn vị\":\"Sở A\",\"Mã\":\"2\"}\n"
                    "4 {\"Đơn vị\":\"Sở B\",\"Mã\":\"3\"}\n");
}

static void test_html_cut_anywhere_is_no_shorter_table(void **state) {
        FormatPlan p = format_of(FORMAT_HTML_TABLE);
        static const char page[] = "<p>x<table><tr><td>Mã nhiệm vụ<tr><td>A<tr><td>B<tr><td>C</table><p>y";
        size_t whole = (size_t) (strstr(page, "</table>") - page) + 8;
        for (size_t n = 1; n <= strlen(page); n++) {
                _cleanup_rows_ Rows rows = { 0 };
                int r = decode(&p, FORMAT_HTML_TABLE, (Str) { page, n }, LIMIT_FILE_RECORDS, &rows);
                assert_int_equal(r, n < whole ? DECODE_REFUSED : 0);
                assert_true(r != 0 || rows.n == 3);
        }
}

/* ---- JSON lines ---- */

static void test_json_lines(void **state) {
        FormatPlan p = format_of(FORMAT_JSON_LINES);
        ASSERT_ROWS(&p, FORMAT_JSON_LINES, STR("{\"a\":1}\r\n\n{\"a\":}\n[2]\n{\"a\":3}"),
                    "1 {\"a\":1}\n3 {\"a\":} ! expected a value\n4 [2] ! not an object\n5 {\"a\":3}\n");
        ASSERT_REFUSED(&p, FORMAT_JSON_LINES, STR("{\"a\":1}\n{\"a\":\"x"), "truncated-body: line 2: cut off");
}

static void test_kinds(void **state) {
        assert_int_equal(decode_kind(STR("\xef\xbb\xbf [1]")), FORMAT_JSON);
        assert_int_equal(decode_kind(STR("PK\x03\x04...")), FORMAT_XLSX);
        assert_int_equal(decode_kind(STR("\n<html>")), FORMAT_HTML_TABLE);
        assert_int_equal(decode_kind(STR("Mã;Tên")), FORMAT_CSV);
        FormatPlan p = format_of(FORMAT_XLSX);
        ASSERT_REFUSED(&p, FORMAT_XLSX, STR("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more"),
                       "file-locked: protected by a password, or in the old .xls format: save it as .xlsx without one");
}

/* What costs a square of its size in a parser, or in us, is refused or read in time. */
static void test_html_of_an_enemy(void **state) {
        FormatPlan p = format_of(FORMAT_HTML_TABLE);
        _cleanup_text_ Text deep = TEXT_INIT(1u << 20);
        text_add(&deep, STR("<table><tr><td>Mã nhiệm vụ<tr><td>"));
        for (int i = 0; i < 40000; i++)
                text_add(&deep, STR("<b>"));
        for (int i = 0; i < 40000; i++)
                text_add(&deep, STR("</i>"));
        text_add(&deep, STR("</table>"));
        ASSERT_REFUSED(&p, FORMAT_HTML_TABLE, text_str(&deep), "too-large: more than 512 elements within each other");
        assert_false(html_login_page(text_str(&deep)));
        text_clear(&deep);
        text_add(&deep, STR("<table"));
        for (int i = 0; i < 100000; i++)
                text_addf(&deep, " a%x", i);
        text_add(&deep, STR("><tr><td>Mã nhiệm vụ<tr><td id=x colspan=1>A</table><input type=password>"));
        ASSERT_ROWS(&p, FORMAT_HTML_TABLE, text_str(&deep), "2 {\"Mã nhiệm vụ\":\"A\"}\n");
        assert_true(html_login_page(text_str(&deep)));
        ASSERT_REFUSED(&p, FORMAT_HTML_TABLE, STR("</table><table><tr><td>Mã nhiệm vụ<tr><td>A<tr><td>B"),
                       "truncated-body: a table has no closing tag: the page was cut off");
}

static void test_csv_of_one_name(void **state) {
        FormatPlan p = format_of(FORMAT_CSV);
        _cleanup_text_ Text text = TEXT_INIT(1u << 20);
        _cleanup_rows_ Rows rows = { 0 };
        text_add(&text, STR("Mã nhiệm vụ"));
        for (int i = 1; i < LIMIT_COLUMNS; i++)
                text_add(&text, STR(",Điểm số của đơn vị trong kỳ báo cáo"));
        text_add(&text, STR("\nA"));
        for (int i = 1; i < LIMIT_COLUMNS; i++)
                text_add(&text, STR(",1"));
        assert_int_equal(decode(&p, FORMAT_CSV, text_str(&text), LIMIT_FILE_RECORDS, &rows), 0);
        assert_int_equal(rows.n, 1);
        assert_true(str_eq(rows.columns[2].member, STR("Điểm số của đơn vị trong kỳ báo cáo (2)")));
        assert_true(str_eq(rows.columns[511].member, STR("Điểm số của đơn vị trong kỳ báo cáo (511)")));
}

static void assert_given_up(int result, const Rows *rows) {
        assert_int_equal(result, DECODE_REFUSED);
        assert_int_equal(rows->fault, FAULT_TOO_LARGE);
        assert_string_equal(rows->detail, "reading it takes the processor more than 15 s");
        assert_true(rows->gave_up);
}

/* A file is read in one turn of the loop, which a watchdog guards: time is a bound of its own, also of each try. */
static void test_time_is_bounded(void **state) {
        typedef int Decoder(const FormatPlan *plan, Str body, Rows *ret);
        Str book = workbook_simple("<row><c t='inlineStr'><is><t>Mã nhiệm vụ</t></is></c></row><row/>", "", "", "");
        static const char csv[] = "Mã nhiệm vụ;Tiến độ\nNV;1\n",
                          html[] = "<table><tr><th>Mã nhiệm vụ</th></tr><tr><td>NV</td></tr></table>";
        const struct {
                int kind;
                Decoder *decoder;
                Str body;
        } all[] = { { FORMAT_CSV, decode_csv, STR(csv) }, { FORMAT_HTML_TABLE, decode_html, STR(html) },
                    { FORMAT_XLSX, decode_xlsx, book } };
        for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
                _cleanup_rows_ Rows rows;
                FormatPlan p = format_of(all[i].kind);
                rows_begin(&rows, LIMIT_FILE_RECORDS);
                rows.until = 1;
                assert_given_up(all[i].decoder(&p, all[i].body, &rows), &rows);
        }
        free((char *) book.at);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_csv_as_it_is_saved),
                cmocka_unit_test(test_csv_delimiter_by_its_header),
                cmocka_unit_test(test_csv_encodings),
                cmocka_unit_test(test_csv_broken),
                cmocka_unit_test(test_header_is_found_whatever_its_blanks),
                cmocka_unit_test(test_header_of_two_rows),
                cmocka_unit_test(test_columns_may_be_renamed),
                cmocka_unit_test(test_rows_that_are_no_records),
                cmocka_unit_test(test_a_row_that_numbers_the_columns),
                cmocka_unit_test(test_a_stated_number_of_records),
                cmocka_unit_test(test_too_many),
                cmocka_unit_test(test_html_table),
                cmocka_unit_test(test_html_covered_cells),
                cmocka_unit_test(test_html_cut_anywhere_is_no_shorter_table),
                cmocka_unit_test(test_json_lines),
                cmocka_unit_test(test_kinds),
                cmocka_unit_test(test_html_of_an_enemy),
                cmocka_unit_test(test_csv_of_one_name),
                cmocka_unit_test(test_time_is_bounded),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
