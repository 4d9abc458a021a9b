/* SPDX-License-Identifier: MIT */
/* Workbooks: what cells show, headers of merged cells, and containers that are not what they seem. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "connectors/decode/xlsx.h"
#include "tests/unit/rows-text.h"
#include "tests/unit/workbook.h"

#define T(ref, text) "<c r='" ref "' t='inlineStr'><is><t>" text "</t></is></c>"
#define HEAD "<row r='1'>" T("A1", "Mã nhiệm vụ") T("B1", "Tên nhiệm vụ") "</row>"

/* What follows frees the workbook. */
#define ASSERT_BOOK(plan, book, expected)                                                                              \
        do {                                                                                                           \
                Str book_ = (book);                                                                                    \
                ASSERT_ROWS(plan, FORMAT_XLSX, book_, expected);                                                       \
                free((char *) book_.at);                                                                               \
        } while (0)
#define ASSERT_NO_BOOK(plan, book, expected)                                                                           \
        do {                                                                                                           \
                Str book_ = (book);                                                                                    \
                ASSERT_REFUSED(plan, FORMAT_XLSX, book_, expected);                                                    \
                free((char *) book_.at);                                                                               \
        } while (0)

/* ---- numbers ---- */

static void shows(const char *written, int id, const char *code, bool epoch_1904, const char *expected) {
        _cleanup_arena_ Arena a = { 0 };
        _cleanup_text_ Text t = TEXT_INIT(200);
        CellKind kind = CELL_TEXT;
        Style s;
        assert_int_equal(xlsx_style_make(&a, id, code, &s), 0);
        if (xlsx_number(str_of(written), &s, epoch_1904, &kind, &t) < 0) {
                assert_null(expected);
                return;
        }
        assert_string_equal(t.at, expected);
}

static void test_numbers_as_shown(void **state) {
        shows("12", 0, NULL, false, "12");
        shows("12.0", 0, NULL, false, "12");
        shows("60.499999999999993", 0, NULL, false, "60.5");
        shows("0.1", 2, "0.00", false, "0.1");
        shows("1.5E-2", 0, NULL, false, "0.015");
        shows("-1.5e3", 0, NULL, false, "-1500");
        shows("9.9999999999999995E-1", 0, NULL, false, "1");
        shows("999999999999999.9", 0, NULL, false, "1000000000000000");
        shows("0", 0, NULL, false, "0");
        shows("-0.0", 0, NULL, false, "0");
        shows("0.605", 10, NULL, false, "60.5");
        shows("1", 9, NULL, false, "100");
        shows("7", 164, "00000", false, "00007");
        shows("12", 164, "\"NV-\"000", false, "NV-012");
        shows("1234", 164, "#,##0", false, "1234");
        shows("12345678901234567890", 0, NULL, false, "12345678901234567890");
        shows("1234567890123456", 0, NULL, false, "1234567890123456");
        shows("100000000000000001", 1, "0", false, "100000000000000001");
        shows("1E300", 0, NULL, false, "1E300");
        shows("x", 0, NULL, false, NULL);
        shows("", 0, NULL, false, NULL);
        shows("1.2.3", 0, NULL, false, NULL);
}

static void test_dates_of_both_epochs(void **state) {
        shows("46191", 14, NULL, false, "2026-06-18");
        shows("44729", 14, NULL, true, "2026-06-18");
        shows("46191", 164, "dd/mm/yyyy", false, "2026-06-18");
        shows("46191.3125", 22, NULL, false, "2026-06-18T07:30:00+07:00");
        shows("46191.999999999", 22, NULL, false, "2026-06-19");
        shows("0.3125", 20, NULL, false, "07:30:00");
        shows("46191", 164, "[$-42A]d mmmm, yyyy;@", false, "2026-06-18");
        shows("1", 14, NULL, false, "1900-01-01");
        shows("59", 14, NULL, false, "1900-02-28");
        shows("60", 14, NULL, false, NULL); /* 29/2/1900: the program thinks that it was */
        shows("61", 14, NULL, false, "1900-03-01");
        shows("0", 14, NULL, true, "1904-01-01");
        shows("-1", 14, NULL, false, NULL);
        shows("99999999", 14, NULL, false, NULL);
        shows("46191", 164, "0\"d\"", false, "46191d");
        shows("5", 164, "[Red]0.0", false, "5");
}

