/* SPDX-License-Identifier: MIT */
/* Staging: records of a listing are compared with the store in small bunches (one read lock a bunch); what is new or
 * changed waits in memory while it is little, then in a temporary file. No lock is held between calls. */
#include <errno.h>
#include <xxhash.h>

#include "state/model/kill.h"
#include "state/store-parts.h"

#define BUNCH (SPOOL_BLOCK / 2) /* bytes collected before they are compared; of each listing under way */

/* What stands before the bytes of a record in a bunch. */
typedef struct StagedHead {
        uint64_t hash, print;
        int64_t record;
        uint32_t size, page, fields;
        uint16_t key, code, period, unit, lead, source_code;
        uint8_t kind, lone;
} StagedHead;

int store_stage_open(Store *s, Err *e) {
        return stmt_exec(
                s->db,
                "PRAGMA temp.cache_size=-256; PRAGMA temp.journal_mode=MEMORY; PRAGMA temp.secure_delete=OFF;"
                "CREATE TEMP TABLE put_aside (listing INTEGER, slot TEXT, page INTEGER, key TEXT, unit TEXT, fault "
                "TEXT, field TEXT,"
                " value TEXT, nearest TEXT, sample TEXT, place TEXT, PRIMARY KEY (listing, slot)) WITHOUT ROWID;"
                "CREATE TEMP TABLE page_told (listing INTEGER, page INTEGER, anew INTEGER, facts TEXT,"
                " PRIMARY KEY (listing, page)) WITHOUT ROWID;"
                "CREATE TEMP TABLE judged_next (unit TEXT PRIMARY KEY, mark TEXT, records BLOB);",
                e);
}

/* An opinion on a field that this side may not write differs even while the other side is silent. */
static bool says_what_it_may_not(const Listing *l, const RecordSide *r) {
        FieldMerge other = l->partition.side == SIDE_CENTRAL ? MERGE_PORTAL : MERGE_CENTRAL;

        for (FieldId f = 0; f < FIELD_COUNT; f++)
                if (l->context.policy->merge[f] == other && value_opinion(&r->field[f]))
                        return true;
        return false;
}

static int buffer_record(Listing *l, const RecordSide *r, uint64_t print, uint32_t page) {
        Text *t = &l->buffer;
        size_t start = t->len, at;
        StagedHead head = { .page = page, .print = print, .kind = (uint8_t) r->identity.kind,
                            .lone = says_what_it_may_not(l, r) };
        Identity id = r->identity;
        Str lead = r->field[FIELD_LEAD].state == VALUE_SET ? r->field[FIELD_LEAD].text : STR_NULL;
        int failed;

        id.code = link_canonical(l->context.links, id.kind, l->partition.side, id.code);
        (void) text_add(t, (Str) { (const char *) &head, sizeof head });
        failed = record_key(&id, t);
        if (failed < 0)
                return failed;
        head.key = (uint16_t) (t->len - start - sizeof head);
        /* Codes, period and unit fit: together they are no longer than the key's maximum. */
        (void) text_add(t, id.code);
        (void) text_add(t, id.period);
        (void) text_add(t, id.unit);
        if (lead.len > RECORD_KEY_MAX || r->identity.code.len > RECORD_KEY_MAX)
                return -E2BIG;
        (void) text_add(t, lead);
        (void) text_add(t, r->identity.code);
        head.code = (uint16_t) id.code.len;
        head.period = (uint16_t) id.period.len;
        head.unit = (uint16_t) id.unit.len;
        head.lead = (uint16_t) lead.len;
        head.source_code = (uint16_t) r->identity.code.len;
        at = t->len;
        failed = record_encode(r->field, t);
        if (failed < 0 || t->failed)
                return failed < 0 ? failed : t->failed;
        head.fields = (uint32_t) (t->len - at);
        head.hash = XXH3_64bits(t->at + at, head.fields);
        head.size = (uint32_t) (t->len - start);
        memcpy(t->at + start, &head, sizeof head);
        return 0;
}

static Str take(const char **at, size_t len) {
        Str s = { *at, len };

        *at += len;
        return s;
}

