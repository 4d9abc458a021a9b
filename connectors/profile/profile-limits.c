/* SPDX-License-Identifier: MIT */
/* `limits:` of a profile: lower than those of limits.h, never higher. */
#include "connectors/limits.h"
#include "connectors/profile/profile-parts.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define BODY_LEAST (4 << 10)

typedef struct LimitKeys {
        const char *body;
        PlanLimits plan;
} LimitKeys;

#define LIMIT(k, field, least, most)                                                                                   \
        { .key = k, .type = KEY_INT, .offset = offsetof(LimitKeys, plan.field), .low = least, .high = most }
static const KeySpec keys[] = {
        { .key = "body", .type = KEY_TEXT, .offset = offsetof(LimitKeys, body) },
        LIMIT("pages", pages, 1, LIMIT_PAGES),
        LIMIT("records", records, 1, LIMIT_LISTING_RECORDS),
        LIMIT("requests", requests, 1, LIMIT_LISTING_REQUESTS),
        LIMIT("seconds", seconds, 1, LIMIT_LISTING_SECONDS),
        LIMIT("redirects", redirects, 0, LIMIT_REDIRECTS),
};

/* "512 KiB", "4 MiB". */
static bool size_read(Str s, int *ret) {
        Str number;
        int n;
        if (!str_split(&s, ' ', &number) || text_to_int(number, 1, 1 << 20, &n) < 0)
                return false;
        int64_t bytes = str_eq(str_trim(s), STR("MiB"))   ? (int64_t) n << 20
                        : str_eq(str_trim(s), STR("KiB")) ? (int64_t) n << 10
                                                          : 0;
        if (bytes < BODY_LEAST || bytes > (int64_t) LIMIT_BODY_BYTES)
                return false;
        *ret = (int) bytes;
        return true;
}

void profile_limits_compile(ProfileReader *r, const Tree *t, PlanLimits *ret) {
        LimitKeys k = { .plan = { .body = (int) LIMIT_BODY_BYTES,
                                  .pages = LIMIT_PAGES,
                                  .records = LIMIT_LISTING_RECORDS,
                                  .requests = LIMIT_LISTING_REQUESTS,
                                  .seconds = LIMIT_LISTING_SECONDS,
                                  .redirects = LIMIT_REDIRECTS } };
        size_t path = profile_enter(r, "limits");
        if (t)
                profile_read(r, t, keys, COUNT(keys), &k);
        if (k.body && !size_read(str_of(k.body), &k.plan.body))
                profile_complain(r, &(Complaint) { PROFILE_SIZE, SEVERITY_ERROR, tree_get(t, "body")->origin, "body",
                                                   { k.body, "4 KiB", "16 MiB" }, NULL });
        profile_leave(r, path);
        *ret = k.plan;
}
