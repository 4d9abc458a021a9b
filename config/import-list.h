/* SPDX-License-Identifier: MIT */
/* The rows of an office's list, read and checked against the units there are; import.h tells the whole. */
#pragma once

#include "config/csv.h"
#include "config/import.h"
#include "config/load.h"
#include "state/model/unit.h"

typedef enum ImportColumn {
        COLUMN_CODE,
        COLUMN_NAME,
        COLUMN_KIND,
        COLUMN_PARENT,
        COLUMN_CENTRAL,
        COLUMN_PORTAL,
        COLUMN_CENTRAL_CODE,
        COLUMN_PORTAL_CODE,
        COLUMN_FOCAL,
        COLUMN_FOCAL_EMAIL,
        COLUMN_HEAD,
        COLUMN_HEAD_EMAIL,
        COLUMN_SECRET,
        COLUMN_IGNORED,
        COLUMN_COUNT
} ImportColumn;

typedef struct ImportRow {
        Str cell[COLUMN_COUNT]; /* of a person: what stands behind the key, the address with the name */
        int row;
        const Unit *unit; /* NULL: a new one */
        UnitKind kind;    /* of a new one */
} ImportRow;

typedef struct ImportList {
        ImportRow *rows;
        size_t n, room;
        int place[COLUMN_COUNT]; /* cell number from 1; 0: no such column */
        Arena arena;
} ImportList;
void import_list_free(ImportList *l);

/* 0 (look at n->errors), or negative with Err. */
int import_list_read(Str csv, const UnitTable *units, const ImportOptions *o, Notices *n, ImportList *ret, Err *e);

/* Every column with its names and meaning, as Markdown. */
void import_list_reference(Text *t);

/* The key of accounts.yaml that a column is written to; NULL: none. */
const char *import_column_key(ImportColumn c);
