/* SPDX-License-Identifier: MIT */
/* A compiled profile, as the parts of the engine read it. Immutable; everything lies in the profile's arena or is
 * borrowed from its tree. docs/PROFILES.md explains each key. Private to connectors/. */
#pragma once

#include "connectors/language/stream-plan.h"
#include "connectors/profile/profile.h"

/* Caps of one listing and of one answer, lower than limits.h or the same. */
typedef struct PlanLimits {
        int body;                              /* bytes, unpacked */
        int pages, records, requests, seconds; /* of one listing */
        int redirects;                         /* of one request */
} PlanLimits;

struct Profile {
        Arena arena;
        const char *id, *status, *title;
        PlanPairs headers;
        PlanNames allowed_hosts; /* besides the base URL's own: asked without what belongs to the session... */
        PlanNames session_hosts; /* ...and with it */
        SessionPlan session;
        PlanLimits limits;
        StreamPlan *streams;
        size_t n_streams;
        PlanNames config_names;  /* values it takes from nq57d.yaml */
        uint64_t digest;
};

const StreamPlan *profile_stream(const Profile *p, const char *name); /* NULL: none */
