/* SPDX-License-Identifier: MIT */
/* Obligations: (occurrence x unit). What of a record is outstanding for an occurrence, with one reason, the first that
 * holds. Pure. docs/DEADLINES.md, "What is outstanding". */
#pragma once

#include "state/deadline.h"
#include "state/view.h"

typedef enum Reason {
        REASON_NONE,
        REASON_OVERDUE,
        REASON_RETURNED,
        REASON_NEVER_ENTERED,
        REASON_NOT_SUBMITTED,
        REASON_NOT_UPDATED,
        REASON_NO_EVIDENCE,
        REASON_DIFFERS,
        REASON_COUNT
} Reason;
/* "none" "overdue" "returned" "never-entered" "not-submitted" "not-updated" "no-evidence" "differs" */
extern const char *const reason_names[REASON_COUNT];
const char *reason_vn(Reason r);

typedef struct ItemReason {
        Reason reason;
        unsigned sides;   /* mask of the sides it holds on */
        FieldId field;    /* REASON_DIFFERS: the first differing field (table order) the unit types; else FIELD_COUNT */
        Date due;         /* REASON_OVERDUE: the day that passed; else DATE_NONE */
} ItemReason;

/* `readable`: mask of sides whose values may be judged today (not blind, the unit has access). */
ItemReason obligation_reason(const Occurrence *o, const RecordView *v, unsigned readable, Date today);

/* Whether the occurrence asks for this record at all (kind, bloc); out of memory while comparing blocs: yes. */
bool obligation_covers(const Occurrence *o, const RecordView *v);

/* Waiting for somebody else's review: not the unit's, but counted for leadership's page. */
bool obligation_waiting(const RecordView *v, unsigned readable);

typedef enum ObligationState { OBLIGATION_DONE, OBLIGATION_BEHIND, OBLIGATION_UNKNOWN } ObligationState;
extern const char *const obligation_states[]; /* "done" "behind" "unknown" */

typedef enum ObligationVerdict { VERDICT_NONE, VERDICT_ON_TIME, VERDICT_LATE, VERDICT_UNKNOWN } ObligationVerdict;
extern const char *const obligation_verdicts[]; /* "" "on-time" "late" "unknown" */

typedef struct ObligationCounts {
        int records;               /* covered */
        int outstanding;
        int by_reason[REASON_COUNT];
        int waiting;
        int quarantined;
} ObligationCounts;

/* Counts one covered record in, and says why. It counts as waiting only when nothing of it is outstanding. */
ItemReason obligation_count(const Occurrence *o, const RecordView *v, unsigned readable, Date today,
                            ObligationCounts *c);

/* UNKNOWN when there is no record, a required side is not readable, or a record is quarantined; else BEHIND with
 * something outstanding; else DONE. */
ObligationState obligation_state(const Occurrence *o, const ObligationCounts *c, unsigned required, unsigned readable);
