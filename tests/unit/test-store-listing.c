/* SPDX-License-Identifier: MIT */
/* Listings through the store: rows, pages, absence, quarantine, history, and that nothing is half done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/store-world.h"

static int setup(void **state) {
        *state = world_new();
        return 0;
}

static int teardown(void **state) {
        world_free(*state);
        return 0;
}

typedef struct Seen { int n; char keys[400], values[400]; bool missing, quarantined; FieldId field; } Seen;

static int see(void *u, const RecordView *v, Err *e) {
        Seen *s = u;
        const Value *value = view_value(v, s->field);
        size_t keys = strlen(s->keys), values = strlen(s->values);

        (void) e;
        s->n++;
        (void) snprintf(s->keys + keys, sizeof s->keys - keys, STR_FMT " ", STR_ARG(v->key));
        (void) snprintf(s->values + values, sizeof s->values - values, STR_FMT " ", STR_ARG(value->text));
        for (int i = 0; i < SIDE_COUNT; i++)
                s->missing |= v->side[i].present && v->side[i].missing_since != INSTANT_NONE;
        s->quarantined |= v->quarantined;
        return 0;
}

static Seen seen_unit(World *w, const char *unit) {
        Seen s = { .field = FIELD_PROGRESS };

        assert_int_equal(store_visit_unit(w->store, str_of(unit), &w->policy, see, &s, &w->err), 0);
        return s;
}

static Seen seen_key(World *w, const char *key) {
        Seen s = { .field = FIELD_PROGRESS };

        assert_int_equal(store_visit_key(w->store, str_of(key), &w->policy, see, &s, &w->err), 0);
        return s;
}

static void test_first_and_again(void **state) {
        World *w = *state;
        const char *records = "24412/A progress=10 title=Một; 24412/B progress=20; 24413/A progress=30";
        ListingReport r = world_list(w, SIDE_CENTRAL, records);
        char *before, *after;

        assert_int_equal(r.added, 3);
        assert_int_equal(r.members, 3);
        assert_int_equal(r.completeness, LISTING_COMPLETE);
        before = world_export(w);
        r = world_list(w, SIDE_CENTRAL, records);
        assert_int_equal(r.added + r.changed + r.gone + r.back, 0);
        assert_int_equal(r.same, 3);
        after = world_export(w);
        assert_string_equal(before, after);
        assert_non_null(strstr(
                before, "side 24412/task/A central A missing  removed  {\"title\":\"Một\",\"progress\":\"10\"}\n"));
        free(before);
        free(after);
        assert_string_equal(seen_unit(w, "24412").keys, "24412/task/A 24412/task/B ");
        assert_int_equal(seen_unit(w, "2441").n, 0);
        assert_int_equal(store_visit_key(w->store, STR("24412/task/Z"), &w->policy, see, &(Seen) { 0 }, &w->err),
                         STORE_E_ABSENT);
}

/* Codes that are not per unit belong to the lead unit that holds, and follow it. */
static void test_lead_unit(void **state) {
        World *w = *state;

        (void) world_list(w, SIDE_CENTRAL, "/N1 lead=H15.07 progress=1; H15.07/N2 progress=2");
        assert_string_equal(seen_unit(w, "H15.07").keys, "/task/N1 H15.07/task/N2 ");
        (void) world_list(w, SIDE_CENTRAL, "/N1 lead=H15.08 progress=1; H15.07/N2 progress=2");
        assert_string_equal(seen_unit(w, "H15.07").keys, "H15.07/task/N2 ");
        assert_string_equal(seen_unit(w, "H15.08").keys, "/task/N1 ");
}

