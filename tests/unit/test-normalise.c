/* SPDX-License-Identifier: MIT */
/* Records of the shipped central profile to canonical sides, written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "config/load.h"
#include "connectors/profile/profile-plan.h"
#include "connectors/record/normalise-memo.h"
#include "connectors/record/normalise.h"

typedef struct World {
        Document *document;
        Profile *profile;
        UnitTable units;
        Normaliser n;
        RecordSide side;
        Quarantine q;
} World;

static int world_begin(void **state) {
        World *w = calloc(1, sizeof *w);
        Notices notices = { 0 };
        Err e = { 0 };
        const char *source = getenv("NQ57_SOURCE");
        assert_int_equal(load_file(source ? source : ".", "connectors/profiles/theodoiq.yaml", LOAD_PROFILE, &notices,
                                   &w->document, &e),
                         0);
        assert_int_equal(profile_compile(w->document->root, NULL, &w->profile, &e), 0);
        w->units.units = calloc(2, sizeof *w->units.units);
        w->units.n_units = 2;
        w->units.units[0] = (Unit) { .id = "24412",
                                     .name = "Xã M’Drắk",
                                     .kind = UNIT_COMMUNE,
                                     .parent = -1,
                                     .access = { { .code = "24412" }, { .code = "24412" } } };
        w->units.units[1] = (Unit) { .id = "H15.07",
                                     .name = "Sở Khoa học và Công nghệ",
                                     .kind = UNIT_DEPARTMENT,
                                     .parent = -1,
                                     .access = { { .code = "SKHCN" }, { .code = "SKHCN" } } };
        assert_int_equal(unit_table_index(&w->units, &e), 0);
        assert_int_equal(normaliser_init(&w->n, profile_stream(w->profile, "tasks"), &w->units, SIDE_CENTRAL, ""), 0);
        *state = w;
        return 0;
}

static int world_end(void **state) {
        World *w = *state;
        normaliser_done(&w->n);
        profile_free(w->profile);
        document_free(w->document);
        /* the table itself is no heap object */
        UnitTable *t = malloc(sizeof *t);
        *t = w->units;
        unit_table_free(t);
        free(w);
        return 0;
}

/* A sound record with `more` members in front. */
static int read_with(World *w, const char *more, const char *status) {
        static char json[4000];
        snprintf(json, sizeof json,
                 "{%s\"maNhiemVu\":\" NV-01 "
                 "\",\"donVi\":{\"ma\":\"24412\"},\"trangThai\":\"%s\",\"tinhTrangDuyet\":\"Đã duyệt\"}",
                 more, status);
        SplitSpan span = { .bytes = str_of(json) };
        split_record(&span);
        return normalise_record(&w->n, &span, &w->side, &w->q);
}

static void check(World *w, const char *member, FieldId id, ValueState want, const char *text, const char *raw) {
        assert_int_equal(read_with(w, member, "Hoàn thành"), 0);
        const Value *v = &w->side.field[id];
        if (v->state != want || !str_eq(v->text, str_of(text)) || !str_eq(v->raw, str_of(raw)))
                fail_msg("%s: state %d `" STR_FMT "` raw `" STR_FMT "`", member, v->state, STR_ARG(v->text),
                         STR_ARG(v->raw));
}

