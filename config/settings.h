/* SPDX-License-Identifier: MIT */
/* The settings: everything the YAML files say, checked whole, immutable. A reload makes a new generation; whoever works
 * with one holds a reference, so that a cycle ends on the generation it began with. */
#pragma once

#include "connectors/source.h"
#include "state/letter.h"
#include "state/model/link.h"
#include "state/reconcile.h"

typedef struct MailSettings {
        const char *from_name, *from_address;
        const char *relay;                            /* smtp:// or smtps:// URL */
        const char *ca_file, *ehlo, *user;            /* NULL: none */
        const char *redirect_name, *redirect_address; /* mode redirect */
        const char *message_domain;                   /* of Message-ID: the domain of from_address */
        const char *program;                          /* a site's own delivery program; NULL: deliver-smtp */
        bool program_json;                            /* it takes the alert as JSON, not mail bytes */
        int timeout_seconds;                          /* of one delivery attempt */
        int batch_limit;   /* more mails than this in one plan wait for a release; 0: no limit */
        bool unknown_hold; /* on-unknown: hold (never resend); default resend once */
        bool clock_plausible; /* clock-check: plausible (nobody need say that the clock is synchronised) */
        int stuck_minutes; /* an unsent mail older than this is an ops alarm */
} MailSettings;

typedef struct Settings {
        unsigned references;   /* private */
        const char *directory; /* the configuration directory */
        const char *province;
        SourceOptions *sources;
        size_t n_sources; /* 1 or 2, at most one a side */
        DeadlineRule *deadlines;
        size_t n_deadlines;
        Calendar calendar;
        UnitTable *units;
        LinkTable *links;
        Seat *roles; /* ops, leadership, contact */
        size_t n_roles;
        MergePolicy merge;
        GuardOptions guards;
        PlanPolicy plan;
        LetterOptions letter;
        MailSettings mail;
        const char *state_dir;   /* paths.state, or $STATE_DIRECTORY */
        const char *secrets_dir; /* $CREDENTIALS_DIRECTORY, or paths.secrets; NULL none */
        uint64_t digest;         /* of units, links and field rules: part of the digest that voids fingerprints */
        struct SettingsPrivate *private_;
} Settings;

enum { SETTINGS_E_INVALID = 1 };

/* Loads DIR/{nq57d,accounts,links,calendar-vn}.yaml and the named profiles (DIR/profiles/ID.yaml, else the installed
 * ones). All faults go to the sink: of a file that cannot be read, or not as YAML, its first; of the others all schema
 * errors, and those across files as far as the files are there. `today` judges calendar years that are due to be filled
 * (a warning). Environment read here: STATE_DIRECTORY, CREDENTIALS_DIRECTORY, NQ57_PROFILE_DIR. */
int settings_load(const char *directory, Date today, FindingSink *sink, Settings **ret, Err *e);

/* The same, and looks whether every password and key that the files ask for is there, private and of use. Inside the
 * service (CREDENTIALS_DIRECTORY) what is wrong with them is only a warning: they are those of its start, and a reload
 * is not refused for them. Where the caller may not look, that is the warning. */
int settings_check(const char *directory, Date today, FindingSink *sink, Settings **ret, Err *e);
Settings *settings_ref(Settings *s);
Settings *settings_unref(Settings *s); /* returns NULL */
DEFINE_CLEANUP(Settings, settings_unref)

const SourceOptions *settings_source(const Settings *s, Side side); /* NULL: not configured */

/* The effective configuration as YAML that loads to the same settings; secrets never appear. */
int settings_print(const Settings *s, Text *t);

/* Every key with type, range, unit, default and help, as Markdown: docs/CONFIGURATION.md is generated from it. */
int settings_reference(Text *t);
