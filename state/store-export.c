/* SPDX-License-Identifier: MIT */
/* The state as text: what two undisturbed runs over the same data agree on, whatever happened on the way. So no run
 * ids, no attempt counters, no times of day, no messages that were superseded before they left. */
#include "state/store-stmt.h"

#define DAY(column) "coalesce(date(" column " / 1000000 + 25200, 'unixepoch'), '')"
#define SIDE_NAME(id) "iif(" SQL_SIDE_OF(id) ", 'portal', 'central')"

/* Tables in the order of their first words; rows in the order of their keys. */
static const char *const exports[] = {
        "SELECT printf('claim %s %s %s %s %s %s', c.occurrence, c.unit, c.stage, c.seat, c.person, c.channel) FROM "
        "claim c"
        " JOIN message m ON m.id = c.message WHERE c.void = 0 ORDER BY 1",

        "SELECT printf('difference %s %s %s %d since %s base %s settled %s by %s', r.key, d.field, d.outcome, "
        "d.holder, " DAY("d.since") ","
                                    " coalesce(d.base, '-'), coalesce(d.settled, '-'), coalesce(d.settled_by, '-')) "
                                    "FROM difference d JOIN record r ON r.id = d.record"
                                    " ORDER BY r.key, d.field",

        "SELECT printf('episode %s %s %s %s', kind, subject, " DAY("opened") ", " DAY(
                "closed") ") FROM episode ORDER BY 1",

        "SELECT printf('history %s %s %s appeared %s', r.key, " SIDE_NAME(
                "h.side") ", h.fields, h.appeared) FROM history h"
                          " JOIN record r ON r.id = " SQL_RECORD_OF("h.side") " ORDER BY r.key, h.side, h.id",

        /* sent and unknown: it went, and what became of it is a matter of the moment */
        "SELECT printf('message %s %s %s %s %s', person, channel, day, kind, iif(state IN ('sending', 'sent', "
        "'unknown'), 'told', state))"
        " FROM message WHERE state NOT IN ('superseded', 'cancelled') AND kind <> 'ops' ORDER BY 1",

        "SELECT printf('obligation %s %s %s records %d outstanding %d waiting %d quarantined %d unreadable %d reasons "
        "%d %d %d %d %d %d %d"
        " verdict %s %s finished %s', occurrence, unit, state, records, outstanding, waiting, quarantined, unreadable, "
        "overdue, returned,"
        " never_entered, not_submitted, not_updated, no_evidence, differs, verdict, coalesce(verdict_counts, ''), " DAY(
                "finished_at") ")"
                               " FROM obligation ORDER BY occurrence, unit",

        "SELECT printf('partition %s %s %s %s members %d quarantined %d', source, stream, account, unit, members, "
        "quarantined)"
        " FROM partition ORDER BY 1",

        "SELECT printf('quarantine %s %s %s %s %s %s %s %s', p.source, p.stream, p.account, coalesce(q.key, q.slot), "
        "q.unit, q.fault, q.field,"
        " q.value) FROM quarantine q JOIN partition p ON p.id = q.partition ORDER BY 1",

        "SELECT printf('record %s %d %s %s %s', key, kind, code, period, unit) FROM record ORDER BY key",

        "SELECT printf('refusal %s %s %s %s %s %s', p.source, p.stream, p.account, f.guard, f.picture, f.state) FROM "
        "refusal f"
        " JOIN partition p ON p.id = f.partition WHERE f.state IN ('open', 'accepted', 'rejected') ORDER BY 1",

        "SELECT printf('side %s %s %s missing %s removed %s %s', r.key, " SIDE_NAME(
                "s.id") ", coalesce(s.code, r.code), " DAY("s.missing_since") ", " DAY("s.removed_at") ", s.fields)"
                        " FROM side s JOIN record r ON r.id = " SQL_RECORD_OF("s.id") " ORDER BY r.key, s.id",
};

int store_export(Store *s, int (*line)(void *u, Str line, Err *e), void *userdata, Err *e) {
        for (size_t i = 0; i < sizeof exports / sizeof *exports; i++) {
                _cleanup_made_ sqlite3_stmt *q = NULL;
                int r = stmt_make(s, exports[i], &q, e);

                while (r == 0 && (r = stmt_step(q, e)) > 0)
                        r = line(userdata, stmt_str(q, 0), e);
                if (r != 0)
                        return r;
        }
        return 0;
}
