/* SPDX-License-Identifier: MIT */
#include "daemon/courier.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "connectors/limits.h"
#include "daemon/spawn.h"
#include "state/model/kill.h"
#include "state/model/when.h"

#define KILL_AFTER (3 * US_SECOND)
#define TIMER_SLACK 50000
#define DRAIN_BYTES 4096u

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

typedef struct Delivery {
        Courier *courier;
        struct Delivery *next;
        Spawned child;
        sd_event_source *ended, *told, *timer;
        bool terminated; /* SIGTERM was sent; the timer is now the one of SIGKILL */
        bool timed_out;
        bool unwatched; /* the loop could not take its descriptors: it was killed, the timer ends it */
        char output[LIMIT_OUTPUT_BYTES];
        size_t output_len;
        void (*done)(void *userdata, const Verdict *v);
        void *userdata;
} Delivery;

struct Courier {
        sd_event *loop;
        Delivery *deliveries;
        bool stopped;
};

int courier_new(sd_event *loop, Courier **ret, Err *e) {
        Courier *c = calloc(1, sizeof(*c));

        if (!c)
                return err_oom(e);
        c->loop = sd_event_ref(loop);
        *ret = c;
        return 0;
}

/* The group, so that what a program started goes with it; the program itself in the instant before it has a group. */
static void signal_group(const Delivery *d, int number) {
        if (d->child.pid > 0 && kill(-d->child.pid, number) < 0 && errno == ESRCH)
                (void) kill(d->child.pid, number);
}

/* Unwaited-for, the child keeps its number, so the group that is killed last is still its own. */
static int reap(Delivery *d, siginfo_t *ret) {
        int r;

        while ((r = waitid((idtype_t) P_PIDFD, (id_t) d->child.pidfd, ret, WEXITED | WNOWAIT)) < 0 && errno == EINTR)
                ;
        if (r >= 0)
                signal_group(d, SIGKILL);
        while (r >= 0 && (r = waitid((idtype_t) P_PIDFD, (id_t) d->child.pidfd, ret, WEXITED)) < 0 && errno == EINTR)
                ;
        d->child.pid = 0;
        return r;
}

static Delivery *delivery_free(Delivery *d) {
        siginfo_t info;

        if (!d)
                return NULL;
        for (Delivery **at = &d->courier->deliveries; *at; at = &(*at)->next) {
                if (*at == d) {
                        *at = d->next;
                        break;
                }
        }
        if (d->child.pid > 0) {
                signal_group(d, SIGKILL);
                (void) reap(d, &info);
        }
        sd_event_source_disable_unref(d->ended);
        sd_event_source_disable_unref(d->told);
        sd_event_source_disable_unref(d->timer);
        cleanup_closep(&d->child.pidfd);
        cleanup_closep(&d->child.output);
        cleanup_closep(&d->child.attempt);
        free(d);
        return NULL;
}

Courier *courier_free(Courier *c) {
        if (!c)
                return NULL;
        while (c->deliveries)
                (void) delivery_free(c->deliveries);
        sd_event_unref(c->loop);
        free(c);
        return NULL;
}

/* ---- what the program says: the first bytes are kept, the rest is read and dropped, so that it never blocks ---- */

static bool drain(Delivery *d) {
        char buffer[DRAIN_BYTES];
        ssize_t n = read(d->child.output, buffer, sizeof(buffer));
        size_t room = sizeof(d->output) - d->output_len, keep;

        if (n <= 0)
                return n < 0 && errno == EINTR;
        keep = (size_t) n < room ? (size_t) n : room;
        memcpy(d->output + d->output_len, buffer, keep);
        d->output_len += keep;
        return true;
}

static int on_output(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Delivery *d = userdata;

        (void) source, (void) fd;
        if (!drain(d) && (events & (EPOLLHUP | EPOLLERR)))
                d->told = sd_event_source_disable_unref(d->told);
        return 0;
}

/* ---- the verdict ---- */

typedef struct Exit {
        int status;
        Outcome outcome;
} Exit;

/* docs/DELIVERY.md; the names are those of sysexits(3). */
static const Exit exits[] = {
        { EX_OK, OUTCOME_SENT },             { EX_USAGE, OUTCOME_PERMANENT },     { EX_DATAERR, OUTCOME_PERMANENT },
        { EX_NOINPUT, OUTCOME_PERMANENT },   { EX_NOUSER, OUTCOME_PERMANENT },    { EX_NOHOST, OUTCOME_PERMANENT },
        { EX_UNAVAILABLE, OUTCOME_PERMANENT }, { EX_SOFTWARE, OUTCOME_PERMANENT }, { EX_OSERR, OUTCOME_TEMPORARY },
        { EX_OSFILE, OUTCOME_TEMPORARY },    { EX_CANTCREAT, OUTCOME_TEMPORARY }, { EX_IOERR, OUTCOME_UNKNOWN },
        { EX_TEMPFAIL, OUTCOME_TEMPORARY },  { EX_PROTOCOL, OUTCOME_PERMANENT },  { EX_NOPERM, OUTCOME_CHANNEL },
        { EX_CONFIG, OUTCOME_CHANNEL },
};

