/* SPDX-License-Identifier: MIT */
#include "daemon/guard-clock.h"

#include <sys/timex.h>
#include <systemd/sd-bus.h>
#include <time.h>

#define BUS_PATIENCE (2 * US_SECOND)
#define MAX_ERROR_US 16000000 /* what the kernel starts from; timedated draws the same line */

const char *clock_doubt(const ClockFacts *f) {
        if (f->last_tick != INSTANT_NONE && f->now < f->last_tick - CLOCK_BACK_TOLERANCE)
                return "the clock stands more than an hour before the last cycle; mail is held until it is right";
        if (f->built != INSTANT_NONE && f->now < f->built)
                return "the clock stands before this program was built; mail is held until it is right";
        if (f->sync == CLOCK_UNSYNCHRONISED)
                return "the clock is not synchronised (timedatectl); mail is held until it is, or until "
                       "mail.clock-check is plausible";
        if (f->sync == CLOCK_SYNC_UNKNOWN)
                return "nothing here says whether the clock is synchronised (no systemd-timedated); mail is held until "
                       "something does, or until mail.clock-check is plausible";
        return NULL;
}

/* ---- timedated ---- */

static int64_t monotonic(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (int64_t) t.tv_sec * US_SECOND + t.tv_nsec / 1000;
}

static int bus_answer(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        ClockSync *ret = userdata;
        int yes;

        (void) error;
        if (!sd_bus_message_is_method_error(m, NULL) && sd_bus_message_read(m, "v", "b", &yes) >= 0)
                *ret = yes ? CLOCK_SYNCHRONISED : CLOCK_UNSYNCHRONISED;
        else
                *ret = CLOCK_SYNC_UNKNOWN;
        return 0;
}

/* Not sd_bus_call: its own time limit leaves out the greeting, and a hung bus must not hang the loop. */
static void bus_wait(sd_bus *bus, const ClockSync *answer) {
        int64_t end = monotonic() + BUS_PATIENCE, left;

        while (*answer == CLOCK_NOT_JUDGED && (left = end - monotonic()) > 0) {
                int r = sd_bus_process(bus, NULL);

                if (r == 0)
                        r = sd_bus_wait(bus, (uint64_t) left);
                if (r < 0)
                        return;
        }
}

static void bus_close(sd_bus **bus) {
        sd_bus_close_unref(*bus);
}

static ClockSync bus_ask(void) {
        _cleanup_(bus_close) sd_bus *bus = NULL;
        ClockSync answer = CLOCK_NOT_JUDGED;

        if (sd_bus_open_system(&bus) >= 0 &&
            sd_bus_call_method_async(bus, NULL, "org.freedesktop.timedate1", "/org/freedesktop/timedate1",
                                     "org.freedesktop.DBus.Properties", "Get", bus_answer, &answer, "ss",
                                     "org.freedesktop.timedate1", "NTPSynchronized") >= 0)
                bus_wait(bus, &answer);
        return answer == CLOCK_NOT_JUDGED ? CLOCK_SYNC_UNKNOWN : answer;
}

/* STA_UNSYNC says nothing: it may only mean that the kernel is to leave the hardware clock alone. */
ClockSync clock_sync_read(void) {
        struct timex t = { 0 };

        if (adjtimex(&t) >= 0)
                return t.maxerror < MAX_ERROR_US ? CLOCK_SYNCHRONISED : CLOCK_UNSYNCHRONISED;
        return bus_ask();
}
