/* SPDX-License-Identifier: MIT */
/* Tables by version. A migration is never edited once released: a new one is appended. docs/STATE.md says what every
 * table and column means, and numbers the invariants (I1 ..) that the CHECKs, indexes and triggers below hold. */
#include <assert.h>
#include <errno.h>

#include "state/model/kill.h"
#include "state/store-schema.h"

#define APPLICATION_ID 0x6e713537 /* "nq57" */

static const char sync_tables[] =
        "CREATE TABLE store (id INTEGER PRIMARY KEY CHECK (id = 1), born INTEGER NOT NULL, tick INTEGER,"
        " mailed TEXT) STRICT;"

        "CREATE TABLE partition (id INTEGER PRIMARY KEY, source TEXT NOT NULL, side INTEGER NOT NULL CHECK (side IN "
        "(0, 1)),"
        " stream TEXT NOT NULL, kind INTEGER NOT NULL CHECK (kind IN (1, 2)), account TEXT NOT NULL, unit TEXT NOT "
        "NULL,"
        " digest INTEGER, run INTEGER, last_complete INTEGER, members INTEGER NOT NULL DEFAULT 0,"
        " quarantined INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0, retry_after INTEGER,"
        " UNIQUE (source, stream, account)) STRICT;"

        "CREATE TABLE run (id INTEGER PRIMARY KEY, partition INTEGER NOT NULL REFERENCES partition, started INTEGER "
        "NOT NULL,"
        " ended INTEGER NOT NULL, completeness TEXT NOT NULL CHECK (completeness IN ('complete', 'partial', 'failed')),"
        " proof TEXT NOT NULL, fault TEXT NOT NULL, digest INTEGER NOT NULL, claimed INTEGER, received INTEGER NOT "
        "NULL,"
        " members INTEGER NOT NULL, added INTEGER NOT NULL, changed INTEGER NOT NULL, same INTEGER NOT NULL, gone "
        "INTEGER NOT NULL,"
        " back INTEGER NOT NULL, removed INTEGER NOT NULL, duplicates INTEGER NOT NULL, quarantined INTEGER NOT NULL,"
        " pages INTEGER NOT NULL, requests INTEGER NOT NULL, guard TEXT NOT NULL, detail TEXT NOT NULL,"
        " CHECK (completeness <> 'failed' OR (added = 0 AND changed = 0 AND gone = 0)),"
        " CHECK (guard = '' OR (completeness = 'partial' AND added = 0 AND changed = 0 AND gone = 0))) STRICT;"
        "CREATE INDEX run_of ON run (partition);"

        "CREATE TABLE refusal (id INTEGER PRIMARY KEY, partition INTEGER NOT NULL REFERENCES partition, run INTEGER "
        "NOT NULL,"
        " at INTEGER NOT NULL, guard TEXT NOT NULL CHECK (guard <> ''), picture TEXT NOT NULL, en TEXT NOT NULL, vi "
        "TEXT NOT NULL,"
        " sample TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'rejected', "
        "'passed', 'over')),"
        " decided_by TEXT, decided_at INTEGER, CHECK (state NOT IN ('accepted', 'rejected') OR decided_by IS NOT "
        "NULL)) STRICT;"
        "CREATE UNIQUE INDEX refusal_open ON refusal (partition) WHERE state IN ('open', 'accepted', 'rejected');"

        "CREATE TABLE record (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind INTEGER NOT NULL CHECK (kind IN "
        "(1, 2)),"
        " code TEXT NOT NULL, period TEXT NOT NULL, unit TEXT NOT NULL) STRICT;"
        "CREATE INDEX record_lead ON record (unit) WHERE substr(key, 1, 1) = '/';"

        "CREATE TABLE side (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, partition INTEGER NOT NULL, page INTEGER "
        "NOT NULL,"
        " run INTEGER NOT NULL, fetched_at INTEGER NOT NULL, missing_since INTEGER, removed_at INTEGER, code TEXT,"
        " fields TEXT NOT NULL, CHECK (removed_at IS NULL OR missing_since IS NOT NULL)) STRICT;"
        "CREATE INDEX side_missing ON side (partition, missing_since) WHERE missing_since IS NOT NULL AND removed_at "
        "IS NULL;"

        "CREATE TABLE difference (record INTEGER NOT NULL, field TEXT NOT NULL, shown INTEGER NOT NULL CHECK (shown IN "
        "(0, 1)),"
        " outcome TEXT NOT NULL, holder INTEGER NOT NULL, since INTEGER NOT NULL, base TEXT, settled TEXT, "
        "settled_central TEXT,"
        " settled_portal TEXT, settled_by TEXT, settled_at INTEGER, PRIMARY KEY (record, field),"
        " CHECK ((settled IS NULL) = (settled_by IS NULL)), CHECK (outcome <> 'settled' OR settled IS NOT NULL)) "
        "STRICT, WITHOUT ROWID;"

        "CREATE TABLE history (id INTEGER PRIMARY KEY, side INTEGER NOT NULL, run INTEGER NOT NULL, at INTEGER NOT "
        "NULL,"
        " fields TEXT NOT NULL, appeared TEXT NOT NULL) STRICT;"
        "CREATE INDEX history_of ON history (side);"

        "CREATE TABLE page (partition INTEGER NOT NULL REFERENCES partition, number INTEGER NOT NULL, hash BLOB NOT "
        "NULL,"
        " spans INTEGER NOT NULL, members BLOB NOT NULL, PRIMARY KEY (partition, number)) STRICT, WITHOUT ROWID;"

        "CREATE TABLE quarantine (partition INTEGER NOT NULL REFERENCES partition, slot TEXT NOT NULL, page INTEGER "
        "NOT NULL,"
        " key TEXT, unit TEXT NOT NULL, fault TEXT NOT NULL CHECK (fault <> ''), field TEXT NOT NULL, value TEXT NOT "
        "NULL,"
        " nearest TEXT NOT NULL, sample TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (partition, slot)) STRICT, "
        "WITHOUT ROWID;"
        "CREATE INDEX quarantine_key ON quarantine (key) WHERE key IS NOT NULL;";