bool staged_read(Str *rest, Staged *ret) {
        StagedHead head;
        const char *at;

        if (rest->len < sizeof head)
                return false;
        at = rest->at + sizeof head;
        memcpy(&head, rest->at, sizeof head);
        if (rest->len < head.size || head.size < sizeof head + head.key + head.code + head.period + head.unit +
                                                         head.lead + head.source_code + head.fields)
                return false;
        *ret = (Staged) { .size = head.size, .page = head.page, .record = head.record, .hash = head.hash,
                          .print = head.print, .lone = head.lone, .kind = (RecordKind) head.kind };
        ret->key = take(&at, head.key);
        ret->code = take(&at, head.code);
        ret->period = take(&at, head.period);
        ret->unit = take(&at, head.unit);
        ret->lead = take(&at, head.lead);
        ret->source_code = take(&at, head.source_code);
        ret->fields = take(&at, head.fields);
        *rest = (Str) { rest->at + head.size, rest->len - head.size };
        return true;
}

/* What is shown twice, and is to be written by one of the two, is looked at again next time: which of them the system
 * means is not known from one listing. */
int stage_seen(Listing *l, int64_t record, bool kept, bool *ret_twice, Err *e) {
        bool was = false, was_kept = false, twice;
        int r = bits_add(&l->seen, record, &was, e);

        if (r == 0)
                r = bits_add(&l->shown, record, ret_twice, e);
        if (r == 0 && kept)
                r = bits_add(&l->kept, record, &was_kept, e);
        if (r == 0 && was && (kept || bits_have(&l->kept, record)))
                r = bits_add(&l->twice, record, &twice, e);
        return r;
}

/* A page holds what stands on it, also when another page shows it too: either may be gone next time. */
int stage_member(Listing *l, ListingPage *page, int64_t record, uint64_t print, bool kept, Err *e) {
        bool twice = false;
        int r;

        if (page->over)
                return bits_add(&l->seen, record, &twice, e);
        r = stage_seen(l, record, kept, &twice, e);
        if (r < 0)
                return r;
        l->duplicates += twice;
        return members_hold(l, page, record, print, e);
}

/* *ret_keep: the store does not have it just so. */
static int stage_compare(Listing *l, sqlite3_stmt *q, const Staged *st, int64_t *ret_record, bool *ret_keep, Err *e) {
        int r;

        (void) sqlite3_bind_text(q, 1, st->key.at, (int) st->key.len, SQLITE_STATIC);
        (void) sqlite3_bind_int(q, 2, (int) l->partition.side);
        r = stmt_step(q, e);
        if (r < 0)
                return r;
        *ret_keep = true;
        *ret_record = 0;
        if (r > 0) {
                *ret_record = sqlite3_column_int64(q, 0);
                *ret_keep = l->mapping_changed || sqlite3_column_type(q, 1) == SQLITE_NULL ||
                            (uint64_t) sqlite3_column_int64(q, 1) != st->hash ||
                            sqlite3_column_type(q, 2) != SQLITE_NULL;
        }
        (void) sqlite3_reset(q);
        if (*ret_record == 0)
                return 0;
        return stage_member(l, &l->pages[st->page], *ret_record, st->print, *ret_keep, e);
}

/* Compares every record of the buffer that was not, and moves those to keep to its front. */
static int stage_sift(Listing *l, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        Str rest = { l->buffer.at + l->compared, l->buffer.len - l->compared };
        Staged st;
        int r;

        r = stmt_use(l->store,
                     "SELECT r.id, s.hash, s.missing_since FROM record r LEFT JOIN side s ON s.id = r.id + (?2 << 32) "
                     "WHERE r.key = ?1",
                     &q, e);
        while (r == 0 && rest.len > 0) {
                char *from = l->buffer.at + (rest.at - l->buffer.at);
                int64_t record = 0;
                bool keep = false;

                if (!staged_read(&rest, &st))
                        return err_set(e, -EBADMSG, RETRY_LATER, "store: a staged record is cut short");
                r = stage_compare(l, q, &st, &record, &keep, e);
                if (r < 0)
                        return r;
                if (!keep) {
                        l->same++;
                        continue;
                }
                memcpy(from + offsetof(StagedHead, record), &record, sizeof record);
                memmove(l->buffer.at + l->compared, from, st.size);
                l->compared += st.size;
        }
        l->buffer.len = l->compared;
        return r;
}

