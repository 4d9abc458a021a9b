/* SPDX-License-Identifier: MIT */
#include "state/model/person.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

static Date day(int year, int month, int number) {
        Date d = DATE_NONE;
        assert_true(date_from_ymd(year, month, number, &d));
        return d;
}

static Seat seat(const char *name, const char *address, Date from, Date until) {
        return (Seat) { .kind = SEAT_FOCAL, .name = name, .address = address, .from = from, .until = until };
}

static void test_from_and_until_are_inclusive(void **state) {
        Seat s = seat("Đỗ Văn H", "h@bmt.example.vn", day(2026, 6, 17), day(2026, 8, 31));
        assert_false(seat_holds(&s, day(2026, 6, 16)));
        assert_true(seat_holds(&s, day(2026, 6, 17)));
        assert_true(seat_holds(&s, day(2026, 8, 31)));
        assert_false(seat_holds(&s, day(2026, 9, 1)));
        s.from = s.until = DATE_NONE;
        assert_true(seat_holds(&s, day(1999, 1, 1)));
        s.address = NULL;
        assert_false(seat_holds(&s, day(2026, 7, 1)));
        Seat vacant = seat(NULL, NULL, DATE_NONE, DATE_NONE);
        assert_false(seat_holds(&vacant, day(2026, 7, 1)));
}

static void check_id(const char *name, const char *address, const char *expected) {
        _cleanup_arena_ Arena a = { 0 };
        Str id;
        assert_int_equal(person_id(&a, str_of(name), str_of(address), &id), 0);
        assert_str(id, expected);
}

static void test_ids(void **state) {
        check_id("Nguyễn Văn A", NULL, "nguyễnvăna");
        check_id(" NGUYỄN  Văn A ", NULL, "nguyễnvăna");
        check_id("H’Lan Niê", "G@MDrak.example.vn", "h'lanniê~g@mdrak.example.vn");
        check_id("Nguyễn Thị Hoà", NULL, "nguyễnthịhòa");
        check_id("a~b", "c", "a-b~c");

        _cleanup_arena_ Arena a = { 0 };
        Str id = STR("untouched");
        assert_int_equal(person_id(&a, STR("  "), STR("a@b"), &id), -EINVAL);
        assert_int_equal(person_id(&a, STR("\xFF"), STR("a@b"), &id), -EILSEQ);
        Arena none = { .max = 1 };
        assert_int_equal(person_id(&none, STR("A"), STR("a@b"), &id), -ENOMEM);
        arena_free(&none);
        assert_str(id, "untouched");
}

static void test_one_person_on_several_seats(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        Seat one = seat("Lê Văn C", "c@x.example.vn", DATE_NONE, DATE_NONE), two = one;
        two.name = "LÊ VĂN C";
        two.address = "C@x.example.vn";
        Seat *all[] = { &one, &two };
        assert_int_equal(person_assign(&a, all, 2), 0);
        assert_string_equal(one.person, "lêvănc");
        assert_string_equal(two.person, one.person);
}

static void test_two_people_of_one_name(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        Seat one = seat("Lê Văn C", "c@x.example.vn", DATE_NONE, DATE_NONE);
        Seat two = seat("Lê Văn C", "c@y.example.vn", day(2026, 1, 1), DATE_NONE), again = one;
        Seat other = seat("Lê Văn D", "d@y.example.vn", DATE_NONE, DATE_NONE);
        Seat *all[] = { &one, &other, &two, &again };
        assert_int_equal(person_assign(&a, all, 4), 0);
        assert_string_equal(one.person, "lêvănc~c@x.example.vn");
        assert_string_equal(two.person, "lêvănc~c@y.example.vn");
        assert_string_equal(again.person, one.person);
        assert_string_equal(other.person, "lêvănd");
}

static void test_a_new_address_keeps_the_id(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        Seat before = seat("Lê Văn C", "c@x.example.vn", DATE_NONE, DATE_NONE);
        Seat *first[] = { &before };
        assert_int_equal(person_assign(&a, first, 1), 0);

        Seat old = seat("Lê Văn C", "c@x.example.vn", DATE_NONE, day(2026, 6, 16)); /* the two lines do not overlap */
        Seat new = seat("Lê Văn C", "c2@x.example.vn", day(2026, 6, 17), DATE_NONE);
        Seat *both[] = { &new, &old };
        assert_int_equal(person_assign(&a, both, 2), 0);
        assert_string_equal(old.person, before.person);
        assert_string_equal(new.person, before.person);

        Seat late = seat("Lê Văn C", "c2@x.example.vn", day(2026, 6, 16), DATE_NONE); /* both on the 16th */
        old.person = NULL;
        Seat *overlap[] = { &old, &late };
        assert_int_equal(person_assign(&a, overlap, 2), 0);
        assert_string_not_equal(old.person, late.person);
}

static void test_vacant_and_given_stay(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        Seat vacant = seat(NULL, NULL, DATE_NONE, DATE_NONE);
        Seat given = seat("Lê Văn C", "c@x.example.vn", DATE_NONE, DATE_NONE);
        given.person = "given";
        Seat *all[] = { &vacant, &given };
        assert_int_equal(person_assign(&a, all, 2), 0);
        assert_null(vacant.person);
        assert_string_equal(given.person, "given");
        assert_int_equal(person_assign(&a, NULL, 0), 0);
}

static void test_labels(void **state) {
        for (int k = 0; k < SEAT_KIND_COUNT; k++)
                assert_true(seat_kinds[k] && seat_kind_vn((SeatKind) k)[0]);
        assert_null(seat_kinds[SEAT_KIND_COUNT]);
        assert_string_equal(seat_kinds[SEAT_ACTING_HEAD], "acting-head");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_from_and_until_are_inclusive),
                cmocka_unit_test(test_ids),
                cmocka_unit_test(test_one_person_on_several_seats),
                cmocka_unit_test(test_two_people_of_one_name),
                cmocka_unit_test(test_a_new_address_keeps_the_id),
                cmocka_unit_test(test_vacant_and_given_stay),
                cmocka_unit_test(test_labels),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