static const char plan_tables[] =
        "CREATE TABLE obligation (occurrence TEXT NOT NULL, unit TEXT NOT NULL, before TEXT NOT NULL, strict TEXT NOT "
        "NULL,"
        " state TEXT NOT NULL CHECK (state IN ('done', 'behind', 'unknown')),"
        " verdict TEXT NOT NULL DEFAULT '' CHECK (verdict IN ('', 'on-time', 'late', 'unknown')),"
        " records INTEGER NOT NULL, outstanding INTEGER NOT NULL, waiting INTEGER NOT NULL, quarantined INTEGER NOT "
        "NULL,"
        " overdue INTEGER NOT NULL, returned INTEGER NOT NULL, never_entered INTEGER NOT NULL, not_submitted INTEGER "
        "NOT NULL,"
        " not_updated INTEGER NOT NULL, no_evidence INTEGER NOT NULL, differs INTEGER NOT NULL, unreadable INTEGER NOT "
        "NULL,"
        " central_as_of INTEGER, portal_as_of INTEGER, verdict_counts TEXT, verdict_at INTEGER, finished_at INTEGER,"
        " PRIMARY KEY (occurrence, unit), CHECK (state <> 'done' OR outstanding = 0),"
        " CHECK ((verdict = '') = (verdict_at IS NULL)), CHECK (finished_at IS NULL OR verdict IN ('late', 'unknown')))"
        " STRICT, WITHOUT ROWID;"
        "CREATE INDEX obligation_of ON obligation (unit);"
        "CREATE TRIGGER verdict_stands BEFORE UPDATE OF verdict, verdict_at, verdict_counts ON obligation"
        " WHEN OLD.verdict <> '' AND (NEW.verdict <> OLD.verdict OR NEW.verdict_at <> OLD.verdict_at"
        " OR NEW.verdict_counts IS NOT OLD.verdict_counts)"
        " BEGIN SELECT raise(ABORT, 'a verdict is never rewritten'); END;"

        "CREATE TABLE message (id INTEGER PRIMARY KEY, key TEXT UNIQUE, channel TEXT NOT NULL,"
        " kind TEXT NOT NULL CHECK (kind IN ('reminder', 'page', 'ops')), person TEXT NOT NULL, name TEXT NOT NULL,"
        " address TEXT NOT NULL, day TEXT NOT NULL, sequence INTEGER NOT NULL CHECK (sequence > 0),"
        " state TEXT NOT NULL CHECK (state IN ('planned', 'held', 'sending', 'sent', 'temporary', 'unknown', "
        "'permanent',"
        " 'superseded', 'cancelled', 'preview')),"
        " subject TEXT NOT NULL, body TEXT NOT NULL, json TEXT NOT NULL, message_id TEXT NOT NULL UNIQUE, bytes BLOB,"
        " attempts INTEGER NOT NULL DEFAULT 0, unknowns INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL, next_at "
        "INTEGER,"
        " settled INTEGER, phase TEXT, code INTEGER, text TEXT,"
        " CHECK ((attempts > 0) = (bytes IS NOT NULL)),"
        " CHECK (state NOT IN ('sending', 'sent', 'temporary', 'unknown', 'permanent') OR attempts > 0),"
        " CHECK (state NOT IN ('planned', 'held', 'preview') OR attempts = 0),"
        " CHECK ((state IN ('sent', 'permanent', 'superseded', 'cancelled')) = (settled IS NOT NULL)),"
        " CHECK (unknowns = 0 OR state IN ('sending', 'sent', 'unknown', 'permanent')),"
        " CHECK ((key IS NOT NULL) = (kind = 'ops'))) STRICT;"
        "CREATE UNIQUE INDEX message_place ON message (person, channel, kind = 'ops', day, sequence);"
        "CREATE INDEX message_waiting ON message (next_at) WHERE state IN ('planned', 'held', 'temporary', 'unknown', "
        "'sending');"
        "CREATE TRIGGER preview_stays BEFORE UPDATE OF state ON message"
        " WHEN OLD.state IN ('preview', 'sent', 'superseded', 'cancelled') AND NEW.state <> OLD.state"
        " BEGIN SELECT raise(ABORT, 'a message that ended, or was held in preview, never moves again'); END;"
        "CREATE TRIGGER bytes_stay BEFORE UPDATE OF bytes ON message WHEN OLD.bytes IS NOT NULL AND NEW.bytes IS NOT "
        "OLD.bytes"
        " BEGIN SELECT raise(ABORT, 'the bytes of a message are fixed at its first attempt'); END;"

        "CREATE TABLE claim (message INTEGER NOT NULL REFERENCES message, occurrence TEXT NOT NULL, unit TEXT NOT NULL,"
        " stage TEXT NOT NULL, seat TEXT NOT NULL, person TEXT NOT NULL, channel TEXT NOT NULL,"
        " void INTEGER NOT NULL DEFAULT 0 CHECK (void IN (0, 1)),"
        " PRIMARY KEY (message, occurrence, unit, stage, seat)) STRICT, WITHOUT ROWID;"
        "CREATE UNIQUE INDEX claim_once ON claim (occurrence, unit, stage, seat, person, channel) WHERE void = 0;"
        "CREATE INDEX claim_person ON claim (person);"
        "CREATE INDEX claim_unit ON claim (unit);"

        "CREATE TABLE episode (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL,"
        " opened INTEGER NOT NULL, closed INTEGER) STRICT;"
        "CREATE UNIQUE INDEX episode_open ON episode (kind, subject) WHERE closed IS NULL;";

