/* SPDX-License-Identifier: MIT */
/* Private to the store: staged records, and those that go in together. Most of what a row costs SQLite is to begin and
 * to end the statement that inserts it; so the rows of a batch are shown to it as a table, `batch`, and one statement
 * takes them all. */
#pragma once

#include "state/store-stmt.h"

typedef struct Apply Apply;

/* One record on its way; texts borrow from the buffer or the batch. */
typedef struct Staged {
        uint32_t size, page;
        int64_t record;             /* 0: not in the store when it was staged */
        uint64_t hash, print;
        bool lone;                  /* may differ although nobody else says anything: fields this side may not write */
        Str key, code, period, unit, lead, source_code, fields;
        RecordKind kind;
} Staged;

/* Whose it is in its own row: the lead unit's, where its code is not of one unit. */
static inline Str staged_unit(const Staged *st) {
        return st->unit.len > 0 ? st->unit : st->lead;
}
/* Its code as its system has it, where that is another one. */
static inline Str staged_alias(const Staged *st) {
        return str_eq(st->source_code, st->code) ? STR_NULL : st->source_code;
}

#define BATCH_ROWS 64
typedef struct BatchRow {
        Staged staged;  /* its texts are borrowed until the batch is put */
        int64_t record; /* 0: none was put yet, or one of its key is there */
} BatchRow;
typedef struct Batch {
        BatchRow row[BATCH_ROWS];
        size_t n;
        bool numbers;   /* records are being put: each row is told the number of its own */
        const Apply *apply;
} Batch;

/* Once a connection, before the first statement of those below. */
int batch_open(Store *s, Err *e);

bool batch_full(const Batch *b);
void batch_add(Batch *b, const Staged *st, int64_t record);

/* Reads `sql` with the batch, which stays as it is until *ret is reset; rows come in the order of the batch's where it
 * is the left of every join. */
int batch_ask(Batch *b, const char *sql, sqlite3_stmt **ret, Err *e);

/* Tells each row its record's number, of those that are new. */
int batch_put_records(Batch *b, Err *e);

/* The sides of all rows that have a record. */
int batch_put_sides(Batch *b, Err *e);
