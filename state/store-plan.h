/* SPDX-License-Identifier: MIT */
/* Storing plans and deliveries: obligations with verdicts, claims, messages (the outbox and the ledger), ops episodes.
 * Claims and messages are kept for years; nothing is sent again by age, restart, reload or restore. */
#pragma once

#include "state/plan.h"
#include "state/store-judged.h"

/* Before planning: what was stored. Arrays live in `a`. */
int store_plan_read(Store *s, const Occurrence *o, size_t n, Arena *a, PlanClaim **ret_claims, size_t *ret_n_claims,
                    PlanLastMail **ret_last, size_t *ret_n_last, Err *e);
int store_verdict(Store *s, const char *occurrence, Str unit, ObligationVerdict *ret, ObligationCounts *ret_counts,
                  Err *e);

int store_morning_read(Store *s, Instant now, Arena *a, PlanMorning *ret, Err *e);

/* One message as planned. subject, body and json may be left to PlanCommit.letter. */
typedef struct MessageDraft {
        const char *channel;            /* "mail" */
        const char *kind;               /* "reminder", "page", "ops" */
        const char *person, *name, *address;
        const char *subject, *body;     /* UTF-8 */
        const char *json;               /* the alert as JSON for programs of a site's own */
        const NewClaim *claims;
        size_t n_claims;
} MessageDraft;

typedef struct PlanCommit {
        const PlanInput *input;         /* obligations to record, occurrences, units */
        const NewVerdict *verdicts;
        size_t n_verdicts;
        const MessageDraft *drafts;
        size_t n_drafts;
        /* Fills in subject, body and json of drafts[i] when they are asked for, once at most; they live until the next
         * call. So thousands of letters are never in memory at once. 0; LETTER_E_UNWRITTEN: it stays out, which was
         * told. NULL: the drafts have them. */
        int (*letter)(void *userdata, size_t i, MessageDraft *draft, Err *e);
        void *userdata;
        MailMode mode;                  /* preview: messages are stored as `preview`, and never leave */
        int batch_limit; /* more new messages than this in one plan wait for `nq57ctl release`; 0: none */
        const char *message_domain;     /* of Message-ID */
        bool sending_time;              /* the letters of this day are planned with it (Plan) */
        const Str *judged;              /* every unit that owes, sorted: what is kept of others is dropped, what was put
                                           by store_judged_put is taken over; NULL: nothing is remembered */
        size_t n_judged;
        Instant now;
} PlanCommit;

enum { LETTER_E_UNWRITTEN = 1 };

typedef struct PlanReport { int planned, superseded, expired, held, verdicts; } PlanReport;

/* One transaction: obligations (state, counts, as-of; written only when changed), verdicts (never rewritten),
 * finished_at, unsent messages of earlier days superseded and their claims voided, today's drafts: a person's unsent
 * message of today with other words is superseded (sequence + 1, claims moved), with the same words left alone. A
 * second call with the same facts writes nothing. */
int store_plan_commit(Store *s, const PlanCommit *c, PlanReport *ret, Err *e);
/* Whether today's unsent message of a person may still be re-planned: claims of such a message do not block planning.
 */

typedef enum MessageState {
        MESSAGE_PLANNED,
        MESSAGE_HELD,
        MESSAGE_SENDING,
        MESSAGE_SENT,
        MESSAGE_TEMPORARY,
        MESSAGE_UNKNOWN,
        MESSAGE_PERMANENT,
        MESSAGE_SUPERSEDED,
        MESSAGE_CANCELLED,
        MESSAGE_PREVIEW,
        MESSAGE_STATE_COUNT
} MessageState;
extern const char *const message_states[MESSAGE_STATE_COUNT + 1];

typedef struct Message {
        int64_t id;
        Str channel, kind, person, name, address, subject, body, json, message_id;
        Str bytes;                      /* fixed at the first attempt; empty before */
        Date day;
        int sequence, attempts;
        MessageState state;
        Instant created, next_at, settled;
        Str outcome_phase, outcome_text; /* last verdict */
        int outcome_code;
} Message;

int store_visit_messages(Store *s, int (*visit)(void *u, const Message *m, Err *e), void *userdata,
                         Err *e); /* newest first */
int store_message_due(Store *s, Instant now, Instant *ret_next,
                      Err *e); /* when the next unsent one may be tried; INSTANT_NONE */

/* Takes the next due message (planned, temporary or unknown with its time reached), re-checking suppression: its
 * reminder claims must still be outstanding, its day must be today (unknown outcomes and ops mail excepted). The
 * message's texts live in `a`. 0 taken; 1 nothing due. Suppressed ones are settled as cancelled on the way. */
int store_message_claim(Store *s, Instant now, Arena *a, Message *ret, Err *e);
/* Fixes the bytes (first attempt) and records that attempt `attempts + 1` begins, durably, before the program starts.
 */
int store_message_begin(Store *s, int64_t id, Str bytes, Instant now, Err *e);

typedef struct Settlement {
        MessageState state;             /* SENT, TEMPORARY, UNKNOWN, PERMANENT */
        const char *phase, *text;
        int code;
        Instant next_at;                /* TEMPORARY, UNKNOWN: when it may be tried again */
} Settlement;
int store_message_settle(Store *s, int64_t id, const Settlement *v, Instant now, Err *e);
int store_visit_sending(Store *s, int (*visit)(void *u, const Message *m, Err *e), void *userdata,
                        Err *e); /* left over by a dead process */
int store_messages_release(Store *s, const char *by, Instant now, int *ret_released,
                           Err *e); /* HELD -> PLANNED, of today only */

typedef struct ClaimRow {
        Str occurrence, unit, person, name, address, subject;
        Stage stage;
        SeatKind seat;
        MessageState state;
        Date day;
        Str message_id;
} ClaimRow;
int store_visit_claims(Store *s, Str unit_or_person, int (*visit)(void *u, const ClaimRow *c, Err *e), void *userdata,
                       Err *e); /* newest first; empty: all */

typedef struct ObligationRow {
        Str occurrence, unit;
        Date before, strict;
        ObligationState state;
        ObligationVerdict verdict;
        ObligationCounts counts, verdict_counts;
        Instant as_of[SIDE_COUNT], verdict_at, finished_at;
        unsigned unreadable;
} ObligationRow;
int store_visit_obligations(Store *s, Str occurrence, int (*visit)(void *u, const ObligationRow *o, Err *e),
                            void *userdata, Err *e); /* "" all; (strict, unit) order */

/* Ops episodes: once when it begins, once on recovery. */
typedef struct Episode { Str kind, subject, text; Instant opened, closed; int64_t message; } Episode;
int store_episode_open(Store *s, const char *kind, const char *subject, const char *text, Instant now, bool *ret_new,
                       Err *e);
int store_episode_close(Store *s, const char *kind, const char *subject, Instant now, bool *ret_was_open, Err *e);
int store_visit_episodes(Store *s, bool open_only, int (*visit)(void *u, const Episode *ep, Err *e), void *userdata,
                         Err *e);
/* A mail to ops, outside of plans; `key` makes it once: a second call with the same key writes nothing. */
int store_ops_message(Store *s, const char *key, const MessageDraft *d, MailMode mode, const char *message_domain,
                      Instant now, Err *e);