static void test_known_page(void **state) {
        World *w = *state;
        Partition p = world_partition(SIDE_PORTAL);
        ListingEnd end = world_end();
        ListingReport r;

        for (int run = 0; run < 3; run++) {
                Listing *l = world_begin(w, &p);
                uint64_t hash[2] = { 7, 8 }, other[2] = { 9, run < 2 ? 1 : 2 };
                bool known;
                int members;

                assert_int_equal(world_page(w, l, 1, hash, &known, &members), 0);
                assert_int_equal(known, run > 0);
                if (run == 0)
                        world_put(w, l, "24412/A progress=1; 24412/B progress=2");
                else
                        assert_int_equal(members, 2);
                assert_int_equal(world_page(w, l, 2, other, &known, &members), 0);
                assert_int_equal(known, run == 1);
                if (run != 1)
                        world_put(w, l, run == 0 ? "24412/C progress=3" : "24412/C progress=4");
                assert_int_equal(world_apply(w, l, &end, &r), 0);
                assert_int_equal(r.members, 3);
                assert_int_equal(r.gone, 0);
                assert_int_equal(r.changed, run == 2);
        }
        w->context.digest = 99; /* a new mapping knows no page, and looks at every record again */
        Listing *l = world_begin(w, &p);
        uint64_t hash[2] = { 7, 8 };
        bool known;
        int members;
        assert_int_equal(world_page(w, l, 1, hash, &known, &members), 0);
        assert_false(known);
        listing_free(l);
}

/* A page that an incomplete listing read differently must be read again, even when its old bytes come back. */
static void test_partial_voids_page(void **state) {
        World *w = *state;
        Partition p = world_partition(SIDE_PORTAL);
        uint64_t x[2] = { 1, 1 }, y[2] = { 2, 2 };
        const struct { uint64_t *hash; const char *record; bool complete, known;
        } step[] = {
                { x, "24412/A progress=1", true, false },
                { y, "24412/A progress=2", false, false },
                { x, "24412/A progress=1", true, false },
                { x, NULL, true, true },
        };

        for (size_t i = 0; i < 4; i++) {
                Listing *l = world_begin(w, &p);
                ListingEnd end = world_end();
                ListingReport r;
                bool known;
                int members;

                assert_int_equal(world_page(w, l, 1, step[i].hash, &known, &members), 0);
                assert_int_equal(known, step[i].known);
                if (step[i].record)
                        world_put(w, l, step[i].record);
                end.members_complete = step[i].complete;
                end.completeness = step[i].complete ? LISTING_COMPLETE : LISTING_PARTIAL;
                assert_int_equal(world_apply(w, l, &end, &r), 0);
                assert_string_equal(seen_key(w, "24412/task/A").values, i == 1 ? "2 " : "1 ");
        }
}

static void test_absence(void **state) {
        World *w = *state;
        ListingReport r;

        (void) world_list(w, SIDE_CENTRAL, "24412/A progress=1; 24412/B progress=2");
        r = world_list(w, SIDE_CENTRAL, "24412/B progress=2");
        assert_int_equal(r.gone, 1);
        assert_true(seen_key(w, "24412/task/A").missing);
        assert_string_equal(seen_key(w, "24412/task/A").values, "1 ");
        r = world_list(w, SIDE_CENTRAL, "24412/B progress=2");
        assert_int_equal(r.gone, 0); /* said once */
        r = world_list(w, SIDE_CENTRAL, "24412/A progress=1; 24412/B progress=2");
        assert_int_equal(r.back, 1);
        assert_false(seen_key(w, "24412/task/A").missing);

        (void) world_list(w, SIDE_CENTRAL, "24412/B progress=2");
        w->now += 15 * US_DAY;
        r = world_list(w, SIDE_CENTRAL, "24412/B progress=2");
        assert_int_equal(r.removed, 1);
        assert_int_equal(store_visit_key(w->store, STR("24412/task/A"), &w->policy, see, &(Seen) { 0 }, &w->err),
                         STORE_E_ABSENT);
        r = world_list(w, SIDE_CENTRAL, "24412/A progress=9; 24412/B progress=2");
        assert_int_equal(r.added, 1);
        assert_string_equal(seen_key(w, "24412/task/A").values, "9 ");
}

