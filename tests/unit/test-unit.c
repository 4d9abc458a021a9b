/* SPDX-License-Identifier: MIT */
#include "state/model/unit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

static UnitTable *table_new(const Unit *units, size_t n) {
        UnitTable *t = calloc(1, sizeof *t);
        assert_non_null(t);
        t->units = calloc(n + 1, sizeof *t->units);
        assert_non_null(t->units);
        if (n > 0)
                memcpy(t->units, units, n * sizeof *units);
        t->n_units = n;
        return t;
}

/* In no order; parents are places in this list. */
static const Unit sample[] = {
        { .id = "H15", .name = "Tỉnh Đắk Lắk", .kind = UNIT_PROVINCE, .parent = -1 },
        { .id = "24412.kt", .name = "Phòng Kinh tế", .kind = UNIT_SUB, .parent = 3 },
        { .id = "21292", .name = "Xã Sơn Hạ", .kind = UNIT_COMMUNE, .parent = -1 },
        { .id = "24412", .name = "Xã M’Drắk", .kind = UNIT_COMMUNE, .parent = 0 },
        { .id = "21289", .name = "Xã Sơn Hà", .kind = UNIT_COMMUNE, .parent = -1 },
        { .id = "21523", .name = "Xã Ba Tô", .kind = UNIT_COMMUNE, .parent = -1 },
        { .id = "21484", .name = "Xã Ba Tơ", .kind = UNIT_COMMUNE, .parent = -1 },
        { .id = "24133.kt", .name = "Phòng Kinh tế", .kind = UNIT_SUB, .parent = 8 },
        { .id = "24133", .name = "Phường Buôn Ma Thuột", .kind = UNIT_WARD, .parent = 0 },
        { .id = "24175", .name = "Xã Hòa Phú", .kind = UNIT_COMMUNE, .parent = 0 },
        { .id = "H15.07", .name = "Sở Khoa học và Công nghệ", .kind = UNIT_DEPARTMENT, .parent = 0,
          .access[SIDE_PORTAL].code = "SKHCN" },
        { .id = "24412.kt.1", .name = "Tổ một cửa", .kind = UNIT_SUB, .parent = 1 },
};
#define SAMPLE (sizeof sample / sizeof *sample)

static UnitTable *sample_table(void) {
        UnitTable *t = table_new(sample, SAMPLE);
        assert_int_equal(unit_table_index(t, NULL), 0);
        return t;
}

static void test_sorted_and_parents_follow(void **state) {
        _cleanup_(unit_table_freep) UnitTable *t = sample_table();
        for (size_t i = 1; i < t->n_units; i++)
                assert_true(strcmp(t->units[i - 1].id, t->units[i].id) < 0);
        for (size_t i = 0; i < SAMPLE; i++) {
                const Unit *u = unit_by_id(t, str_of(sample[i].id));
                assert_non_null(u);
                assert_string_equal(u->name, sample[i].name);
                if (sample[i].parent < 0)
                        assert_int_equal(u->parent, -1);
                else
                        assert_string_equal(t->units[u->parent].id, sample[sample[i].parent].id);
        }
        assert_null(unit_by_id(t, STR("24413")));
        assert_null(unit_by_id(t, STR_NULL));
}

static void test_codes_per_side(void **state) {
        _cleanup_(unit_table_freep) UnitTable *t = sample_table();
        assert_string_equal(unit_by_code(t, SIDE_PORTAL, STR("SKHCN"))->id, "H15.07");
        assert_null(unit_by_code(t, SIDE_PORTAL, STR("H15.07")));
        assert_string_equal(unit_by_code(t, SIDE_CENTRAL, STR("H15.07"))->id, "H15.07");
        assert_null(unit_by_code(t, SIDE_CENTRAL, STR("SKHCN")));
        assert_string_equal(unit_by_code(t, SIDE_CENTRAL, STR("24412"))->access[SIDE_CENTRAL].code, "24412");
}

static void check_name(const UnitTable *t, const char *name, const char *id) {
        const Unit *u = unit_by_name(t, str_of(name));
        if (!id ? u != NULL : !u || strcmp(u->id, id) != 0)
                fail_msg("\"%s\" is %s", name, u ? u->id : "none");
}

static void test_names(void **state) {
        _cleanup_(unit_table_freep) UnitTable *t = sample_table();
        check_name(t, "Xã Sơn Hạ", "21292");
        check_name(t, "Xã Sơn Hà", "21289");
        check_name(t, "xã  SƠN HÀ ", "21289");
        check_name(t, "Xã So\xCC\x9Bn Ha\xCC\xA3", "21292");
        check_name(t, "Xã Sơn Ha", NULL);
        check_name(t, "Xã Ba Tô", "21523");
        check_name(t, "Xã Ba Tơ", "21484");
        check_name(t, "Xã M’Drắk", "24412");
        check_name(t, "Xã M'Drắk", "24412");
        check_name(t, "xã m\xCA\xBC" "drắk", "24412");
        check_name(t, "Xã M\xE2\x80\x98" "Drắk", "24412");
        check_name(t, "Xã Hoà Phú", "24175");
        check_name(t, "tỉnh đắk lắk", "H15");
        check_name(t, "Phòng Kinh tế", NULL); /* two communes have one */
        check_name(t, "phòng kinh tế", NULL);
        check_name(t, "Dak Lak", NULL);
        check_name(t, "\xFF", NULL);
        check_name(t, "", NULL);
}