/* ---- cells ---- */

static void test_cells_of_every_type(void **state) {
        FormatPlan p = format_of(FORMAT_XLSX);
        ASSERT_BOOK(&p,
                    workbook_simple(HEAD "<row r='3'><c r='A3'><v>12.0</v></c><c r='B3' t='s'><v>1</v></c></row>"
                                         "<row r='4'><c r='A4' t='str'><f>B1</f><v>NV</v></c><c r='B4' t='e'><v>#N/A"
                                         "</v></c></row>"
                                         "<row r='5'><c r='A5' s='1'><v>7</v></c><c r='B5'><f>A1&amp;A2</f></c></row>"
                                         "<row r='6'><c r='A6' s='2'><v>46191</v></c><c r='B6' t='b'><v>1</v></c></row>"
                                         "<row r='7'><c r='A7' s='1'/></row>",
                                    NULL,
                                    "<styleSheet " MAIN
                                    "><numFmts><numFmt numFmtId='164' formatCode='00000'/></numFmts>"
                                    "<cellXfs><xf numFmtId='0'/><xf numFmtId='164'/><xf numFmtId='14'/></cellXfs>"
                                    "</styleSheet>",
                                    "<sst><si><t>không</t></si><si><r><t>Xây </t></r><r><t>dựng</t></r><rPh><t>x</t>"
                                    "</rPh></si></sst>"),
                    "3 {\"Mã nhiệm vụ\":12,\"Tên nhiệm vụ\":\"Xây dựng\"}\n"
                    "4 {\"Mã nhiệm vụ\":\"NV\",\"Tên nhiệm vụ\":{\"error\":\"#N/A\"}}\n"
                    "5 {\"Mã nhiệm vụ\":\"00007\",\"Tên nhiệm vụ\":{\"error\":\"formula without a saved value\"}}\n"
                    "6 {\"Mã nhiệm vụ\":\"2026-06-18\",\"Tên nhiệm vụ\":true}\n");
}

static void test_merged_header_and_covered_rows(void **state) {
        static const Str wanted[] = { { "Mã", sizeof "Mã" - 1 },
                                      { "Đơn vị", sizeof "Đơn vị" - 1 },
                                      { "Kết quả / Tự chấm", sizeof "Kết quả / Tự chấm" - 1 } };
        FormatPlan p = { .kind = FORMAT_XLSX, .wanted = wanted, .n_wanted = 3, .code = 0 };
        ASSERT_BOOK(&p,
                    workbook_simple(
                            "<row r='1'>" T("A1", "BẢNG TỰ CHẤM") "</row><row r='2'>" T("A2", "Đơn vị") T("B2", "Mã") T(
                                    "C2", "Kết quả") "</row><row r='3'>" T("C3", "Tự chấm")
                                    T("D3", "Thẩm định") "</row>"
                                                         "<row r='4'>" T("A4", "Sở A") T("B4", "1")
                                                                 T("C4",
                                                                   "5") "</row>"
                                                                        "<row r='5'>" T("B5", "2") T(
                                                                                "D5",
                                                                                "6") "</row>"
                                                                                     "<row r='6'>" T("A6", "Tổng cộng")
                                                                                             T("C6", "11") "</row>",
                            "<mergeCells><mergeCell ref='A1:D1'/><mergeCell ref='A2:A3'/><mergeCell ref='B2:B3'/>"
                            "<mergeCell ref='C2:D2'/><mergeCell ref='A4:A5'/></mergeCells>",
                            NULL, NULL),
                    "4 {\"Đơn vị\":\"Sở A\",\"Mã\":\"1\",\"Kết quả / Tự chấm\":\"5\",\"Kết quả / Thẩm định\":\"\"}\n"
                    "5 {\"Đơn vị\":\"Sở A\",\"Mã\":\"2\",\"Kết quả / Tự chấm\":\"\",\"Kết quả / Thẩm định\":\"6\"}\n");
}