int stage_compare_all(Listing *l, Err *e) {
        int r;

        if (l->id == 0) /* of a partition that was never listed hardly anything is known just so */
                l->compared = l->buffer.len;
        if (l->buffer.len == l->compared)
                return 0;
        r = stmt_run(l->store, NULL, e, "BEGIN", "");
        if (r < 0)
                return r;
        r = stage_sift(l, e);
        if (r == 0)
                r = stmt_run(l->store, NULL, e, "COMMIT", "");
        if (r < 0 && !sqlite3_get_autocommit(l->store->db))
                (void) stmt_run(l->store, NULL, NULL, "ROLLBACK", "");
        return r;
}

/* What is kept goes to the file when it fills a block; a small listing never touches the disk. */
static int stage_flush(Listing *l, Err *e) {
        size_t written = 0;
        int r = stage_compare_all(l, e);

        if (r == 0)
                r = spool_add(&l->spool, l->store->directory, text_str(&l->buffer), &written, e);
        if (written == 0)
                return r;
        l->buffer.len -= written;
        l->compared = l->buffer.len;
        memmove(l->buffer.at, l->buffer.at + written, l->buffer.len);
        KILL_POINT("stage-flush");
        return r;
}

/* A record that cannot be written down has no identity that could be. */
static int put_refused(Listing *l, const RecordSide *record, Err *e) {
        Str code = record->identity.code;
        const Quarantine q = { .fault = FAULT_RECORD_INVALID,
                               .unit = record->identity.unit,
                               .field = STR("code"),
                               .value = str_cut(code, 200) };
        int r = listing_quarantine(l, &q, e);

        return r < 0 ? r : 0;
}

int listing_put(Listing *l, const RecordSide *record, uint64_t print, Err *e) {
        size_t start = l->buffer.len;
        ListingPage *page = NULL;
        int r = listing_page_now(l, &page, e);

        if (r < 0)
                return r;
        r = buffer_record(l, record, print, (uint32_t) (page - l->pages));
        if (r < 0) {
                l->buffer.len = start;
                if (l->buffer.failed || r == -ENOMEM)
                        return err_oom(e);
                return put_refused(l, record, e);
        }
        listing_span_count(l, page, 1);
        return l->buffer.len - l->compared >= BUNCH ? stage_flush(l, e) : 0;
}

/* Records without an identity are told apart by their place. */
static int slot_of(Listing *l, const Quarantine *q, int page, Str *ret_slot, Str *ret_key) {
        Text *t = &l->scratch;
        Identity id = q->identity;

        text_clear(t);
        *ret_key = STR_NULL;
        if (q->identity_known) {
                id.code = link_canonical(l->context.links, id.kind, l->partition.side, id.code);
                if (record_key(&id, t) == 0) {
                        *ret_slot = *ret_key = text_str(t);
                        return t->failed;
                }
                text_clear(t);
        }
        (void) text_addf(t, "#%d.%lld", page, (long long) l->quarantined);
        *ret_slot = text_str(t);
        return t->failed;
}

/* 1: it stood aside already, for the same reason. */
static int stands_aside(Listing *l, Str slot, const Quarantine *q, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *stmt = NULL;

        return stmt_ask(l->store, &stmt, e,
                        "SELECT 1 FROM quarantine WHERE partition = ?1 AND slot = ?2 AND (fault, field, value) = (?3, "
                        "?4, ?5)",
                        "iszss", l->id, slot, fault_names[q->fault], q->field, q->value);
}

/* "nhiem-vu.xlsx:17". */
static int place_write(const Quarantine *q, Text *t) {
        return q->row > 0 || q->file.len > 0 ? text_addf(t, STR_FMT ":%d", STR_ARG(q->file), q->row) : 0;
}

int listing_quarantine(Listing *l, const Quarantine *q, Err *e) {
        _cleanup_text_ Text place = TEXT_INIT(1000);
        ListingPage *page = NULL;
        Str slot, key;
        int r = listing_page_now(l, &page, e), before;

        if (r < 0)
                return r;
        listing_span_count(l, page, 1);
        page->torn = true;
        l->quarantined++;
        if (slot_of(l, q, page->number, &slot, &key) < 0 || place_write(q, &place) < 0)
                return err_oom(e);
        before = stands_aside(l, slot, q, e);
        if (before < 0)
                return before;
        r = stmt_run(l->store, NULL, e,
                        "INSERT OR REPLACE INTO temp.put_aside VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", "isiSszsssss",
                        l->number, slot, (int64_t) page->number, key, q->unit, fault_names[q->fault], q->field,
                        q->value, q->nearest, q->sample, text_str(&place));
        return r < 0 ? r : before > 0 ? LISTING_AS_BEFORE : 0;
}
