/* SPDX-License-Identifier: MIT */
/* The outbox and the ledger. */
#include <errno.h>

#include "state/model/kill.h"
#include "state/store-plan-parts.h"

const char *const message_states[MESSAGE_STATE_COUNT + 1] = {
        [MESSAGE_PLANNED] = "planned",     [MESSAGE_HELD] = "held",           [MESSAGE_SENDING] = "sending",
        [MESSAGE_SENT] = "sent",           [MESSAGE_TEMPORARY] = "temporary", [MESSAGE_UNKNOWN] = "unknown",
        [MESSAGE_PERMANENT] = "permanent", [MESSAGE_SUPERSEDED] = "superseded", [MESSAGE_CANCELLED] = "cancelled",
        [MESSAGE_PREVIEW] = "preview",
};

#define MESSAGE_COLUMNS                                                                                                \
        "SELECT id, channel, kind, person, name, address, subject, body, json, message_id, bytes, day, sequence, "     \
        "attempts,"                                                                                                    \
        " state, created, next_at, settled, phase, text, code FROM message"

static int message_read(sqlite3_stmt *q, Message *ret, Err *e) {
        int state = stmt_word(q, 14, message_states, MESSAGE_STATE_COUNT);

        *ret = (Message) {
                .id = sqlite3_column_int64(q, 0),
                .channel = stmt_str(q, 1),
                .kind = stmt_str(q, 2),
                .person = stmt_str(q, 3),
                .name = stmt_str(q, 4),
                .address = stmt_str(q, 5),
                .subject = stmt_str(q, 6),
                .body = stmt_str(q, 7),
                .json = stmt_str(q, 8),
                .message_id = stmt_str(q, 9),
                .bytes = stmt_blob(q, 10),
                .sequence = sqlite3_column_int(q, 12),
                .attempts = sqlite3_column_int(q, 13),
                .state = (MessageState) state,
                .created = stmt_instant(q, 15),
                .next_at = stmt_instant(q, 16),
                .settled = stmt_instant(q, 17),
                .outcome_phase = stmt_str(q, 18),
                .outcome_text = stmt_str(q, 19),
                .outcome_code = sqlite3_column_int(q, 20),
        };
        if (state < 0 || date_parse_iso(stmt_str(q, 11), &ret->day) < 0)
                return store_damaged(e, "message", ret->message_id, "unknown state or day");
        return 0;
}

static int message_walk(Store *s, const char *sql, int (*visit)(void *u, const Message *m, Err *e), void *userdata,
                        Err *e) {
        _cleanup_made_ sqlite3_stmt *q = NULL;
        Message m;
        int r = stmt_make(s, sql, &q, e);

        while (r == 0 && (r = stmt_step(q, e)) > 0) {
                r = message_read(q, &m, e);
                if (r == 0)
                        r = visit(userdata, &m, e);
        }
        return r;
}

int store_visit_messages(Store *s, int (*visit)(void *u, const Message *m, Err *e), void *userdata, Err *e) {
        return message_walk(s, MESSAGE_COLUMNS " ORDER BY id DESC", visit, userdata, e);
}

int store_visit_sending(Store *s, int (*visit)(void *u, const Message *m, Err *e), void *userdata, Err *e) {
        return message_walk(s, MESSAGE_COLUMNS " WHERE state = 'sending' ORDER BY id", visit, userdata, e);
}

/* Those of an earlier day wait for the next plan, which supersedes them; ops mail does not age. An unknown
 * outcome of an earlier day is not sent again either: its text speaks of that day. */
#define MAY_GO                                                                                                         \
        " state IN ('planned', 'temporary', 'unknown') AND next_at IS NOT NULL AND (day = ?1 OR kind = 'ops')"

int store_message_due(Store *s, Instant now, Instant *ret_next, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        char day[DATE_TEXT];
        int r = stmt_ask(s, &q, e, "SELECT min(next_at) FROM message WHERE" MAY_GO, "z", date_iso(when_date(now), day));

        if (r > 0)
                *ret_next = stmt_instant(q, 0);
        return r < 0 ? r : 0;
}

/* A reminder goes while something of what it reminds of is outstanding; word of completion while it is complete. */
static int message_wanted(Store *s, int64_t id, bool *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(s, &q, e,
                         "SELECT EXISTS (SELECT 1 FROM claim c LEFT JOIN obligation o ON o.occurrence = c.occurrence "
                         "AND o.unit = c.unit"
                         " WHERE c.message = ?1 AND (c.stage = 'page' OR o.unit IS NULL OR (c.stage = 'done' AND "
                         "o.state = 'done')"
                         " OR (c.stage NOT IN ('done', 'page') AND o.outstanding > 0)))",
                         "i", id);

        *ret = r > 0 && sqlite3_column_int(q, 0);
        return r < 0 ? r : 0;
}

/* The facts changed since it was planned. After an unknown outcome it may have arrived: it only is not sent again. */
static int message_suppress(Store *s, int64_t id, bool unknown, Instant now, Err *e) {
        _cleanup_txn_ Txn txn = { 0 };
        int r = txn_begin(s, &txn, e);

        if (r == 0)
                r = unknown ? stmt_run(s, NULL, e, "UPDATE message SET next_at = NULL WHERE id = ?", "i", id)
                            : message_end(s, id, MESSAGE_CANCELLED, now, e);
        return r < 0 ? r : txn_commit(&txn, e);
}

static int message_copy(Arena *a, Message *m) {
        Str *text[] = { &m->channel, &m->kind, &m->person,     &m->name,  &m->address,       &m->subject,
                        &m->body,    &m->json, &m->message_id, &m->bytes, &m->outcome_phase, &m->outcome_text };

        for (size_t i = 0; i < sizeof text / sizeof *text; i++)
                if (arena_str(a, *text[i], text[i]) < 0)
                        return -ENOMEM;
        return 0;
}