/* Removing a side takes the agreement with it, and what remains stands alone. */
static void test_removed_side_and_differences(void **state) {
        World *w = *state;

        w->guards.grace_days = 1;
        (void) world_list(w, SIDE_CENTRAL, "24412/A progress=1; 24412/B progress=1");
        (void) world_list(w, SIDE_PORTAL, "24412/A progress=2; 24412/B progress=1");
        (void) world_list(w, SIDE_CENTRAL, "24412/B progress=1");
        w->now += 2 * US_DAY;
        (void) world_list(w, SIDE_CENTRAL, "24412/B progress=1");
        assert_string_equal(seen_key(w, "24412/task/A").values, "2 ");
        char *text = world_export(w);
        assert_null(strstr(text, "difference 24412/task/A"));
        free(text);
}

static void test_incomplete_changes_only_what_it_brought(void **state) {
        World *w = *state;
        Partition p = world_partition(SIDE_CENTRAL);
        ListingEnd end = world_end();
        ListingReport r;
        Listing *l;

        (void) world_list(w, SIDE_CENTRAL, "24412/A progress=1; 24412/B progress=2");
        l = world_begin(w, &p);
        world_put(w, l, "24412/B progress=3; 24412/C progress=4");
        end.completeness = LISTING_PARTIAL;
        end.members_complete = false;
        assert_int_equal(world_apply(w, l, &end, &r), 0);
        assert_int_equal(r.gone, 0);
        assert_string_equal(seen_unit(w, "24412").values, "1 3 4 ");
        assert_false(seen_unit(w, "24412").missing);
        r = world_list(w, SIDE_CENTRAL, "24412/A progress=1; 24412/B progress=3");
        assert_int_equal(r.gone, 1); /* C, though no complete listing ever had it */
        assert_true(seen_key(w, "24412/task/C").missing);

        l = world_begin(w, &p);
        world_put(w, l, "24412/A progress=99");
        end.completeness = LISTING_FAILED;
        assert_int_equal(world_apply(w, l, &end, &r), 0);
        assert_string_equal(seen_key(w, "24412/task/A").values, "1 ");
}

/* One account losing sight of a record is not "gone" while another of that system shows it. */
static void test_two_accounts(void **state) {
        World *w = *state;
        Partition one = world_partition(SIDE_PORTAL), two = one;
        ListingEnd end = world_end();
        ListingReport r;
        Listing *l;

        two.account = "other";
        for (int i = 0; i < 2; i++) {
                l = world_begin(w, i ? &two : &one);
                world_put(w, l, i ? "24412/A progress=1" : "24412/A progress=1; 24412/B progress=2");
                assert_int_equal(world_apply(w, l, &end, &r), 0);
        }
        l = world_begin(w, &one);
        world_put(w, l, "24412/B progress=2");
        assert_int_equal(world_apply(w, l, &end, &r), 0);
        assert_int_equal(r.gone, 0);
        assert_false(seen_key(w, "24412/task/A").missing);
        l = world_begin(w, &two);
        assert_int_equal(world_apply(w, l, &end, &r), 0);
        assert_int_equal(r.gone, 1);
        assert_true(seen_key(w, "24412/task/A").missing);
}

static int quarantine_see(void *u, const QuarantineRow *q, Err *e) {
        (void) e;
        assert_int_equal(q->fault, FAULT_WORD_UNKNOWN);
        (*(int *) u)++;
        return 0;
}