static void test_values(void **state) {
        World *w = *state;
        check(w, "", FIELD_PROGRESS, VALUE_ABSENT, "", "");
        check(w, "\"tienDo\":null,", FIELD_PROGRESS, VALUE_NULL, "", "");
        check(w, "\"tienDo\":\" \",", FIELD_PROGRESS, VALUE_EMPTY, "", "");
        check(w, "\"tienDo\":\"0\",", FIELD_PROGRESS, VALUE_SET, "0", "");
        check(w, "\"tienDo\":\"60,5\",", FIELD_PROGRESS, VALUE_SET, "60.5", "60,5");
        check(w, "\"tienDo\":\"1.234,50\",", FIELD_PROGRESS, VALUE_SET, "1234.5", "1.234,50");
        check(w, "\"tienDo\":12345678901234567890.10,", FIELD_PROGRESS, VALUE_SET, "12345678901234567890.1",
              "12345678901234567890.10");
        check(w, "\"tienDo\":60.5,", FIELD_PROGRESS, VALUE_SET, "60.5", "");
        check(w, "\"tienDo\":\"60.5\",", FIELD_PROGRESS, VALUE_INVALID, "", "60.5");
        check(w, "\"tienDo\":[1],", FIELD_PROGRESS, VALUE_INVALID, "", "[1]");
        check(w, "\"tenNhiemVu\":\"  Ho\\u0061\\u0300n   thành \",", FIELD_TITLE, VALUE_SET, "Hoàn thành",
              "  Hoa\xcc\x80n   thành ");
        check(w, "\"tenNhiemVu\":\"a\\u0000b\",", FIELD_TITLE, VALUE_INVALID, "", "a\\x00b");
        check(w, "\"ngayGiao\":\"05/01/2026\",", FIELD_ASSIGNED_ON, VALUE_SET, "2026-01-05", "05/01/2026");
        check(w, "\"ngayGiao\":\"31/02/2026\",", FIELD_ASSIGNED_ON, VALUE_INVALID, "", "31/02/2026");
        check(w, "\"hanHoanThanh\":\"30/06/2026\",", FIELD_DUE, VALUE_SET, "2026-06-30", "30/06/2026");
        check(w, "\"hanHoanThanh\":\"Quý III/2026\",", FIELD_DUE, VALUE_SET, "2026-Q3", "Quý III/2026");
        check(w, "\"capNhatLuc\":\"18/06/2026 15:30\",", FIELD_UPDATED_AT, VALUE_SET, "2026-06-18T08:30:00Z",
              "18/06/2026 15:30");
        check(w, "\"donViPhoiHop\":[\"SKHCN\",\"24412\",\"SKHCN\"],", FIELD_COOPERATING, VALUE_SET,
              "[\"24412\",\"H15.07\"]", "[\"SKHCN\",\"24412\",\"SKHCN\"]");
        check(w, "\"donViPhoiHop\":[],", FIELD_COOPERATING, VALUE_EMPTY, "", "");
        check(w, "\"donViPhoiHop\":[\"XX\"],", FIELD_COOPERATING, VALUE_INVALID, "", "[\"XX\"]");
        check(w, "\"ketQua\":\"<p>Đã <b>xong</b></p>\",", FIELD_RESULT, VALUE_SET, "Đã xong", "<p>Đã <b>xong</b></p>");
        check(w, "\"minhChung\":[{\"ten\":\"B\",\"ngay\":\"05/01/2026\"},{\"ten\":\"A\",\"soKyHieu\":null}],",
              FIELD_EVIDENCE, VALUE_SET, "[{\"name\":\"A\"},{\"name\":\"B\",\"date\":\"2026-01-05\"}]", "");
}

static void test_identity_and_words(void **state) {
        World *w = *state;
        assert_int_equal(read_with(w, "", "Hoàn thành quá hạn"), 0);
        assert_true(str_eq(w->side.identity.code, STR("NV-01")) && str_eq(w->side.identity.unit, STR("24412")));
        assert_true(str_eq(w->side.field[FIELD_WORK].text, STR("done")) &&
                    str_eq(w->side.field[FIELD_CLAIMS_LATE].text, STR("true")));
        assert_int_equal(read_with(w, "", "hoàn thành"), 0);
        assert_true(str_eq(w->side.field[FIELD_CLAIMS_LATE].text, STR("false")));
        assert_true(str_eq(w->side.field[FIELD_REVIEW].text, STR("approved")));
}

static void quarantined(World *w, const char *json, Fault want, bool known) {
        SplitSpan span = { .bytes = str_of(json) };
        split_record(&span);
        assert_int_equal(normalise_record(&w->n, &span, &w->side, &w->q), NORMALISE_QUARANTINED);
        if (w->q.fault != want || w->q.identity_known != known || w->q.sample.len == 0)
                fail_msg("%s: %s", json, fault_names[w->q.fault]);
}

