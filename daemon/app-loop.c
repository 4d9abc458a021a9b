/* SPDX-License-Identifier: MIT */
/* One tick decides everything that time can make due; it runs at least once a minute, so that a jump of the clock is
 * noticed without help, and at once when a signal, a request or the end of a cycle asks for it. */
#include "daemon/alarm.h"
#include "daemon/app-private.h"
#include "daemon/calendar-gap.h"
#include "daemon/report.h"
#include "daemon/requests.h"
#include "daemon/schedule.h"
#include "state/model/kill.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/inotify.h>

#define TICK_LONGEST US_MINUTE
#define TICK_DRIVEN (50 * 1000)         /* a driven clock can move at any moment */
#define STOP_LIMIT (4 * US_SECOND)
#define FRESH_FOR_SENDING (30 * US_MINUTE)

/* ---- what is due ---- */

static bool app_sending_due(const App *a, Instant now) {
        const PlanPolicy *p = &a->settings->plan;
        Date today = when_date(now);

        return a->planned_day != today && calendar_working(&a->settings->calendar, today) &&
               now >= when_at(today, p->send_hour, p->send_minute);
}

/* In its quiet hours a source is not read: boottime of their end, or INSTANT_NONE. Said once. */
static Instant app_quiet(App *a, const SourceOptions *o) {
        Instant wall = clock_wall(&a->clock), until = quiet_until(&o->quiet, wall);
        AppPoll *p = &a->poll[o->side];
        char text[WHEN_TEXT];

        if (until != INSTANT_NONE && !p->quiet)
                report(LOG_NOTICE, REPORT_NONE, (ReportField[]) { { "NQ57_SOURCE", o->id }, { 0 } },
                       "%s: quiet hours until %s: reading it waits, alerts do not", o->id, when_iso(until, text));
        p->quiet = until != INSTANT_NONE;
        return p->quiet ? clock_boottime(&a->clock) + (until - wall) : INSTANT_NONE;
}

static unsigned app_due(App *a, Instant *ret_next) {
        Instant now = clock_boottime(&a->clock), next = now + TICK_LONGEST;
        bool sending = app_sending_due(a, clock_wall(&a->clock));
        unsigned due = 0;

        for (size_t i = 0; i < a->settings->n_sources; i++) {
                const SourceOptions *o = &a->settings->sources[i];
                AppPoll *p = &a->poll[o->side];
                bool old = p->last_end == INSTANT_NONE || now - p->last_end > FRESH_FOR_SENDING;
                ScheduleNext s = schedule_next(&(ScheduleInput) { .now = now,
                                                                  .last_end = p->last_end,
                                                                  .poll_minutes = o->poll_minutes,
                                                                  .failures = p->failures,
                                                                  .retry = p->retry,
                                                                  .wait_until = p->wait_until,
                                                                  .wanted = p->wanted || (sending && old),
                                                                  .random = p->random });

                /* The first poll's time must stay what it was, or its jitter would push it off for ever; and no mail
                 * goes out on what an earlier process read. */
                if (p->last_end == INSTANT_NONE && p->first == INSTANT_NONE)
                        p->first = s.at;
                if (p->last_end == INSTANT_NONE)
                        s.at = p->wanted || sending ? now : p->first;
                Instant quiet = app_quiet(a, o);

                if (quiet != INSTANT_NONE && s.at < quiet)
                        s.at = quiet;
                if (s.at <= now)
                        due |= 1u << o->side;
                else if (s.at < next)
                        next = s.at;
        }
        *ret_next = next;
        return due;
}

/* A process that has just started polls once before it plans, however late in the morning it is: what may be polled. */
static bool app_polled(const App *a) {
        for (size_t i = 0; i < a->settings->n_sources; i++)
                if (a->poll[a->settings->sources[i].side].last_end == INSTANT_NONE &&
                    !a->poll[a->settings->sources[i].side].quiet)
                        return false;
        return true;
}

/* A morning that could not be planned (mail is held, planning failed) is tried again with the next poll, and once a
 * minute: not at every turn of the loop. */
static bool app_plan_rests(const App *a) {
        Instant since = clock_boottime(&a->clock) - a->unplanned;

        return a->unplanned != INSTANT_NONE && since >= 0 && since < TICK_LONGEST;
}

static int app_requests(App *a, Err *e) {
        bool sync = false;
        int r = requests_take(a->store, a->settings, clock_wall(&a->clock), &sync, e);

        for (int side = 0; sync && side < SIDE_COUNT; side++)
                a->poll[side].wanted = true;
        return r;
}

