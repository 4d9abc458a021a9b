/* SPDX-License-Identifier: MIT */
#include "daemon/app.h"

#include "daemon/alarm.h"
#include "daemon/app-private.h"
#include "daemon/clock.h"
#include "daemon/guard-clock.h"
#include "daemon/report.h"
#include "daemon/requests.h"
#include "nq57-build.h"

#include "config/secret.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>

/* ---- start ---- */

static int app_secret(void *userdata, const char *source, const char *account, Text *ret, Err *e) {
        App *a = userdata;

        return a->settings->secrets_dir ? secret_account(&a->secrets, a->settings->secrets_dir, source, account, ret, e)
                                        : 1;
}

static int app_handed(void *userdata, const char *source, const char *account, Text *ret, Err *e) {
        App *a = userdata;

        return a->settings->secrets_dir ? secret_session(a->settings->secrets_dir, source, account, ret, e) : 1;
}

static int app_secret_file(void *userdata, const char *source, const char *name, Text *ret, Err *e) {
        App *a = userdata;
        char file[128];

        snprintf(file, sizeof(file), "%s.%s", source, name);
        return a->settings->secrets_dir ? secret_file(a->settings->secrets_dir, file, ret, e) : 1;
}

int app_sources(App *a, Err *e) {
        for (size_t i = 0; i < a->settings->n_sources; i++) {
                const SourceOptions *o = &a->settings->sources[i];
                SourceEnv env = { .loop = a->loop,
                                  .clock = &a->clock,
                                  .vault = store_vault(a->store),
                                  .units = a->settings->units,
                                  .secret = app_secret,
                                  .secret_file = app_secret_file,
                                  .secret_userdata = a,
                                  .handed = app_handed,
                                  .handed_userdata = a,
                                  .news = &a->news,
                                  .seed = app_random() };
                SourceOptions own = *o;
                int r;

                if (a->tape) {
                        tape_attach(a->tape, &env);
                        tape_options(a->tape, &own);
                }
                r = a->source[o->side] ? 0 : source_new(&env, &own, &a->source[o->side], e);
                if (r < 0)
                        return err_prefix(e, "source %s", o->id);
        }
        return 0;
}

uint64_t app_random(void) {
        uint64_t n = 0;

        (void) getrandom(&n, sizeof(n), GRND_NONBLOCK);
        return n;
}

int app_load(App *a, Settings **ret, Err *e) {
        FindingSink sink = report_findings(a->options.vi);

        return settings_load(a->options.config_dir, when_date(clock_wall(&a->clock)), &sink, ret, e);
}

static int app_directories(const Settings *s, Err *e) {
        static const char *const names[] = { "", "/attempts", "/requests" };
        static const mode_t modes[] = { 0750, 0750, 0770 };

        for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
                char path[4096];

                snprintf(path, sizeof(path), "%s%s", s->state_dir, names[i]);
                /* The group writes requests, whatever the umask; a folder that was there keeps the mode it was given.
                 */
                if (mkdir(path, modes[i]) == 0 ? chmod(path, modes[i]) < 0 : errno != EEXIST)
                        return err_set(e, -errno, RETRY_RECONFIGURE, "cannot make the state directory %s: %s", path,
                                       strerror(errno));
        }
        return 0;
}

/* An apply is one long synchronous stretch, and so is waiting for somebody else's lock: they ask here whether to give
 * way. The signal is pending until the loop took it; from then on `stopping` says so. */
static bool app_stop_pending(void *userdata) {
        const App *a = userdata;
        sigset_t pending;

        if (a->stopping)
                return true;
        return sigpending(&pending) == 0 && (sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT));
}

static int app_store(App *a, int *ret_status, Err *e) {
        char path[4096];
        int r = app_directories(a->settings, e);

        if (r < 0)
                return r;
        snprintf(path, sizeof(path), "%s/nq57.db", a->settings->state_dir);
        r = store_open(path, STORE_WRITE, &a->clock, &a->store, e);
        if (r == STORE_E_LOCKED)
                *ret_status = APP_LOCKED;
        if (r != 0)
                return r < 0 ? r : -EBUSY;
        store_set_stop(a->store, app_stop_pending, a);
        return 0;
}

