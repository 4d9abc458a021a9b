/* SPDX-License-Identifier: MIT */
/* Private to session*.c. */
#pragma once

#include "connectors/session.h"

/* Ends the attempt. */
void session_fail(Session *s, Fault fault, Retry retry, const char *format, ...) __attribute__((format(printf, 4, 5)));
void session_succeed(Session *s); /* s->fresh becomes the session, after the vault has it */

/* The attempt's next request; failures end the attempt. */
void session_send(Session *s, SessionStep step, HttpRequest *q);

/* The steps of each kind: begin, and what an answer means. */
void session_json_begin(Session *s, bool refresh);
void session_json_answer(Session *s, HttpResponse *r);
void session_form_begin(Session *s);
void session_form_answer(Session *s, HttpResponse *r);

/* Fails the attempt for statuses that say nothing about the password; true when it did. */
bool session_bad_status(Session *s, const HttpResponse *r);

/* `value` with <account>, <secret>, <token>, <refresh> filled in. 0, -ENOMEM, -E2BIG. */
typedef struct Fillings {
        Str account, secret, token, refresh;
} Fillings;
int session_fill(Text *t, const char *value, const Fillings *f);

/* The account's secret; false after the attempt was failed. Wipe it with session_wipe. */
bool session_secret(Session *s, Text *ret);
void session_wipe(Text *t);
#define _cleanup_wipe_ _cleanup_(session_wipe)
