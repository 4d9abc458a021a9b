/* SPDX-License-Identifier: MIT */
#include "daemon/retire.h"

#include "daemon/coverage.h"
#include "daemon/report.h"

typedef struct Retired {
        Partition partition;
        struct Retired *next;
} Retired;

typedef struct Retiring {
        const Settings *settings;
        Instant now;
        Arena arena;
        Retired *first;
} Retiring;

static const char *keep(Retiring *r, const char *text) {
        return arena_copy(&r->arena, str_of(text));
}

/* One empty listing a day is enough to let the grace run out. */
static int retire_visit(void *userdata, const PartitionState *p, Err *e) {
        Retiring *r = userdata;
        Retired *out;

        if (coverage_configured(r->settings, &p->partition) || (p->members == 0 && r->now - p->ended < US_DAY))
                return 0;
        out = arena_get(&r->arena, sizeof(Retired));
        if (!out)
                return err_oom(e);
        *out = (Retired) { .partition = p->partition, .next = r->first };
        out->partition.source = keep(r, p->partition.source);
        out->partition.stream = keep(r, p->partition.stream);
        out->partition.account = keep(r, p->partition.account);
        out->partition.unit = keep(r, p->partition.unit);
        if (!out->partition.source || !out->partition.stream || !out->partition.account || !out->partition.unit)
                return err_oom(e);
        r->first = out;
        return 0;
}

static int retire_one(Store *s, const Settings *settings, const Partition *p, Instant now, Err *e) {
        const GuardOptions trusting = { .shrink_count = INT32_MAX, .shrink_percent = 100, .change_count = INT32_MAX,
                                        .change_percent = 100, .grace_days = settings->guards.grace_days };
        const ListingContext context = { .links = settings->links, .units = settings->units, .policy = &settings->merge,
                                         .guards = &trusting, .fresh = { true, true } };
        ListingEnd end = { .completeness = LISTING_COMPLETE,
                           .whole = true,
                           .members_complete = true,
                           .proof = PROOF_TOTAL,
                           .retry_after = INSTANT_NONE,
                           .detail = "the account is no longer configured" };
        _cleanup_(listing_freep) Listing *l = NULL;
        ListingReport told = { 0 };
        int r = store_listing_begin(s, p, &context, now, &l, e);

        if (r >= 0)
                r = listing_apply(l, &end, now, &told, e);
        if (r == 0 && told.gone > 0)
                report(LOG_NOTICE, REPORT_NONE,
                       (ReportField[]) { { "NQ57_SOURCE", p->source }, { "NQ57_ACCOUNT", p->account }, { 0 } },
                       "%s/%s (%s) is no longer configured: %lld record%s missing from now on", p->source, p->stream,
                       p->account, (long long) told.gone, PLURAL(told.gone));
        return r < 0 ? r : 0;
}

int retire_partitions(Store *s, const Settings *settings, Instant now, Err *e) {
        Retiring retiring = { .settings = settings, .now = now };
        int r = store_visit_partitions(s, retire_visit, &retiring, e);

        for (const Retired *out = retiring.first; out && r >= 0; out = out->next)
                r = retire_one(s, settings, &out->partition, now, e);
        arena_free(&retiring.arena);
        return r < 0 ? r : 0;
}