/* A recording and its replay have a state of their own, and no mail leaves. */
static int app_apart(App *a, Err *e) {
        Settings *s = a->settings;

        if (!a->tape)
                return 0;
        if (strcmp(s->state_dir, a->options.state_dir) == 0)
                return err_set(e, -EINVAL, RETRY_RECONFIGURE,
                               "--state must not be the site's own state directory %s: give a new folder",
                               s->state_dir);
        s->state_dir = a->options.state_dir;
        s->plan.mode = MAIL_PREVIEW;
        return 0;
}

static int app_tape(App *a, Err *e) {
        int r = 0;

        if (a->options.record_dir)
                r = tape_record(a->options.record_dir, &a->clock, &a->tape, e);
        else if (a->options.replay_dir)
                r = tape_replay(a->options.replay_dir, a->loop, &a->tape, e);
        if (r >= 0 && a->options.replay_dir) {
                clock_end(&a->clock);
                a->clock = *tape_clock(a->tape);
        }
        return r;
}

static int app_open(App *a, int *ret_status, Err *e) {
        int r = app_load(a, &a->settings, e);

        if (r != 0) {
                *ret_status = APP_CONFIG;
                return r < 0 ? r
                             : err_set(e, -EINVAL, RETRY_RECONFIGURE, "the configuration in %s is wrong",
                                       a->options.config_dir);
        }
        r = app_apart(a, e);
        if (r >= 0)
                r = app_store(a, ret_status, e);
        if (r >= 0)
                r = app_sources(a, e);
        if (r >= 0)
                r = deliver_new(a->loop, a->store, &a->clock, &a->deliver, e);
        if (r >= 0) {
                deliver_use(a->deliver, a->settings);
                deliver_on_idle(a->deliver, app_maybe_end, a);
                r = deliver_recover(a->deliver, e);
        }
        return r >= 0 ? app_events(a, e) : r;
}