static const char judged_tables[] =
        "CREATE TABLE judged (unit TEXT PRIMARY KEY, mark TEXT NOT NULL, records BLOB NOT NULL) STRICT;"
        "CREATE TABLE touched (record INTEGER PRIMARY KEY) STRICT;"
        /* thousands of accounts: how fresh a unit's data is, is asked once a plan for each */
        "CREATE INDEX partition_account ON partition (account, side);"
        "CREATE INDEX partition_unit ON partition (unit, side);";

/* What is remembered so that only what changed is asked for, sent and read. */
static const char memory_columns[] = "ALTER TABLE partition ADD COLUMN cursor TEXT;"
                                     "ALTER TABLE partition ADD COLUMN swept INTEGER;"
                                     "ALTER TABLE partition ADD COLUMN contract TEXT;"
                                     "ALTER TABLE page ADD COLUMN facts TEXT NOT NULL DEFAULT '';"
                                     "ALTER TABLE page ADD COLUMN prints BLOB NOT NULL DEFAULT x'';"
                                     "UPDATE page SET hash = zeroblob(16) WHERE (partition, number) IN (SELECT "
                                     "partition, page FROM quarantine);";

/* Where in a file, or in the rows of a page, a record stands that was put aside. */
static const char place_column[] = "ALTER TABLE quarantine ADD COLUMN place TEXT NOT NULL DEFAULT '';";

