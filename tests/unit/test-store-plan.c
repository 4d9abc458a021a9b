/* SPDX-License-Identifier: MIT */
/* Plans and deliveries in the store: once and for all, never twice, never from preview. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>

#include "tests/unit/model-check.h"
#include "tests/unit/store-world.h"

#include "state/store-plan.h"

typedef struct Office {
        World *world;
        Unit units[2];
        UnitTable table;
        DeadlineRule rule;
        Occurrence occurrence;
        PlanObligation obligation[2];
        PlanInput input;
        NewClaim claims[2];
        MessageDraft drafts[2];
        PlanCommit commit;
        Arena arena;
} Office;

static int setup(void **state) {
        Office *o = calloc(1, sizeof *o);

        assert_non_null(o);
        o->world = world_new();
        for (int i = 0; i < 2; i++) {
                o->units[i] = (Unit) { .id = i ? "24413" : "24412", .name = "Xã", .kind = UNIT_COMMUNE, .parent = -1 };
                o->units[i].access[SIDE_CENTRAL].mode = ACCOUNT_SUPERVISED;
                o->units[i].access[SIDE_PORTAL].mode = ACCOUNT_NONE;
                o->obligation[i] = (PlanObligation) {
                        .unit = i,
                        .state = OBLIGATION_BEHIND,
                        .tracked = true,
                        .counts = { .records = 3, .outstanding = 2, .by_reason[REASON_NOT_UPDATED] = 2 }
                };
                o->claims[i] = (NewClaim) {
                        .unit = i, .stage = STAGE_T5, .seat = SEAT_FOCAL, .obligation = &o->obligation[i]
                };
                o->drafts[i] = (MessageDraft) { "mail",
                                                "reminder",
                                                i ? "binh" : "an",
                                                i ? "Bình" : "An",
                                                i ? "binh@x.example.vn" : "an@x.example.vn",
                                                "Nhắc việc",
                                                "Còn 2 việc",
                                                "{}",
                                                &o->claims[i],
                                                1 };
        }
        o->table = (UnitTable) { .units = o->units, .n_units = 2 };
        o->rule = (DeadlineRule) { .id = "monthly-20", .record_kinds = KIND_BOTH };
        o->occurrence = (Occurrence) {
                .rule = &o->rule, .id = "monthly-20@2026-06-20", .before = 20624, .strict = 20623, .safe = 20623
        };
        o->input = (PlanInput) { .units = &o->table,
                                 .occurrences = &o->occurrence,
                                 .n_occurrences = 1,
                                 .obligations = o->obligation,
                                 .n_obligations = 2 };
        o->commit = (PlanCommit) { .input = &o->input,
                                   .drafts = o->drafts,
                                   .n_drafts = 2,
                                   .mode = MAIL_LIVE,
                                   .message_domain = "x.example.vn" };
        *state = o;
        return 0;
}

static int teardown(void **state) {
        Office *o = *state;

        arena_free(&o->arena);
        world_free(o->world);
        free(o);
        return 0;
}

static PlanReport commit(Office *o) {
        PlanReport r = { 0 };

        o->commit.now = o->input.now = o->world->now;
        if (store_plan_commit(o->world->store, &o->commit, &r, &o->world->err) != 0)
                fail_msg("store_plan_commit: %s", o->world->err.text);
        return r;
}

static int claim(Office *o, Message *m) {
        return store_message_claim(o->world->store, o->world->now, &o->arena, m, &o->world->err);
}

static void settle(Office *o, const Message *m, MessageState state, Instant next) {
        Settlement v = { state, "data", "x", 250, next };

        assert_int_equal(store_message_begin(o->world->store, m->id, m->bytes.len ? m->bytes : STR("BYTES"),
                                             o->world->now, &o->world->err),
                         0);
        assert_int_equal(store_message_settle(o->world->store, m->id, &v, o->world->now, &o->world->err), 0);
}

static size_t claims_told(Office *o, bool *ret_any_sent, bool *ret_preview) {
        PlanClaim *claims;
        PlanLastMail *last;
        size_t n, n_last;

        assert_int_equal(store_plan_read(o->world->store, &o->occurrence, 1, &o->arena, &claims, &n, &last, &n_last,
                                         &o->world->err),
                         0);
        *ret_any_sent = *ret_preview = false;
        for (size_t i = 0; i < n; i++) {
                *ret_any_sent |= claims[i].sent;
                *ret_preview |= claims[i].preview;
        }
        return n;
}

static int add_state(void *u, const Message *m, Err *e) {
        (void) e;
        return text_addf(u, STR_FMT ":%s ", STR_ARG(m->person), message_states[m->state]);
}

static void expect_states(Office *o, const char *expected) {
        _cleanup_text_ Text t = TEXT_INIT(4096);

        assert_int_equal(store_visit_messages(o->world->store, add_state, &t, &o->world->err), 0);
        assert_str(text_str(&t), expected);
}

static void test_same_facts_write_nothing(void **state) {
        Office *o = *state;
        PlanReport r = commit(o);
        bool sent, preview;
        char *before, *after;
        Message m;

        assert_int_equal(r.planned, 2);
        assert_int_equal(claims_told(o, &sent, &preview), 0); /* today's unsent ones may be planned anew */
        before = world_export(o->world);
        o->world->now += US_HOUR;
        r = commit(o);
        assert_int_equal(r.planned + r.superseded + r.expired + r.held + r.verdicts, 0);
        after = world_export(o->world);
        assert_string_equal(before, after);
        free(before);
        free(after);
        assert_int_equal(claim(o, &m), 0);
        settle(o, &m, MESSAGE_SENT, INSTANT_NONE);
        assert_int_equal(claims_told(o, &sent, &preview), 1);
        assert_true(sent);
        r = commit(o); /* drafted again all the same: what went is not said twice */
        assert_int_equal(r.planned + r.superseded, 0);
        expect_states(o, "binh:planned an:sent ");
        o->world->now += US_DAY; /* and not by age either: the unsent one is decided anew, the sent one stands */
        r = commit(o);
        assert_int_equal(r.expired, 1);
        assert_int_equal(r.planned, 1);
        expect_states(o, "binh:planned binh:superseded an:sent ");
}

