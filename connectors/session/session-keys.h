/* SPDX-License-Identifier: MIT */
/* What a session is made of, as the vault and as a person's file write it. Pure. */
#pragma once

#include "connectors/limits.h"
#include "state/model/when.h"

/* Sessions that end long before their time, one after another: a person and the daemon log each other out, because the
 * system knows one session an account. */
typedef struct Contest {
        int strikes;         /* sessions lost early, each soon after the one before */
        Instant last;        /* when the last of them was found lost; INSTANT_NONE: none was */
        Instant until;       /* no login before; INSTANT_NONE: none is held back */
} Contest;

#define CONTEST_STRIKES 5            /* so many make a contest */
#define CONTEST_APART (3 * US_HOUR)  /* two that lie further apart have nothing to do with each other */
#define CONTEST_QUICK (2 * US_MINUTE) /* two that lie nearer are one: no person logs in that often */
#define CONTEST_SOON (10 * US_MINUTE) /* early, when nobody knows how long a session lives */
#define CONTEST_PAUSE US_HOUR        /* the first; each further strike doubles it */
#define CONTEST_PAUSE_MAX (8 * US_HOUR)

#define CSRF_MISSED_MAX 2 /* so often, it is taken for a way of logging out that nobody described */

void contest_init(Contest *c);
/* One more was lost early at `now`. Whether from now on logins are held back. */
bool contest_strike(Contest *c, Instant now);

/* Texts of the session; wiped when they are given back. */
typedef struct SessionKeys {
        Text jar, token, refresh;
        Text csrf;           /* not kept by the vault */
        Instant expires;     /* INSTANT_NONE: unknown */
        Instant made;        /* INSTANT_NONE: unknown */
        uint64_t handed;     /* the person's file it began from, hashed; 0: none */
        bool renewing;       /* a refresh token that serves once was sent, and what came of it was not stored */
        int csrf_missed;     /* times in a row that the page of its token against forgery answered without one */
        bool lost;           /* it was not accepted; what is left of it may still renew it */
        Contest contest;
} SessionKeys;

void session_wipe(Text *t);
#define _cleanup_wipe_ _cleanup_(session_wipe)
void session_keys_init(SessionKeys *k);
void session_keys_free(SessionKeys *k);
/* What is left of a session that is over: where it came from, and its contest. */
void session_keys_clear(SessionKeys *k);
/* 0, -ENOMEM. `to` was cleared or only just made. */
int session_keys_copy(const SessionKeys *from, SessionKeys *to);

/* 0, -ENOMEM, -E2BIG. */
int session_encode(const SessionKeys *k, Text *ret);
/* 0; -EBADMSG for what session_encode did not write; -ENOMEM. */
int session_decode(Str text, SessionKeys *ret);

/* Account and password as `Authorization: Basic` carries them (RFC 7617); `client`: form-encoded before, as a client of
 * OAuth2 writes them (RFC 6749 2.3.1). As text_add. */
int session_basic(Str account, Str secret, bool client, Text *ret);

/* Tells each word that a password goes out as, so that it can be taken out where it comes back (written.h): itself, and
 * both that session_basic makes of it. Ends with what `told` returns when that is negative; -ENOMEM. */
typedef int SessionWord(void *userdata, Str word);
int session_password_words(Str account, Str secret, SessionWord *told, void *userdata);

/* A file SOURCE.ACCOUNT.session of the secrets folder: lines `cookie: a=1; b=2`, `token: ...`, `refresh: ...`,
 * `expires: 20/6/2026 17:00`, lines of a cookies.txt, and comments. Cookies without a domain are those of `host`;
 * `secure`: sent over TLS alone. 0; -EBADMSG with the line that was not understood (0: there is nothing in it);
 * -ENOMEM, -E2BIG. */
int session_handed(Str text, const char *host, bool secure, SessionKeys *ret, int *ret_line);

/* The value of the newest cookie of that name in a jar, percent-decoded, as scripts on a page read it. false: none. */
bool session_cookie(Str jar, const char *name, Text *ret);

/* The `exp` of a JSON Web Token (RFC 7519 4.1.4), whoever signed it: seconds of the epoch. false: it is none, or says
 * nothing. */
bool session_jwt_end(Str token, int64_t *ret);

/* Values that go into a header end it nowhere. */
bool session_printable(Str s);
