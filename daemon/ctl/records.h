/* SPDX-License-Identifier: MIT */
/* Lists of records, for `list` and for what is outstanding in `show UNIT`. */
#pragma once

#include "daemon/ctl/judge.h"

typedef struct RecordFilter {
        unsigned kinds;
        const Unit *unit; /* and its sub-units; NULL: all */
        bool behind, missing, differs;
        const char *work, *search; /* NULL: any */
} RecordFilter;

/* A sheet under `key`; *ret_n how many. */
int records_list(Ctl *c, const Judge *j, const RecordFilter *f, const char *key, Word title, size_t *ret_n, Err *e);

bool records_in_unit(const Ctl *c, const Unit *unit, Str id); /* the unit itself or below it */
size_t records_differing(const RecordView *v);                /* fields in which the sides differ */
