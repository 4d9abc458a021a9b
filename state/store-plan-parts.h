/* SPDX-License-Identifier: MIT */
/* Private to the store: how drafts become messages. */
#pragma once

#include "state/store-plan.h"
#include "state/store-stmt.h"

int obligations_commit(Store *s, const PlanCommit *c, PlanReport *report, Err *e);

int judged_commit(Store *s, const PlanCommit *c, Err *e);
int morning_mark(Store *s, Instant now, Err *e);

/* Superseding, expiring and adding messages; inside the plan's transaction. */
int drafts_commit(Store *s, const PlanCommit *c, PlanReport *report, Err *e);

/* A new message; *ret_id. `key` NULL: not an ops mail. */
typedef struct MessageRow {
        const char *key;
        const MessageDraft *draft;
        Date day;
        int sequence;
        MessageState state;
        Instant now;
} MessageRow;
int message_insert(Store *s, const MessageRow *m, const char *domain, int64_t *ret_id, Err *e);
/* Ends an unsent message and voids its claims. */
int message_end(Store *s, int64_t id, MessageState state, Instant now, Err *e);