static void test_hidden_rows_are_read_unless_told_otherwise(void **state) {
        FormatPlan p = format_of(FORMAT_XLSX);
        static const char rows[] = HEAD "<row r='2'>" T("A2", "1") T("B2", "x") "</row><row r='3' hidden='1'>"
                T("A3", "2") T("B3", "y") "</row>";
        ASSERT_BOOK(
                &p, workbook_simple(rows, NULL, NULL, NULL),
                "2 {\"Mã nhiệm vụ\":\"1\",\"Tên nhiệm vụ\":\"x\"}\n3 {\"Mã nhiệm vụ\":\"2\",\"Tên nhiệm vụ\":\"y\"}\n");
        p.hidden_skip = true;
        ASSERT_BOOK(&p, workbook_simple(rows, NULL, NULL, NULL), "2 {\"Mã nhiệm vụ\":\"1\",\"Tên nhiệm vụ\":\"x\"}\n");
        _cleanup_rows_ Rows r = { 0 };
        Str book = workbook_simple(rows, NULL, NULL, NULL);
        assert_int_equal(decode(&p, FORMAT_XLSX, book, 100, &r), 0);
        assert_int_equal(r.left.hidden, 1);
        free((char *) book.at);
}

static Str two_sheets(const char *state_of_second) {
        static char book[500];
        snprintf(book, sizeof book, "<workbook " MAIN " xmlns:r='" RELATIONS "'><workbookPr date1904='1'/><sheets>"
                 "<sheet name='Bìa' sheetId='1' r:id='r1'/><sheet name='Số liệu' sheetId='2' r:id='r2' state='%s'/>"
                 "</sheets></workbook>", state_of_second);
        const WorkbookPart parts[] = {
                { "xl/workbook.xml", book },
                { "xl/_rels/workbook.xml.rels", workbook_rels },
                { "xl/worksheets/sheet1.xml",
                  "<worksheet><sheetData><row>" T("A1", "Bìa") "</row></sheetData></worksheet>" },
                { "xl/worksheets/sheet2.xml",
                  "<worksheet><sheetData><row><c t='inlineStr'><is><t>Mã nhiệm vụ</t></is></c>"
                  "</row><row><c><v>3</v></c></row></sheetData></worksheet>" },
        };
        return workbook_zip(parts, 4);
}

static void test_the_sheet_that_has_the_header(void **state) {
        FormatPlan p = format_of(FORMAT_XLSX);
        ASSERT_BOOK(&p, two_sheets("visible"), "2 {\"Mã nhiệm vụ\":3}\n");
        ASSERT_NO_BOOK(&p, two_sheets("hidden"),
                       "selector-missing: sheet `Bìa`: no column `Mã nhiệm vụ` in the first 1 rows; row 1 has `Bìa`");
        p.sheet = "số  LIỆU";
        ASSERT_BOOK(&p, two_sheets("hidden"), "2 {\"Mã nhiệm vụ\":3}\n");
        p.sheet = "2";
        ASSERT_BOOK(&p, two_sheets("hidden"), "2 {\"Mã nhiệm vụ\":3}\n");
        p.sheet = "Nhiệm vụ";
        ASSERT_NO_BOOK(&p, two_sheets("hidden"),
                       "selector-missing: no sheet `Nhiệm vụ`; the workbook has `Bìa`, `Số liệu`");
}

/* ---- hostile containers ---- */

static void test_cut_at_every_byte(void **state) {
        FormatPlan p = format_of(FORMAT_XLSX);
        Str book = workbook_simple(HEAD "<row r='2'>" T("A2", "1") T("B2", "x") "</row>", NULL, NULL, NULL);
        for (size_t n = 0; n < book.len; n++) {
                _cleanup_rows_ Rows rows = { 0 };
                char *copy = malloc(n + 1);
                memcpy(copy, book.at, n);
                assert_int_equal(decode(&p, FORMAT_XLSX, (Str) { copy, n }, LIMIT_FILE_RECORDS, &rows), DECODE_REFUSED);
                free(copy);
        }
        free((char *) book.at);
}

