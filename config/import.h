/* SPDX-License-Identifier: MIT */
/* An office's list of accounts (CSV) into accounts.yaml. The file that is there is kept: comments, people and names
 * stay; only accounts, codes and seats of which nothing is said yet are written, and units that are new are added.
 * Nothing is written when any row is wrong. */
#pragma once

#include "state/model/err.h"
#include "state/model/finding.h"
#include "state/model/record.h"

enum { IMPORT_E_INVALID = 1 };

typedef struct ImportOptions {
        const char *csv_name;      /* for findings */
        const char *existing_name; /* accounts.yaml as findings show it */
        Side side;                 /* what a column named only "tài khoản" is; SIDE_COUNT: not said */
} ImportOptions;

typedef struct ImportCounts {
        size_t rows, added, changed, same;
} ImportCounts;

/* Columns are found by their names in the first row, in Vietnamese or English, with or without diacritics, in any
 * order: code, name, kind, parent, central, portal, central-code, portal-code, focal, focal-email, head, head-email
 * (docs/CONFIGURATION.md has all names). `existing` may be empty. An empty account cell changes nothing. Findings carry
 * the row as their line and the column's number as their column. *ret_yaml (initialised with a maximum) gets the whole
 * new file. 0; IMPORT_E_INVALID after errors were put; negative with Err. */
int import_accounts(Str csv, Str existing, const ImportOptions *o, FindingSink *sink, Text *ret_yaml,
                    ImportCounts *ret_counts, Err *e);