static void test_supersede(void **state) {
        Office *o = *state;
        Str first_id;
        Message m;

        (void) commit(o);
        assert_int_equal(claim(o, &m), 0);
        first_id = m.message_id;
        o->drafts[0].body = "Còn 1 việc";
        assert_int_equal(commit(o).superseded, 1);
        assert_int_equal(claim(o, &m), 0);
        while (!str_eq(m.person, STR("an"))) {
                settle(o, &m, MESSAGE_SENT, INSTANT_NONE);
                assert_int_equal(claim(o, &m), 0);
        }
        assert_int_equal(m.sequence, 2);
        assert_str(m.body, "Còn 1 việc");
        assert_false(str_eq(m.message_id, first_id));
        settle(o, &m, MESSAGE_TEMPORARY, o->world->now + US_MINUTE); /* definitely not delivered: may still change */
        o->drafts[0].address = "moi@x.example.vn";
        assert_int_equal(commit(o).superseded, 1);
        assert_int_equal(claim(o, &m), 0);
        assert_str(m.address, "moi@x.example.vn");
        assert_int_equal(m.sequence, 3);
        o->commit.n_drafts = 0; /* a person who left: nothing asks for it any more */
        assert_int_equal(commit(o).superseded, 1);
        assert_int_equal(claim(o, &m), 1);
}

static void test_suppressed_when_done(void **state) {
        Office *o = *state;
        bool sent, preview;
        Message m;

        (void) commit(o);
        o->obligation[0].state = OBLIGATION_DONE;
        o->obligation[0].counts = (ObligationCounts) { .records = 3 };
        o->commit.n_drafts = 0;
        /* the facts are committed, the mail still waits: as when a plan was held up */
        PlanCommit facts = o->commit;
        facts.drafts = o->drafts;
        facts.n_drafts = 2;
        PlanReport r;
        facts.now = o->world->now;
        assert_int_equal(store_plan_commit(o->world->store, &facts, &r, &o->world->err), 0);
        assert_int_equal(claim(o, &m), 0);
        assert_str(m.person, "binh");
        expect_states(o, "binh:planned an:cancelled ");
        settle(o, &m, MESSAGE_SENT, INSTANT_NONE);
        assert_int_equal(claim(o, &m), 1);
        assert_int_equal(claims_told(o, &sent, &preview), 1); /* the cancelled one's is void */
}

