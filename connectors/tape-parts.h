/* SPDX-License-Identifier: MIT */
/* Private to tape*.c, http-replay.c and source-probe.c. */
#pragma once

#include "connectors/http-tap.h"
#include "connectors/tape-file.h"
#include "connectors/tape-redact.h"
#include "connectors/tape.h"

#define TAPE_HEAD "tape.json"
#define TAPE_HEAD_FORMAT "nq57d-tape 1"


struct Tape {
        HttpTap tap;
        const HttpTap *next;         /* who looked on before */
        int count;
        Err failed;                  /* the first that could not be written or answered */
        /* what was lent, wrapped */
        int (*secret)(void *userdata, const char *source, const char *account, Text *ret, Err *e);
        void *secret_userdata;
        /* recording */
        char *dir;
        const Clock *own_clock;
        Redactor *redactor;
        /* replaying */
        struct TapePlayer *player;
};

void tape_player_free(struct TapePlayer *p);
const Clock *tape_player_clock(const struct TapePlayer *p);

/* Tells the redactor every secret of an exchange: cookies, passwords and tokens of a login, keys in an address. */
int tape_secrets(Redactor *r, const HttpExchange *x);

/* An answer's header lines as they may be kept. */
int tape_headers(const Redactor *r, const HttpExchange *x, Text *ret);

/* The part of an address before its path, and its path and query. */
void tape_address(const char *url, Str *ret_host, Str *ret_target);
