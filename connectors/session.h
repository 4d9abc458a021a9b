/* SPDX-License-Identifier: MIT */
/* One account's session on one system: logged in once for all who wait, kept in the vault, renewed before it expires. A
 * rotated token is durable before its first use; a refused password is not tried again in this run; every login is
 * counted by the vault's budget first. */
#pragma once

#include "connectors/http.h"
#include "connectors/source.h"

typedef struct SessionEnv {
        const char *source;
        const SessionPlan *plan;
        Http *http;
        const SourceEnv *env;
        int logins_per_hour;
} SessionEnv;

/* What a session is made of; its text is what the vault keeps. */
typedef struct SessionKeys {
        Text jar, token, refresh;
        Instant expires; /* INSTANT_NONE: unknown */
} SessionKeys;

void session_keys_init(SessionKeys *k);
void session_keys_free(SessionKeys *k);
/* 0, -ENOMEM, -E2BIG. */
int session_encode(const SessionKeys *k, Text *ret);
/* 0; -EBADMSG for what session_encode did not write; -ENOMEM. */
int session_decode(Str text, SessionKeys *ret);

/* Why there is no session. */
typedef struct SessionFailure {
        Fault fault;
        Retry retry;
        Instant retry_after;
        char detail[300];
} SessionFailure;

typedef struct SessionWaiter {
        void (*ready)(void *userdata, const SessionFailure *f); /* NULL: the session is there */
        void *userdata;
        struct SessionWaiter *next;
        bool waiting;
} SessionWaiter;

/* REFUSED: not to be tried again in this run: the password was refused, or nobody knows what became of the attempt. */
typedef enum SessionState { SESSION_OUT, SESSION_BUSY, SESSION_IN, SESSION_REFUSED } SessionState;
typedef enum SessionStep { STEP_LOGIN, STEP_REFRESH, STEP_FORM, STEP_FORM_SENT, STEP_PROOF } SessionStep;

typedef struct Session {
        const SessionEnv *env;
        const char *account;
        SessionState state;
        unsigned generation;   /* counts successful logins and refreshes */
        SessionKeys keys, fresh; /* in use, and being made: a login that fails costs nothing that was there */
        bool loaded;
        bool unsure;           /* the password went out and no answer came: not sent again in this run */
        SessionStep step;
        HttpCall *call;
        int requests;          /* sent for this session, ever */
        SessionFailure failure;
        SessionWaiter *waiters;
} Session;

void session_init(Session *s, const SessionEnv *env, const char *account);
void session_done(Session *s);

/* SESSION_READY: use it. SESSION_WAIT: `w` is called once, from the loop. SESSION_FAILED: s->failure says why. */
enum { SESSION_READY = 0, SESSION_WAIT = 1, SESSION_FAILED = 2 };
int session_want(Session *s, SessionWaiter *w);
void session_leave(Session *s, SessionWaiter *w); /* waits no longer */

/* The session of that generation was not accepted: the next to want one logs in anew. */
void session_lost(Session *s, unsigned generation);
/* Not accepted either after it was made anew: forgotten, so that the next login begins with the password. */
void session_discard(Session *s, unsigned generation);
void session_forgive(Session *s); /* a new run begins: a refused password may be tried once more, within the budget */

/* The value of the session's header, computed when a request is sent. 0; 1 when there is none; -ENOMEM. */
int session_header(const Session *s, Text *ret);
