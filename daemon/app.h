/* SPDX-License-Identifier: MIT */
/* The application: owns everything; the order of start and stop stands in app_new and app_free. */
#pragma once

#include "state/model/cleanup.h"
#include "state/model/clock.h"
#include "state/model/err.h"

#include <stdbool.h>

typedef struct App App;

typedef struct AppOptions {
        const char *config_dir;
        const char *clock_path; /* test builds; NULL: the system's clocks */
        bool once;              /* one cycle and its deliveries, then end */
        /* With `once`: nothing leaves (mail is a preview), and the site's own store is not touched. */
        const char *record_dir; /* what goes over the wire is kept there; NULL */
        const char *replay_dir; /* answers come from there; NULL */
        const char *state_dir;  /* needed by both: instead of paths.state */
        bool vi;                /* findings in Vietnamese */
} AppOptions;

/* Exit statuses (sysexits where they fit). */
enum {
        APP_OK = 0,
        APP_TROUBLE = 1,   /* --once: a listing was not complete, or mail did not leave; `nq57ctl status` says which */
        APP_USAGE = 2,
        APP_LOCKED = 75,   /* another nq57d has the store */
        APP_CONFIG = 78,   /* the configuration is wrong */
};

/* Loads the settings, opens the store, prepares sources. ret_status is set on failure. */
int app_new(const AppOptions *o, App **ret, int *ret_status, Err *e);
App *app_free(App *a);
DEFINE_CLEANUP(App, app_free)

int app_run(App *a); /* the exit status */