/* As of when each unit was told of by files that tell of some units each. What is in the store from such files is at
 * least as old as its rows. */
static const char reading_table[] =
        "CREATE TABLE reading (partition INTEGER NOT NULL REFERENCES partition, unit TEXT NOT NULL, as_of INTEGER NOT "
        "NULL, PRIMARY KEY (partition, unit)) STRICT, WITHOUT ROWID;"
        "INSERT INTO reading SELECT s.partition, r.unit, max(s.fetched_at) FROM side s JOIN record r ON r.id = s.id / 2"
        " JOIN partition p ON p.id = s.partition WHERE p.account = '(files)' AND s.missing_since IS NULL AND r.unit <> "
        "'' GROUP BY s.partition, r.unit;";

/* The two sides of a record stood beside each other, each with twice its number (store-stmt.h: side_id). Ascending, so
 * that a row never comes to where one still stands. */
static const char apart_sides[] = "UPDATE side SET id = (id >> 1) + ((id & 1) << 32);"
                                  "UPDATE history SET side = (side >> 1) + ((side & 1) << 32);";

/* Since when the system's validators are not believed. */
static const char distrust_column[] = "ALTER TABLE partition ADD COLUMN distrust INTEGER;";

/* What a listing showed in which records came twice. */
static const char shown_column[] = "ALTER TABLE partition ADD COLUMN shown INTEGER;";

/* Whose codes are not per unit: keys begin with '/', and '0' is the character after it. A function in the condition of
 * an index has SQLite keep the pages as they were of a statement that inserts many rows. */
static const char lead_index[] = "DROP INDEX record_lead;"
                                 "CREATE INDEX record_lead ON record (unit) WHERE key >= '/' AND key < '0';";

static const char *const migrations[][3] = {
        { sync_tables, plan_tables, NULL }, /* version 1 */
        { judged_tables, NULL },            /* version 2 */
        { memory_columns, NULL },           /* version 3 */
        { place_column, NULL },             /* version 4 */
        { reading_table, NULL },            /* version 5 */
        { apart_sides, NULL },              /* version 6 */
        { distrust_column, NULL },          /* version 7 */
        { shown_column, NULL },             /* version 8 */
        { lead_index, NULL },               /* version 9 */
};
#define VERSION ((int) (sizeof migrations / sizeof *migrations))

static int read_pragma(Store *s, const char *sql, int64_t *ret, Err *e) {
        _cleanup_made_ sqlite3_stmt *q = NULL;
        int r = stmt_make(s, sql, &q, e);

        if (r == 0)
                r = stmt_step(q, e);
        if (r > 0)
                *ret = sqlite3_column_int64(q, 0);
        return r < 0 ? r : 0;
}