static void test_quarantine(void **state) {
        World *w = *state;
        assert_int_equal(read_with(w, "", "Hoàn thnh"), NORMALISE_QUARANTINED);
        assert_int_equal(w->q.fault, FAULT_WORD_UNKNOWN);
        assert_true(w->q.identity_known && str_eq(w->q.nearest, STR("Hoàn thành")) && str_eq(w->q.unit, STR("24412")));
        quarantined(w,
                    "{\"maNhiemVu\":\"A\",\"donVi\":{\"ma\":\"99999\"},\"trangThai\":\"Hoàn "
                    "thành\",\"tinhTrangDuyet\":\"Đã duyệt\"}",
                    FAULT_UNIT_UNMAPPED, false);
        quarantined(w, "{\"maNhiemVu\":\"A\",\"donVi\":{\"ma\":\"24412\"},\"tinhTrangDuyet\":\"Đã duyệt\"}",
                    FAULT_SELECTOR_MISSING, true);
        quarantined(w, "{\"donVi\":{\"ma\":\"24412\"}}", FAULT_SELECTOR_MISSING, false);
        quarantined(w, "{\"maNhiemVu\":null}", FAULT_RECORD_INVALID, false);
        quarantined(w, "{\"maNhiemVu\":\" \"}", FAULT_RECORD_INVALID, false);
        quarantined(w, "{\"maNhiemVu\":\"A\",\"donVi\":null}", FAULT_RECORD_INVALID, false);
        quarantined(w, "{\"maNhiemVu\":\"A\",\"maNhiemVu\":\"B\"}", FAULT_RECORD_INVALID, false);
        quarantined(w, "{\"maNhiemVu\":\"A\",\"x\":9223372036854775808}", FAULT_RECORD_INVALID, false);
        quarantined(w, "{\"maNhiemVu\":NaN}", FAULT_RECORD_INVALID, false);
        quarantined(w, "[1]", FAULT_SELECTOR_MISSING, false); /* a row of one place, and no member of that name */
        quarantined(w, "\"NV-01\"", FAULT_RECORD_INVALID, false);
        quarantined(w, "null", FAULT_RECORD_INVALID, false);
}

/* Whatever was remembered of the records before, a record comes to what it comes to on its own. */
static void test_remembered(void **state) {
        World *w = *state;
        _cleanup_(memo_freep) NormaliseMemo *memo = memo_new();
        uint32_t random = 7;
        for (int i = 0; i < 4000; i++) {
                char more[400];
                _cleanup_text_ Text one = TEXT_INIT(4000), other = TEXT_INIT(4000);
                random = random * 1664525 + 1013904223;
                unsigned pick = random >> 16;
                static const char *const written[] = { "5", "\"5\"", "\"5,0\"", "\" 5\"", "\"n/a\"", "true", "null" };
                snprintf(more, sizeof more,
                         "\"nhom\":\"N%u\",\"cap\":\"N%u\",\"lanhDao\":%s,\"tienDo\":%s,\"ngayGiao\":\"%02u/01/2026\","
                         "\"hanHoanThanh\":\"%02u/1/2026\",\"ketQua\":\"<b>k</b>%u\",",
                         pick % 900, pick % 7, written[pick % 7], written[pick % 5], pick % 28 + 1, pick % 31 + 1,
                         pick % 3);
                w->n.memo = NULL;
                assert_int_equal(read_with(w, more, "Hoàn thành"), 0);
                int invalid = w->n.n_invalid;
                assert_int_equal(record_encode(w->side.field, &one), 0);
                w->n.memo = memo;
                assert_int_equal(read_with(w, more, "Hoàn thành"), 0);
                assert_int_equal(record_encode(w->side.field, &other), 0);
                assert_string_equal(one.at, other.at);
                assert_int_equal(w->n.n_invalid, invalid);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_values, world_begin, world_end),
                cmocka_unit_test_setup_teardown(test_identity_and_words, world_begin, world_end),
                cmocka_unit_test_setup_teardown(test_quarantine, world_begin, world_end),
                cmocka_unit_test_setup_teardown(test_remembered, world_begin, world_end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
