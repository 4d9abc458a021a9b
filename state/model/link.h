/* SPDX-License-Identifier: MIT */
/* Links between the codes of the two systems: (kind, side, code) -> canonical code. Codes without a line are
 * their own. */
#pragma once

#include "state/model/record.h"

typedef struct Link {
        RecordKind kind;
        const char *canonical;
        /* NULL: the canonical code itself; "": this side has no such record, and is not expected to. */
        const char *code[SIDE_COUNT];
} Link;

/* The table and `links` come from malloc, every text from the arena. */
typedef struct LinkTable {
        Link *links;
        size_t n_links;
        struct LinkIndex *index; /* private */
        Arena arena;
} LinkTable;

int link_table_index(LinkTable *t, Err *e); /* -EINVAL, -EEXIST (a code linked twice) with Err; -ENOMEM */
LinkTable *link_table_free(LinkTable *t);
DEFINE_CLEANUP(LinkTable, link_table_free)

Str link_canonical(const LinkTable *t, RecordKind kind, Side side, Str code); /* `code` itself when no link names it */
/* Whether a canonical code is declared to stand on `side`; true without a link. */
bool link_expected(const LinkTable *t, RecordKind kind, Side side, Str canonical);
