/* SPDX-License-Identifier: MIT */
/* Private to tape*.c, http-replay.c and source-probe.c. */
#pragma once

#include "connectors/http/http-tap.h"
#include "connectors/tape/lent.h"
#include "connectors/tape/tape-file.h"
#include "connectors/tape/tape-redact.h"
#include "connectors/tape/tape.h"

#define TAPE_HEAD "tape.json"
#define TAPE_HEAD_FORMAT "nq57d-tape 1"

struct Tape {
        HttpTap tap;
        const HttpTap *next;         /* who looked on before */
        int count, numbered;         /* recording: written; numbers given */
        Err failed;                  /* the first that could not be written or answered */
        /* recording */
        char *dir;
        const Clock *own_clock;
        Redactor *redactor;
        Lent lent;
        struct TapeHeld *held;       /* exchanges of logins that have not come to an end, the oldest first */
        int n_held;
        /* replaying */
        struct TapePlayer *player;
};

void tape_player_free(struct TapePlayer *p);
const Clock *tape_player_clock(const struct TapePlayer *p);

/* One exchange into its file. */
int tape_put(Tape *t, const HttpExchange *x, int number, Err *e);

/* The exchanges of a login wait until it has come to its end: only then is every token known that was taken out of
 * their answers. `account` NULL: everybody's. */
int tape_hold(Tape *t, const HttpExchange *x, int number, Err *e);
int tape_release(Tape *t, const char *source, const char *account, Err *e);

/* Tells the redactor every secret of an exchange: cookies, passwords and tokens of a login, keys in an address. */
int tape_secrets(Redactor *r, const HttpExchange *x);

/* An answer's header lines as they may be kept. */
int tape_headers(const Redactor *r, const HttpExchange *x, Text *ret);

/* The part of an address before its path, and its path and query. */
void tape_address(const char *url, Str *ret_host, Str *ret_target);
