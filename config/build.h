/* SPDX-License-Identifier: MIT */
/* The steps of settings_load, one a file: each reads its part of the documents into the settings and puts what is wrong
 * across files. A step is left out when a file it stands on could not be read. All return 0 or negative with Err; wrong
 * configuration is only ever a finding. */
#pragma once

#include "config/load.h"
#include "config/schema.h"
#include "config/settings.h"

typedef struct SettingsPrivate {
        Document *document[CONFIG_FILES];
        Document *profile_document[SIDE_COUNT];
        Profile *profile[SIDE_COUNT];
        Arena arena; /* arrays and texts of the settings */
} SettingsPrivate;

typedef struct Build {
        Settings *settings;
        SettingsPrivate *own;
        Notices *notices;
        Date today;
        bool secrets; /* are looked at: settings_check */
} Build;

const Tree *build_root(const Build *b, ConfigFile file);

int build_calendar(Build *b, Err *e);
int build_sources(Build *b, Err *e);
int build_source_tls(Build *b, TlsOptions *o, const Tree *t, Err *e);
int build_source_secrets(Build *b, Err *e); /* after guards, which know where secrets are */
int build_secrets_check(Build *b, Err *e);  /* the same, of settings_check: all of them */
int build_links(Build *b, Err *e);
int build_accounts(Build *b, Err *e);  /* after sources */
int build_deadlines(Build *b, Err *e); /* after sources and accounts */
int build_mail(Build *b, Err *e);      /* after accounts */
int build_guards(Build *b, Err *e);    /* guards, fields, paths */

/* Checks of a filled unit table, put into the findings: parents, cycles, codes, accounts, access. `at` is the tree of
 * each unit, in the order of the table. */
int build_unit_checks(Build *b, const UnitTable *t, const Tree *const *at, Err *e);

/* A NUL-terminated copy; NULL for an empty slice that was not given, or out of memory (then *failed is true). */
const char *build_text(Arena *a, Str s, bool *failed);

/* Fills kind, name, address, phone, from and until of a seat. False: out of memory. */
bool build_seat(Arena *a, SeatKind kind, const KeyValue *v, Seat *ret);

/* Puts a finding when a seat ends before it begins. */
void build_seat_check(Build *b, const KeyValue *v, const char *section, const char *name, const char *key);

uint64_t build_digest(Settings *s); /* fills in those of the sources too */
