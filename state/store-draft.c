/* SPDX-License-Identifier: MIT */
/* From drafts to messages: one a person, channel and day; unsent ones follow the facts, sent ones stand. */
#include <errno.h>
#include <stdio.h>
#include <xxhash.h>

#include "state/store-plan-parts.h"

typedef enum Fate { FATE_SKIP, FATE_NEW, FATE_REPLACE } Fate;

typedef struct Draft {
        const MessageDraft *draft; /* its words may not be there yet */
        Fate fate;
        int64_t old;              /* today's message of that person */
        int sequence;             /* of the old one */
        bool held;                /* it waits for a release */
        bool unwritten;           /* its letter could not be written */
} Draft;

typedef struct Drafts {
        Store *store;
        const PlanCommit *commit;
        PlanReport *report;
        Draft *draft;             /* [commit->n_drafts] */
        Date today;
} Drafts;

/* Deterministic, and without an address: the same message has the same id on every attempt and after every restart. */
static int message_id_of(const MessageRow *m, const char *domain, Text *t) {
        const MessageDraft *d = m->draft;
        char day[DATE_TEXT];
        XXH128_hash_t hash;

        (void) text_addf(t, "%s\n%s\n%s\n%s\n%d", d->channel, strcmp(d->kind, "ops") == 0 ? "ops" : "plan", d->person,
                         date_iso(m->day, day), m->sequence);
        if (t->failed)
                return t->failed;
        hash = XXH3_128bits(t->at, t->len);
        text_clear(t);
        return text_addf(t, "%016llx%016llx@%s", (unsigned long long) hash.high64, (unsigned long long) hash.low64,
                         domain);
}

int message_insert(Store *s, const MessageRow *m, const char *domain, int64_t *ret_id, Err *e) {
        _cleanup_text_ Text id = TEXT_INIT(4096);
        const MessageDraft *d = m->draft;
        char day[DATE_TEXT];
        int r;

        if (message_id_of(m, domain, &id) < 0)
                return err_oom(e);
        r = stmt_run(s, NULL, e,
                     "INSERT INTO message (key, channel, kind, person, name, address, day, sequence, state, subject, "
                     "body, json, message_id,"
                     " created, next_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     "zzzzzzzdzzzzztt", m->key, d->channel, d->kind, d->person, d->name, d->address,
                     date_iso(m->day, day), m->sequence, message_states[m->state], d->subject, d->body,
                     d->json ? d->json : "", id.at, m->now, m->state == MESSAGE_PREVIEW ? INSTANT_NONE : m->now);
        if (r == 0)
                *ret_id = sqlite3_last_insert_rowid(s->db);
        return r;
}

int message_end(Store *s, int64_t id, MessageState state, Instant now, Err *e) {
        int r = stmt_run(s, NULL, e, "UPDATE message SET state = ?, settled = ?, next_at = NULL WHERE id = ?", "zti",
                         message_states[state], now, id);

        if (r == 0)
                r = stmt_run(s, NULL, e, "UPDATE claim SET void = 1 WHERE message = ?", "i", id);
        return r;
}

static const char *claim_unit(const PlanCommit *c, const NewClaim *n) {
        return n->unit < 0 ? "" : c->input->units->units[n->unit].id;
}

static int claims_insert(Drafts *w, const MessageDraft *d, int64_t message, int *ret_n, Err *e) {
        int r = 0;

        *ret_n = 0;
        for (size_t i = 0; i < d->n_claims && r == 0; i++) {
                const NewClaim *n = &d->claims[i];
                int changed = 0;

                r = stmt_run(w->store, &changed, e,
                             "INSERT INTO claim (message, occurrence, unit, stage, seat, person, channel) VALUES (?, "
                             "?, ?, ?, ?, ?, ?)"
                             " ON CONFLICT DO NOTHING",
                             "izzzzzz", message, w->commit->input->occurrences[n->occurrence].id,
                             claim_unit(w->commit, n), stage_names[n->stage], seat_kinds[n->seat], d->person,
                             d->channel);
                *ret_n += changed;
        }
        return r;
}