/* 0: ours, *ret the version; a file of another program is never touched. */
static int schema_version(Store *s, int64_t *ret, Err *e) {
        int64_t id = 0, tables = 0;
        int r = read_pragma(s, "PRAGMA user_version", ret, e);

        if (r == 0)
                r = read_pragma(s, "PRAGMA application_id", &id, e);
        if (r == 0)
                r = read_pragma(s, "SELECT count(*) FROM sqlite_schema", &tables, e);
        if (r < 0)
                return r;
        if (tables > 0 && id != APPLICATION_ID)
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "store: the file belongs to another program");
        if (*ret > VERSION) {
                (void) err_set(e, -EPROTO, RETRY_RECONFIGURE,
                               "store: written by a newer version (schema %lld, this program knows %d)",
                               (long long) *ret, VERSION);
                return STORE_E_NEWER;
        }
        return 0;
}

static int migrate_from(Store *s, int64_t version, Err *e) {
        _cleanup_text_ Text stamp = TEXT_INIT(200);
        int r = 0;

        for (int64_t v = version; v < VERSION && r == 0; v++)
                for (size_t i = 0; migrations[v][i] && r == 0; i++)
                        r = stmt_exec(s->db, migrations[v][i], e);
        if (r < 0)
                return r;
        if (version == 0)
                r = stmt_run(s, NULL, e, "INSERT INTO store (id, born) VALUES (1, ?)", "t", clock_wall(s->clock));
        if (r < 0)
                return r;
        if (text_addf(&stamp, "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID, VERSION) < 0)
                return err_oom(e);
        return stmt_exec(s->db, stamp.at, e);
}

/* Views follow the table of fields, so they are compared with what the file has, not numbered. */
static int views_current(Store *s, bool *ret, Err *e) {
        *ret = true;
        for (size_t i = 0; store_views[i].name; i++) {
                _cleanup_stmt_ sqlite3_stmt *q = NULL;
                int r = stmt_ask(s, &q, e, "SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?", "z",
                                 store_views[i].name);

                if (r < 0)
                        return r;
                if (r == 0 || !str_eq(stmt_str(q, 0), str_of(store_views[i].sql)))
                        *ret = false;
        }
        return 0;
}

static int views_make(Store *s, Err *e) {
        int r = 0;

        for (size_t i = 0; store_views[i].name && r == 0; i++) {
                _cleanup_text_ Text drop = TEXT_INIT(200);

                if (text_addf(&drop, "DROP VIEW IF EXISTS %s", store_views[i].name) < 0)
                        return err_oom(e);
                r = stmt_exec(s->db, drop.at, e);
                if (r == 0)
                        r = stmt_exec(s->db, store_views[i].sql, e);
        }
        return r;
}

int store_schema(Store *s, Err *e) {
        _cleanup_txn_ Txn txn = { 0 };
        int64_t version = 0;
        bool current = false;
        int r = schema_version(s, &version, e);

        if (r != 0)
                return r;
        if (version == VERSION) {
                r = views_current(s, &current, e);
                if (r < 0 || current)
                        return r;
        }
        r = txn_begin(s, &txn, e);
        if (r == 0)
                r = migrate_from(s, version, e);
        if (r == 0)
                r = views_make(s, e);
        KILL_POINT("schema-before-commit");
        if (r == 0)
                r = txn_commit(&txn, e);
        return r;
}

int store_schema_check(Store *s, Err *e) {
        int64_t version = 0;
        int r = schema_version(s, &version, e);

        if (r != 0)
                return r;
        if (version == VERSION)
                return 0;
        return err_set(e, -EPROTO, RETRY_LATER,
                       "store: schema %lld is older than %d: the daemon brings it up to date when it starts",
                       (long long) version, VERSION);
}