int store_message_claim(Store *s, Instant now, Arena *a, Message *ret, Err *e) {
        char day[DATE_TEXT];

        (void) date_iso(when_date(now), day);
        for (;;) {
                _cleanup_stmt_ sqlite3_stmt *q = NULL;
                bool wanted = true;
                Message m;
                int r = stmt_ask(s, &q, e,
                                 MESSAGE_COLUMNS " WHERE" MAY_GO
                                                 " AND next_at <= ?2 ORDER BY kind = 'ops' DESC, next_at, id LIMIT 1",
                                 "zt", day, now);

                if (r <= 0)
                        return r < 0 ? r : 1;
                r = message_read(q, &m, e);
                if (r == 0 && !str_eq(m.kind, STR("ops")))
                        r = message_wanted(s, m.id, &wanted, e);
                if (r < 0)
                        return r;
                if (wanted) {
                        if (message_copy(a, &m) < 0)
                                return err_oom(e);
                        *ret = m;
                        KILL_POINT("message-before-begin");
                        return 0;
                }
                stmt_resetp(&q);
                r = message_suppress(s, m.id, m.state == MESSAGE_UNKNOWN, now, e);
                if (r < 0)
                        return r;
        }
}

int store_message_begin(Store *s, int64_t id, Str bytes, Instant now, Err *e) {
        int changed = 0;
        int r = stmt_run(
                s, &changed, e,
                "UPDATE message SET state = 'sending', attempts = attempts + 1, bytes = coalesce(bytes, ?2), next_at = "
                "?3"
                " WHERE id = ?1 AND state IN ('planned', 'temporary', 'unknown') AND (bytes IS NULL OR bytes = ?2)",
                "ibt", id, bytes, now);

        if (r == 0 && changed == 0)
                return err_set(e, -ESTALE, RETRY_NEVER,
                               "message %lld is not waiting to be sent, or its bytes are fixed to others",
                               (long long) id);
        KILL_POINT("message-after-begin");
        return r;
}

int store_message_settle(Store *s, int64_t id, const Settlement *v, Instant now, Err *e) {
        bool ended = v->state == MESSAGE_SENT || v->state == MESSAGE_PERMANENT;
        int changed = 0, r;

        if (!ended && v->state != MESSAGE_TEMPORARY && v->state != MESSAGE_UNKNOWN)
                return err_set(e, -EINVAL, RETRY_NEVER, "a message cannot be settled as %s", message_states[v->state]);
        KILL_POINT("message-before-settle");
        /* Once an outcome was unknown a copy may be there: the message never turns into one that could be said anew,
         * and a second unknown ends the trying. */
        r = stmt_run(s, &changed, e,
                     "UPDATE message SET state = iif(unknowns > 0 AND ?2 = 'temporary', 'unknown', ?2), settled = ?3, "
                     "phase = ?4, code = ?5,"
                     " text = ?6, next_at = iif(unknowns > 0 AND ?2 = 'unknown', NULL, ?7), unknowns = unknowns + (?2 "
                     "= 'unknown')"
                     " WHERE id = ?1 AND state = 'sending'",
                     "iztzdzt", id, message_states[v->state], ended ? now : INSTANT_NONE, v->phase ? v->phase : "",
                     v->code, v->text ? v->text : "", ended ? INSTANT_NONE : v->next_at);
        if (r == 0 && changed == 0)
                return err_set(e, -ESTALE, RETRY_NEVER, "message %lld is not being sent", (long long) id);
        KILL_POINT("message-after-settle");
        return r;
}

int store_messages_release(Store *s, const char *by, Instant now, int *ret_released, Err *e) {
        char day[DATE_TEXT];

        return stmt_run(s, ret_released, e,
                        "UPDATE message SET state = 'planned', next_at = ?2, text = 'released by ' || ?3 WHERE state = "
                        "'held' AND day = ?1",
                        "ztz", date_iso(when_date(now), day), now, by);
}

int store_visit_claims(Store *s, Str unit_or_person, int (*visit)(void *u, const ClaimRow *c, Err *e), void *userdata,
                       Err *e) {
        _cleanup_made_ sqlite3_stmt *q = NULL;
        int r = stmt_make(
                s,
                "SELECT c.occurrence, c.unit, c.person, m.name, m.address, m.subject, c.stage, c.seat, m.state, m.day, "
                "m.message_id"
                " FROM claim c JOIN message m ON m.id = c.message WHERE ?1 IS NULL OR c.unit = ?1 OR c.person = ?1"
                " ORDER BY c.message DESC, c.unit, c.occurrence, c.stage",
                &q, e);

        if (r == 0)
                r = stmt_bind(q, e, "S", unit_or_person);
        while (r == 0 && (r = stmt_step(q, e)) > 0) {
                ClaimRow row = { stmt_str(q, 0),
                                 stmt_str(q, 1),
                                 stmt_str(q, 2),
                                 stmt_str(q, 3),
                                 stmt_str(q, 4),
                                 stmt_str(q, 5),
                                 .message_id = stmt_str(q, 10) };
                int stage = stmt_word(q, 6, stage_names, STAGE_COUNT),
                    seat = stmt_word(q, 7, seat_kinds, SEAT_KIND_COUNT);
                int state = stmt_word(q, 8, message_states, MESSAGE_STATE_COUNT);

                if (stage < 0 || seat < 0 || state < 0 || date_parse_iso(stmt_str(q, 9), &row.day) < 0)
                        return store_damaged(e, "claim", row.message_id, "unknown word or day");
                row.stage = (Stage) stage;
                row.seat = (SeatKind) seat;
                row.state = (MessageState) state;
                r = visit(userdata, &row, e);
        }
        return r;
}