static void test_quarantine(void **state) {
        World *w = *state;
        Partition p = world_partition(SIDE_CENTRAL);
        const Quarantine q = { .fault = FAULT_WORD_UNKNOWN,
                               .identity_known = true,
                               .field = STR("work"),
                               .value = STR("??"),
                               .identity = { KIND_TASK, STR("A"), STR(""), STR("24412") },
                               .unit = STR("24412"),
                               .sample = STR("{}") };
        ListingEnd end = world_end();
        ListingReport r;
        uint64_t hash[2] = { 5, 5 };
        bool known;
        int members, n = 0;

        (void) world_list(w, SIDE_CENTRAL, "24412/A progress=1; 24412/B progress=2");
        for (int run = 0; run < 2; run++) { /* the second time it stands aside as before, on a page read all the same */
                Listing *l = world_begin(w, &p);

                assert_int_equal(world_page(w, l, 1, hash, &known, &members), 0);
                assert_false(known);
                assert_int_equal(listing_quarantine(l, &q, &w->err), run == 0 ? 0 : LISTING_AS_BEFORE);
                world_put(w, l, "24412/B progress=3");
                end.completeness = LISTING_PARTIAL;
                assert_int_equal(world_apply(w, l, &end, &r), 0);
                assert_int_equal(r.completeness, LISTING_PARTIAL);
                assert_int_equal(r.quarantined, 1);
                assert_int_equal(r.gone, 0);
                assert_true(seen_key(w, "24412/task/A").quarantined);
                assert_string_equal(seen_unit(w, "24412").values, "1 3 ");
        }
        n = 0;
        assert_int_equal(store_visit_quarantine(w->store, quarantine_see, &n, &w->err), 0);
        assert_int_equal(n, 1);
        r = world_list(w, SIDE_CENTRAL, "24412/A progress=5; 24412/B progress=3");
        assert_int_equal(r.quarantined, 0);
        assert_int_equal(r.completeness, LISTING_COMPLETE);
        assert_false(seen_key(w, "24412/task/A").quarantined);
        assert_string_equal(seen_key(w, "24412/task/A").values, "5 ");
}

static void test_duplicates(void **state) {
        World *w = *state;
        ListingReport r = world_list(w, SIDE_CENTRAL, "24412/A progress=1; 24412/A progress=1; 24412/B progress=2");

        assert_int_equal(r.members, 2);
        assert_int_equal(r.duplicates, 1);
        r = world_list(w, SIDE_CENTRAL, "24412/A progress=1; 24412/B progress=2; 24412/B progress=2");
        assert_int_equal(r.duplicates, 1);
        assert_int_equal(r.same, 3);
}

typedef struct Past { char text[600]; } Past;

static int past_see(void *u, const HistoryRow *h, Err *e) {
        Past *p = u;
        size_t n = strlen(p->text);

        (void) e;
        (void) snprintf(p->text + n, sizeof p->text - n, "%s %s " STR_FMT ">" STR_FMT "; ", side_names[h->side],
                        field_table[h->field].key, STR_ARG(h->before.text), STR_ARG(h->after.text));
        return 0;
}

static int id_see(void *u, const RecordView *v, Err *e) {
        (void) e;
        *(int64_t *) u = v->id;
        return 0;
}

static void test_history(void **state) {
        World *w = *state;
        Past past = { "" };
        int64_t id = 0;

        (void) world_list(w, SIDE_CENTRAL, "24412/A progress=1");
        (void) world_list(w, SIDE_CENTRAL, "24412/A progress=2 result=Xong");
        (void) world_list(w, SIDE_PORTAL, "24412/A progress=1");
        (void) world_list(w, SIDE_CENTRAL, "24412/A progress=3");
        assert_int_equal(store_visit_key(w->store, STR("24412/task/A"), &w->policy, id_see, &id, &w->err), 0);
        assert_int_equal(store_visit_history(w->store, id, past_see, &past, &w->err), 0);
        assert_string_equal(past.text,
                            "central progress 2>3; central result Xong>; central progress 1>2; central result >Xong; ");
}

static void test_settle(void **state) {
        World *w = *state;
        Value v = { .state = VALUE_SET, .text = STR("65") };
        _cleanup_text_ Text by = TEXT_INIT(100);
        int64_t id = 0;
        Instant at;

        (void) world_list(w, SIDE_CENTRAL, "24412/A progress=60 title=T");
        assert_int_equal(store_settle(w->store, STR("24412/task/A"), FIELD_PROGRESS, &v, "Lan", w->now, &w->err),
                         STORE_E_ABSENT);
        (void) world_list(w, SIDE_PORTAL, "24412/A progress=70 title=T");
        assert_string_equal(seen_key(w, "24412/task/A").values, " ");
        assert_int_equal(store_settle(w->store, STR("24412/task/A"), FIELD_PROGRESS, &v, "Lan", w->now, &w->err), 0);
        assert_string_equal(seen_key(w, "24412/task/A").values, "65 ");
        assert_int_equal(store_visit_key(w->store, STR("24412/task/A"), &w->policy, id_see, &id, &w->err), 0);
        assert_int_equal(store_settled(w->store, id, FIELD_PROGRESS, &by, &at, &w->err), 0);
        assert_string_equal(by.at, "Lan");
        (void) world_list(w, SIDE_PORTAL, "24412/A progress=70 title=U"); /* another field moves: it stands */
        assert_string_equal(seen_key(w, "24412/task/A").values, "65 ");
        (void) world_list(w, SIDE_PORTAL, "24412/A progress=75 title=U"); /* it moved again: a person is asked again */
        assert_string_equal(seen_key(w, "24412/task/A").values, " ");
        assert_int_equal(store_settled(w->store, id, FIELD_PROGRESS, &by, &at, &w->err), STORE_E_ABSENT);
}

