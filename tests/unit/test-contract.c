/* SPDX-License-Identifier: MIT */
/* Drift: a listing after another, each of records written here, and what is said of the second. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "config/load.h"
#include "connectors/profile/profile-plan.h"
#include "connectors/record/contract.h"
#include "connectors/record/normalise.h"

static const char profile_text[] =
        "profile: p\nstatus: assumed\nsession:\n  kind: none\n"
        "words:\n  work:\n    Xong: done\n    Đang làm: in_progress\n  cycle:\n    Năm: năm\n"
        "streams:\n  tasks:\n    kind: task\n    path: /t\n    list: $.l\n    paging: page\n    page-parameter: p\n"
        "    size-parameter: s\n    size: 5\n    code: $.c\n%s    fields:\n      title: $.t\n      progress: $.p\n"
        "      work:\n        from: $.w\n        words: work\n      cycle:\n        from: $.k\n        words: cycle\n";

typedef struct World {
        Document *document;
        Profile *profile;
        const StreamPlan *stream;
        UnitTable units;
        Text kept, said;
        uint64_t mark;
        bool stopped;
} World;

static const char details_text[] =
        "profile: p\nstatus: assumed\nsession:\n  kind: none\n"
        "words:\n  work:\n    Xong: done\n    Đang làm: in_progress\n"
        "streams:\n  tasks:\n    kind: task\n    path: /t\n    list: $.l\n    paging: page\n    page-parameter: p\n"
        "    details:\n      path: /d/<record.id>\n    code: $.row.c\n    fields:\n      title: $.detail.info.t\n"
        "      work:\n        from: $.detail.state.w\n        words: work\n";

static World world_of(Text yaml) {
        World w = { .kept = TEXT_INIT(CONTRACT_TEXT), .said = TEXT_INIT(8000) };
        Notices notices = { 0 };
        Err e = { 0 };
        assert_int_equal(load_text(text_str(&yaml), "p.yaml", LOAD_PROFILE, &notices, &w.document, &e), 0);
        assert_int_equal(profile_compile(w.document->root, NULL, &w.profile, &e), 0);
        w.stream = profile_stream(w.profile, "tasks");
        text_free(&yaml);
        return w;
}

static World world_open(const char *drift) {
        Text yaml = TEXT_INIT(4000);
        text_addf(&yaml, profile_text, drift);
        return world_of(yaml);
}

static void world_close(World *w) {
        text_free(&w->kept);
        text_free(&w->said);
        profile_free(w->profile);
        document_free(w->document);
}

static void said(void *userdata, const ContractFinding *f) {
        World *w = userdata;
        w->stopped |= f->stops;
        assert_true(f->en[0] && f->vi[0] && utf8_valid(str_of(f->en)) && utf8_valid(str_of(f->vi)));
        text_addf(&w->said, "%s%s: %s\n", f->code, f->stops ? "!" : "", f->en);
}

/* A listing of `n` records; the k-th of them is `odd` when k < n_odd. `parsed` of them are read. */
static const char *listing(World *w, const char *record, const char *odd, int n_odd, int parsed, int64_t received) {
        Contract *c;
        Normaliser n;
        RecordSide side;
        Quarantine q;
        ContractListing l = { .received = received, .page_size = 50 };
        assert_int_equal(contract_new(w->stream, 7, text_str(&w->kept), &c), 0);
        assert_int_equal(normaliser_init(&n, w->stream, &w->units, SIDE_CENTRAL, ""), 0);
        n.contract = c;
        for (int i = 0; i < parsed; i++) {
                SplitSpan span = { .bytes = str_of(i < n_odd ? odd : record) };
                assert_true(normalise_record(&n, &span, &side, &q) >= 0);
        }
        normaliser_done(&n);
        text_clear(&w->said);
        w->stopped = false;
        assert_int_equal(contract_judge(c, &l, said, w, &w->mark), 0);
        assert_int_equal(w->mark != 0, w->stopped);
        Text next = TEXT_INIT(CONTRACT_TEXT);
        contract_encode(c, &l, &next);
        if (next.len > 0) {
                text_free(&w->kept);
                w->kept = next;
        }
        contract_free(c);
        return w->said.at ? w->said.at : "";
}

