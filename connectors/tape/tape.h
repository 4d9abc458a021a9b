/* SPDX-License-Identifier: MIT */
/* A recording of what a system answered: a new folder, one file an exchange (tape-file.h) in the order of their ends,
 * secrets replaced before anything is written (tape-redact.h). Replayed, it answers in the network's stead, at the
 * instants of the recording. What pages hold (names of people, texts of tasks) stays: a recording is as private as the
 * system's own pages. */
#pragma once

#include "connectors/source.h"

typedef struct Tape Tape;

/* Records into `dir`, which must not exist or be empty; mode 0700, files 0600, each renamed into place when whole. */
int tape_record(const char *dir, const Clock *clock, Tape **ret, Err *e);

/* Replays `dir`, all of it checked first: file and reason in Err. */
int tape_replay(const char *dir, sd_event *loop, Tape **ret, Err *e);
Tape *tape_free(Tape *t); /* sources before */
DEFINE_CLEANUP(Tape, tape_free)

/* Puts the tape into what a source is lent: its tap (one that stood there is called after it), its secret (recording:
 * each one given out is known from then on; replaying: a placeholder for every account), and no vault's session. May be
 * called for several sources with the same env texts. */
void tape_attach(Tape *t, SourceEnv *env);

/* What is spared or proved to a system means nothing in a replay: no rate, no gap, no certificates, no proxy. */
void tape_options(const Tape *t, SourceOptions *o);

/* The time of the recording: of the exchange answered last. NULL when recording. */
const Clock *tape_clock(const Tape *t);

/* 0; negative with Err when something could not be written, or (replaying) was asked for that nobody recorded. */
int tape_end(Tape *t, Err *e);
int tape_count(const Tape *t); /* exchanges written, or answered */
