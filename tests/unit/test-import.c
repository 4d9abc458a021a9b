/* SPDX-License-Identifier: MIT */
/* Lists of accounts as offices send them. */
#include "config/import.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/csv.h"

static const char existing[] = "# head\n"
                               "roles:\n"
                               "  ops: A <a@x.vn>\n"
                               "units:\n"
                               "  H15.07:\n"
                               "    name: Sở Khoa học và Công nghệ\n"
                               "    kind: department\n"
                               "    central: supervised\n"
                               "    portal: skhcn           # asked 12/6\n"
                               "    focal: B <b@x.vn>\n"
                               "  24412:\n"
                               "    name: Xã M’Drắk\n"
                               "    kind: commune\n"
                               "    central: \"none (chưa cấp: hỏi)\"  # soon\n"
                               "    focal: C <c@x.vn>\n"
                               "# tail";

typedef struct Imported {
        FindingList list;
        FindingSink sink;
        Text yaml;
        ImportCounts counts;
        int r;
} Imported;

static void import(Imported *im, const char *csv, const char *old, Side side) {
        *im = (Imported) { .yaml = TEXT_INIT(1 << 20) };
        im->sink = finding_list_sink(&im->list);
        ImportOptions o = { .csv_name = "list.csv", .existing_name = "accounts.yaml", .side = side };
        im->r = import_accounts(str_of(csv), str_of(old), &o, &im->sink, &im->yaml, &im->counts, NULL);
}

static void drop(Imported *im) {
        finding_list_free(&im->list);
        text_free(&im->yaml);
}

static void test_accounts_change_and_people_stay(void **state) {
        Imported im;
        import(&im,
               "\xef\xbb\xbfSTT;Tên đơn vị;Mã đơn vị;Tài khoản cổng tỉnh;Tài khoản Trung ương\r\n"
               "1;Sở Khoa học và Công nghệ;H15.07;so.khcn;\r\n"
               "2;\"Xã\r\nM'Drắk\";24412;xamdrak;xa-mdrak\r\n\r\n",
               existing, SIDE_COUNT);
        assert_int_equal(im.r, 0);
        assert_int_equal(im.list.n, 0);
        assert_int_equal(im.counts.rows, 2);
        assert_int_equal(im.counts.changed, 2);
        assert_string_equal(im.yaml.at, "# head\n"
                                        "roles:\n"
                                        "  ops: A <a@x.vn>\n"
                                        "units:\n"
                                        "  H15.07:\n"
                                        "    name: Sở Khoa học và Công nghệ\n"
                                        "    kind: department\n"
                                        "    central: supervised\n"
                                        "    portal: so.khcn           # asked 12/6\n"
                                        "    focal: B <b@x.vn>\n"
                                        "  24412:\n"
                                        "    name: Xã M’Drắk\n"
                                        "    kind: commune\n"
                                        "    portal: xamdrak\n"
                                        "    central: xa-mdrak  # soon\n"
                                        "    focal: C <c@x.vn>\n"
                                        "# tail");
        Imported again;
        import(&again, "code,portal\nH15.07,so.khcn\n24412,xamdrak\n", im.yaml.at, SIDE_COUNT);
        assert_int_equal(again.r, 0);
        assert_int_equal(again.counts.same, 2);
        assert_string_equal(again.yaml.at, im.yaml.at);
        drop(&again);
        drop(&im);
}

static void test_new_units_stand_behind_the_last(void **state) {
        Imported im;
        import(&im,
               "portal,ma,loai,ten,truc thuoc,dau moi,email dau moi,ma cong\n"
               ",024133,,Phường Buôn Ma Thuột,,\"Nguyễn, Văn D\",d@x.vn,\n"
               "pkt,24412.kt,,Phòng Kinh tế,24412,,,\n"
               "snv,H15.02,\"sở, ban, ngành\",Sở Nội vụ: 2,,,,SNV\n",
               existing, SIDE_COUNT);
        assert_int_equal(im.r, 0);
        assert_int_equal(im.list.errors, 0);
        assert_int_equal(im.counts.added, 3);
        assert_non_null(strstr(im.yaml.at, "    focal: C <c@x.vn>\n"
                                           "  024133:\n"
                                           "    name: Phường Buôn Ma Thuột\n"
                                           "    kind: ward\n"
                                           "    central: none (không có trong danh sách)\n"
                                           "    portal: none (không có trong danh sách)\n"
                                           "    focal: Nguyễn, Văn D <d@x.vn>\n"
                                           "  24412.kt:\n"
                                           "    name: Phòng Kinh tế\n"
                                           "    kind: sub-unit\n"
                                           "    parent: 24412\n"
                                           "    portal: pkt\n"
                                           "  H15.02:\n"
                                           "    name: \"Sở Nội vụ: 2\"\n"
                                           "    kind: department\n"
                                           "    portal-code: SNV\n"
                                           "    central: none (không có trong danh sách)\n"
                                           "    portal: snv\n"
                                           "# tail"));
        drop(&im);
}

