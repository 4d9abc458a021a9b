/* SPDX-License-Identifier: MIT */
/* The clock port: the only way time enters the program. */
#pragma once

#include "state/model/when.h"

typedef struct Clock {
        Instant (*wall)(void *userdata);     /* civil time; judges deadlines */
        Instant (*boottime)(void *userdata); /* monotonic, counts sleep; measures intervals and back-off */
        void *userdata;
} Clock;

static inline Instant clock_wall(const Clock *c) {
        return c->wall(c->userdata);
}
static inline Instant clock_boottime(const Clock *c) {
        return c->boottime(c->userdata);
}
