/* SPDX-License-Identifier: MIT */
/* The store: one SQLite file, WAL, one writer, synchronous=FULL. No transaction leaves a call. docs/STATE.md holds the
 * tables and the numbered invariants. Listings and plans have headers of their own: store-listing.h, store-plan.h. */
#pragma once

#include "state/model/clock.h"
#include "state/model/vault.h"
#include "state/view.h"

typedef struct Store Store;

typedef enum StoreMode { STORE_WRITE, STORE_READ } StoreMode;
enum {
        STORE_E_LOCKED = 1,  /* another daemon has it; Err says the pid */
        STORE_E_NEWER = 2,   /* written by a newer version; Err says which */
        STORE_E_ABSENT = 3,  /* STORE_READ and there is no file */
};

/* Opens (STORE_WRITE: creates, locks `path`.lock, migrates in one transaction, 0640). `clock` is borrowed. STORE_READ
 * works beside and without a running daemon (PERSIST_WAL), and never writes. */
int store_open(const char *path, StoreMode mode, const Clock *clock, Store **ret, Err *e);
Store *store_close(Store *s);
DEFINE_CLEANUP(Store, store_close)

const Vault *store_vault(Store *s);             /* sessions and login budget; STORE_WRITE only */

/* The vault alone, beside a daemon that has the store: a file of its own, whose owner and root alone can open it.
 * STORE_E_ABSENT: there is none yet. Nothing but store_vault and store_close may be called. */
int store_open_vault(const char *path, const Clock *clock, Store **ret, Err *e);

Instant store_born(const Store *s);             /* when the store was created */
int store_last_tick(Store *s, Instant *ret, Err *e);  /* INSTANT_NONE: never */
int store_tick(Store *s, Instant now, Err *e);

/* What was committed is on the disk when it returns. Every transaction but a listing's (listing_apply) is anyway. */
int store_flush(Store *s, Err *e);

/* Called between rows of a long apply: true rolls it back (LISTING_E_STOPPED). */
void store_set_stop(Store *s, bool (*stop)(void *userdata), void *userdata);
/* Which sources are not blind, for reading: whether an authority decides. All are fresh until told otherwise. */
void store_set_fresh(Store *s, const bool fresh[static SIDE_COUNT]);

/* Reading, in key order. The views borrow until the callback returns; a non-zero return ends the walk and is returned.
 */
typedef int (*RecordVisit)(void *userdata, const RecordView *v, Err *e);
int store_visit_unit(Store *s, Str unit, const MergePolicy *policy, RecordVisit visit, void *userdata,
                     Err *e); /* records whose `unit` column is it */
int store_visit_all(Store *s, const MergePolicy *policy, RecordVisit visit, void *userdata, Err *e);
int store_visit_key(Store *s, Str key, const MergePolicy *policy, RecordVisit visit, void *userdata,
                    Err *e); /* 0; STORE_E_ABSENT */

typedef struct HistoryRow { Instant at; int64_t run; Side side; FieldId field; Value before, after; } HistoryRow;
int store_visit_history(Store *s, int64_t record, int (*visit)(void *u, const HistoryRow *h, Err *e), void *userdata,
                        Err *e); /* newest first */

/* The state without run ids, attempt counters and measured times: one line a fact, sorted; equal states give equal
 * bytes. For crash tests and `nq57ctl export`. */
int store_export(Store *s, int (*line)(void *u, Str line, Err *e), void *userdata, Err *e);

/* A person settles a conflict: holds while both sides still say what they say now. STORE_E_ABSENT: no such difference.
 */
int store_settle(Store *s, Str key, FieldId field, const Value *value, const char *by, Instant now, Err *e);
/* Who settled it (appended to `by`) and when. STORE_E_ABSENT: nobody did, or it no longer holds. */
int store_settled(Store *s, int64_t record, FieldId field, Text *by, Instant *ret_at, Err *e);