/* As they stand in accounts.yaml, dates and telephone too; nothing that is listed is lost without a word. */
static void test_people(void **state) {
        Imported im;
        import(&im,
               "code,name,portal,focal,head,head-mail\n"
               "H15.02,Sở Nội vụ,snv,Lê Y <y@x.vn> phone 0905 1,vacant since 1/6/2026,\n"
               "H15.07,,skhcn,B <b@x.vn>,Ngô H <h@x.vn>,\n"
               "24412,,xamdrak,Lê K <k@x.vn>,Ngô I,\n",
               existing, SIDE_COUNT);
        assert_int_equal(im.r, 0);
        assert_non_null(strstr(im.yaml.at, "    portal: snv\n"
                                           "    focal: Lê Y <y@x.vn> phone 0905 1\n"
                                           "    head: vacant since 1/6/2026\n"));
        assert_non_null(strstr(im.yaml.at, "    focal: B <b@x.vn>\n"));
        assert_non_null(strstr(im.yaml.at, "    head: Ngô H <h@x.vn>\n"));
        assert_non_null(strstr(im.yaml.at, "    focal: C <c@x.vn>\n"));
        assert_null(strstr(im.yaml.at, "Ngô I"));
        assert_int_equal(im.list.n, 3);
        assert_string_equal(im.list.at[0].code, "csv-column-unknown");
        assert_string_equal(im.list.at[0].nearest, "head-email");
        assert_string_equal(im.list.at[1].code, "row-person-kept");
        assert_int_equal(im.list.at[1].origin.line, 4);
        assert_int_equal(im.list.at[1].origin.column, 4);
        assert_string_equal(im.list.at[2].code, "row-person-left");
        assert_int_equal(im.list.at[2].origin.column, 5);
        drop(&im);
}

static void test_from_nothing(void **state) {
        Imported im;
        import(&im, "Mã\tTên\tTài khoản\nH15.01\tVăn phòng\tvp\n", "", SIDE_PORTAL);
        assert_int_equal(im.r, 0);
        assert_non_null(strstr(im.yaml.at, "roles:\n  ops: vacant\n"));
        assert_non_null(strstr(im.yaml.at, "units:\n  H15.01:\n    name: Văn phòng\n    kind: department\n"
                                           "    central: none (không có trong danh sách)\n    portal: vp\n"));
        drop(&im);
}

static void test_units_found_by_name(void **state) {
        Imported im;
        import(&im, "Đơn vị,Portal\nxã M'DRẮK,mdrak\n", existing, SIDE_COUNT);
        assert_int_equal(im.r, 0);
        assert_int_equal(im.counts.changed, 1);
        assert_non_null(strstr(im.yaml.at, "    portal: mdrak\n"));
        drop(&im);
}

static void test_passwords_are_left_out(void **state) {
        Imported im;
        import(&im, "code,portal,Mật khẩu\nH15.07,so.khcn,hush\n", existing, SIDE_COUNT);
        assert_int_equal(im.r, 0);
        assert_int_equal(im.list.n, 1);
        assert_string_equal(im.list.at[0].code, "csv-secrets");
        assert_null(strstr(im.yaml.at, "hush"));
        drop(&im);
}

typedef struct Wrong {
        const char *csv, *code;
        int row, column;
        const char *nearest;
} Wrong;

