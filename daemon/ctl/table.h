/* SPDX-License-Identifier: MIT */
/* A table for people: columns by display width (Vietnamese marks take none),
 * control characters escaped. Given a width, the elastic columns are cut to fit
 * it, with … and never inside a character. */
#pragma once

#include <stdio.h>

#include "state/model/text.h"

#define TABLE_COLUMNS 16
#define TABLE_NARROWEST 8 /* an elastic column is never cut below this */

typedef struct TableColumn {
        const char *head;
        bool right; /* numbers */
        bool elastic;
} TableColumn;

typedef struct Table {
        TableColumn column[TABLE_COLUMNS];
        size_t n_columns;
        Str *cell; /* row by row */
        size_t n, room;
        Arena arena;
        int failed;
} Table;

void table_free(Table *t);
#define _cleanup_table_ _cleanup_(table_free)

void table_add(Table *t, Str cell);                      /* the next cell; copied */
int table_print(const Table *t, size_t width, FILE *to); /* 0: no limit; nothing without rows; -ENOMEM, -EIO */

/* Bytes of the longest beginning of `s` that takes at most `width` columns,
 * with the marks that belong to its last character. */
size_t table_cut(Str s, size_t width);

/* Lines of text as they are, with what could drive a terminal escaped. */
void table_lines(Str text, FILE *to);

size_t table_terminal(int fd); /* columns of the terminal, 0: not a terminal */