static void test_unknown_outcome(void **state) {
        Office *o = *state;
        Instant next = INSTANT_NONE;
        Message m, again;

        o->commit.n_drafts = 1;
        (void) commit(o);
        assert_int_equal(claim(o, &m), 0);
        settle(o, &m, MESSAGE_UNKNOWN, o->world->now + 15 * US_MINUTE);
        assert_int_equal(claim(o, &again), 1); /* not before its time */
        o->drafts[0].body = "Khác";
        assert_int_equal(commit(o).superseded, 0); /* a copy may be there: it is never said anew */
        o->world->now += US_DAY;
        assert_int_equal(claim(o, &again), 1); /* its text speaks of yesterday */
        o->world->now -= US_DAY - 16 * US_MINUTE;
        (void) commit(o);
        assert_int_equal(store_message_due(o->world->store, o->world->now, &next, &o->world->err), 0);
        assert_true(next <= o->world->now);
        assert_int_equal(claim(o, &again), 0);
        assert_int_equal(again.id, m.id);
        assert_str(again.bytes, "BYTES");
        assert_true(str_eq(again.message_id, m.message_id));
        assert_int_equal(store_message_begin(o->world->store, m.id, STR("OTHER"), o->world->now, &o->world->err),
                         -ESTALE);
        err_clear(&o->world->err);
        settle(o, &again, MESSAGE_UNKNOWN, o->world->now + US_MINUTE);
        o->world->now += US_DAY;
        assert_int_equal(claim(o, &again), 1); /* once, and no third copy */
        expect_states(o, "an:unknown ");
}

static void test_preview_stays(void **state) {
        Office *o = *state;
        bool sent, preview;
        Message m;

        o->commit.mode = MAIL_PREVIEW;
        assert_int_equal(commit(o).planned, 2);
        assert_int_equal(claim(o, &m), 1);
        assert_int_equal(claims_told(o, &sent, &preview), 2);
        assert_true(preview && !sent);
        o->commit.mode = MAIL_LIVE;
        assert_int_equal(commit(o).planned, 0);
        o->world->now += 3 * US_DAY;
        assert_int_equal(commit(o).planned, 0); /* what preview held is never sent later */
        assert_int_equal(claim(o, &m), 1);
        expect_states(o, "binh:preview an:preview ");
}

static void test_back_to_preview(void **state) {
        Office *o = *state;
        Message m;

        (void) commit(o);
        o->commit.mode = MAIL_PREVIEW;
        assert_int_equal(commit(o).superseded, 2);
        assert_int_equal(claim(o, &m), 1);
        expect_states(o, "binh:preview an:preview binh:superseded an:superseded ");
}

static void test_release(void **state) {
        Office *o = *state;
        int released = 0;
        Message m;

        o->commit.batch_limit = 1;
        assert_int_equal(commit(o).held, 2);
        assert_int_equal(claim(o, &m), 1);
        o->drafts[0].body = "Khác";
        assert_int_equal(commit(o).held, 1); /* what replaces a held one waits too */
        assert_int_equal(store_messages_release(o->world->store, "Lan", o->world->now, &released, &o->world->err), 0);
        assert_int_equal(released, 2);
        assert_int_equal(claim(o, &m), 0);
}

static int verdict_see(void *u, const ObligationRow *o, Err *e) {
        (void) e;
        if (str_eq(o->unit, STR("24412")))
                *(ObligationRow *) u = *o;
        return 0;
}

