/* SPDX-License-Identifier: MIT */
/* What the keys of a field make of a record: several selectors, styles of numbers, repairs, lists, identities. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "config/load.h"
#include "connectors/profile/profile-plan.h"
#include "connectors/record/normalise.h"

typedef struct World {
        Document *document;
        Profile *profile;
        UnitTable *units;
        Normaliser n;
} World;

static const char head[] = "profile: p\nstatus: assumed\nsession:\n  kind: none\n"
                           "words:\n  work:\n    Xong: done\n    Đang làm: in_progress\n"
                           "streams:\n  tasks:\n    kind: task\n    path: /t\n    list: $.l\n    paging: page\n"
                           "    page-parameter: p\n    size-parameter: s\n    size: 5\n    code: $.c\n";

static const UnitCode commune_codes[] = { { "code-edoc", "000.24" }, { "code-central", "24413" } };

static void world_open(World *w, const char *rest) {
        _cleanup_text_ Text yaml = TEXT_INIT(8000);
        Notices notices = { 0 };
        Err e = { 0 };
        text_addf(&yaml, "%s%s", head, rest);
        *w = (World) { 0 };
        if (load_text(text_str(&yaml), "p.yaml", LOAD_PROFILE, &notices, &w->document, &e) != 0 ||
            profile_compile(w->document->root, NULL, &w->profile, &e) != 0)
                fail_msg("%s", rest);
        w->units = calloc(1, sizeof *w->units);
        w->units->units = calloc(2, sizeof *w->units->units);
        w->units->n_units = 2;
        w->units->units[0] = (Unit) { .id = "24412", .name = "Xã M’Drắk", .kind = UNIT_COMMUNE, .parent = -1,
                                      .codes = commune_codes, .n_codes = 2 };
        w->units->units[1] = (Unit) { .id = "H15.07", .name = "Sở Khoa học và Công nghệ", .parent = -1,
                                      .kind = UNIT_DEPARTMENT, .access = { { .code = "SKHCN" }, { .code = "SKHCN" } } };
        assert_int_equal(unit_table_index(w->units, &e), 0);
        assert_int_equal(normaliser_init(&w->n, profile_stream(w->profile, "tasks"), w->units, SIDE_CENTRAL, ""), 0);
}

static void world_close(World *w) {
        normaliser_done(&w->n);
        profile_free(w->profile);
        document_free(w->document);
        unit_table_free(w->units);
}

static int read_record(World *w, const char *json, RecordSide *side, Quarantine *q) {
        SplitSpan span = { .bytes = str_of(json) };
        split_record(&span);
        return normalise_record(&w->n, &span, side, q);
}

/* `field` is the YAML of one field without its indent of six; `members` what the record holds beside its code. */
static void check(const char *field, FieldId id, const char *members, ValueState want, const char *text) {
        World w;
        RecordSide side;
        Quarantine q;
        _cleanup_text_ Text yaml = TEXT_INIT(4000), json = TEXT_INIT(4000);
        text_addf(&yaml, "    fields:\n      ");
        for (const char *at = field; *at; at++) {
                text_addc(&yaml, *at);
                if (*at == '\n')
                        text_add(&yaml, STR("      "));
        }
        text_addc(&yaml, '\n');
        text_addf(&json, "{\"c\":\"A\",%s}", members);
        world_open(&w, yaml.at);
        if (read_record(&w, json.at, &side, &q) != 0)
                fail_msg("%s %s: put aside: " STR_FMT " `" STR_FMT "`", field, members, STR_ARG(q.field),
                         STR_ARG(q.value));
        const Value *v = &side.field[id];
        if (v->state != want || !str_eq(v->text, str_of(text)))
                fail_msg("%s %s: state %d `" STR_FMT "`", field, members, v->state, STR_ARG(v->text));
        world_close(&w);
}

