/* SPDX-License-Identifier: MIT */
/* When the next poll of a source is due, pure: one function decides, and says why. */
#pragma once

#include "state/model/listing.h"

typedef struct ScheduleInput {
        Instant now, last_end;      /* boottime; INSTANT_NONE: never polled by this process */
        int poll_minutes;
        int failures;               /* runs in a row without one complete listing */
        Retry retry;                /* of the last failure */
        Instant wait_until;         /* asked for by the source, boottime; INSTANT_NONE */
        bool wanted;                /* SIGUSR1, or the sending time is near and the data are old */
        uint64_t random;
} ScheduleInput;

typedef struct ScheduleNext {
        Instant at;                 /* boottime */
        const char *why; /* "first poll", "interval", "back-off", "asked by the source", "wanted", "reconfigure" */
} ScheduleNext;

#define SCHEDULE_FIRST_SPREAD (20 * US_SECOND)  /* services that start together do not poll together */
#define SCHEDULE_BACKOFF_FIRST (1 * US_MINUTE)
#define SCHEDULE_BACKOFF_CAP (60 * US_MINUTE)

ScheduleNext schedule_next(const ScheduleInput *in);

/* 1, 5, 15, 30, 30 ... minutes with +-20 % jitter, after `attempts` failed deliveries (RFC 5321 4.5.4.1 asks for
 * patience). */
Instant schedule_mail_retry(int attempts, uint64_t random);
#define SCHEDULE_UNKNOWN_WAIT (15 * US_MINUTE)
