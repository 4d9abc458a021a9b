/* SPDX-License-Identifier: MIT */
/* The application's state and the seams between app.c (what it owns, cycles) and app-loop.c (signals, timers, ends). */
#pragma once

#include "config/secret.h"
#include "connectors/tape/tape.h"
#include "daemon/app.h"
#include "daemon/cycle.h"

typedef struct AppPoll {
        Instant first, last_end, wait_until; /* boottime */
        int failures;
        Retry retry;
        bool wanted;
        bool quiet;                          /* said that it waits for the end of its quiet hours */
        uint64_t random;
} AppPoll;

struct App {
        AppOptions options;
        sd_event *loop;
        Clock clock;
        Tape *tape;                   /* NULL: neither recorded nor replayed */
        Settings *settings, *next;    /* next: loaded, takes over after the running cycle */
        SecretBook secrets;
        Store *store;
        Source *source[SIDE_COUNT];
        AppPoll poll[SIDE_COUNT];
        FindingSink news;             /* of systems and accounts: a breaker opened, a session ends soon */
        Deliver *deliver;
        Cycle *cycle;
        sd_event_source *tick, *last_resort, *inotify, *signal[5];
        Date planned_day;             /* last day planned at or after the sending time */
        Date calendar_day;            /* last day on which gaps of the calendar were said */
        Instant looked;               /* boottime of the last alarm look */
        Instant unplanned;            /* boottime of a cycle that planned nothing; INSTANT_NONE: the last one did */
        bool cycle_over, held, stopping, trouble, started_once;
};

int app_load(App *a, Settings **ret, Err *e);
int app_sources(App *a, Err *e);      /* those that are not there yet */
int app_cycle(App *a, unsigned sides, Err *e);
int app_take_next(App *a, Err *e);
uint64_t app_random(void);

int app_events(App *a, Err *e);       /* signals, tick, requests */
void app_events_free(App *a);
void app_wake(App *a);                /* runs the tick at the next turn of the loop */
void app_maybe_end(void *userdata); /* ends the loop when it is stopping, or --once is done, and nothing is under way */