static void test_several_selectors(void **state) {
        const char *first = "title:\n  first-of:\n    - $.a\n    - $.b.c\n    - $.l[*]";
        check(first, FIELD_TITLE, "\"a\":\"x\",\"b\":{\"c\":\"y\"}", VALUE_SET, "x");
        check(first, FIELD_TITLE, "\"a\":\" \",\"b\":{\"c\":\"y\"}", VALUE_SET, "y");
        check(first, FIELD_TITLE, "\"a\":null,\"b\":{},\"l\":[null,\"\",\"z\",\"w\"]", VALUE_SET, "z");
        check(first, FIELD_TITLE, "\"a\":null", VALUE_NULL, "");
        check(first, FIELD_TITLE, "\"a\":null,\"b\":{\"c\":\"\"}", VALUE_EMPTY, "");
        check(first, FIELD_TITLE, "\"z\":1", VALUE_ABSENT, "");
        check(first, FIELD_TITLE, "\"a\":{\"x\":1},\"b\":{\"c\":\"y\"}", VALUE_INVALID, "");
        const char *join = "title:\n  join:\n    - $.a\n    - $.l[*].n\n  separator: \", \"";
        check(join, FIELD_TITLE, "\"a\":\"x\",\"l\":[{\"n\":\"1\"},{\"n\":2},{\"n\":\" \"},{}]", VALUE_SET, "x, 1, 2");
        check(join, FIELD_TITLE, "\"l\":[{\"n\":\"1\"}]", VALUE_SET, "1");
        check(join, FIELD_TITLE, "\"a\":null", VALUE_NULL, "");
        check("assigned_on:\n  join:\n    - $.d\n    - $.m\n    - $.y\n  separator: /\n  dates:\n    - d/M/yyyy",
              FIELD_ASSIGNED_ON, "\"d\":5,\"m\":1,\"y\":2026", VALUE_SET, "2026-01-05");
        const char *filter = "due:\n  from: $.h[?@.loai=='han'].ngay\n  dates:\n    - d/M/yyyy";
        check(filter, FIELD_DUE, "\"h\":[{\"loai\":\"x\",\"ngay\":1},{\"loai\":\"han\",\"ngay\":\"30/6/2026\"}]",
              VALUE_SET, "2026-06-30");
        check(filter, FIELD_DUE, "\"h\":[]", VALUE_ABSENT, "");
        check(filter, FIELD_DUE,
              "\"h\":[{\"loai\":\"han\",\"ngay\":\"30/6/2026\"},{\"loai\":\"han\",\"ngay\":\"1/7/2026\"}]",
              VALUE_INVALID, "");
        check("title: $..ten", FIELD_TITLE, "\"x\":{\"y\":{\"ten\":\"sâu\"}}", VALUE_SET, "sâu");
        check("title: $.a[-1]", FIELD_TITLE, "\"a\":[\"x\",\"y\"]", VALUE_SET, "y");
        check("work:\n  constant: done", FIELD_WORK, "\"x\":1", VALUE_SET, "done");
}

static void test_nothing_that_means_null(void **state) {
        const char *due = "due:\n  from: $.h\n  nothing: \"null\"";
        check(due, FIELD_DUE, "\"h\":\"\"", VALUE_NULL, "");
        check(due, FIELD_DUE, "\"h\":\" \"", VALUE_NULL, "");
        check(due, FIELD_DUE, "\"x\":1", VALUE_NULL, "");
        check(due, FIELD_DUE, "\"h\":\"2026-06-30\"", VALUE_SET, "2026-06-30");
        check("due: $.h", FIELD_DUE, "\"h\":\"\"", VALUE_EMPTY, "");
        check("due: $.h", FIELD_DUE, "\"x\":1", VALUE_ABSENT, "");
        const char *list = "cooperating:\n  from: $.u\n  nothing: \"null\"";
        check(list, FIELD_COOPERATING, "\"u\":[]", VALUE_NULL, "");
        check("progress:\n  from: $.p\n  nothing: \"null\"", FIELD_PROGRESS, "\"p\":\"?\"", VALUE_INVALID, "");
}

