/* SPDX-License-Identifier: MIT */
/* Private to session*.c: an attempt to be let in, and what leads it. */
#pragma once

#include "connectors/session/session.h"

/* The refresh token, then the steps of the login, the page that proves it, the page of the token against forgery. */
typedef enum SessionPhase { PHASE_RENEW, PHASE_LOGIN, PHASE_PROOF, PHASE_CSRF, PHASE_DONE } SessionPhase;

#define SESSION_SECRET_BYTES 4096 /* as config/secret.h reads them */

typedef struct SessionAttempt {
        SessionPhase phase;
        size_t step;           /* of the login */
        SessionKeys fresh;     /* being made */
        Text secret;           /* of the account, while the attempt lasts */
        Text *values;          /* one for each of the plan's names */
        size_t n_values;
        Text url;              /* of the page before: what its links are relative to; empty: none */
        bool counted;          /* against the budget */
        bool exposed;          /* a password went out */
        bool unsure;           /* ... and no answer came: not sent again in this run */
        bool was_renewing;     /* the renewal before this one was cut off */
        bool csrf_only;        /* the session is there and stays: nothing else is made anew */
        bool answered;         /* the page of that token, whatever it said */
        bool out;              /* ... that nobody is logged in */
        HttpCall *call;
} SessionAttempt;

/* 0, -ENOMEM. */
int session_attempt_new(const SessionPlan *plan, SessionAttempt **ret);
SessionAttempt *session_attempt_free(SessionAttempt *a);

/* Makes an attempt and begins it where the session stands; it may end at once. */
void session_begin(Session *s);
/* Begins a phase of the attempt, or goes on to the next when there is nothing to do in it. It may end the attempt. */
void session_phase(Session *s, SessionPhase phase);
/* The refresh token was not taken: the password, where there is one. */
void session_login_instead(Session *s, const HttpResponse *r);
const StepPlan *session_step(const Session *s); /* the one under way; NULL: none */

/* Ends the attempt. */
void session_fail(Session *s, Fault fault, Retry retry, const char *format, ...) __attribute__((format(printf, 4, 5)));
void session_succeed(Session *s); /* the fresh keys become the session, after the vault has them */

/* A counted login was none: it surely never left, or it was accepted and only failures count. */
void session_uncount(Session *s);
/* The account's secret into the attempt; false after the attempt was failed. */
bool session_secret(Session *s);
/* Durably: keys become what the vault knows of the account. */
int session_save(Session *s, const SessionKeys *k, Err *e);

/* The step under way is sent; failures end the attempt. */
void session_step_send(Session *s);

/* What the step takes out of an answer, into the attempt's values. FAULT_NONE, or why not, with the rest of a sentence
 * in `why` that holds nothing of the answer. */
Fault session_take(Session *s, const StepPlan *step, const HttpResponse *r, char why[static 200]);
/* One value. */
/* What `takes` find in any answer, into values[i]; `jar` is of the session it came under. */
Fault session_take_values(const HttpResponse *r, Str jar, const TakePlan *takes, size_t n, Text *const *values,
                          char why[static 200]);
Fault session_take_one(const TakePlan *t, const StepPlan *step, const HttpResponse *r, Str jar, Text *ret,
                       char why[static 200]);

/* What the values say about the session: its token, its refresh token, its end. */
void session_keep_values(Session *s, Instant date);

/* Whether an answer leads to the login page, or is one. */
bool session_at_login(const Session *s, const HttpResponse *r);
/* What the answer of the page of the token against forgery says about the session. True: that nobody is logged in; the
 * attempt has ended. */
bool session_csrf_shows_out(Session *s, const HttpResponse *r);
/* The attempt failed: whether only that token could not be had, and the session, from before or just made, stays. */
bool session_csrf_keeps(Session *s);
/* The fresh keys become the session, once the vault has them. 0, or negative with Err. */
int session_adopt(Session *s, Err *e);
/* A session that was in use is not accepted. */
void session_lost(Session *s, int status);

/* Puts what the keys hold into a request, as session_sign. The keys' jar outlives it. */
int session_sign_with(const Session *s, SessionKeys *k, SessionPass *pass, HttpRequest *q);
/* What the header, query parameter or cookie of the session reads. */
int session_value(const Session *s, const SessionKeys *k, Text *ret);
/* Whether a token against forgery is wanted that the keys do not hold. */
bool session_csrf_wanted(const Session *s, const SessionKeys *k);

/* The file that a person put there: taken when it is new, given up when it is gone. Warns of an end that comes near.
 * false: there is none that can be used, and s->failure says why. */
bool session_look(Session *s);
/* What a person handed over is not accepted any more, or has ended (status 0). */
void session_over(Session *s, int status);
/* A token that stands in the secrets has ended, as it says itself. */
void session_token_over(Session *s, Instant end);
/* A refresh token is not accepted, and there is no password to log in with. */
void session_renewal_refused(Session *s, int status);
/* Found lost long before its end: one more strike. */
void session_lost_early(Session *s, Instant now);
/* Whether logins are held back for a while; the attempt was then failed. */
bool session_contested(Session *s);
