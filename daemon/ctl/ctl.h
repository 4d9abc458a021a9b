/* SPDX-License-Identifier: MIT */
/* nq57ctl: what one call works with. Data go to stdout, messages to stderr; nothing here ever writes the store. */
#pragma once

#include "config/settings.h"
#include "daemon/ctl/sheet.h"
#include "state/store.h"

enum {
        CTL_OK = 0,
        CTL_TROUBLE = 1, /* status: an alarm is open, a source or mail in trouble; elsewhere: it failed */
        CTL_USAGE = 2,
        CTL_DOWN = 3,      /* status only: the daemon does not run, and nothing worse */
        CTL_NO_OBJECT = 4, /* no such unit, record, field, person, message */
        CTL_NOTHING = 5,   /* nothing to do */
        CTL_DENIED = 77,
        CTL_CONFIG = 78,
};

typedef enum CtlOption {
        OPTION_JSON = 1 << 0,
        OPTION_UNIT = 1 << 1,
        OPTION_BEHIND = 1 << 2,
        OPTION_MISSING = 1 << 3,
        OPTION_DIFFERS = 1 << 4,
        OPTION_WORK = 1 << 5,
        OPTION_SEARCH = 1 << 6,
        OPTION_CONFLICTS = 1 << 7,
        OPTION_ON = 1 << 8,
        OPTION_LETTER = 1 << 9,
        OPTION_INTO = 1 << 10,
        OPTION_DRY_RUN = 1 << 11,
        OPTION_YES = 1 << 12,
        OPTION_SINCE = 1 << 13,
        OPTION_OUT = 1 << 14,
        OPTION_ACCOUNT = 1 << 15,
        OPTION_STREAM = 1 << 16,
        OPTION_RECORD = 1 << 17,
        OPTION_REPLAY = 1 << 18,
        OPTION_SOURCE = 1 << 19,
} CtlOption;

#define CTL_ARGS 4

typedef struct CtlArgs {
        unsigned given; /* mask of CtlOption */
        bool help, version;
        const char *config_dir, *state_dir, *lang, *clock_path;
        const char *unit, *work, *search, *on, *letter, *into, *since, *out, *account, *source, *stream, *record,
                *replay;
        const char *word[CTL_ARGS]; /* what stands after the verb */
        int n_words;
} CtlArgs;

typedef struct Ctl {
        const CtlArgs *args;
        bool vi;
        Settings *settings; /* NULL: the configuration is wrong; what needs none of it works all the same */
        int faults;         /* of the configuration */
        MergePolicy policy;
        char state_dir[4096];
        Store *store; /* NULL: there is none yet */
        Clock clock;
        Instant now, tick; /* tick: the last cycle's end; INSTANT_NONE: there was none */
        bool running;
        Out out;
} Ctl;

/* What a verb needs to have. */
enum {
        NEED_STORE = 1,
        NEED_SETTINGS = 2,
        NEED_NOTHING = 4,
        NEED_QUIET_DAEMON = 8 /* says itself whether the daemon runs */
};

/* 0, or an exit status after the reason was said. */
int ctl_open(Ctl *c, const CtlArgs *args, unsigned needs);
void ctl_close(Ctl *c);

void ctl_say(const char *format, ...) __attribute__((format(printf, 1, 2))); /* "nq57ctl: ..." on stderr */
int ctl_fail(const Err *e);                                                  /* says it; the exit status that fits */
int ctl_no_record(const char *key); /* says so, and how a key is written; CTL_NO_OBJECT */
int ctl_end(Ctl *c, int status); /* ends the output; `status`, or CTL_TROUBLE when it could not be written */

/* A unit by id, name, or name without marks; NULL after the reason was said. */
const Unit *ctl_unit(const Ctl *c, const char *text);
const char *ctl_unit_name(const Ctl *c, Str id); /* "" when not known */

/* Loose form of `text` (no marks, lower case) holds `needle`'s. */
bool ctl_matches(Str text, const char *needle);

/* The day given with --on or --since (2026-06-20 or 20/6/2026): 0, or CTL_USAGE after it was said. */
int ctl_date(const char *text, Date *ret);