/* Below a member, and documents in a list, are read where they stand; with an escape in them a tree says the same. */
static void test_read_where_they_stand(void **state) {
        const char *below = "title: $.b.c.d";
        check(below, FIELD_TITLE, "\"b\":{\"x\":[1],\"c\":{\"e\":1,\"d\":\"s\\u00e2u\"}}", VALUE_SET, "sâu");
        check(below, FIELD_TITLE, "\"b\": { \"c\" : {\"d\" : -0 } }", VALUE_SET, "0");
        check(below, FIELD_TITLE, "\"b\":{\"c\":{\"\\u0064\":\"x\"}}", VALUE_SET, "x");
        check(below, FIELD_TITLE, "\"b\":{\"c\":{\"d\":[]}}", VALUE_INVALID, "");
        check(below, FIELD_TITLE, "\"b\":{\"c\":null}", VALUE_NULL, "");
        check(below, FIELD_TITLE, "\"b\":{\"c\":{\"d\":null}}", VALUE_NULL, "");
        check(below, FIELD_TITLE, "\"b\":{\"c\":[1]}", VALUE_ABSENT, "");
        check(below, FIELD_TITLE, "\"b\":{\"c\":\"d\"}", VALUE_ABSENT, "");
        check(below, FIELD_TITLE, "\"b\":{\"d\":1}", VALUE_ABSENT, "");
        const char *plain = "evidence:\n  from: $.e\n  name: $.n\n  date: $.d\n  url: $.l\n  dates:\n    - d/M/yyyy";
        static const char *const as_text = "[{\"name\":\"a\",\"date\":\"2026-01-05\",\"url\":\"1\"},{\"name\":\"b\"}]";
        check(plain, FIELD_EVIDENCE, "\"e\":[{\"n\":\"b\"},{\"l\":1,\"n\":\" a \",\"z\":{},\"d\":\"5/1/2026\"}]",
              VALUE_SET, as_text);
        check(plain, FIELD_EVIDENCE,
              "\"e\":[{\"n\":\"b\"},{\"l\":1,\"n\":\"\\u0061\",\"d\":\"5/1/2026\"}, {\"n\":\"b\",\"d\":null}]",
              VALUE_SET, as_text);
        check(plain, FIELD_EVIDENCE, "\"e\":[]", VALUE_EMPTY, "");
        check(plain, FIELD_EVIDENCE, "\"e\":[{\"n\":[]}]", VALUE_INVALID, "");
        check(plain, FIELD_EVIDENCE, "\"e\":[1]", VALUE_INVALID, "");
        check(plain, FIELD_EVIDENCE, "\"e\":{}", VALUE_INVALID, "");
        check("evidence:\n  from: $.e\n  name: $.n.x\n  url: $.l", FIELD_EVIDENCE, "\"e\":[{\"n\":{\"x\":1},\"l\":2}]",
              VALUE_SET, "[{\"name\":\"1\",\"url\":\"2\"}]");
        check("evidence:\n  from: $.e\n  name: $.n\n  url: $.n", FIELD_EVIDENCE, "\"e\":[{\"n\":2}]", VALUE_SET,
              "[{\"name\":\"2\",\"url\":\"2\"}]");
}

