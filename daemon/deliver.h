/* SPDX-License-Identifier: MIT */
/* The stage "deliver": takes due messages from the outbox, runs the channel's program through the courier, settles. */
#pragma once

#include "config/settings.h"
#include "daemon/courier.h"
#include "state/store-plan.h"

typedef struct Deliver Deliver;

int deliver_new(sd_event *loop, Store *store, const Clock *clock, Deliver **ret, Err *e);
Deliver *deliver_free(Deliver *d);
DEFINE_CLEANUP(Deliver, deliver_free)

/* Uses another generation from the next message on. */
void deliver_use(Deliver *d, Settings *settings);

/* Settles what a dead process left as "sending"; waits for orphans of it. Called once, before the first pump. */
int deliver_recover(Deliver *d, Err *e);

/* Starts what is due, up to DELIVER_AT_ONCE. `hold`: ops mail only (the clock is not to be believed). */
int deliver_pump(Deliver *d, Err *e);
#define DELIVER_AT_ONCE 4

void deliver_hold(Deliver *d, bool hold);
bool deliver_idle(const Deliver *d);       /* nothing under way, no orphan waited for */
void deliver_on_idle(Deliver *d, void (*idle)(void *userdata), void *userdata);
void deliver_stop(Deliver *d);             /* gives up what is under way; idle is still called */
