/* SPDX-License-Identifier: MIT */
/* Runs delivery programs on the event loop: every channel is a program. docs/DELIVERY.md is the contract between the
 * two; connectors/mail/attempt.h is the file by which a verdict outlives either of them. */
#pragma once

#include <systemd/sd-event.h>

#include "connectors/mail/attempt.h"

typedef struct CourierChannel {
        const char *name;
        const char *program;     /* absolute path */
        bool json;               /* input is the alert as JSON instead of mail bytes */
        bool phases;             /* it promises phases (deliver-smtp): until it says "data", nothing has left */
        const char *credentials; /* folder or NULL */
        const char *const *env;  /* names NQ57_* and values in turn, ended by NULL; NULL: none */
        int timeout_seconds;     /* of the whole run, handed down as NQ57_TIMEOUT_SECONDS; then SIGTERM */
} CourierChannel;

typedef struct CourierJob {
        const CourierChannel *channel; /* borrowed for the call only, like all of the job */
        Str input;
        const char *message_id, *from, *to;
        const char *attempt_path; /* must not exist yet; the caller removes it once the verdict is in the store */
} CourierJob;

typedef struct Courier Courier;

int courier_new(sd_event *loop, Courier **ret, Err *e);

/* Kills what still runs (SIGKILL) and forgets it: `done` is not called. */
Courier *courier_free(Courier *c);
DEFINE_CLEANUP(Courier, courier_free)

/* 0: started, `done` is called exactly once from the loop. Negative with Err: nothing was started, no file is left and
 * `done` is not called (-EEXIST: an attempt file is there, see courier_recover; -ESHUTDOWN after courier_stop). */
int courier_run(Courier *c, const CourierJob *job, void (*done)(void *userdata, const Verdict *v), void *userdata,
                Err *e);

/* SIGTERM to all process groups, SIGKILL after 3 s; `done` is still called with the file's verdict. */
void courier_stop(Courier *c);

size_t courier_busy(const Courier *c);

/* A file left behind by an earlier process. Does not wait. */
#define COURIER_RUNNING 1 /* the orphan still holds the lock: ask again later */
#define COURIER_ABSENT 2  /* no such file: nothing was ever started */
int courier_recover(const char *attempt_path, Verdict *ret, Err *e);