static void test_numbers(void **state) {
        const char *comma = "progress:\n  from: $.p\n  decimal-mark: comma\n  thousands: space";
        check(comma, FIELD_PROGRESS, "\"p\":\"1 234 567,80\"", VALUE_SET, "1234567.8");
        check(comma, FIELD_PROGRESS, "\"p\":\"1\u00a0234,5\"", VALUE_SET, "1234.5");
        check(comma, FIELD_PROGRESS, "\"p\":\"1\u202f234,5\"", VALUE_SET, "1234.5");
        check(comma, FIELD_PROGRESS, "\"p\":\"12 34\"", VALUE_INVALID, "");
        const char *swiss = "progress:\n  from: $.p\n  thousands: apostrophe";
        check(swiss, FIELD_PROGRESS, "\"p\":\"1'234.5\"", VALUE_SET, "1234.5");
        check(swiss, FIELD_PROGRESS, "\"p\":\"1’234’567\"", VALUE_SET, "1234567");
        const char *below = "progress:\n  from: $.p\n  negative: parentheses";
        check(below, FIELD_PROGRESS, "\"p\":\"(12.50)\"", VALUE_SET, "-12.5");
        check(below, FIELD_PROGRESS, "\"p\":\"12.5\"", VALUE_SET, "12.5");
        check("progress: $.p", FIELD_PROGRESS, "\"p\":\"(12.5)\"", VALUE_INVALID, "");
        check("progress: $.p", FIELD_PROGRESS, "\"p\":\"60%\"", VALUE_INVALID, "");
        check("progress:\n  from: $.p\n  percent: yes", FIELD_PROGRESS, "\"p\":\"60 %\"", VALUE_SET, "60");
        const char *fraction = "progress:\n  from: $.p\n  percent: fraction";
        check(fraction, FIELD_PROGRESS, "\"p\":0.6", VALUE_SET, "60");
        check(fraction, FIELD_PROGRESS, "\"p\":\"0.605\"", VALUE_SET, "60.5");
        check(fraction, FIELD_PROGRESS, "\"p\":\"60%\"", VALUE_SET, "60");
        check(fraction, FIELD_PROGRESS, "\"p\":0", VALUE_SET, "0");
        check(fraction, FIELD_PROGRESS, "\"p\":-0.001", VALUE_SET, "-0.1");
        check(fraction, FIELD_PROGRESS, "\"p\":1", VALUE_SET, "100");
}

static void test_lists(void **state) {
        const char *one = "cooperating:\n  from: $.u";
        check(one, FIELD_COOPERATING, "\"u\":\"SKHCN\"", VALUE_INVALID, "");
        const char *split = "cooperating:\n  from: $.u\n  split: \";,\"";
        check(split, FIELD_COOPERATING, "\"u\":\"SKHCN; 24412,\"", VALUE_SET, "[\"24412\",\"H15.07\"]");
        check(split, FIELD_COOPERATING, "\"u\":\"\"", VALUE_EMPTY, "");
        check(split, FIELD_COOPERATING, "\"u\":[\"SKHCN\"]", VALUE_SET, "[\"H15.07\"]");
        check("cooperating: $.g[*].u", FIELD_COOPERATING, "\"g\":[{\"u\":\"SKHCN\"},{\"u\":\"24412\"},{}]", VALUE_SET,
              "[\"24412\",\"H15.07\"]");
        check("cooperating:\n  join:\n    - $.a\n    - $.b", FIELD_COOPERATING, "\"a\":[\"SKHCN\"],\"b\":[\"24412\"]",
              VALUE_SET, "[\"24412\",\"H15.07\"]");
        check("cooperating:\n  first-of:\n    - $.a\n    - $.b", FIELD_COOPERATING, "\"a\":[],\"b\":[\"24412\"]",
              VALUE_SET, "[\"24412\"]");
        check("evidence:\n  from: $.f[?@.loai=='mc']\n  name: $.ten", FIELD_EVIDENCE,
              "\"f\":[{\"loai\":\"x\",\"ten\":\"A\"},{\"loai\":\"mc\",\"ten\":\"B\"}]", VALUE_SET,
              "[{\"name\":\"B\"}]");
        check("evidence:\n  from: $.f\n  split: \";\"", FIELD_EVIDENCE, "\"f\":\"QĐ 12; Báo cáo\"", VALUE_SET,
              "[{\"name\":\"Báo cáo\"},{\"name\":\"QĐ 12\"}]");
}

