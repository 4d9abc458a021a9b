/* SPDX-License-Identifier: MIT */
/* Findings: things a person should see. Many may arise at once, so they go to a sink, not into one error text. */
#pragma once

#include "state/model/text.h"

/* Where a configured text stands. `file` lives as long as the settings generation. line and column from 1;
 * 0: unknown. */
typedef struct Origin {
        const char *file;
        int line, column;
} Origin;

typedef enum Severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR } Severity;

/* One finding in both languages of the users. All texts are borrowed for the time of the call. */
typedef struct Finding {
        Severity severity;
        const char *code;    /* stable, e.g. "key-unknown", "unit-unmapped" */
        Origin origin;       /* file NULL: not from a file */
        const char *subject; /* key path, record key, unit ... or NULL */
        const char *en, *vi; /* what was seen, what was expected; one line */
        const char *nearest; /* nearest valid name or NULL */
} Finding;

typedef struct FindingSink {
        void (*put)(void *userdata, const Finding *f);
        void *userdata;
} FindingSink;

void finding_put(FindingSink *sink, const Finding *f); /* sink may be NULL */

/* A sink that keeps copies, for those who look afterwards (tests, --check). */
typedef struct FindingList {
        Finding *at;
        size_t n, room, errors;
        size_t lost; /* not kept: out of memory or over 10,000 */
        Arena arena;
} FindingList;
FindingSink finding_list_sink(FindingList *l);
void finding_list_free(FindingList *l);

/* "file:12:5: key: en (expected ...; did you mean `x`?)" in one language. */
int finding_format(const Finding *f, bool vi, Text *t);