#define SOUND "{\"c\":\"A\",\"t\":\"x\",\"p\":1,\"w\":\"Xong\",\"k\":\"Năm\",\"o\":\"more\"}"

static void expect(World *w, const char *odd, int n_odd, const char *want) {
        const char *seen = listing(w, SOUND, odd, n_odd, 100, 100);
        if (strcmp(seen, want) != 0)
                fail_msg("%s:\n%sinstead of\n%s", odd, seen, want);
}

static World learnt(const char *drift) {
        World w = world_open(drift);
        expect(&w, SOUND, 0, "");
        expect(&w, SOUND, 0, "");
        return w;
}

static void test_members(void **state) {
        World w = learnt("");
        expect(&w, "{\"c\":\"A\",\"t\":\"x\",\"p\":1,\"w\":\"Xong\",\"k\":\"Năm\",\"o\":\"more\",\"new\":[1]}", 3,
               "drift-new: `new` is new, in 3 of 100 records: [1]\n");
        expect(&w, SOUND, 0, ""); /* told once */
        expect(&w, "{\"c\":\"A\",\"t\":7,\"p\":1,\"w\":\"Xong\",\"k\":\"Năm\",\"o\":\"more\"}", 2,
               "drift-retyped: `t` was a text, and is a number in 2 of 100 records: 7\n");
        expect(&w, "{\"c\":\"A\",\"t\":7,\"p\":1,\"w\":\"Xong\",\"k\":\"Năm\"}", 100,
               "drift-missing: `o` was always there and is in none of 100 records\n");
        expect(&w, "{\"c\":\"A\",\"t\":\"\",\"p\":null,\"w\":\"Xong\",\"k\":\"Năm\"}", 60,
               "drift-empty: `t` is empty or missing in 60 of 100 records; before in 0 of 197\n"
               "drift-empty: `p` is empty or missing in 60 of 100 records; before in 0 of 197\n"
               "drift-new: `o` is new, in 40 of 100 records: \"more\"\n");
        expect(&w, "{\"c\":\"A\",\"t\":\"\",\"p\":null,\"w\":\"Xong\",\"k\":\"Năm\"}", 60, "");
        world_close(&w);
}

#define DETAIL(id, info, state, more)                                                                                  \
        "{\"row\":{\"c\":\"A\",\"id\":" id "},\"detail\":{" info state "\"o\":[1]" more "}}"
#define INFO "\"info\":{\"t\":\"x\",\"n\":{\"deep\":1}},"
#define STATE "\"state\":{\"w\":\"Xong\"},"
#define WHOLE DETAIL("1", INFO, STATE, "")

static void expect_detail(World *w, const char *odd, int n_odd, const char *want) {
        const char *seen = listing(w, WHOLE, odd, n_odd, 40, 40);
        if (strcmp(seen, want) != 0)
                fail_msg("%s:\n%sinstead of\n%s", odd, seen, want);
}

/* What lies inside a row and its detail is told as what lies in a record, by its path, and its holder alone when that
 * is gone. */
