/* SPDX-License-Identifier: MIT */
/* How a system lets somebody in, as compiled. Every kind that logs in becomes steps: json-login and oauth2 are one, an
 * html-form two, and what proves a session is one more. docs/profiles/sessions.md explains each key. Private to
 * connectors/. */
#pragma once

#include "connectors/language/plan-pairs.h"
#include "connectors/language/select.h"

typedef enum SessionKind {
        SESSION_KIND_NONE,
        SESSION_KIND_BASIC,
        SESSION_KIND_DIGEST,
        SESSION_KIND_BEARER,
        SESSION_KIND_API_KEY,
        SESSION_KIND_OAUTH2,
        SESSION_KIND_JSON_LOGIN,
        SESSION_KIND_HTML_FORM,
        SESSION_KIND_STEPS,
        SESSION_KIND_HANDED_OVER
} SessionKind;

/* BASIC: each form-encoded first, as RFC 6749 2.3.1 has it; RAW: as they are, for those who never read it. */
typedef enum ClientAuth { CLIENT_BODY, CLIENT_BASIC, CLIENT_BASIC_RAW } ClientAuth;

typedef enum TakeFrom { TAKE_INPUT, TAKE_ACTION, TAKE_META, TAKE_COOKIE, TAKE_HEADER, TAKE_JSON } TakeFrom;

/* A value taken out of an answer. `token`, `refresh` and `expires` are kept with the session. */
typedef struct TakePlan {
        const char *name;
        int slot;           /* of SessionPlan.values */
        int from;           /* TakeFrom */
        const char *what;   /* the input, meta tag, cookie or header; of JSON: the selector as written */
        Select select;      /* TAKE_JSON */
        bool optional;
        Origin origin;
} TakePlan;

/* One request of a login and what its answer must show. Targets, values and bodies are templates. */
typedef struct StepPlan {
        const char *name;       /* in messages */
        bool post;
        const char *target;     /* a path, or one name that was taken: an address on the page before */
        PlanPairs form, headers;
        const char *json;       /* NULL: none */
        int client_auth;        /* ClientAuth: oauth2, how account and secret go */
        bool secret;            /* the password goes out with it: an attempt that may count at the other end */
        bool follow;            /* redirects; they end at the login page */
        const TakePlan *takes;
        size_t n_takes;
        PlanNames keep;         /* headers of the answer that are taken */
        PlanNames form_has;     /* inputs by which the right form on the page is known */
        int expect_status;      /* 0: any below 400 */
        const char *expect_path, *expect_text; /* NULL: any */
        Select expect;          /* JSON: must have a value */
        PlanStatuses refused_status;
        const char *refused_text;
} StepPlan;

/* A token that every data request carries besides the session. */
typedef struct CsrfPlan {
        const char *header, *field; /* both NULL: none is wanted */
        TakePlan take;
        StepPlan *page;             /* where it is taken from; NULL: a cookie of the session */
        PlanStatuses rejected;      /* the token is not accepted: another is taken, once */
} CsrfPlan;

/* BODY: where the bodies of the streams' requests say <token>. */
typedef enum CarrierPlace {
        CARRIER_NONE, CARRIER_HEADER, CARRIER_QUERY, CARRIER_COOKIE, CARRIER_AUTH, CARRIER_BODY
} CarrierPlace;

typedef struct SessionPlan {
        int kind;                       /* SessionKind */
        int place;                      /* CarrierPlace: how a token or key is sent, besides cookies */
        const char *carrier, *value;    /* its name, and what it holds: a template */
        StepPlan *login;                /* in order; none: what the secret holds is sent as it is */
        size_t n_login;
        StepPlan *renew;                /* in order; none: a session ends and is made anew */
        size_t n_renew;
        bool renew_refresh;             /* they need the refresh token; else a session that lives still */
        StepPlan *proof;                /* NULL: the last step of the login proves it */
        CsrfPlan csrf;
        unsigned taken;                 /* a bit for each of them that some step takes, so far */
        PlanNames values; /* everything that any step takes; the first three are token, refresh, expires */
        bool nothing;                   /* is sent or made: everybody is let in, or knows us by our certificate */
        bool budget;                    /* a login is counted before it is tried */
        bool handed;                    /* begins with what a person put into the secrets folder */
        bool only_failures_count;       /* a login that was accepted does not use up the budget */
        int lifetime;                   /* seconds, when the answer names none; 0: unknown */
        bool expires_ms;                /* a length that an answer names is in milliseconds */
        int leeway;                     /* seconds before the expiry at which a session counts as expired */
        int warn_before;                /* seconds before the expiry of a handed-over session */
        const char *login_text;         /* what only a login page shows, besides a password input; NULL */
        const char *login_path;         /* a redirect there means: logged out; NULL: none is known */
        PlanStatuses lost_status;       /* of a data request: logged out */
        Select lost;                    /* a value in a 200 that says: logged out ... */
        const char *lost_value;         /* ... when it reads so */
} SessionPlan;

enum { VALUE_TOKEN, VALUE_REFRESH, VALUE_EXPIRES, VALUE_OTHERS };
#define SESSION_VALUES_MAX 32 /* everything the steps take, and what one step takes */
