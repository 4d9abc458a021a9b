/* SPDX-License-Identifier: MIT */
/* Any bytes as a record, under a profile with every kind of field: a side or a quarantine, both in valid UTF-8, without
 * control characters in what is text, and the same the second time. The first byte chooses the stream. */
#include <xxhash.h>

#include "config/load.h"
#include "connectors/profile/profile-plan.h"
#include "connectors/record/normalise-memo.h"
#include "connectors/record/normalise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char profile_text[] =
        "profile: f\nstatus: assumed\ndecimal-mark: comma\nthousands: point\ndates:\n  - iso\n  - d/M/yyyy\n"
        "session:\n  kind: none\n"
        "words:\n  work:\n    Xong: done\n    Xong muộn: done, claims_late true\n    0: not_started\n    Không rõ: "
        "\"null\"\n"
        "  review:\n    Trả lại: returned\n    x: draft\n  yes-no:\n    1: true\n    0: false\n  due:\n    regular: "
        "Thường xuyên\n"
        "streams:\n"
        "  tasks:\n    kind: task\n    path: /t\n    list: $\n    paging: page\n    page-parameter: p\n    "
        "size-parameter: s\n"
        "    size: 5\n    code: $.c\n    codes-per-unit: yes\n    fields:\n      lead:\n        from: $.u.n\n        "
        "unit-by: name\n"
        "      title: $.t\n      work:\n        from: $.w\n        words: work\n        unknown: invalid\n"
        "      review:\n        from: $.r\n        words: review\n"
        "      due:\n        from: $.d\n        words: due\n      assigned_on:\n        from: $.a\n        dates:\n    "
        "      - epoch\n"
        "      completed_on: $.e[0].d\n      progress:\n        from: $.p\n        percent: yes\n"
        "      cooperating:\n        from: $.m\n        member: $.id\n        split: \";,\"\n"
        "      product:\n        join:\n          - $.e[*].n\n          - $.t\n        separator: \", \"\n"
        "      difficulty:\n        first-of:\n          - $.h\n          - $..l\n          - $.e[?@.n=='x'].d\n       "
        " "
        "repair: utf8-as-1252\n        html: yes\n"
        "      leader:\n        from: $.t\n        repair: vni\n      basis:\n        from: $.t\n        repair: "
        "tcvn3\n"
        "      result:\n        from: $.h\n        html: yes\n      evidence:\n        from: $.e\n        name: $.n\n  "
        "      date: $.d\n"
        "        url: $.l\n      updated_at:\n        from: $.at\n        date-only: end\n        zone: +07:00\n"
        "  indicators:\n    kind: indicator\n    path: /i\n    list: $\n    paging: page\n    page-parameter: p\n    "
        "size-parameter: s\n"
        "    size: 5\n    code: $.c\n    period: $.k\n    codes-per-unit: yes\n    fields:\n      lead: $.u\n      "
        "verifier: $.v\n"
        "      title: $.t\n      target: $.p\n      actual:\n        from: $.x\n        decimal-mark: point\n        "
        "thousands: space\n"
        "      max_score:\n        from: $.x\n        thousands: apostrophe\n        "
        "decimal-mark: point\n        percent: fraction\n        negative: parentheses\n      "
        "not_applicable:\n        from: $.y\n        words: yes-no\n      evidence_required: $.z\n      "
        "updated_at:\n"
        "        from: $.at\n        dates:\n          - epoch-ms\n          - dd/MM/yyyy HH:mm\n";

typedef struct Fuzz {
        Document *document;
        Profile *profile;
        UnitTable *table;
        NormaliseMemo *memo;
} Fuzz;

static void complain(void *userdata, const Finding *f) {
        abort(); /* the profile above is sound */
}

static void fuzz_begin(Fuzz *f) {
        FindingSink sink = { .put = complain };
        Notices notices = { .sink = &sink };
        Err e = { 0 };
        if (load_text(STR(profile_text), "p.yaml", LOAD_PROFILE, &notices, &f->document, &e) != 0 ||
            profile_compile(f->document->root, &sink, &f->profile, &e) != 0)
                abort();
        f->memo = memo_new();
        f->table = calloc(1, sizeof *f->table);
        f->table->n_units = 2;
        f->table->units = calloc(2, sizeof *f->table->units);
        f->table->units[0] = (Unit) { .id = "24412", .name = "Xã M’Drắk", .kind = UNIT_COMMUNE, .parent = -1 };
        f->table->units[1] = (Unit) { .id = "H15.07", .name = "Sở Khoa học và Công nghệ", .parent = -1,
                                      .kind = UNIT_DEPARTMENT, .access = { { .code = "SKHCN" }, { .code = "SKHCN" } } };
        if (unit_table_index(f->table, &e) != 0)
                abort();
}

static void check_value(FieldType type, const Value *v) {
        if (!utf8_valid(v->text) || !utf8_valid(v->raw) || ((v->state == VALUE_SET) != (v->text.len > 0)))
                abort();
        if (type != TYPE_TEXT)
                for (size_t i = 0; i < v->text.len; i++)
                        if ((unsigned char) v->text.at[i] < 0x20)
                                abort();
}

static int run(Normaliser *n, Str bytes, uint64_t ret_hash[2]) {
        SplitSpan span = { .bytes = bytes };
        RecordSide side;
        Quarantine q;
        split_record(&span);
        int r = normalise_record(n, &span, &side, &q);
        if (r < 0)
                abort();
        if (r == NORMALISE_QUARANTINED) {
                if (q.fault == FAULT_NONE || !utf8_valid(q.value) || !utf8_valid(q.sample) || !utf8_valid(q.field))
                        abort();
                ret_hash[0] = q.fault;
                ret_hash[1] = q.value.len;
                return r;
        }
        if (span.problem || side.identity.code.len == 0 || !utf8_valid(side.identity.code))
                abort();
        for (int i = 0; i < FIELD_COUNT; i++)
                check_value(field_table[i].type, &side.field[i]);
        _cleanup_text_ Text t = TEXT_INIT(SIZE_MAX);
        if (record_encode(side.field, &t) != 0)
                abort();
        ret_hash[0] = XXH3_64bits(side.identity.code.at, side.identity.code.len);
        ret_hash[1] = XXH3_64bits(t.at, t.len) + (uint64_t) n->n_invalid;
        return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const char *const streams[] = { "tasks", "indicators" };
        static Fuzz *f; /* compiled once */
        uint64_t first[2], again[2];
        if (size == 0)
                return 0;
        if (!f) {
                f = calloc(1, sizeof *f);
                fuzz_begin(f);
        }
        Str bytes = { (const char *) data + 1, size - 1 };
        Normaliser n;
        if (normaliser_init(&n, profile_stream(f->profile, streams[data[0] & 1]), f->table, SIDE_CENTRAL, "") != 0)
                abort();
        int r = run(&n, bytes, first); /* what one record leaves behind must not change the next */
        n.memo = f->memo;              /* nor what is remembered of many */
        for (int i = 0; i < 2; i++)
                if (run(&n, bytes, again) != r || first[0] != again[0] || first[1] != again[1])
                        abort();
        normaliser_done(&n);
        return 0;
}
