/* SPDX-License-Identifier: MIT */
#include "daemon/guard-clock.h"

#include <sys/timex.h>

const char *clock_doubt(const ClockFacts *f) {
        if (f->last_tick != INSTANT_NONE && f->now < f->last_tick - CLOCK_BACK_TOLERANCE)
                return "the clock stands more than an hour before the last cycle; mail is held until it is right";
        if (f->built != INSTANT_NONE && f->now < f->built)
                return "the clock stands before this program was built; mail is held until it is right";
        if (f->unsynchronised)
                return "the clock is not synchronised (timedatectl); mail is held until it is";
        return NULL;
}

bool clock_unsynchronised(void) {
        struct timex t = { 0 };

        return adjtimex(&t) == TIME_ERROR && (t.status & STA_UNSYNC);
}