static void test_inside_details(void **state) {
        Text yaml = TEXT_INIT(4000);
        text_add(&yaml, str_of(details_text));
        World w = world_of(yaml);
        expect_detail(&w, WHOLE, 0, "");
        expect_detail(&w, WHOLE, 0, "");
        Text before = TEXT_INIT(CONTRACT_TEXT);
        text_add(&before, text_str(&w.kept));
        static const struct {
                const char *record;
                int n;
                const char *want;
        } cases[] = {
                { DETAIL("1", INFO, STATE, ",\"new\":{\"a\":1}"), 3,
                  "drift-new: `detail.new` is new, in 3 of 40 records: {\"a\":1}\n" },
                { DETAIL("\"1\"", INFO, STATE, ""), 2,
                  "drift-retyped: `row.id` was a number, and is a text in 2 of 40 records: \"1\"\n" },
                { DETAIL("1", "\"info\":{\"t\":\"x\"},", STATE, ""), 40,
                  "drift-missing: `detail.info.n` was always there and is in none of 40 records\n" },
                { DETAIL("1", "\"info\":{\"n\":{\"deep\":1}},", STATE, ""), 40,
                  "drift-missing: `detail.info.t` was always there and is in none of 40 records\n" },
                { DETAIL("1", "", STATE, ""), 40,
                  "drift-missing: `detail.info` was always there and is in none of 40 records\n" },
                { DETAIL("1", "\"info\":null,", STATE, ""), 30,
                  "drift-empty: `detail.info` is empty or missing in 30 of 40 records; before in 0 of 60\n" },
                { DETAIL("1", INFO, "", ""), 40,
                  "drift-missing!: `detail.state` was always there and is in none of 40 records\n" },
                { DETAIL("1", INFO, "\"state\":{\"v\":\"Xong\"},", ""), 40,
                  "drift-missing!: `detail.state.w` was always there and is in none of 40 records\n"
                  "drift-new: `detail.state.v` is new, in 40 of 40 records: \"Xong\"\n" },
                { DETAIL("1", INFO, "\"state\":{\"w\":\"Tạm dừng\"},", ""), 30,
                  "drift-word!: `Tạm dừng` is a new word of work, in 30 of 40 records\n" },
                { DETAIL("1", INFO, "\"state\":{\"w\":7},", ""), 30,
                  "drift-retyped!: `detail.state.w` was a text, and is a number in 30 of 40 records: 7\n"
                  "drift-word!: `7` is a new word of work, in 30 of 40 records\n" },
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                expect_detail(&w, cases[i].record, cases[i].n, cases[i].want);
                text_clear(&w.kept);
                text_add(&w.kept, text_str(&before));
        }
        text_free(&before);
        world_close(&w);
}

#define TEN "aaaaaaaaaa"
#define FIFTY TEN TEN TEN TEN TEN
#define LONG "\"" FIFTY FIFTY FIFTY FIFTY TEN "\":1"

/* A name too long to be kept is passed over; what is new beside it is told. */
static void test_a_name_too_long(void **state) {
        Text yaml = TEXT_INIT(4000);
        text_add(&yaml, str_of(details_text));
        World inside = world_of(yaml), w = learnt("");
        expect_detail(&inside, WHOLE, 0, "");
        expect_detail(&inside, WHOLE, 0, "");
        expect_detail(&inside, DETAIL("1", INFO, STATE, "," LONG ",\"new\":1"), 3,
                      "drift-new: `detail.new` is new, in 3 of 40 records: 1\n");
        expect(&w, "{\"c\":\"A\",\"t\":\"x\",\"p\":1,\"w\":\"Xong\",\"k\":\"Năm\",\"o\":\"more\"," LONG
               ",\"new\":1}", 3, "drift-new: `new` is new, in 3 of 100 records: 1\n");
        world_close(&inside);
        world_close(&w);
}

static void test_identity_and_status_stop(void **state) {
        World w = learnt("");
        Text before = TEXT_INIT(CONTRACT_TEXT);
        text_add(&before, text_str(&w.kept));
        const char *odd = "{\"c\":7,\"t\":\"x\",\"p\":1,\"w\":\"Xong\",\"k\":\"Năm\",\"o\":\"more\"}";
        expect(&w, odd, 100, "drift-retyped!: `c` was a text, and is a number in 100 of 100 records: 7\n");
        uint64_t mark = w.mark;
        text_clear(&w.kept); /* refused: what was known stays */
        text_add(&w.kept, text_str(&before));
        expect(&w, odd, 80, "drift-retyped!: `c` was a text, and is a number in 80 of 100 records: 7\n");
        assert_true(w.mark == mark); /* a person's word holds, whatever the counts */
        expect(&w, odd, 80, ""); /* accepted: this is what records are now */
        text_clear(&w.kept);
        text_add(&w.kept, text_str(&before));
        expect(&w, odd, 3, "drift-retyped: `c` was a text, and is a number in 3 of 100 records: 7\n");
        text_clear(&w.kept);
        text_add(&w.kept, text_str(&before));
        expect(&w, "{\"c\":\"A\",\"t\":\"x\",\"p\":1,\"k\":\"Năm\",\"o\":\"more\"}", 100,
               "drift-missing!: `w` was always there and is in none of 100 records\n");
        assert_true(w.mark != mark);
        text_clear(&w.kept);
        text_add(&w.kept, text_str(&before));
        expect(&w, "{\"c\":\"A\",\"t\":\"x\",\"p\":1,\"w\":\"Xonk\",\"k\":\"Năm\",\"o\":\"more\"}", 70,
               "drift-word!: `Xonk` is a new word of work, in 70 of 100 records\n");
        text_free(&before);
        world_close(&w);
}