/* Whether the message carries exactly the draft's claims. */
static int claims_same(Drafts *w, const Draft *d, bool *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *all = NULL;
        int r = stmt_ask(w->store, &all, e, "SELECT count(*) FROM claim WHERE message = ? AND void = 0", "i", d->old);

        if (r < 0)
                return r;
        *ret = sqlite3_column_int64(all, 0) == (int64_t) d->draft->n_claims;
        for (size_t i = 0; i < d->draft->n_claims && *ret; i++) {
                _cleanup_stmt_ sqlite3_stmt *q = NULL;
                const NewClaim *n = &d->draft->claims[i];

                r = stmt_ask(w->store, &q, e,
                             "SELECT 1 FROM claim WHERE message = ? AND occurrence = ? AND unit = ? AND stage = ? AND "
                             "seat = ? AND void = 0",
                             "izzzz", d->old, w->commit->input->occurrences[n->occurrence].id, claim_unit(w->commit, n),
                             stage_names[n->stage], seat_kinds[n->seat]);
                if (r < 0)
                        return r;
                *ret = r > 0;
        }
        return 0;
}

static int same_words(Drafts *w, int64_t message, const MessageDraft *d, bool *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r = stmt_ask(w->store, &q, e, "SELECT subject, body, json, name, address, kind FROM message WHERE id = ?",
                         "i", message);

        *ret = r > 0 && str_eq(stmt_str(q, 0), str_of(d->subject)) && str_eq(stmt_str(q, 1), str_of(d->body)) &&
               str_eq(stmt_str(q, 2), str_of(d->json)) && str_eq(stmt_str(q, 3), str_of(d->name)) &&
               str_eq(stmt_str(q, 4), str_of(d->address)) && str_eq(stmt_str(q, 5), str_of(d->kind));
        return r < 0 ? r : 0;
}

/* By what that person was told today; whether the words are the same is seen when they are written. */
static int draft_judge(Drafts *w, Draft *d, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        char day[DATE_TEXT];
        int state, r;

        d->fate = FATE_NEW;
        r = stmt_ask(w->store, &q, e,
                     "SELECT id, state, sequence FROM message WHERE person = ? AND channel = ? AND (kind = 'ops') = 0"
                     " AND day = ? ORDER BY sequence DESC LIMIT 1",
                     "zzz", d->draft->person, d->draft->channel, date_iso(w->today, day));
        if (r <= 0)
                return r;
        d->old = sqlite3_column_int64(q, 0);
        d->sequence = sqlite3_column_int(q, 2);
        state = stmt_word(q, 1, message_states, MESSAGE_STATE_COUNT);
        if (state == MESSAGE_SUPERSEDED || state == MESSAGE_CANCELLED)
                return 0;
        d->held = state == MESSAGE_HELD;
        if (state != MESSAGE_PLANNED && state != MESSAGE_HELD && state != MESSAGE_TEMPORARY) {
                d->fate = FATE_SKIP; /* one mail a person and day; what preview held stays held */
                return 0;
        }
        d->fate = FATE_REPLACE;
        return 0;
}

static MessageState draft_state(const Drafts *w, const Draft *d, bool batch_waits) {
        if (w->commit->mode == MAIL_PREVIEW)
                return MESSAGE_PREVIEW;
        return (d->fate == FATE_NEW ? batch_waits : d->held) ? MESSAGE_HELD : MESSAGE_PLANNED;
}

static int draft_insert(Drafts *w, const Draft *d, const MessageDraft *words, bool batch_waits, Err *e) {
        MessageRow row = { .draft = words, .day = w->today, .sequence = d->sequence + 1, .now = w->commit->now,
                           .state = draft_state(w, d, batch_waits) };
        int64_t id = 0;
        int claims = 0, r = 0;

        if (d->fate == FATE_REPLACE) {
                r = message_end(w->store, d->old, MESSAGE_SUPERSEDED, w->commit->now, e);
                w->report->superseded++;
        }
        if (r == 0)
                r = message_insert(w->store, &row, w->commit->message_domain, &id, e);
        if (r == 0)
                r = claims_insert(w, d->draft, id, &claims, e);
        if (r < 0)
                return r;
        if (claims == 0) /* all of it was claimed before: nothing is said twice */
                return stmt_run(w->store, NULL, e, "DELETE FROM message WHERE id = ?", "i", id);
        w->report->planned++;
        w->report->held += row.state == MESSAGE_HELD;
        return 0;
}

