/* SPDX-License-Identifier: MIT */
/* The store in plain words, for people with the sqlite3 shell. Nothing in the program reads these. */
#include "state/store-schema.h"

#define LOCAL(column, name)                                                                                            \
        "strftime('%Y-%m-%d %H:%M', " column " / 1000000 + 25200, 'unixepoch') AS " name

/* A field is "text", null, [canonical, raw] or {"invalid": raw}. */
#define FIELD_COLUMN(id, key, kinds, type, merge, who, vi, en)                                                         \
        ", CASE json_type(s.fields, '$." key "')"                                                                      \
        " WHEN 'array' THEN json_extract(s.fields, '$." key "[0]')"                                                    \
        " WHEN 'object' THEN NULL ELSE json_extract(s.fields, '$." key "') END AS \"" key "\""

/* One value as a record with that field alone. */
#define VALUE(column, name)                                                                                            \
        "(SELECT CASE json_type(" column ", '$.' || d.field)"                                                          \
        " WHEN 'array' THEN json_extract(" column ", '$.' || d.field || '[0]')"                                        \
        " WHEN 'null' THEN '(null)' WHEN 'object' THEN '(invalid)'"                                                    \
        " ELSE json_extract(" column ", '$.' || d.field) END) AS " name

#define KIND "CASE r.kind WHEN 1 THEN 'task' ELSE 'indicator' END AS kind"

#define SIDES                                                                                                          \
        "CREATE VIEW v_sides AS SELECT r.key, " KIND ", r.unit, coalesce(s.code, r.code) AS code, r.period,"           \
        " iif(" SQL_SIDE_OF("s.id") ", 'portal', 'central') AS side, p.source, p.account, s.run, "                     \
        LOCAL("s.fetched_at", "fetched_at") ", " LOCAL("s.missing_since", "missing_since") ", "                        \
        LOCAL("s.removed_at", "removed_at") FIELD_TABLE(FIELD_COLUMN)                                                  \
        " FROM side s JOIN record r ON r.id = " SQL_RECORD_OF("s.id") " JOIN partition p ON p.id = s.partition"

#define RECORDS                                                                                                        \
        "CREATE VIEW v_records AS SELECT r.key, " KIND ", r.unit, r.code, r.period,"                                   \
        " coalesce(c.title, p.title) AS title, coalesce(c.due, p.due) AS due,"                                         \
        " c.work AS central_work, p.work AS portal_work,"                                                              \
        " c.progress AS central_progress, p.progress AS portal_progress,"                                              \
        " c.actual AS central_actual, p.actual AS portal_actual, p.self_score AS portal_self_score,"                   \
        " c.review AS central_review, p.review AS portal_review,"                                                      \
        " c.updated_at AS central_updated_at, p.updated_at AS portal_updated_at,"                                      \
        " c.missing_since AS central_missing_since, p.missing_since AS portal_missing_since,"                          \
        " (SELECT count(*) FROM difference d WHERE d.record = r.id AND d.shown) AS differences,"                       \
        " EXISTS (SELECT 1 FROM quarantine q WHERE q.key = r.key) AS quarantined FROM record r"                        \
        " LEFT JOIN v_sides c ON c.key = r.key AND c.side = 'central' AND c.removed_at IS NULL"                        \
        " LEFT JOIN v_sides p ON p.key = r.key AND p.side = 'portal' AND p.removed_at IS NULL"

#define DIFFERENCES                                                                                                    \
        "CREATE VIEW v_differences AS SELECT r.key, r.unit, d.field, d.outcome,"                                       \
        " CASE d.holder WHEN 0 THEN 'nobody' WHEN 1 THEN 'base' WHEN 2 THEN 'central' WHEN 3 THEN 'portal'"            \
        " ELSE 'settled' END AS holds, " LOCAL("d.since", "first_seen") ", " VALUE("d.base", "base") ", "              \
        VALUE("c.fields", "central") ", " VALUE("p.fields", "portal") ", " VALUE("d.settled", "settled")               \
        ", d.settled_by FROM difference d JOIN record r ON r.id = d.record LEFT JOIN side c ON c.id = r.id"        \
        " LEFT JOIN side p ON p.id = " SQL_PORTAL_OF("r.id") " WHERE d.shown"

#define OUTSTANDING                                                                                                    \
        "CREATE VIEW v_outstanding AS SELECT occurrence, unit, before, strict AS last_day, state, verdict,"            \
        " records, outstanding, overdue, returned, never_entered, not_submitted, not_updated, no_evidence,"            \
        " differs, waiting, quarantined, " LOCAL("central_as_of", "central_as_of") ", "                                \
        LOCAL("portal_as_of", "portal_as_of") ", " LOCAL("verdict_at", "verdict_at") ", "                              \
        LOCAL("finished_at", "finished_at") " FROM obligation"

#define MAIL                                                                                                           \
        "CREATE VIEW v_mail AS SELECT m.id, m.day, m.sequence, m.kind, m.person, m.name, m.address, m.channel,"        \
        " m.state, m.attempts, m.subject, m.message_id, " LOCAL("m.created", "created") ", "                           \
        LOCAL("m.next_at", "next_attempt") ", " LOCAL("m.settled", "settled") ", m.phase, m.code, m.text,"             \
        " (SELECT group_concat(c.occurrence || ' ' || c.unit || ' ' || c.stage || ' ' || c.seat, ', ')"                \
        " FROM claim c WHERE c.message = m.id) AS claims FROM message m"

#define RUNS                                                                                                           \
        "CREATE VIEW v_runs AS SELECT u.id, p.source, p.stream, p.account, p.unit, "                                   \
        LOCAL("u.started", "started") ", (u.ended - u.started) / 1000 AS milliseconds, u.completeness, u.proof,"       \
        " u.fault, u.claimed, u.received, u.members, u.added, u.changed, u.same, u.gone, u.back, u.removed,"           \
        " u.duplicates, u.quarantined, u.pages, u.requests, u.guard, u.detail"                                         \
        " FROM run u JOIN partition p ON p.id = u.partition"

#define QUARANTINE                                                                                                     \
        "CREATE VIEW v_quarantine AS SELECT p.source, p.stream, p.account, q.key, q.unit, q.fault, q.field,"           \
        " q.value, q.nearest, " LOCAL("q.since", "since") ", q.page, q.place, q.sample"                                \
                                                          " FROM quarantine q JOIN partition p ON p.id = q.partition"

const StoreView store_views[] = {
        { "v_sides", SIDES },           { "v_records", RECORDS },       { "v_differences", DIFFERENCES },
        { "v_outstanding", OUTSTANDING }, { "v_mail", MAIL },           { "v_runs", RUNS },
        { "v_quarantine", QUARANTINE }, { NULL, NULL },
};