static void test_wrong_lists(void **state) {
        static const Wrong wrong[] = {
                { "", "file-empty", 1, 1, NULL },
                { "code,name\nH15.07,S\n", "csv-header", 1, 1, NULL },
                { "stt,portal\n1,a\n", "csv-header", 1, 1, NULL },
                { "name,portal\nXã M'Drak,x\n", "row-unit-unknown", 2, 1, "Xã M’Drắk" },
                { "code,portal\nH15.08,x\n", "row-unit-unknown", 2, 1, "H15.07" },
                { "code,portal\nH15.07,x\n24412,y\nH15.07,z\n", "row-unit-twice", 4, 1, NULL },
                { "code,name,portal\nA1,Sở A,x\nA1,Sở B,y\n", "row-unit-twice", 3, 1, NULL },
                { "code,portal\n\"2,4412E+04\",x\n", "csv-sheet-number", 2, 1, NULL },
                { "code;portal\n24412,0;x\n", "csv-sheet-number", 2, 1, NULL },
                { "code,portal\nH15.07,x y\n", "row-invalid", 2, 2, NULL },
                { "code,portal\nH15.07,none\n", "row-invalid", 2, 2, NULL },
                { "code,portal\nH15.07,suppervised\n", "row-invalid", 2, 2, "supervised" },
                { "code,portal\nH15.07\n", "csv-fields", 2, 1, NULL },
                { "code,portal\n\"H15.07,x\n", "csv-quote", 2, 1, NULL },
                { "code,portal\n\"H15\"x,x\n", "csv-quote", 2, 1, NULL },
                { "code,portal\nH15.07,\xff\n", "utf8-invalid", 2, 1, NULL },
                { "code,name,portal,kind\nA1,B,x,vilage\n", "row-invalid", 2, 4, NULL },
                { "code,name,portal,parent\nA1,B,x,A9\n", "row-invalid", 2, 4, NULL },
                { "code,name,portal,focal,focal-email\nA1,B,x,N,not an address\n", "row-invalid", 2, 5, NULL },
                { "code,name,portal,focal\nA1,B,x,N\n", "row-invalid", 2, 4, NULL },
                { "code,name,portal,focal-email\nA1,B,x,n@x.vn\n", "row-invalid", 2, 4, NULL },
                { "code,name,portal,focal,focal-email\nA1,B,x,N <n@x.vn>,n@x.vn\n", "row-invalid", 2, 5, NULL },
        };
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
                Imported im;
                import(&im, wrong[i].csv, existing, SIDE_COUNT);
                const Finding *f = NULL;
                for (size_t k = 0; k < im.list.n && !f; k++)
                        f = im.list.at[k].severity == SEVERITY_ERROR ? &im.list.at[k] : NULL;
                assert_int_equal(im.r, IMPORT_E_INVALID);
                assert_int_equal(im.yaml.len, 0);
                assert_non_null(f);
                assert_string_equal(f->code, wrong[i].code);
                assert_string_equal(f->origin.file, "list.csv");
                assert_int_equal(f->origin.line, wrong[i].row);
                assert_int_equal(f->origin.column, wrong[i].column);
                if (wrong[i].nearest)
                        assert_string_equal(f->nearest, wrong[i].nearest);
                drop(&im);
        }
}

static void test_a_broken_file_is_not_touched(void **state) {
        Imported im;
        import(&im, "code,portal\nH15.07,x\n", "units:\n  H15.07\n    name: x\n", SIDE_COUNT);
        assert_int_equal(im.r, IMPORT_E_INVALID);
        assert_string_equal(im.list.at[0].origin.file, "accounts.yaml");
        assert_int_equal(im.yaml.len, 0);
        drop(&im);
}

static void test_csv(void **state) {
        Csv c;
        Arena a = { 0 };
        Str cells[CSV_CELLS];
        size_t n = 0;
        csv_begin(STR("\"a;b\",c\n\n\"x\"\"y\",\"1\n2\"\r\n,\n z ,w"), &c);
        assert_int_equal(c.separator, ',');
        assert_int_equal(csv_row(&c, &a, cells, &n), 0);
        assert_int_equal(n, 2);
        assert_true(str_eq(cells[0], STR("a;b")));
        assert_int_equal(csv_row(&c, &a, cells, &n), 0);
        assert_int_equal(c.row, 3);
        assert_true(str_eq(cells[0], STR("x\"y")));
        assert_true(str_eq(cells[1], STR("1 2")));
        assert_int_equal(csv_row(&c, &a, cells, &n), 0);
        assert_int_equal(c.row, 5);
        assert_true(str_eq(cells[0], STR("z")));
        assert_true(str_eq(cells[1], STR("w")));
        assert_int_equal(csv_row(&c, &a, cells, &n), CSV_E_END);

        Text wide = TEXT_INIT(1000);
        for (int i = 0; i < CSV_CELLS; i++)
                text_add(&wide, STR("x;"));
        csv_begin(text_str(&wide), &c);
        assert_int_equal(csv_row(&c, &a, cells, &n), CSV_E_MANY);
        text_free(&wide);
        arena_free(&a);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_accounts_change_and_people_stay),
                cmocka_unit_test(test_new_units_stand_behind_the_last),
                cmocka_unit_test(test_people),
                cmocka_unit_test(test_from_nothing),
                cmocka_unit_test(test_units_found_by_name),
                cmocka_unit_test(test_passwords_are_left_out),
                cmocka_unit_test(test_wrong_lists),
                cmocka_unit_test(test_a_broken_file_is_not_touched),
                cmocka_unit_test(test_csv),
        };
        return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
