/* SPDX-License-Identifier: MIT */
/* Planning: who gets mail today, and why. Pure: committed facts, deadlines, calendar, what was sent and now go in;
 * claims, messages and verdicts come out. Always derivable again from committed state. docs/DEADLINES.md, "Stages". */
#pragma once

#include "state/model/unit.h"
#include "state/obligation.h"

typedef enum Stage { STAGE_NONE, STAGE_T5, STAGE_T3, STAGE_T1, STAGE_T, STAGE_PLUS1, STAGE_WEEK1, STAGE_WEEK2,
                    STAGE_WEEK3, STAGE_WEEK4, STAGE_DONE, STAGE_PAGE, STAGE_COUNT } Stage;
/* "" "T-5" "T-3" "T-1" "T" "+1" "+1w" "+2w" "+3w" "+4w" "done" "page" */
extern const char *const stage_names[STAGE_COUNT];

/* The latest stage whose day is on or before `today`; STAGE_NONE before T-5; ret_closed when the chase is over: after
 * +4w, or once the rule's next occurrence has reached its T-5. */
Stage stage_latest(const Occurrence *o, const Calendar *c, Date today, bool *ret_closed);
Date stage_day(const Occurrence *o, const Calendar *c, Stage s);
bool stage_urgent(Stage s);  /* T-1, T, +1 and page: keep no distance */
bool stage_seat(Stage s, SeatKind seat); /* focal, focal-2 always; head or acting-head from T-1; coordinator from +1 */

typedef enum MailMode { MAIL_PREVIEW, MAIL_REDIRECT, MAIL_LIVE } MailMode;
extern const char *const mail_modes[]; /* preview redirect live, NULL */

typedef struct PlanPolicy {
        MailMode mode;
        int send_hour, send_minute;     /* 7:30 */
        int distance_days;              /* working days between mails without an urgent stage; 2 */
        int items_max;                  /* items listed per unit in a mail, the rest counted; 40 */
} PlanPolicy;

/* One outstanding item as a mail shows it. Texts owned by the plan input. */
typedef struct PlanItem {
        Str key, code, title, sub_unit; /* sub_unit: name of the sub-unit, "" none */
        RecordKind kind;
        ItemReason why;
        Str shown[SIDE_COUNT];          /* the value to show: progress, actual, score ... "" none */
        Date updated[SIDE_COUNT];       /* last update per side, DATE_NONE unknown */
        Str return_reason;
        Date returned_on;
        Str due;                        /* canonical, "" none */
} PlanItem;

/* The item of a record that obligation_reason found outstanding, in the words a mail shows. Texts copied into `a`.
 * 0, -ENOMEM. */
int plan_item_make(Arena *a, const UnitTable *units, const RecordView *v, ItemReason why, PlanItem *ret);
int plan_item_cmp(const void *a, const void *b); /* by (reason, kind, code, key); for qsort */

/* (occurrence x unit) today. */
typedef struct PlanObligation {
        int occurrence, unit;           /* indices into occurrences and the unit table */
        ObligationState state;
        ObligationCounts counts;
        PlanItem *items;                /* sorted by (reason, kind, code); at most items_max kept; counts are exact */
        size_t n_items, worst;          /* worst: which of them would go first, when there are items_max */
        unsigned unreadable;            /* required sides that could not be judged */
        Instant as_of[SIDE_COUNT];      /* when its records were last read whole; INSTANT_NONE: never, or not there */
        bool verdict_ready;             /* a complete listing of every required side was read after strict_end */
        ObligationVerdict verdict;      /* already stored; VERDICT_NONE: not yet */
        ObligationCounts verdict_counts; /* of that day, when there is one */
        bool tracked;                   /* strict >= the day the store was born */
} PlanObligation;

/* What was claimed before, from the store; sorted by (occurrence id, unit, person) bytewise. Claims of a
 * message that has not left are left out, here and in PlanLastMail: today's may be planned anew, an earlier day's is
 * superseded. */
typedef struct PlanClaim {
        Str occurrence, unit, person;
        Stage stage;
        SeatKind seat;
        bool sent;                      /* its message was sent, or is being sent or unknown: it counts as told */
        bool preview;                   /* held in preview: told to nobody, and never sent later */
} PlanClaim;

/* last day a mail went (or is going) to that person */
typedef struct PlanLastMail { Str person; Date day; } PlanLastMail;

/* The letters of a day are planned once; later that day only those that have not left yet follow the facts, and until
 * PLAN_LAST_HOUR a T-1 or T still goes to a person who had no mail that day. */
#define PLAN_LAST_HOUR 17
typedef struct PlanMorning {
        Date planned;                   /* the last day whose letters were planned; DATE_NONE: none yet */
        const Str *open;                /* persons whose letter of today has not left; sorted */
        size_t n_open;
} PlanMorning;

typedef struct PlanInput {
        const PlanPolicy *policy;
        const Calendar *calendar;
        const UnitTable *units;
        const Seat *roles;              /* seats without a unit: ops, leadership, contact */
        size_t n_roles;
        const Occurrence *occurrences;
        size_t n_occurrences;
        const PlanObligation *obligations; /* sorted by (occurrence, unit) */
        size_t n_obligations;
        const PlanClaim *claims;
        size_t n_claims;
        PlanMorning morning;
        const PlanLastMail *last_mail;  /* sorted by person */
        size_t n_last_mail;
        Instant now;
} PlanInput;

/* One claim a new message carries. */
typedef struct NewClaim {
        int occurrence, unit;           /* unit -1: leadership's page */
        Stage stage;
        SeatKind seat;
        const PlanObligation *obligation; /* NULL for a page */
} NewClaim;

typedef struct NewMessage {
        const Seat *to;                 /* name, address, person */
        NewClaim *claims;               /* sorted by (unit, occurrence) */
        size_t n_claims;
        bool urgent;
} NewMessage;

typedef struct NewVerdict { const PlanObligation *obligation; ObligationVerdict verdict; } NewVerdict;

typedef enum HeldWhy {
        HELD_DISTANCE,
        HELD_NOT_YET,      /* outside of the sending time */
        HELD_LATE,         /* became due after today's letters were planned: the next morning */
        HELD_FROM_T1,      /* a head's seat before T-1 */
        HELD_FROM_PLUS1,   /* the coordinating department's before +1 */
        HELD_CLAIMED,
        HELD_DONE,
        HELD_UNKNOWN,
        HELD_VACANT,
        HELD_NO_STAGE
} HeldWhy;
/* For `why`: a seat that gets nothing today. `to` NULL: HELD_VACANT. */
typedef struct PlanHeld { int occurrence, unit; const Seat *to; SeatKind seat; Stage stage; HeldWhy why; } PlanHeld;

typedef struct Plan {
        NewMessage *messages;           /* sorted by person; one a person */
        size_t n_messages;
        NewVerdict *verdicts;
        size_t n_verdicts;
        PlanHeld *held;
        size_t n_held;
        bool sending_time;              /* a working day at or after send_hour:send_minute; else messages is empty */
        Arena arena;
} Plan;

/* `in` must outlive the plan. 0, or -ENOMEM. */
int plan_make(const PlanInput *in, Plan **ret, Err *e);
Plan *plan_free(Plan *p);
DEFINE_CLEANUP(Plan, plan_free)