static void test_xml_that_is_none(void **state) {
        FormatPlan p = format_of(FORMAT_XLSX);
        ASSERT_NO_BOOK(&p, workbook_simple("<row r='2'/><row r='2'/>", NULL, NULL, NULL),
                       "table-unreadable: sheet `Nhiệm vụ`: the workbook is broken: row `2` behind row 2");
        ASSERT_NO_BOOK(&p, workbook_simple(HEAD "<row r='2'><c r='A2' t='s'><v>9</v></c></row>", NULL, NULL, NULL),
                       "table-unreadable: sheet `Nhiệm vụ`: the workbook is broken: row 2: no such text");
        ASSERT_NO_BOOK(&p,
                       workbook_simple(HEAD, NULL, "<!DOCTYPE x [<!ENTITY a 'b'>]><styleSheet>&a;</styleSheet>", NULL),
                       "table-unreadable: the workbook is broken: xl/styles.xml: it has a document type");
        ASSERT_NO_BOOK(&p, workbook_simple(HEAD, "<x", NULL, NULL),
                       "table-unreadable: sheet `Nhiệm vụ`: the workbook is broken: xl/worksheets/sheet1.xml: not "
                       "well-formed (invalid token)");
        const WorkbookPart other[] = { { "word/document.xml", "<w/>" } };
        ASSERT_NO_BOOK(&p, workbook_zip(other, 1), "table-unreadable: a ZIP archive, but no workbook");
        _cleanup_text_ Text deep = TEXT_INIT(100000);
        for (int i = 0; i < 5000; i++)
                text_add(&deep, STR("<a>"));
        ASSERT_NO_BOOK(
                &p, workbook_simple(HEAD, deep.at, NULL, NULL),
                "table-unreadable: sheet `Nhiệm vụ`: the workbook is broken: xl/worksheets/sheet1.xml: too deep");
}

/* 300 MB of blanks take 300 KB in the container. */
static void test_a_bomb_is_named(void **state) {
        FormatPlan p = format_of(FORMAT_XLSX);
        size_t n = (size_t) LIMIT_XLSX_PART_BYTES + (1u << 20);
        char *blanks = malloc(n + 1);
        memset(blanks, ' ', n);
        memcpy(blanks, "<sst>", 5);
        blanks[n] = '\0';
        Str book = workbook_simple(HEAD, NULL, NULL, blanks);
        free(blanks);
        assert_true(book.len < 1u << 20);
        ASSERT_NO_BOOK(&p, book, "too-large: xl/sharedStrings.xml is over 256 MiB");
}

/* Sheets may share one part, and each is looked at for a header. */
static void test_a_bomb_of_many_sheets_is_named(void **state) {
        FormatPlan p = format_of(FORMAT_XLSX);
        _cleanup_text_ Text book = TEXT_INIT(1u << 20);
        size_t n = 64u << 20;
        char *blanks = malloc(n + 1);
        memset(blanks, ' ', n);
        memcpy(blanks, "<worksheet>", 11);
        memcpy(blanks + n - 12, "</worksheet>", 13);
        text_add(&book, STR("<workbook " MAIN " xmlns:r='" RELATIONS "'><sheets>"));
        for (int i = 1; i <= 200; i++)
                text_addf(&book, "<sheet name='s%d' sheetId='%d' r:id='r1'/>", i, i);
        text_add(&book, STR("</sheets></workbook>"));
        const WorkbookPart parts[] = { { "xl/workbook.xml", book.at },
                                       { "xl/_rels/workbook.xml.rels", workbook_rels },
                                       { "xl/worksheets/sheet1.xml", blanks } };
        Str bytes = workbook_zip(parts, 3);
        free(blanks);
        ASSERT_NO_BOOK(&p, bytes, "too-large: more than 512 MiB of the workbook were unpacked");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_numbers_as_shown),
                cmocka_unit_test(test_dates_of_both_epochs),
                cmocka_unit_test(test_cells_of_every_type),
                cmocka_unit_test(test_merged_header_and_covered_rows),
                cmocka_unit_test(test_hidden_rows_are_read_unless_told_otherwise),
                cmocka_unit_test(test_the_sheet_that_has_the_header),
                cmocka_unit_test(test_cut_at_every_byte),
                cmocka_unit_test(test_xml_that_is_none),
                cmocka_unit_test(test_a_bomb_is_named),
                cmocka_unit_test(test_a_bomb_of_many_sheets_is_named),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