static void test_units_and_repairs(void **state) {
        check("lead:\n  from: $.u\n  unit-by: code-edoc", FIELD_LEAD, "\"u\":\"000.24\"", VALUE_SET, "24412");
        check("lead: $.u", FIELD_LEAD, "\"u\":\"24413\"", VALUE_SET, "24412"); /* a unit merged into it */
        check("title:\n  from: $.t\n  repair: utf8-as-1252", FIELD_TITLE, "\"t\":\"HoÃ n thÃ nh\"", VALUE_SET,
              "Hoàn thành");
        check("title:\n  from: $.t\n  repair: tcvn3", FIELD_TITLE, "\"t\":\"NhiÖm vô\"", VALUE_SET, "Nhiệm vụ");
        check("title:\n  from: $.t\n  repair: vni\n  html: yes", FIELD_TITLE, "\"t\":\"<b>Ñaék</b> Laék\"", VALUE_SET,
              "Đắk Lắk");
        check("work:\n  from: $.w\n  words: work\n  repair: utf8-as-1252", FIELD_WORK,
              "\"w\":\"Ä\xc2\x90"
              "ang lÃ m\"",
              VALUE_SET, "in_progress");
}

static void check_code(const char *rest, const char *written, const char *code) {
        World w;
        RecordSide side;
        Quarantine q;
        _cleanup_text_ Text yaml = TEXT_INIT(1000), json = TEXT_INIT(1000);
        text_addf(&yaml, "%s    fields:\n      title: $.t\n", rest);
        text_addf(&json, "{\"c\":%s}", written);
        world_open(&w, yaml.at);
        assert_int_equal(read_record(&w, json.at, &side, &q), 0);
        if (!str_eq(side.identity.code, str_of(code)))
                fail_msg("%s: `" STR_FMT "`", written, STR_ARG(side.identity.code));
        world_close(&w);
}

/* P17: one record has one key, however its code is typed; a code is never a number. */
static void test_identity(void **state) {
        static const char *const same[] = {
                "\"Đ-01.5\"",        "\"\u0110-01.5\"",   "\" Đ-01.5 \"",   "\"Đ-01.5.\"",  "\"Đ-01.5 .\"",
                "\"Đ–01.5\"",        "\"Đ‑01.5\"",        "\"Đ-０１.５\"",  "\"\\u0110-01.5\"", "\"\u00a0Đ-01.5\u200b\"",
        };
        for (size_t i = 0; i < sizeof same / sizeof *same; i++)
                check_code("", same[i], "Đ-01.5");
        check_code("", "\"Ho\xcc\x80" "a 1\"", "Hòa 1");
        check_code("", "\"Hòa\u30001\"", "Hòa 1");
        check_code("", "\"007\"", "007");
        check_code("", "7", "7");
        check_code("", "12.0", "12.0");
        check_code("", "\"nv-ii\"", "nv-ii");
        check_code("    code-case: upper\n", "\"nv-đ1\"", "NV-Đ1");
        check_code("    code-case: upper\n", "\"NV-Đ1\"", "NV-Đ1");
}

static void test_missing_says_what_is_there(void **state) {
        World w;
        RecordSide side;
        Quarantine q;
        world_open(&w, "    fields:\n      lead: $.donVi.ma\n");
        assert_int_equal(read_record(&w, "{\"c\":\"A\",\"donVi\":{\"id\":\"24412\",\"ten\":\"x\"}}", &side, &q),
                         NORMALISE_QUARANTINED);
        assert_int_equal(q.fault, FAULT_SELECTOR_MISSING);
        assert_true(str_eq(q.field, STR("$.donVi.ma")));
        assert_true(str_eq(q.value, STR("$.donVi is an object of id, ten")));
        world_close(&w);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_several_selectors),
                cmocka_unit_test(test_nothing_that_means_null),
                cmocka_unit_test(test_read_where_they_stand),
                cmocka_unit_test(test_numbers),
                cmocka_unit_test(test_lists),
                cmocka_unit_test(test_units_and_repairs),
                cmocka_unit_test(test_identity),
                cmocka_unit_test(test_missing_says_what_is_there),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
