/* SPDX-License-Identifier: MIT */
/* The verbs. Each gets an opened Ctl and its words, and returns an exit status (ctl.h). */
#pragma once

#include "daemon/ctl/ctl.h"

typedef struct Verb {
        const char *name;
        const char *words; /* "KEY FIELD"; what must and [may] follow the name */
        int fewest, most;  /* of words */
        unsigned options, needs;
        int (*run)(Ctl *c);
        const char *en, *vi;
} Verb;

extern const Verb verb_table[]; /* ends with a NULL name */

const Verb *verb_find(const char *name);
void verb_help(FILE *to, bool vi); /* all of them */
void verb_help_one(const Verb *v, bool vi, FILE *to);
/* 0; CTL_USAGE after it was said: too few or too many words, an option the verb does not have. */
int verb_check(const Verb *v, const CtlArgs *args);

int verb_status(Ctl *c);
int verb_list(Ctl *c);
int verb_show(Ctl *c);
int verb_explain(Ctl *c);
int verb_why(Ctl *c);
int verb_diff(Ctl *c);
int verb_plan(Ctl *c);
int verb_outbox(Ctl *c);
int verb_quarantine(Ctl *c);
int verb_accounts(Ctl *c);
int verb_import(Ctl *c);
int verb_accept(Ctl *c);
int verb_reject(Ctl *c);
int verb_settle(Ctl *c);
int verb_release(Ctl *c);
int verb_sync(Ctl *c);
int verb_live(Ctl *c);
int verb_export(Ctl *c);
int verb_probe(Ctl *c);
int verb_learn(Ctl *c);
int verb_help_run(Ctl *c);