/* `v` as attempt_read left it: the phase and the outcome that follows from it alone. */
static void judge_exit(const Delivery *d, const siginfo_t *info, Verdict *v) {
        char said[sizeof(d->output) + 1];
        Str output = str_trim((Str) { d->output, d->output_len });
        bool exited = info->si_code == CLD_EXITED;
        char how[64];

        for (size_t i = 0; exited && !d->terminated && i < sizeof(exits) / sizeof(exits[0]); i++) {
                if (exits[i].status == info->si_status)
                        v->outcome = exits[i].outcome;
        }
        v->code = exited ? info->si_status : 128 + info->si_status;
        (void) snprintf(how, sizeof(how), exited ? "exit status %d" : "killed by signal %d", info->si_status);
        (void) snprintf(said, sizeof(said), "%s%s%.*s", d->timed_out ? "out of time" : how, output.len > 0 ? ": " : "",
                        STR_ARG(output));
        attempt_text(str_of(said), v->text, sizeof(v->text));
}

static void read_outcome(Delivery *d, const siginfo_t *info, Verdict *ret) {
        bool explicit = false;
        Err e = { 0 };

        if (attempt_read(d->child.attempt, ret, &explicit, &e) < 0) {
                *ret = (Verdict) { .outcome = OUTCOME_UNKNOWN };
                attempt_text(str_of(e.text), ret->text, sizeof(ret->text));
        } else if (!explicit)
                judge_exit(d, info, ret);
}

static void finish(Delivery *d) {
        void (*done)(void *, const Verdict *) = d->done;
        void *target = d->userdata;
        siginfo_t info = { 0 };
        Verdict v = { 0 };

        if (reap(d, &info) < 0)
                info = (siginfo_t) { .si_code = CLD_KILLED };
        for (size_t i = 0; i < 16 && drain(d); i++) /* a pipe holds no more */
                ;
        read_outcome(d, &info, &v);
        (void) delivery_free(d); /* first: `done` may run the next, or free the courier */
        done(target, &v);
}

static int on_ended(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        (void) source, (void) fd, (void) events;
        finish(userdata);
        return 0;
}

/* ---- time ---- */

/* Nothing is allocated here, so that giving up cannot fail. */
static void rearm(Delivery *d, Instant from_now) {
        (void) sd_event_source_set_time_relative(d->timer, (uint64_t) from_now);
        (void) sd_event_source_set_enabled(d->timer, SD_EVENT_ONESHOT);
}

static void terminate(Delivery *d) {
        if (d->terminated)
                return;
        d->terminated = true;
        signal_group(d, SIGTERM);
        rearm(d, KILL_AFTER);
}

static int on_timer(sd_event_source *source, uint64_t now, void *userdata) {
        Delivery *d = userdata;

        (void) source, (void) now;
        if (d->unwatched)
                finish(d);
        else if (d->terminated)
                signal_group(d, SIGKILL);
        else {
                d->timed_out = true;
                terminate(d);
        }
        return 0;
}

static int add_timer(Delivery *d, int seconds, Err *e) {
        int r = sd_event_add_time_relative(d->courier->loop, &d->timer, CLOCK_MONOTONIC,
                                           (uint64_t) (seconds * US_SECOND), TIMER_SLACK, on_timer, d);

        return r < 0 ? err_set(e, r, RETRY_LATER, "cannot set a timer: %s", strerror(-r)) : 0;
}

/* ---- */

static void watch(Delivery *d) {
        if (sd_event_add_io(d->courier->loop, &d->ended, d->child.pidfd, EPOLLIN, on_ended, d) >= 0 &&
            sd_event_add_io(d->courier->loop, &d->told, d->child.output, EPOLLIN, on_output, d) >= 0)
                return;
        d->ended = sd_event_source_disable_unref(d->ended);
        d->unwatched = d->terminated = true;
        signal_group(d, SIGKILL);
        rearm(d, 0);
}

/* Once the program runs nothing may fail any more: it may have begun to send, so its file has to be judged. */
int courier_run(Courier *c, const CourierJob *job, void (*done)(void *userdata, const Verdict *v), void *userdata,
                Err *e) {
        Delivery *d;
        int r;

        if (c->stopped)
                return err_set(e, -ESHUTDOWN, RETRY_LATER, "deliveries are being stopped");
        d = calloc(1, sizeof(*d));
        if (!d)
                return err_oom(e);
        *d = (Delivery) { .courier = c, .child = { .pidfd = -1, .output = -1, .attempt = -1 },
                          .done = done, .userdata = userdata };
        r = add_timer(d, job->channel->timeout_seconds, e);
        KILL_POINT("courier-before-spawn");
        if (r >= 0)
                r = spawn_program(job, &d->child, e);
        if (r < 0) {
                (void) delivery_free(d);
                return r;
        }
        KILL_POINT("courier-after-spawn");
        d->next = c->deliveries;
        c->deliveries = d;
        watch(d);
        return 0;
}

void courier_stop(Courier *c) {
        c->stopped = true;
        for (Delivery *d = c->deliveries; d; d = d->next)
                terminate(d);
}

size_t courier_busy(const Courier *c) {
        size_t n = 0;

        for (const Delivery *d = c->deliveries; d; d = d->next)
                n++;
        return n;
}

int courier_recover(const char *attempt_path, Verdict *ret, Err *e) {
        _cleanup_close_ int fd = open(attempt_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        bool explicit;

        if (fd < 0 && errno == ENOENT)
                return COURIER_ABSENT;
        if (fd < 0)
                return err_set(e, -errno, RETRY_LATER, "cannot open an attempt file: %s", strerror(errno));
        if (flock(fd, LOCK_EX | LOCK_NB) < 0)
                return errno == EWOULDBLOCK ? COURIER_RUNNING
                                            : err_set(e, -errno, RETRY_LATER, "cannot lock: %s", strerror(errno));
        return attempt_read(fd, ret, &explicit, e);
}
