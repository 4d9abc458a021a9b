/* SPDX-License-Identifier: MIT */
/* `changes` of a stream: how to ask for what changed, and how far the answer goes. */
#include <stdio.h>

#include "connectors/language/template.h"
#include "connectors/profile/profile-changes.h"
#include "connectors/record/dates.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define NAMES(...) ((const char *const[]) { __VA_ARGS__, NULL })

typedef struct ChangesKeys {
        ChangesPlan plan;
        Select by;
        PlanNames dates, statuses;
        const char *overlap, *full_every, *too_old_after;
} ChangesKeys;

static const char *const kinds[] = { "time", "id", NULL };

#define KEY(k, t, field, ...) { .key = k, .type = t, .offset = offsetof(ChangesKeys, field), __VA_ARGS__ }
static const KeySpec keys[] = {
        KEY("since-parameter", KEY_NAME, plan.parameter),
        KEY("since-format", KEY_TEXT, plan.format),
        KEY("by", KEY_SELECT, by, .required = true),
        KEY("kind", KEY_CHOICE, plan.kind, .required = true, .choices = kinds),
        KEY("dates", KEY_NAMES, dates),
        KEY("zone", KEY_ZONE, plan.zone),
        KEY("overlap", KEY_TEXT, overlap),
        KEY("full-every", KEY_TEXT, full_every),
        KEY("too-old-after", KEY_TEXT, too_old_after),
        KEY("too-old-status", KEY_NAMES, statuses),
};

static void refuse(ProfileReader *r, const Tree *t, const char *key, ProfileMessage m, const char *seen) {
        profile_complain(r, &(Complaint) { m, SEVERITY_ERROR, tree_get(t, key)->origin, key, { seen, NULL, NULL },
                                           NULL });
}

/* "15 minutes", "1 day". */
static bool span_read(const char *text, int64_t *ret) {
        static const struct { const char *one, *many; int64_t us; } units[] = {
                { "second", "seconds", US_SECOND },
                { "minute", "minutes", US_MINUTE },
                { "hour", "hours", US_HOUR },
                { "day", "days", US_DAY },
        };
        Str rest = str_of(text), number;
        int n;
        if (!str_split(&rest, ' ', &number) || text_to_int(number, 0, 100000, &n) < 0)
                return false;
        for (size_t i = 0; i < COUNT(units); i++)
                if (str_eq(rest, str_of(units[i].one)) || str_eq(rest, str_of(units[i].many))) {
                        *ret = n * units[i].us;
                        return true;
                }
        return false;
}

static void span_key(ProfileReader *r, const Tree *t, const char *key, const char *text, int64_t least, int64_t *ret) {
        int64_t value = 0;
        if (!text)
                return;
        if (span_read(text, &value) && value >= least)
                *ret = value;
        else
                refuse(r, t, key, PROFILE_SPAN, text);
}

static void overlap_read(ProfileReader *r, const Tree *t, ChangesKeys *k) {
        int count;
        if (k->plan.kind == CHANGES_TIME)
                span_key(r, t, "overlap", k->overlap, 0, &k->plan.overlap);
        else if (k->overlap && text_to_int(str_of(k->overlap), 0, 1000000, &count) == 0)
                k->plan.overlap = count;
        else if (k->overlap)
                profile_complain(r, &(Complaint) { PROFILE_NOT_NUMBER, SEVERITY_ERROR, tree_get(t, "overlap")->origin,
                                                   "overlap", { k->overlap, "0", "1000000" }, NULL });
}

static void statuses_read(ProfileReader *r, const Tree *t, ChangesKeys *k) {
        ChangesPlan *p = &k->plan;
        if (k->statuses.n == 0)
                p->status[p->n_statuses++] = 410; /* RFC 9110 15.5.11: gone */
        for (size_t i = 0; i < k->statuses.n; i++) {
                int status;
                if (p->n_statuses < CHANGES_STATUSES && text_to_int(str_of(k->statuses.at[i]), 400, 499, &status) == 0)
                        p->status[p->n_statuses++] = status;
                else
                        profile_complain(r, &(Complaint) { PROFILE_NOT_NUMBER, SEVERITY_ERROR,
                                                           tree_get(t, "too-old-status")->origin, "too-old-status",
                                                           { k->statuses.at[i], "400", "499" }, NULL });
        }
}

static void formats_check(ProfileReader *r, const Tree *t, const ChangesKeys *k) {
        _cleanup_text_ Text since = TEXT_INIT(1000);
        const TemplateName name = { "since", TEMPLATE_TIME };
        TemplateFault fault;
        for (size_t i = 0; i < k->dates.n; i++)
                if (!moment_format_valid(k->dates.at[i]))
                        refuse(r, t, "dates", PROFILE_DATE_FORMAT, k->dates.at[i]);
        if (!tree_get(t, "since-format"))
                return;
        if (text_addf(&since, "<since:%s>", k->plan.format) < 0 || template_check(since.at, &name, 1, &fault) != 0 ||
            !template_uses(since.at, "since"))
                refuse(r, t, "since-format", PROFILE_DATE_FORMAT, k->plan.format);
}

static void kind_check(ProfileReader *r, const Tree *t, const ChangesKeys *k) {
        if (k->plan.kind == CHANGES_ID)
                profile_only(r, t, keys, COUNT(keys),
                             NAMES("since-parameter", "by", "kind", "overlap", "full-every", "too-old-after",
                                   "too-old-status"),
                             "kind: id");
        if (tree_get(t, "since-format") && !k->plan.parameter)
                profile_need(r, t, NAMES("since-parameter"));
}

void profile_changes_compile(ProfileReader *r, const Tree *t, const ProfileDefaults *defaults, bool since_used,
                             StreamPlan *ret) {
        ChangesKeys k = { .plan = { .given = true,
                                    .format = "iso",
                                    .zone = defaults->zone,
                                    .overlap = 15 * US_MINUTE,
                                    .full_every = US_DAY },
                          .dates = defaults->dates };
        size_t path = profile_enter(r, "changes");
        profile_read(r, t, keys, COUNT(keys), &k);
        if (t->kind == TREE_MAP) {
                if (k.plan.kind == CHANGES_ID)
                        k.plan.overlap = 100;
                kind_check(r, t, &k);
                formats_check(r, t, &k);
                overlap_read(r, t, &k);
                span_key(r, t, "full-every", k.full_every, US_MINUTE, &k.plan.full_every);
                span_key(r, t, "too-old-after", k.too_old_after, US_MINUTE, &k.plan.too_old_after);
                statuses_read(r, t, &k);
                if (!since_used)
                        profile_need(r, t, NAMES("since-parameter"));
                k.plan.dates = k.dates.at;
                k.plan.n_dates = k.dates.n;
                if (k.plan.kind == CHANGES_TIME && k.dates.n == 0)
                        profile_need(r, t, NAMES("dates"));
        }
        profile_leave(r, path);
        ret->changes = k.plan;
        ret->by.select = k.by;
}
