/* SPDX-License-Identifier: MIT */
#include "daemon/schedule.h"

static Instant spread(Instant base, int percent, uint64_t random) {
        Instant width = base * percent / 100;

        return base - width + (Instant) (random % (uint64_t) (2 * width + 1));
}

static Instant backoff(int failures, uint64_t random) {
        Instant wait = SCHEDULE_BACKOFF_FIRST;

        for (int i = 1; i < failures && wait < SCHEDULE_BACKOFF_CAP; i++)
                wait *= 2;
        return spread(wait < SCHEDULE_BACKOFF_CAP ? wait : SCHEDULE_BACKOFF_CAP, 50, random);
}

ScheduleNext schedule_next(const ScheduleInput *in) {
        Instant interval = in->poll_minutes * US_MINUTE;
        ScheduleNext next;

        if (in->last_end == INSTANT_NONE)
                return (ScheduleNext) { in->now + (Instant) (in->random % SCHEDULE_FIRST_SPREAD), "first poll" };
        if (in->failures > 0 && in->retry == RETRY_RECONFIGURE)
                next = (ScheduleNext) { in->last_end + SCHEDULE_BACKOFF_CAP, "reconfigure" };
        else if (in->failures > 0)
                next = (ScheduleNext) { in->last_end + backoff(in->failures, in->random), "back-off" };
        else
                next = (ScheduleNext) { in->last_end + spread(interval, 10, in->random), "interval" };
        if (in->wanted && next.at > in->now)
                next = (ScheduleNext) { in->now, "wanted" };
        if (in->wait_until != INSTANT_NONE && next.at < in->wait_until)
                next = (ScheduleNext) { in->wait_until, "asked by the source" };
        return next;
}

Instant schedule_mail_retry(int attempts, uint64_t random) {
        static const int minutes[] = { 1, 5, 15, 30 };
        int i = attempts < 1 ? 0 : attempts > 4 ? 3 : attempts - 1;

        return spread(minutes[i] * US_MINUTE, 20, random);
}
