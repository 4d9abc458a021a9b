/* SPDX-License-Identifier: MIT */
/* How one stream's pages follow each other and how they end, as compiled. docs/profiles/pages.md explains each key.
 * Private to connectors/. */
#pragma once

#include "connectors/language/select.h"

/* What the next request is told: a number, how much was received, a text of the last page (CURSOR), the address that a
 * Link header (RFC 8288) or the page's body names, or the key of the last record. NONE: one page is all. */
typedef enum PagingKind {
        PAGING_PAGE, PAGING_OFFSET, PAGING_CURSOR, PAGING_LINK, PAGING_NEXT, PAGING_KEYSET, PAGING_NONE
} PagingKind;

/* Which page is the last. DEFAULT: the total where one is named, else the flag (always for cursors and addresses),
 * else an empty page. */
typedef enum StopRule { STOP_DEFAULT, STOP_TOTAL, STOP_EMPTY, STOP_SHORT, STOP_FLAG } StopRule;

/* What a total counts: the whole listing, or what is left of it from this page on. */
typedef enum TotalMeans { TOTAL_OF_ALL, TOTAL_OF_REST } TotalMeans;

typedef struct PagingPlan {
        int kind; /* PagingKind */
        int stop; /* StopRule */
        const char *page_parameter, *offset_parameter, *size_parameter, *cursor_parameter;
        const char *first_cursor;  /* of the first request; NULL: the parameter is left out */
        int first_page, size;      /* size 0: the system's own, not known */
        int pages_max;             /* 0: LIMIT_PAGES */
        int end_status;            /* of a page after the last, 0: none */
        Select total, cursor, more, key;
        const char *total_header, *cursor_header;
        int total_means;           /* TotalMeans */
        int total_cap;             /* a total this high says only "many"; 0: none */
        bool overlap;              /* offsets go back by one record, which must come again */
        bool short_pages;          /* the system filters after it has paged: a short page in the middle is no fault */
        bool any_host;             /* of a next address only path and query count */
} PagingPlan;

static inline bool paging_by_text(const PagingPlan *p) {
        return p->kind == PAGING_CURSOR || p->kind == PAGING_LINK || p->kind == PAGING_NEXT;
}