/* At the start, after a reload, and each day. */
static void app_calendar(App *a) {
        Date today = when_date(clock_wall(&a->clock));
        char text[300];
        CalendarGap gap;

        if (a->calendar_day == today)
                return;
        a->calendar_day = today;
        if (!calendar_gap(&a->settings->calendar, today, &gap))
                return;
        calendar_gap_text(&gap, text, sizeof(text));
        report(LOG_WARNING, REPORT_CALENDAR, NULL, "%s", text);
}

static int app_look(App *a, Err *e) {
        Instant now = clock_boottime(&a->clock);

        if (now - a->looked < TICK_LONGEST)
                return 0;
        a->looked = now;
        return alarm_look(a->store, a->settings, clock_wall(&a->clock), e);
}

static int app_once(App *a, Err *e) {
        unsigned all = 0;

        if (a->started_once)
                return 0;
        a->started_once = true;
        for (size_t i = 0; i < a->settings->n_sources; i++)
                if (app_quiet(a, &a->settings->sources[i]) == INSTANT_NONE)
                        all |= 1u << a->settings->sources[i].side;
        return app_cycle(a, all, e);
}

static int app_work(App *a, Instant *ret_next, Err *e) {
        unsigned due;
        int r;

        if (a->cycle && a->cycle_over) {
                a->cycle = cycle_free(a->cycle);
                KILL_POINT("cycle-end");
        }
        r = app_take_next(a, e);
        if (r >= 0)
                r = app_requests(a, e);
        app_calendar(a);
        if (r < 0 || a->cycle)
                return r;
        if (a->options.once)
                return app_once(a, e);
        due = app_due(a, ret_next);
        if (due || (app_polled(a) && app_sending_due(a, clock_wall(&a->clock)) && !app_plan_rests(a)))
                return app_cycle(a, due, e);
        r = app_look(a, e);
        return r < 0 ? r : deliver_pump(a->deliver, e);
}

static int app_arm(App *a, Instant at) {
        Instant now = clock_boottime(&a->clock), wait = at > now ? at - now : 0;

        if (a->options.clock_path)
                wait = TICK_DRIVEN;
        else if (wait > TICK_LONGEST)
                wait = TICK_LONGEST;
        if (sd_event_source_set_time_relative(a->tick, (uint64_t) wait) < 0)
                return -EIO;
        return sd_event_source_set_enabled(a->tick, SD_EVENT_ONESHOT);
}

static int app_tick(sd_event_source *source, uint64_t usec, void *userdata) {
        App *a = userdata;
        Instant next = clock_boottime(&a->clock) + TICK_LONGEST;
        Err e = { 0 };

        (void) source;
        (void) usec;
        if (a->stopping) { /* the cycle that was cancelled has ended */
                app_maybe_end(a);
                return 0;
        }
        if (app_work(a, &next, &e) < 0) {
                report_err(LOG_ERR, &e, "this turn failed; the next is in a minute");
                a->trouble = true;
        }
        app_maybe_end(a);
        return app_arm(a, next);
}

void app_wake(App *a) {
        if (a->tick && sd_event_source_set_time_relative(a->tick, 0) >= 0)
                (void) sd_event_source_set_enabled(a->tick, SD_EVENT_ONESHOT);
}

/* ---- signals ---- */

static int app_last_resort(sd_event_source *source, uint64_t usec, void *userdata) {
        App *a = userdata;

        (void) source;
        (void) usec;
        report(LOG_WARNING, REPORT_NONE, NULL,
               "stopping without waiting any longer; what was under way is settled at the next start");
        return sd_event_exit(a->loop, 0);
}

static int app_on_stop(sd_event_source *source, const struct signalfd_siginfo *si, void *userdata) {
        App *a = userdata;

        (void) source;
        (void) si;
        if (a->stopping)
                return 0;
        a->stopping = true;
        report_notify("STOPPING=1\nSTATUS=stopping");
        if (sd_event_add_time_relative(a->loop, &a->last_resort, CLOCK_BOOTTIME, STOP_LIMIT, 1, app_last_resort, a) < 0)
                return sd_event_exit(a->loop, 0);
        if (a->cycle && !a->cycle_over)
                cycle_cancel(a->cycle);
        deliver_stop(a->deliver);
        app_maybe_end(a);
        return 0;
}

