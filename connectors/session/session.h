/* SPDX-License-Identifier: MIT */
/* One account's session on one system: logged in once for all who wait, kept in the vault, renewed before it expires. A
 * rotated token is durable before its first use; a refused password is not tried again in this run; every attempt with
 * a password is counted by the vault's budget first. */
#pragma once

#include "connectors/decode/document.h"
#include "connectors/http/http.h"
#include "connectors/session/session-keys.h"
#include "connectors/source.h"

typedef struct SessionEnv {
        const char *source;
        const SessionPlan *plan;
        Http *http;
        const SourceEnv *env;
        int logins_per_hour;
} SessionEnv;

/* Why there is no session. */
typedef struct SessionFailure {
        Fault fault;
        Retry retry;
        Instant retry_after;
        bool ours;           /* our own limit, on this account alone: the system is not to be held */
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

typedef struct Session {
        const SessionEnv *env;
        const char *account;
        SessionState state;
        unsigned generation;   /* counts successful logins and refreshes */
        SessionKeys keys;      /* in use; what is being made stands in the attempt: failing, it costs nothing */
        bool loaded;           /* from the vault */
        bool looked;           /* at the file of a person, in this run */
        bool told;             /* that the session ends soon */
        bool csrf_old;         /* the token against forgery was not accepted */
        bool untried, trying;  /* a password that goes out with each request: one at a time until it was let in */
        struct SessionAttempt *attempt; /* NULL: none is under way */
        Instant used;          /* last let in; INSTANT_NONE: not by this process */
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

/* What proves who asks, put into a request right before it is sent: cookies, a header, a query parameter, a token
 * against forged requests. The pass holds the texts until http_send returned. 0, -ENOMEM, -E2BIG. */
typedef struct SessionPass {
        Text value, target, csrf, body;
        PlanPair *headers;
} SessionPass;
int session_sign(Session *s, SessionPass *pass, HttpRequest *q);
void session_pass_done(SessionPass *pass);

/* What came of a request that was signed with the session of that generation; told once for each, also for one that
 * was given up. LOST: not let in; the next to want the session makes it anew. */
typedef enum SessionUse { SESSION_USE_LET_IN, SESSION_USE_LOST, SESSION_USE_UNSENT, SESSION_USE_UNKNOWN } SessionUse;
void session_used(Session *s, unsigned generation, SessionUse use, int status);

/* Whether a document says it: logged out, in a 200. */
bool session_says_lost(const SessionPlan *plan, json_object *root);
bool session_body_says_lost(const SessionPlan *plan, Str body);

/* Whether the status says that the token against forged requests is not accepted; it is then taken anew. */
bool session_csrf_rejected(Session *s, unsigned generation, int status);

/* Not accepted either after it was made anew: forgotten, so that the next login begins with the password. */
void session_discard(Session *s, unsigned generation);
void session_forgive(Session *s); /* a new run begins: a refused password may be tried once more, within the budget */

/* Takes every word of the session that is secret out of a text that people will read, in whatever way it is written
 * there (written.h). */
void session_redact(const Session *s, char *text);

/* What an answer that is no success says (document.h), without them. */
void session_words(const Session *s, Str body, char to[static DOCUMENT_WORDS]);
