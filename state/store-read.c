/* SPDX-License-Identifier: MIT */
/* Reading records as people and plans see them. One record is in memory at a time. */
#include <errno.h>

#include "state/store-judged.h"
#include "state/store-parts.h"

/* The partition that answers for the last record seen. */
typedef struct Account { int64_t partition; Text name; Instant last_complete; } Account;

typedef struct Reader {
        Store *store;
        const MergePolicy *policy;
        Arena arena;             /* of one record */
        Account account[SIDE_COUNT];
        bool any_quarantine;
} Reader;

#define ACCOUNT_MAX 65536

#define RECORD_COLUMNS                                                                                                 \
        "SELECT r.id, r.key, r.kind, r.code, r.period, r.unit,"                                                        \
        " c.fields, c.code, c.partition, c.run, c.fetched_at, c.missing_since, c.hash,"                                \
        " p.fields, p.code, p.partition, p.run, p.fetched_at, p.missing_since, p.hash,"                                \
        " EXISTS (SELECT 1 FROM difference d WHERE d.record = r.id) FROM "
#define RECORD_SIDES                                                                                                   \
        " LEFT JOIN side c ON c.id = r.id AND c.removed_at IS NULL"                                                \
        " LEFT JOIN side p ON p.id = " SQL_PORTAL_OF("r.id") " AND p.removed_at IS NULL"
#define RECORD_ROWS RECORD_COLUMNS "record r" RECORD_SIDES

static void reader_free(Reader *rd) {
        for (int side = 0; side < SIDE_COUNT; side++)
                text_free(&rd->account[side].name);
        arena_free(&rd->arena);
}

/* Records come in the order of their keys, so that the same few accounts answer for long stretches. */
static int reader_account(Reader *rd, int64_t partition, Account *ret, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r;

        if (ret->partition == partition)
                return 0;
        ret->partition = partition;
        ret->last_complete = INSTANT_NONE;
        ret->name.max = ACCOUNT_MAX;
        text_clear(&ret->name);
        r = stmt_ask(rd->store, &q, e, "SELECT account, last_complete FROM partition WHERE id = ?", "i", partition);
        if (r <= 0)
                return r;
        ret->last_complete = stmt_instant(q, 1);
        return text_add(&ret->name, stmt_str(q, 0)) < 0 ? err_oom(e) : 0;
}

static int reader_init(Reader *rd, Store *s, const MergePolicy *policy, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r;

        *rd = (Reader) { .store = s, .policy = policy };
        r = stmt_ask(s, &q, e, "SELECT EXISTS (SELECT 1 FROM quarantine)", "");
        if (r < 0)
                return r;
        rd->any_quarantine = sqlite3_column_int(q, 0);
        return 0;
}

static int read_side(Reader *rd, sqlite3_stmt *q, int column, Str key, Str code, Side side, ViewSide *ret, Err *e) {
        Account *account = &rd->account[side];
        Value *field;
        int r;

        *ret = (ViewSide) { .missing_since = INSTANT_NONE, .fetched_at = INSTANT_NONE };
        if (sqlite3_column_type(q, column) == SQLITE_NULL)
                return 0;
        field = arena_get(&rd->arena, FIELD_COUNT * sizeof *field);
        if (!field)
                return err_oom(e);
        r = store_fields_read(&rd->arena, stmt_str(q, column), (uint64_t) sqlite3_column_int64(q, column + 6), key,
                              field, e);
        if (r < 0)
                return r;
        *ret = (ViewSide) {
                .present = true,
                .field = field,
                .code = sqlite3_column_type(q, column + 1) == SQLITE_NULL ? code : stmt_str(q, column + 1),
                .run = sqlite3_column_int64(q, column + 3),
                .fetched_at = sqlite3_column_int64(q, column + 4),
                .missing_since = stmt_instant(q, column + 5),
        };
        r = reader_account(rd, sqlite3_column_int64(q, column + 2), account, e);
        if (r < 0)
                return r;
        ret->account = text_str(&account->name);
        if (ret->missing_since == INSTANT_NONE && account->last_complete != INSTANT_NONE &&
            account->last_complete > ret->fetched_at)
                ret->fetched_at = account->last_complete; /* unchanged there: confirmed */
        return 0;
}

static MergeResult read_result(Reader *rd, const RecordView *v, const FieldException *x) {
        MergeInput in = {
                .field = x->field,
                .base = &x->base,
                .fresh = { rd->store->fresh[SIDE_CENTRAL], rd->store->fresh[SIDE_PORTAL] },
                .settled = &x->settled,
                .settled_for = { &x->settled_for[SIDE_CENTRAL], &x->settled_for[SIDE_PORTAL] },
        };

        for (int s = 0; s < SIDE_COUNT; s++)
                in.side[s] = v->side[s].present ? &v->side[s].field[x->field] : NULL;
        return merge_field(rd->policy, &in);
}

/* Judged anew: the policy and which source is blind are today's. */
static int read_differences(Reader *rd, RecordView *v, Err *e) {
        FieldException x[FIELD_COUNT];
        ViewDifference *d;
        size_t n = 0, kept = 0;
        int r = difference_read(rd->store, &rd->arena, v->id, x, &n, e);

        if (r < 0 || n == 0)
                return r;
        d = arena_get(&rd->arena, n * sizeof *d);
        if (!d)
                return err_oom(e);
        for (size_t i = 0; i < n; i++) {
                MergeResult result = read_result(rd, v, &x[i]);

                if (reconcile_shown(result) || result.of == OF_BASE || result.of == OF_SETTLED)
                        d[kept++] = (ViewDifference) { x[i].field, result, x[i].since, x[i].base, x[i].settled };
        }
        v->difference = d;
        v->n_differences = kept;
        return 0;
}

