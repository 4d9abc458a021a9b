/* SPDX-License-Identifier: MIT */
/* What the listings of one cycle have to say, put together: a wrong word in a profile is one line with a count, the
 * first place and the first accounts, and not a line a record or an account. */
#pragma once

#include "daemon/report.h"
#include "state/model/listing.h"

#define SUMMARY_LINES 20   /* of one source and stream; of more it is said how many there were */
#define SUMMARY_ACCOUNTS 3 /* named */

/* Notes of one source and stream with the same code and topic are told together. Texts borrowed for the call. */
typedef struct SummaryNote {
        int priority;
        ReportId id;
        const char *key;           /* of the code in the journal: "NQ57_FAULT" */
        const char *code, *topic;  /* a fault's or finding's name; the field, member or file it is about */
        const Partition *partition;
        size_t listing;            /* of the cycle, from 0 */
        int64_t count;             /* records, rows or files */
        const char *text;          /* of the first of them, with its place; without source and account */
        const char *more;          /* where all of them stand, told when there are several; NULL */
} SummaryNote;

typedef struct SummaryLine SummaryLine;
typedef struct Summary {
        SummaryLine *first, *last;
        size_t listings;           /* of the cycle */
        Arena arena;
} Summary;

/* Told at once when there is no memory to keep it. */
void summary_add(Summary *s, const SummaryNote *n);
/* Reports everything, in the order in which it came up first, and forgets it. */
void summary_tell(Summary *s, bool vi);
void summary_free(Summary *s);