static void test_suggestions(void **state) {
        _cleanup_(unit_table_freep) UnitTable *t = sample_table();
        assert_string_equal(unit_near(t, STR("Buon Ma Thuot"))->id, "24133");
        assert_string_equal(unit_near(t, STR("xa mdrak"))->id, "24412");
        assert_string_equal(unit_near(t, STR("Sở Khoa học & Công nghệ"))->id, "H15.07");
        assert_string_equal(unit_near(t, STR("2417"))->id, "24175");
        assert_string_equal(unit_near(t, STR("skhcm"))->id, "H15.07"); /* its code on the portal */
        assert_null(unit_near(t, STR("Bộ Ngoại giao")));
        assert_null(unit_near(t, STR("\xFF")));
}

static void test_owner(void **state) {
        _cleanup_(unit_table_freep) UnitTable *t = sample_table();
        assert_string_equal(unit_owner(t, unit_by_id(t, STR("24412.kt.1")))->id, "24412");
        assert_string_equal(unit_owner(t, unit_by_id(t, STR("24133.kt")))->id, "24133");
        assert_string_equal(unit_owner(t, unit_by_id(t, STR("24412")))->id, "24412");
}

static void check_refused(const Unit *units, size_t n, int code, const char *part) {
        _cleanup_(unit_table_freep) UnitTable *t = table_new(units, n);
        Err e = { 0 };
        assert_int_equal(unit_table_index(t, &e), code);
        assert_int_equal(e.code, code);
        if (!strstr(e.text, part))
                fail_msg("%s", e.text);
        assert_null(unit_by_id(t, STR("a")));
        assert_null(unit_by_name(t, STR("a")));
        assert_null(unit_near(t, STR("a")));
}

static void test_wrong_tables(void **state) {
        const Unit twice[] = { { .id = "a", .name = "A", .parent = -1 }, { .id = "a", .name = "B", .parent = -1 } };
        check_refused(twice, 2, -EEXIST, "`a` is given twice");
        const Unit code[] = { { .id = "a", .name = "A", .parent = -1 },
                              { .id = "b", .name = "B", .parent = -1, .access[SIDE_PORTAL].code = "a" } };
        check_refused(code, 2, -EEXIST, "same portal code `a`");
        const Unit ring[] = { { .id = "a", .name = "A", .parent = 1 }, { .id = "b", .name = "B", .parent = 0 } };
        check_refused(ring, 2, -ELOOP, "own ancestor");
        const Unit outside[] = { { .id = "a", .name = "A", .parent = 1 } };
        check_refused(outside, 1, -EINVAL, "no such parent");
        const Unit nameless[] = { { .id = "a", .parent = -1 } };
        check_refused(nameless, 1, -EINVAL, "no name");
        const Unit bytes[] = { { .id = "a", .name = "\xFF", .parent = -1 } };
        check_refused(bytes, 1, -EILSEQ, "not UTF-8");
}

static void test_people_get_ids(void **state) {
        _cleanup_(unit_table_freep) UnitTable *t = table_new(sample, SAMPLE);
        for (size_t i = 0; i < 2; i++) {
                t->units[i].seats = calloc(1, sizeof(Seat));
                assert_non_null(t->units[i].seats);
                t->units[i].n_seats = 1;
                t->units[i].seats[0] = (Seat) { .kind = SEAT_HEAD, .name = "Lê Văn C", .address = "c@x.example.vn",
                                                .from = DATE_NONE, .until = DATE_NONE };
        }
        assert_int_equal(unit_table_index(t, NULL), 0);
        assert_string_equal(unit_by_id(t, STR("H15"))->seats[0].person, "lêvănc");
        assert_string_equal(unit_by_id(t, STR("24412.kt"))->seats[0].person, "lêvănc");
}

static void test_empty_and_short_of_memory(void **state) {
        _cleanup_(unit_table_freep) UnitTable *empty = table_new(NULL, 0);
        assert_int_equal(unit_table_index(empty, NULL), 0);
        assert_null(unit_by_id(empty, STR("a")));
        assert_null(unit_by_name(empty, STR("a")));
        assert_null(unit_near(empty, STR("a")));
        assert_null(unit_table_free(NULL));

        _cleanup_(unit_table_freep) UnitTable *t = table_new(sample, SAMPLE);
        t->arena.max = 100;
        Err e = { 0 };
        assert_int_equal(unit_table_index(t, &e), -ENOMEM);
        assert_int_equal(e.code, -ENOMEM);
        t->arena.max = 0;
        assert_int_equal(unit_table_index(t, NULL), 0); /* a second try works */
        assert_non_null(unit_by_id(t, STR("24412")));
        assert_int_equal(unit_table_index(t, NULL), 0); /* and so does indexing again */
        assert_string_equal(unit_owner(t, unit_by_id(t, STR("24412.kt.1")))->id, "24412");
}

static void test_labels(void **state) {
        for (int k = 0; k < UNIT_KIND_COUNT; k++)
                assert_true(unit_kinds[k] && unit_kind_vn((UnitKind) k)[0]);
        assert_null(unit_kinds[UNIT_KIND_COUNT]);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sorted_and_parents_follow),
                cmocka_unit_test(test_codes_per_side),
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_suggestions),
                cmocka_unit_test(test_owner),
                cmocka_unit_test(test_wrong_tables),
                cmocka_unit_test(test_people_get_ids),
                cmocka_unit_test(test_empty_and_short_of_memory),
                cmocka_unit_test(test_labels),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