static int read_quarantined(Reader *rd, RecordView *v, Err *e) {
        _cleanup_stmt_ sqlite3_stmt *q = NULL;
        int r;

        if (!rd->any_quarantine)
                return 0;
        r = stmt_ask(rd->store, &q, e, "SELECT 1 FROM quarantine WHERE key = ? LIMIT 1", "s", v->key);
        v->quarantined = r > 0;
        return r < 0 ? r : 0;
}

static int read_record(Reader *rd, sqlite3_stmt *q, RecordView *ret, Err *e) {
        Str key = stmt_str(q, 1), code = stmt_str(q, 3), unit = stmt_str(q, 5);
        int r;

        *ret = (RecordView) {
                .id = sqlite3_column_int64(q, 0),
                .key = key,
                .identity = { (RecordKind) sqlite3_column_int(q, 2), code, stmt_str(q, 4),
                              str_starts(key, STR("/")) ? STR("") : unit },
                .unit = unit,
        };
        r = read_side(rd, q, 6, key, code, SIDE_CENTRAL, &ret->side[SIDE_CENTRAL], e);
        if (r == 0)
                r = read_side(rd, q, 13, key, code, SIDE_PORTAL, &ret->side[SIDE_PORTAL], e);
        if (r == 0 && sqlite3_column_int(q, 20))
                r = read_differences(rd, ret, e);
        if (r == 0)
                r = read_quarantined(rd, ret, e);
        return r;
}

/* Walks what `q` gives; *ret_any (may be NULL) whether there was something to show. */
static int read_walk(Reader *rd, sqlite3_stmt *q, RecordVisit visit, void *userdata, bool *ret_any, Err *e) {
        RecordView v;
        int r;

        while ((r = stmt_step(q, e)) > 0) {
                arena_clear(&rd->arena);
                r = read_record(rd, q, &v, e);
                if (r < 0)
                        return r;
                if (!v.side[SIDE_CENTRAL].present && !v.side[SIDE_PORTAL].present)
                        continue;
                if (ret_any)
                        *ret_any = true;
                r = visit(userdata, &v, e);
                if (r != 0)
                        return r;
        }
        return r;
}

static int read_query(Store *s, const MergePolicy *policy, const char *sql, const Str *bind, RecordVisit visit,
                      void *userdata, bool *ret_any, Err *e) {
        _cleanup_made_ sqlite3_stmt *q = NULL;
        _cleanup_(reader_free) Reader rd = { 0 };
        int r = reader_init(&rd, s, policy, e);

        if (r == 0)
                r = stmt_make(s, sql, &q, e);
        if (r == 0 && bind)
                r = stmt_bind(q, e, "s", *bind);
        return r == 0 ? read_walk(&rd, q, visit, userdata, ret_any, e) : r;
}

int store_visit_unit(Store *s, Str unit, const MergePolicy *policy, RecordVisit visit, void *userdata, Err *e) {
        _cleanup_text_ Text prefix = TEXT_INIT(RECORD_KEY_MAX + 1);
        Identity any = { .kind = KIND_TASK, .code = STR("x"), .unit = unit };
        Str part;
        int r;

        if (unit.len == 0 || record_key(&any, &prefix) < 0)
                return err_set(e, -EINVAL, RETRY_NEVER, "not a unit: `" STR_FMT "`", STR_ARG(unit));
        part = (Str) { prefix.at, (size_t) ((const char *) memchr(prefix.at, '/', prefix.len) - prefix.at) };
        r = read_query(s, policy, RECORD_ROWS " WHERE r.key >= '/' AND r.key < '0' AND r.unit = ?1 ORDER BY r.key",
                       &unit, visit, userdata, NULL, e);
        if (r != 0)
                return r;
        /* '0' is the character after '/' */
        return read_query(s, policy, RECORD_ROWS " WHERE r.key > ?1 || '/' AND r.key < ?1 || '0' ORDER BY r.key",
                          &part, visit, userdata, NULL, e);
}

int store_visit_touched(Store *s, const MergePolicy *policy, RecordVisit visit, void *userdata, Err *e) {
        /* The few come first: SQLite moves no table over a LEFT JOIN, and would read every record and its sides. */
        return read_query(s, policy,
                          RECORD_COLUMNS "touched t CROSS JOIN record r ON r.id = t.record" RECORD_SIDES
                                         " ORDER BY t.record",
                          NULL, visit, userdata, NULL, e);
}

int store_visit_all(Store *s, const MergePolicy *policy, RecordVisit visit, void *userdata, Err *e) {
        return read_query(s, policy, RECORD_ROWS " ORDER BY r.key", NULL, visit, userdata, NULL, e);
}

int store_visit_key(Store *s, Str key, const MergePolicy *policy, RecordVisit visit, void *userdata, Err *e) {
        bool any = false;
        int r = read_query(s, policy, RECORD_ROWS " WHERE r.key = ?1", &key, visit, userdata, &any, e);

        return r == 0 && !any ? STORE_E_ABSENT : r;
}