static int app_on_reload(sd_event_source *source, const struct signalfd_siginfo *si, void *userdata) {
        App *a = userdata;
        Settings *fresh = NULL;
        Err e = { 0 };
        int r;

        (void) source;
        (void) si;
        report_reloading();
        r = app_load(a, &fresh, &e);
        if (r == 0 && strcmp(fresh->state_dir, a->settings->state_dir) != 0) {
                settings_unref(fresh);
                r = err_set(&e, -EBUSY, RETRY_RECONFIGURE,
                            "paths.state may not change while the daemon runs (%s); restart it",
                            a->settings->state_dir);
        }
        if (r == 0) {
                settings_unref(a->next);
                a->next = fresh;
                report(LOG_NOTICE, REPORT_RELOADED, NULL, "configuration reloaded from %s", a->options.config_dir);
        } else
                report(LOG_ERR, REPORT_RELOAD_FAILED, NULL, "reload failed, the old configuration stays in force%s%s",
                       r < 0 ? ": " : "", r < 0 ? e.text : "");
        report_notify("READY=1%s", r == 0 ? "" : "\nSTATUS=reload failed, the old configuration stays in force");
        app_wake(a);
        return 0;
}

static int app_on_sync(sd_event_source *source, const struct signalfd_siginfo *si, void *userdata) {
        App *a = userdata;

        (void) source;
        (void) si;
        for (int side = 0; side < SIDE_COUNT; side++)
                a->poll[side].wanted = true;
        app_wake(a);
        return 0;
}

static int app_on_request(sd_event_source *source, const struct inotify_event *event, void *userdata) {
        (void) source;
        (void) event;
        app_wake(userdata);
        return 0;
}

/* ---- the loop ---- */

static int app_requests_watch(App *a) {
        char path[4096];

        snprintf(path, sizeof(path), "%s/requests", a->settings->state_dir);
        return sd_event_add_inotify(a->loop, &a->inotify, path, IN_MOVED_TO, app_on_request, a);
}

int app_events(App *a, Err *e) {
        int r = sd_event_add_signal(a->loop, &a->signal[0], SIGTERM, app_on_stop, a);

        if (r >= 0)
                r = sd_event_add_signal(a->loop, &a->signal[1], SIGINT, app_on_stop, a);
        /* Once the loop has read a signal it is no longer pending: it must be told before a long stretch begins. */
        for (int i = 0; i < 2 && r >= 0; i++)
                r = sd_event_source_set_priority(a->signal[i], SD_EVENT_PRIORITY_IMPORTANT);
        if (r >= 0)
                r = sd_event_add_signal(a->loop, &a->signal[2], SIGHUP, app_on_reload, a);
        if (r >= 0)
                r = sd_event_add_signal(a->loop, &a->signal[3], SIGUSR1, app_on_sync, a);
        if (r >= 0)
                r = sd_event_add_time_relative(a->loop, &a->tick, CLOCK_BOOTTIME, 0, 1, app_tick, a);
        if (r >= 0 && !a->options.once)
                r = app_requests_watch(a);
        if (r >= 0)
                r = sd_event_set_watchdog(a->loop, true);
        return r < 0 ? err_set(e, r, RETRY_NEVER, "cannot set up the event loop") : 0;
}

void app_events_free(App *a) {
        sd_event_source_disable_unref(a->tick);
        sd_event_source_disable_unref(a->last_resort);
        sd_event_source_disable_unref(a->inotify);
        for (size_t i = 0; i < sizeof(a->signal) / sizeof(*a->signal); i++)
                sd_event_source_disable_unref(a->signal[i]);
}

void app_maybe_end(void *userdata) {
        App *a = userdata;
        bool cycling = a->cycle && !a->cycle_over;

        if (!a->stopping && !(a->options.once && a->started_once))
                return;
        if (cycling || !deliver_idle(a->deliver))
                return;
        (void) sd_event_exit(a->loop, 0);
}

/* --once leaves mail behind that could not go now. */
static int count_unsent(void *userdata, const Message *m, Err *e) {
        (void) e;
        if (m->state == MESSAGE_TEMPORARY || m->state == MESSAGE_PLANNED || m->state == MESSAGE_UNKNOWN)
                *(bool *) userdata = true;
        return 0;
}

int app_run(App *a) {
        Err e = { 0 };
        int r;

        report_notify("READY=1\nSTATUS=first poll");
        r = sd_event_loop(a->loop);
        report_notify("STOPPING=1");
        if (a->options.once && !a->stopping && store_visit_messages(a->store, count_unsent, &a->trouble, &e) < 0)
                a->trouble = true;
        if (a->tape && tape_end(a->tape, &e) < 0) {
                report_err(LOG_ERR, &e, "the recording");
                a->trouble = true;
        }
        if (r < 0) {
                report(LOG_CRIT, REPORT_NONE, NULL, "the event loop failed: %s", strerror(-r));
                return APP_TROUBLE;
        }
        return a->options.once && a->trouble && !a->stopping ? APP_TROUBLE : APP_OK;
}