static void test_verdict_stands(void **state) {
        Office *o = *state;
        NewVerdict v = { &o->obligation[0], VERDICT_LATE };
        ObligationRow row = { 0 };
        ObligationVerdict verdict;
        ObligationCounts counts;
        Instant given;

        o->commit.n_drafts = 0;
        o->commit.verdicts = &v;
        o->commit.n_verdicts = 1;
        assert_int_equal(commit(o).verdicts, 1);
        given = o->world->now;
        o->world->now += US_DAY;
        o->obligation[0].state = OBLIGATION_DONE;
        o->obligation[0].counts = (ObligationCounts) { .records = 3 };
        v.verdict = VERDICT_ON_TIME;
        assert_int_equal(commit(o).verdicts, 0);
        assert_int_equal(
                store_verdict(o->world->store, o->occurrence.id, STR("24412"), &verdict, &counts, &o->world->err), 0);
        assert_int_equal(verdict, VERDICT_LATE);
        assert_int_equal(counts.outstanding, 2);
        assert_int_equal(
                store_visit_obligations(o->world->store, str_of(o->occurrence.id), verdict_see, &row, &o->world->err),
                0);
        assert_true(row.verdict_at == given);
        assert_true(row.finished_at == o->world->now);
        assert_int_equal(row.verdict_counts.outstanding, 2);
        assert_int_equal(row.counts.outstanding, 0);
        assert_int_equal(row.state, OBLIGATION_DONE);
        assert_int_equal(row.before, 20624);
}

static void test_ops_once(void **state) {
        Office *o = *state;
        MessageDraft d = { "mail", "ops", "lan", "Lan", "lan@x.example.vn", "SỰ CỐ", "x", "{}", NULL, 0 };
        bool fresh = false, was = false;
        Message m;

        for (int i = 0; i < 2; i++) {
                assert_int_equal(store_episode_open(o->world->store, "blind", "theodoiq", "t", o->world->now, &fresh,
                                                    &o->world->err),
                                 0);
                assert_int_equal(fresh, i == 0);
                assert_int_equal(store_ops_message(o->world->store, "k", &d, MAIL_LIVE, "x.example.vn", o->world->now,
                                                   &o->world->err),
                                 0);
        }
        assert_int_equal(store_ops_message(o->world->store, "k2", &d, MAIL_PREVIEW, "x.example.vn", o->world->now,
                                           &o->world->err),
                         0);
        expect_states(o, "lan:preview lan:planned ");
        o->world->now += 2 * US_DAY;
        (void) commit(o);
        assert_int_equal(claim(o, &m), 0); /* ops mail does not age, and goes first */
        assert_str(m.person, "lan");
        assert_int_equal(store_episode_close(o->world->store, "blind", "theodoiq", o->world->now, &was, &o->world->err),
                         0);
        assert_true(was);
        assert_int_equal(store_episode_close(o->world->store, "blind", "theodoiq", o->world->now, &was, &o->world->err),
                         0);
        assert_false(was);
}

static PlanMorning morning(Office *o) {
        PlanMorning m = { .n_open = 99 };

        assert_int_equal(store_morning_read(o->world->store, o->world->now, &o->arena, &m, &o->world->err), 0);
        return m;
}

/* What has not left follows the facts today, and claims nothing tomorrow. */
static void test_morning(void **state) {
        Office *o = *state;
        Message m;
        bool sent, preview;

        assert_int_equal(morning(o).planned, DATE_NONE);
        commit(o);
        assert_int_equal(morning(o).planned, DATE_NONE);
        o->commit.sending_time = true;
        commit(o);
        assert_int_equal(morning(o).planned, when_date(o->world->now));
        assert_int_equal(morning(o).n_open, 2);
        assert_str(morning(o).open[0], "an");
        assert_int_equal(claim(o, &m), 0);
        settle(o, &m, MESSAGE_SENT, INSTANT_NONE);
        assert_int_equal(morning(o).n_open, 1);
        assert_int_equal(claims_told(o, &sent, &preview), 1);
        o->world->now += US_DAY;
        assert_int_equal(morning(o).planned, when_date(o->world->now) - 1);
        assert_int_equal(morning(o).n_open, 0);
        assert_int_equal(claims_told(o, &sent, &preview), 1);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        const struct CMUnitTest tests[] = {
                T(test_same_facts_write_nothing),
                T(test_supersede),
                T(test_suppressed_when_done),
                T(test_unknown_outcome),
                T(test_preview_stays),
                T(test_back_to_preview),
                T(test_release),
                T(test_verdict_stands),
                T(test_morning),
                T(test_ops_once),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
