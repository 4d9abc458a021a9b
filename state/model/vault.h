/* SPDX-License-Identifier: MIT */
/* The vault port: sessions and the login budget, durable when a call returns. Implemented by the store. */
#pragma once

#include "state/model/clock.h"
#include "state/model/err.h"

typedef struct Vault {
        /* Opaque session text of an account (token set or cookie jar), copied into `a`; 0 found, 1 none. */
        int (*session_load)(void *u, Str source, Str account, Arena *a, Str *ret_session, Err *e);
        /* Replaces it; an empty text deletes it. Durable on return, so that a rotated token is saved before its use. */
        int (*session_save)(void *u, Str source, Str account, Str session, Err *e);
        /* Counts a login attempt against `limit` per `window`; 0: go ahead (already counted, durably), VAULT_E_BUDGET:
         * too many, and *ret_again says when the next is allowed. A refused password counts as any other attempt. */
        int (*login_attempt_try)(void *u, Str source, Str account, int limit, Instant window, Instant *ret_again,
                                 Err *e);
        /* Takes the newest attempt back: the password surely never left (nobody listened). NULL: attempts stay counted.
         */
        int (*login_attempt_undo)(void *u, Str source, Str account, Err *e);
        void *userdata;
} Vault;

enum { VAULT_E_BUDGET = 1 };
