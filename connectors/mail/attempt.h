/* SPDX-License-Identifier: MIT */
/* The attempt file: what a delivery program leaves behind, whatever becomes of its parent. docs/DELIVERY.md is the
 * contract for programs of a site's own.
 *
 * The parent opens it, takes flock(LOCK_EX) and hands it down as descriptor 3: the lock belongs to the open file, so as
 * long as the child lives it is held, also when the parent was killed. The child appends lines, each synced:
 *     phase<TAB>NAME                       NAME: connect, greeting, auth, mail, rcpt, data, dot
 *     verdict<TAB>OUTCOME<TAB>PHASE<TAB>CODE<TAB>TEXT
 * The courier itself appends `phase<TAB>start` just before the program takes over. The last whole verdict line counts;
 * other lines, torn ones and those over 2 KiB are no lines. No verdict: phase data or dot reached = unknown outcome
 * (bytes may have been accepted), so is `start` alone (the program may be one that tells no phases; for one
 * that promises them the courier writes `connect` instead); else temporary. */
#pragma once

#include "state/model/err.h"
#include "state/model/text.h"

typedef enum Outcome {
        OUTCOME_SENT,      /* accepted for good: 250 after the final dot */
        OUTCOME_TEMPORARY, /* surely not accepted; try again later */
        OUTCOME_PERMANENT, /* this message to this address: never again */
        OUTCOME_CHANNEL,   /* the channel is wrong (TLS, password, policy): stop it, keep the queue, alarm */
        OUTCOME_UNKNOWN,   /* the connection died after the last byte */
        OUTCOME_COUNT
} Outcome;
extern const char *const outcome_names[OUTCOME_COUNT + 1]; /* sent temporary permanent channel unknown */

typedef struct Verdict {
        Outcome outcome;
        char phase[16];  /* the furthest reached; "" never started */
        int code;        /* last SMTP reply code, or exit status of a program; 0 none */
        char text[400];  /* one line, escaped */
} Verdict;

int attempt_phase(int fd, const char *phase, Err *e);          /* appends and syncs */
int attempt_verdict(int fd, const Verdict *v, Err *e);         /* appends and syncs */

/* Whether bytes may have been accepted when everything ended in this phase. */
bool attempt_may_be_sent(const char *phase);

/* Bytes from outside as one line of valid UTF-8, control and broken bytes as \xNN, cut at a character to fit `size`. */
void attempt_text(Str s, char *ret, size_t size);

/* What the file says; applies the "no verdict" rule. 0, negative with Err. */
int attempt_read(int fd, Verdict *ret, bool *ret_explicit, Err *e);