static int partition_see(void *u, const PartitionState *p, Err *e) {
        (void) e;
        *(PartitionState *) u = *p;
        ((PartitionState *) u)->detail = STR_NULL;
        return 0;
}

static void test_run_records(void **state) {
        World *w = *state;
        Partition p = world_partition(SIDE_CENTRAL);
        PartitionState st = { 0 };
        ListingReport r;
        Instant complete = w->now;

        (void) world_list(w, SIDE_CENTRAL, "24412/A progress=1");
        for (int i = 0; i < 2; i++) {
                Listing *l = world_begin(w, &p);
                ListingEnd end = { .completeness = LISTING_FAILED,
                                   .fault = FAULT_LOGIN_PAGE,
                                   .claimed = -1,
                                   .retry_after = w->now + US_HOUR,
                                   .detail = "a form" };

                assert_int_equal(world_apply(w, l, &end, &r), 0);
        }
        assert_int_equal(store_visit_partitions(w->store, partition_see, &st, &w->err), 0);
        assert_int_equal(st.failures, 2);
        assert_int_equal(st.completeness, LISTING_FAILED);
        assert_int_equal(st.fault, FAULT_LOGIN_PAGE);
        assert_int_equal(st.members, 1);
        assert_true(st.last_complete == complete);
        (void) world_list(w, SIDE_CENTRAL, "24412/A progress=1");
        assert_int_equal(store_visit_partitions(w->store, partition_see, &st, &w->err), 0);
        assert_int_equal(st.failures, 0);
        assert_true(st.last_complete > complete);
}

/* Listings of both systems in flight at once do not see each other's rows; 3000 records go by way of the file. */
static void test_in_flight_together(void **state) {
        World *w = *state;
        Partition p[SIDE_COUNT] = { world_partition(SIDE_CENTRAL), world_partition(SIDE_PORTAL) };
        Listing *l[SIDE_COUNT] = { world_begin(w, &p[0]), world_begin(w, &p[1]) };
        ListingEnd end = world_end();
        ListingReport r;
        char line[256];

        for (int i = 0; i < 3000; i++)
                for (int s = 0; s < SIDE_COUNT; s++) {
                        (void) snprintf(line, sizeof line,
                                        "24412/N%d progress=%d title=Triển_khai_nhiệm_vụ_số_%d_của_đơn_vị", i,
                                        i % 100 == 0 ? s : 7, i);
                        world_put(w, l[s], line);
                }
        for (int s = 0; s < SIDE_COUNT; s++) {
                assert_int_equal(world_apply(w, l[s], &end, &r), 0);
                assert_int_equal(r.added, 3000);
        }
        char *text = world_export(w);
        int differences = 0;
        for (char *at = text; (at = strstr(at, "difference 24412")); at++)
                differences++;
        assert_int_equal(differences, 30);
        free(text);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        const struct CMUnitTest tests[] = {
                T(test_first_and_again),
                T(test_lead_unit),
                T(test_known_page),
                T(test_partial_voids_page),
                T(test_absence),
                T(test_removed_side_and_differences),
                T(test_incomplete_changes_only_what_it_brought),
                T(test_two_accounts),
                T(test_quarantine),
                T(test_duplicates),
                T(test_history),
                T(test_settle),
                T(test_run_records),
                T(test_in_flight_together),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