static void test_words(void **state) {
        World w = learnt("");
        const char *odd = "{\"c\":\"A\",\"t\":\"x\",\"p\":1,\"w\":\"Xonk\",\"k\":\"Năm\",\"o\":\"more\"}";
        expect(&w, odd, 5, "drift-word: `Xonk` is a new word of work, in 5 of 100 records\n");
        expect(&w, odd, 9, "");
        expect(&w, "{\"c\":\"A\",\"t\":\"x\",\"p\":1,\"w\":\"Xong\",\"k\":\"Tháng\",\"o\":\"more\"}", 90,
               "drift-word: `Tháng` is a new word of cycle, in 90 of 100 records\n");
        world_close(&w);
}

static void test_small_samples_say_little(void **state) {
        World w = learnt("");
        const char *odd = "{\"c\":7,\"t\":null,\"w\":\"Xonk\",\"k\":\"Năm\",\"x\":1}";
        /* 4 of 100 records changed and were parsed: what is there is told, what is not there is not */
        const char *seen = listing(&w, SOUND, odd, 4, 4, 100);
        assert_non_null(strstr(seen, "drift-retyped: `c`"));
        assert_non_null(strstr(seen, "drift-new: `x`"));
        assert_null(strstr(seen, "missing"));
        assert_null(strstr(seen, "empty"));
        assert_false(w.stopped);
        world_close(&w);
        World few = world_open("");
        listing(&few, SOUND, SOUND, 0, 5, 5);
        assert_string_equal(listing(&few, SOUND, odd, 5, 5, 5), ""); /* five records are no habit */
        world_close(&few);
}

static void test_counts(void **state) {
        World w = learnt("");
        assert_string_equal(listing(&w, SOUND, SOUND, 0, 0, 149), "");
        assert_string_equal(listing(&w, SOUND, SOUND, 0, 0, 300),
                            "drift-count: 300 records; the last listing had 149\n");
        assert_string_equal(listing(&w, SOUND, SOUND, 0, 0, 300), "");
        world_close(&w);
        w = learnt("    drift:\n      count-band: 0\n");
        assert_string_equal(listing(&w, SOUND, SOUND, 0, 0, 5), "");
        world_close(&w);
}

static void test_policies(void **state) {
        World w = learnt("    drift:\n      on-new: ignore\n      on-missing: stop\n      on-critical: warn\n");
        expect(&w, "{\"c\":7,\"t\":\"x\",\"p\":1,\"w\":\"Xong\",\"k\":\"Năm\",\"new\":1}", 100,
               "drift-retyped: `c` was a text, and is a number in 100 of 100 records: 7\n"
               "drift-missing!: `o` was always there and is in none of 100 records\n");
        world_close(&w);
}

static void test_kept_text(void **state) {
        World w = learnt("");
        Contract *c;
        assert_true(w.kept.len > 20 && w.kept.len < 400);
        assert_int_equal(contract_new(w.stream, 8, text_str(&w.kept), &c), 0); /* another profile: learnt anew */
        assert_int_equal(c->known_records, 0);
        contract_free(c);
        static const char *const broken[] = { "",
                                              "2 7 1 1 1\n",
                                              "1 7 1 1\n",
                                              "1 7 9 9 9\n1 2 3\n",
                                              "1 7 9 9 9\nw x work\n",
                                              "1 7 9 9 9\n1 1 1 1 1 1 1 \xff\n" };
        for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
                assert_int_equal(contract_new(w.stream, 7, str_of(broken[i]), &c), 0);
                assert_int_equal(c->known_records, 0);
                assert_int_equal(c->n_members, w.stream->n_slots);
                contract_free(c);
        }
        world_close(&w);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_members),  cmocka_unit_test(test_inside_details),
                cmocka_unit_test(test_a_name_too_long),
                cmocka_unit_test(test_words),    cmocka_unit_test(test_identity_and_status_stop),
                cmocka_unit_test(test_counts),   cmocka_unit_test(test_small_samples_say_little),
                cmocka_unit_test(test_policies), cmocka_unit_test(test_kept_text),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
