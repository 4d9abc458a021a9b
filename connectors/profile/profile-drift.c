/* SPDX-License-Identifier: MIT */
#include "connectors/profile/profile-parts.h"

static const char *const policies[] = { "warn", "ignore", "stop", NULL }; /* DriftPolicy */

#define KEY(k, field) { .key = k, .type = KEY_CHOICE, .offset = offsetof(DriftPlan, field), .choices = policies }
static const KeySpec keys[] = {
        KEY("on-new", on_new),
        KEY("on-missing", on_missing),
        KEY("on-retyped", on_retyped),
        KEY("on-empty", on_empty),
        KEY("on-word", on_word),
        KEY("on-critical", on_critical),
        { .key = "count-band", .type = KEY_INT, .offset = offsetof(DriftPlan, count_band), .low = 0, .high = 1000 },
};

void profile_drift_compile(ProfileReader *r, const Tree *t, DriftPlan *ret) {
        *ret = (DriftPlan) { .on_critical = DRIFT_STOP, .count_band = 50 };
        if (!t)
                return;
        size_t path = profile_enter(r, "drift");
        profile_read(r, t, keys, sizeof keys / sizeof *keys, ret);
        profile_leave(r, path);
}