static int draft_write(Drafts *w, Draft *d, bool batch_waits, Err *e) {
        const PlanCommit *c = w->commit;
        MessageDraft words = *d->draft;
        bool same = false;
        int r = 0;

        if (d->fate == FATE_SKIP || words.n_claims == 0)
                return 0;
        if (c->letter)
                r = c->letter(c->userdata, (size_t) (d - w->draft), &words, e);
        d->unwritten = r == LETTER_E_UNWRITTEN;
        if (r != 0)
                return r < 0 ? r : 0;
        if (d->fate == FATE_REPLACE && c->mode != MAIL_PREVIEW)
                r = same_words(w, d->old, &words, &same, e);
        if (r == 0 && same)
                r = claims_same(w, d, &same, e);
        return r < 0 || same ? r : draft_insert(w, d, &words, batch_waits, e);
}

/* Unsent messages of earlier days, and those of today that nothing asks for any more. */
static int drafts_expire(Drafts *w, Err *e) {
        char day[DATE_TEXT];

        (void) date_iso(w->today, day);
        for (;;) {
                _cleanup_stmt_ sqlite3_stmt *q = NULL;
                int64_t id;
                int r = stmt_ask(w->store, &q, e,
                                 "SELECT id FROM message WHERE state IN ('planned', 'held', 'temporary') AND kind <> "
                                 "'ops' AND day < ? LIMIT 1",
                                 "z", day);

                if (r <= 0)
                        return r;
                id = sqlite3_column_int64(q, 0);
                stmt_resetp(&q);
                r = message_end(w->store, id, MESSAGE_SUPERSEDED, w->commit->now, e);
                if (r < 0)
                        return r;
                w->report->expired++;
        }
}

static bool is_drafted(const Drafts *w, Str person, Str channel) {
        for (size_t i = 0; i < w->commit->n_drafts; i++)
                if (!w->draft[i].unwritten && str_eq(person, str_of(w->draft[i].draft->person)) &&
                    str_eq(channel, str_of(w->draft[i].draft->channel)))
                        return true;
        return false;
}

static int drafts_drop(Drafts *w, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        char day[DATE_TEXT];
        int r = stmt_use(w->store,
                         "SELECT id, person, channel FROM message WHERE state IN ('planned', 'held', 'temporary') AND "
                         "kind <> 'ops' AND day = ?"
                         " ORDER BY id",
                         &q, e);

        if (r == 0)
                r = stmt_bind(q, e, "z", date_iso(w->today, day));
        while (r == 0 && (r = stmt_step(q, e)) > 0) {
                r = 0;
                if (is_drafted(w, stmt_str(q, 1), stmt_str(q, 2)))
                        continue;
                r = message_end(w->store, sqlite3_column_int64(q, 0), MESSAGE_SUPERSEDED, w->commit->now, e);
                w->report->superseded++;
        }
        return r;
}

int drafts_commit(Store *s, const PlanCommit *c, PlanReport *report, Err *e) {
        Drafts w = { .store = s, .commit = c, .report = report, .today = when_date(c->now) };
        _cleanup_free_ Draft *draft = calloc(c->n_drafts + 1, sizeof *draft);
        int fresh = 0, r;

        if (!draft)
                return err_oom(e);
        w.draft = draft;
        r = drafts_expire(&w, e);
        for (size_t i = 0; i < c->n_drafts && r == 0; i++) {
                draft[i].draft = &c->drafts[i];
                r = draft_judge(&w, &draft[i], e);
                fresh += draft[i].fate == FATE_NEW;
        }
        for (size_t i = 0; i < c->n_drafts && r == 0; i++)
                r = draft_write(&w, &draft[i], c->batch_limit > 0 && fresh > c->batch_limit, e);
        return r == 0 ? drafts_drop(&w, e) : r;
}
