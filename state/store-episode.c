/* SPDX-License-Identifier: MIT */
/* Trouble that lasts, and mail about it: once when it begins, once when it is over. */
#include "state/store-plan-parts.h"

int store_episode_open(Store *s, const char *kind, const char *subject, const char *text, Instant now, bool *ret_new,
                       Err *e) {
        int changed = 0;
        int r = stmt_run(s, &changed, e,
                         "INSERT INTO episode (kind, subject, text, opened) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                         "zzzt", kind, subject, text, now);

        if (r == 0)
                *ret_new = changed > 0;
        return r;
}

int store_episode_close(Store *s, const char *kind, const char *subject, Instant now, bool *ret_was_open, Err *e) {
        int changed = 0;
        int r = stmt_run(s, &changed, e,
                         "UPDATE episode SET closed = ? WHERE kind = ? AND subject = ? AND closed IS NULL", "tzz", now,
                         kind, subject);

        if (r == 0)
                *ret_was_open = changed > 0;
        return r;
}

int store_visit_episodes(Store *s, bool open_only, int (*visit)(void *u, const Episode *ep, Err *e), void *userdata,
                         Err *e) {
        _cleanup_made_ sqlite3_stmt *q = NULL;
        int r = stmt_make(
                s,
                "SELECT kind, subject, text, opened, closed, (SELECT max(id) FROM message m WHERE m.key LIKE kind || "
                "'/%'"
                " AND substr(m.key, 1, length(kind) + length(subject) + length(opened) + 3) = kind || '/' || subject "
                "|| '/' || opened || '/')"
                " FROM episode WHERE closed IS NULL OR NOT ?1 ORDER BY closed IS NOT NULL, opened DESC, id DESC",
                &q, e);

        if (r == 0)
                r = stmt_bind(q, e, "d", (int) open_only);
        while (r == 0 && (r = stmt_step(q, e)) > 0)
                r = visit(userdata,
                          &(Episode) { stmt_str(q, 0), stmt_str(q, 1), stmt_str(q, 2), stmt_instant(q, 3),
                                       stmt_instant(q, 4), sqlite3_column_int64(q, 5) },
                          e);
        return r;
}

int store_ops_message(Store *s, const char *key, const MessageDraft *d, MailMode mode, const char *message_domain,
                      Instant now, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        _cleanup_txn_ Txn txn = { 0 };
        MessageRow row = { .key = key, .draft = d, .day = when_date(now), .now = now,
                           .state = mode == MAIL_PREVIEW ? MESSAGE_PREVIEW : MESSAGE_PLANNED };
        char day[DATE_TEXT];
        int64_t id;
        int r = txn_begin(s, &txn, e);

        if (r == 0)
                r = stmt_ask(s, &q, e, "SELECT 1 FROM message WHERE key = ?", "z", key);
        if (r != 0)
                return r < 0 ? r : 0;
        r = stmt_ask(s, &q, e,
                     "SELECT coalesce(max(sequence), 0) + 1 FROM message WHERE person = ? AND channel = ? AND (kind = "
                     "'ops') = 1 AND day = ?",
                     "zzz", d->person, d->channel, date_iso(row.day, day));
        if (r < 0)
                return r;
        row.sequence = sqlite3_column_int(q, 0);
        stmt_resetp(&q);
        r = message_insert(s, &row, message_domain, &id, e);
        return r < 0 ? r : txn_commit(&txn, e);
}