int app_new(const AppOptions *o, App **ret, int *ret_status, Err *e) {
        _cleanup_(app_freep) App *a = calloc(1, sizeof(App));
        int r;

        *ret_status = APP_TROUBLE;
        if (!a)
                return err_oom(e);
        a->options = *o;
        a->news = report_findings(o->vi);
        for (int side = 0; side < SIDE_COUNT; side++)
                a->poll[side] = (AppPoll) { .first = INSTANT_NONE,
                                            .last_end = INSTANT_NONE,
                                            .wait_until = INSTANT_NONE,
                                            .random = app_random() };
        a->planned_day = DATE_NONE;
        a->unplanned = INSTANT_NONE;
        clock_system(&a->clock);
#ifdef NQ57_TEST_BUILD
        if (o->clock_path && (r = clock_file(o->clock_path, &a->clock, e)) < 0)
                return r;
#endif
        r = sd_event_new(&a->loop); /* the default loop of a thread asks the kernel which it is, at every turn */
        if (r < 0)
                return err_set(e, r, RETRY_NEVER, "cannot make an event loop");
        r = app_tape(a, e);
        if (r >= 0)
                r = app_open(a, ret_status, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(a);
        return 0;
}

App *app_free(App *a) {
        if (!a)
                return NULL;
        a->cycle = cycle_free(a->cycle);
        for (int side = 0; side < SIDE_COUNT; side++)
                a->source[side] = source_free(a->source[side]);
        a->deliver = deliver_free(a->deliver);
        app_events_free(a);
        a->store = store_close(a->store);
        a->tape = tape_free(a->tape);
        secret_book_done(&a->secrets);
        settings_unref(a->next);
        settings_unref(a->settings);
        sd_event_unref(a->loop);
        clock_end(&a->clock);
        free(a);
        return NULL;
}

/* ---- cycles ---- */

static bool app_clock_held(App *a) {
        ClockFacts f = { .now = clock_wall(&a->clock), .last_tick = INSTANT_NONE, .built = INSTANT_NONE };
        const char *doubt;
        Err e = { 0 };

        if (a->options.replay_dir) /* its time is the recording's */
                return false;
        if (store_last_tick(a->store, &f.last_tick, &e) < 0)
                return true;
#ifndef NQ57_TEST_BUILD
        f.built = NQ57_BUILD_EPOCH * US_SECOND;
        f.sync = a->settings->mail.clock_plausible ? CLOCK_NOT_JUDGED : clock_sync_read();
#endif
        doubt = clock_doubt(&f);
        if (alarm_set(a->store, a->settings, ALARM_CLOCK, "clock", doubt, f.now, &e) < 0)
                report_err(LOG_ERR, &e, "cannot record an alarm");
        deliver_hold(a->deliver, doubt != NULL);
        return doubt != NULL;
}

static void app_status(App *a, const CycleReport *r) {
        Instant now = clock_wall(&a->clock);
        Occurrence next;
        char date[DATE_TEXT] = "none";
        int days = 0;

        if (deadline_next(a->settings->deadlines, a->settings->n_deadlines, &a->settings->calendar, when_date(now),
                          &next)) {
                date_vn_short(next.before, date);
                days = calendar_between(&a->settings->calendar, when_date(now), next.safe);
        }
        if (r->planned)
                report_status("%d tasks, %d indicators, %d units behind, %d unknown, "
                              "next deadline %s in %d working days",
                              r->tasks, r->indicators, r->behind, r->unknown, date, days);
        else
                report_status("MAIL HELD: clock (nq57ctl status); next deadline %s in %d working days", date, days);
}

static void app_poll_done(App *a, Side side, const CycleSide *s) {
        AppPoll *p = &a->poll[side];
        Instant now = clock_boottime(&a->clock), wall = clock_wall(&a->clock);

        p->last_end = now;
        p->failures = s->complete == 0 && s->failed + s->partial > 0 ? p->failures + 1 : 0;
        p->retry = s->retry;
        p->wait_until = s->retry_after == INSTANT_NONE ? INSTANT_NONE : now + (s->retry_after - wall);
        p->random = app_random();
}

static void app_cycle_done(void *userdata, const CycleReport *r) {
        App *a = userdata;
        Instant now = clock_wall(&a->clock);

        for (int side = 0; side < SIDE_COUNT; side++)
                if (r->polled & (1u << side)) {
                        app_poll_done(a, side, &r->side[side]);
                        a->trouble = a->trouble || r->side[side].partial + r->side[side].failed > 0;
                }
        a->trouble = a->trouble || r->trouble;
        if (r->planned && r->sending_time)
                a->planned_day = when_date(now);
        a->unplanned = r->planned ? INSTANT_NONE : clock_boottime(&a->clock);
        if (r->planned || a->held)
                app_status(a, r);
        a->cycle_over = true;
        app_wake(a);
}

int app_cycle(App *a, unsigned sides, Err *e) {
        CycleEnv env = {
                .loop = a->loop, .store = a->store, .clock = &a->clock, .deliver = a->deliver, .settings = a->settings,
                .vi = a->options.vi
        };

        a->held = app_clock_held(a);
        env.hold_mail = a->held;
        for (int side = 0; side < SIDE_COUNT; side++)
                env.source[side] = a->source[side];
        /* Granted now, not at the end: who asks while the cycle runs wants what comes after it. */
        for (int side = 0; side < SIDE_COUNT; side++)
                a->poll[side].wanted = a->poll[side].wanted && !(sides & (1u << side));
        a->cycle_over = false;
        return cycle_start(&env, sides, app_cycle_done, a, &a->cycle, e);
}

static void app_swap(App *a) {
        for (int side = 0; side < SIDE_COUNT; side++)
                a->source[side] = source_free(a->source[side]);
        settings_unref(a->settings);
        a->settings = TAKE_PTR(a->next);
        deliver_use(a->deliver, a->settings);
        a->calendar_day = DATE_NONE;
        for (int side = 0; side < SIDE_COUNT; side++) {
                a->poll[side].failures = 0;
                a->poll[side].wanted = true;
        }
}

/* A new generation takes over between cycles, never inside one. A source that could not be made is made at a later
 * turn: nothing is polled, and so nothing planned, until all are there. */
int app_take_next(App *a, Err *e) {
        if (a->cycle)
                return 0;
        if (a->next)
                app_swap(a);
        return app_sources(a, e);
}
