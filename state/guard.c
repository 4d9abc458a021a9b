/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "state/reconcile.h"

const char *const guard_names[] = { "", "shrink", "mass-change", "identity", "canary", "mapping-change", "drift",
                                    NULL };

/* Below this an identity share says nothing. */
#define IDENTITY_MEMBERS 20

/* A change of the mapping is asked about much earlier than a change of the data. */
#define MAPPING_COUNT(o) ((o)->change_count / 10)
#define MAPPING_PERCENT(o) ((o)->change_percent / 5)

/* Percent alone fails on small sets, a count alone on large ones: both must be over. */
static bool over(int64_t n, int64_t of, int count, int percent) {
        return n > count && n * 100 > of * percent;
}

static int64_t share(int64_t n, int64_t of) {
        return of > 0 ? n * 100 / of : 0;
}

static GuardTrip trip_canary(const GuardTally *t, Text *en, Text *vi) {
        text_addf(en, "expected record %s in every complete listing; it is not there (%d such records are missing)",
                  t->canary, t->canaries_missing);
        text_addf(vi, "bản ghi %s phải có trong mọi danh sách đầy đủ nhưng không thấy (thiếu %d bản ghi như vậy)",
                  t->canary, t->canaries_missing);
        return GUARD_CANARY;
}

static GuardTrip trip_identity(const GuardOptions *o, const GuardTally *t, Text *en, Text *vi) {
        text_addf(en, "expected at least %d%% of %" PRId64 " known records; saw %" PRId64 " of them and %" PRId64
                      " unknown ones: the codes seem to have been replaced",
                  o->identity_percent, t->before, t->before - t->gone, t->new_members);
        text_addf(vi, "phải còn ít nhất %d%% trong %" PRId64 " bản ghi đã biết; chỉ thấy %" PRId64 " và %" PRId64
                      " bản ghi lạ: có thể mã đã bị đánh lại",
                  o->identity_percent, t->before, t->before - t->gone, t->new_members);
        return GUARD_IDENTITY;
}

static GuardTrip trip_shrink(const GuardOptions *o, const GuardTally *t, Text *en, Text *vi) {
        text_addf(en,
                  "expected about %" PRId64 " records; %" PRId64 " of them (%" PRId64
                  "%%) are gone, more than %d and more than %d%%",
                  t->before, t->gone, share(t->gone, t->before), o->shrink_count, o->shrink_percent);
        text_addf(vi,
                  "trước đây có %" PRId64 " bản ghi; nay mất %" PRId64 " (%" PRId64 "%%), vượt mức %d bản ghi và %d%%",
                  t->before, t->gone, share(t->gone, t->before), o->shrink_count, o->shrink_percent);
        return GUARD_SHRINK;
}

static GuardTrip trip_change(GuardTrip trip, int64_t changed, int64_t before, int count, int percent, Text *en,
                             Text *vi) {
        bool mapping = trip == GUARD_MAPPING;

        text_addf(en,
                  "%s%" PRId64 " of %" PRId64 " records (%" PRId64
                  "%%) would change at once, more than %d and more than %d%%",
                  mapping ? "the profile, the units or the links changed, and by that " : "", changed, before,
                  share(changed, before), count, percent);
        text_addf(vi,
                  "%s%" PRId64 " trong %" PRId64 " bản ghi (%" PRId64
                  "%%) sẽ đổi cùng lúc, vượt mức %d bản ghi và %d%%",
                  mapping ? "cấu hình đọc (profile, đơn vị, liên kết mã) đã đổi, vì vậy " : "", changed, before,
                  share(changed, before), count, percent);
        return trip;
}

GuardTrip guard_judge(const GuardOptions *o, const GuardTally *t, bool members_complete, Text *en, Text *vi) {
        if (members_complete) {
                bool replaced = t->before > IDENTITY_MEMBERS && t->new_members * 2 >= t->gone
                        && (t->before - t->gone) * 100 < t->before * o->identity_percent;

                if (t->canaries_missing > 0)
                        return trip_canary(t, en, vi);
                if (replaced)
                        return trip_identity(o, t, en, vi);
                if (over(t->gone, t->before, o->shrink_count, o->shrink_percent))
                        return trip_shrink(o, t, en, vi);
        }
        if (over(t->profile_changed, t->before, MAPPING_COUNT(o), MAPPING_PERCENT(o)))
                return trip_change(GUARD_MAPPING, t->profile_changed, t->before, MAPPING_COUNT(o), MAPPING_PERCENT(o),
                                   en, vi);
        if (over(t->changed, t->before, o->change_count, o->change_percent))
                return trip_change(GUARD_CHANGE, t->changed, t->before, o->change_count, o->change_percent, en, vi);
        return GUARD_FINE;
}
