/* SPDX-License-Identifier: MIT */
/* Looks at a system through its profile: logs in, reads the first page of each stream, asks for the second one to see
 * whether paging works, and tells what it saw. Nothing is stored; at most PROBE_REQUESTS requests are made. */
#pragma once

#include "connectors/setup/look.h"
#include "connectors/source.h"

#define PROBE_REQUESTS 25
#define PROBE_SECONDS 180
#define PROBE_DETAILS 3 /* rows of a page whose details are asked for */
#define PROBE_STREAMS 8
#define PROBE_ASIDE 24

/* One request, in a person's words; nothing secret is in it. */
typedef struct ProbeStep {
        const char *stream;        /* it was made for; "" before the first */
        const char *method, *target, *type;
        int status, milliseconds;
        size_t bytes;
        bool login, conditional;
        Fault fault;
        const char *detail;        /* of a fault */
} ProbeStep;

/* What became of one field of the profile over the records read. */
typedef struct ProbeField {
        FieldId id;
        int set, empty, null, absent, invalid;
        const char *sample;        /* the first value, escaped and cut */
        const char *bad;           /* the first that could not be read */
} ProbeField;

/* Records put aside for one reason. */
typedef struct ProbeAside {
        Fault fault;
        const char *field, *value, *nearest;
        int records;
} ProbeAside;

typedef struct ProbeStream {
        const char *name, *path, *account, *unit;
        RecordKind kind;
        Side side;
        bool looked;               /* a page came, and `look` says what is on it */
        Look look;
        const char *list;          /* the profile's own selector */
        bool reads_total;
        int size_asked;            /* records a page; 0: the profile names no size */
        int pages, page_records[2]; /* of the second -1: it came, and was not counted */
        bool lowered;              /* fewer came than were asked for, and there are more */
        int records;               /* mapped, of the first page */
        ProbeField field[FIELD_COUNT];
        bool mapped[FIELD_COUNT];  /* the profile has it */
        int n_nothing;             /* fields of the profile that were there in none of the records */
        ProbeAside aside[PROBE_ASIDE];
        int n_aside, put_aside;
        LookList detail;           /* the members of the details that came, "$.detail.NAME"; `path` NULL */
        const char *unread[2 * LOOK_MEMBERS]; /* selectors of members no selector of the profile begins at, of details:
                                               * that none lies in or leads through */
        int n_unread;
        const char *etag, *modified, *total_header, *link; /* of the first page's answer; NULL */
        bool asked_again, not_modified; /* with the validator; it was honoured */
        bool enough;               /* ended by the probe itself, not by a fault */
        ListingEnd end;
} ProbeStream;

typedef struct ProbeReport {
        ProbeStep *step;
        int n_steps;
        size_t room_steps;
        bool too_many;             /* PROBE_REQUESTS was reached */
        ProbeStream stream[PROBE_STREAMS];
        int n_streams;
        Fault worst;               /* FAULT_NONE: all is read and mapped */
        Arena arena;
} ProbeReport;

/* `account`, `stream`: NULL: the first account, every stream. `tape` (connectors/tape/tape.h) records or replays;
 * NULL: none. 0;
 * PROBE_E_NO_ACCOUNT, PROBE_E_NO_STREAM: the profile or the units know none of that name; negative with Err. */
enum { PROBE_E_NO_ACCOUNT = 1, PROBE_E_NO_STREAM = 2 };
typedef struct ProbeOptions {
        const char *account, *stream;
        struct Tape *tape;
} ProbeOptions;
/* Whether the profile's selector for the field found nothing in any record that was mapped. */
static inline bool probe_found_nothing(const ProbeStream *s, int field) {
        return s->mapped[field] && s->records > 0 && s->field[field].absent == s->records;
}
int probe_run(const SourceEnv *env, const SourceOptions *options, const ProbeOptions *probe, ProbeReport *ret, Err *e);
void probe_free(ProbeReport *r);
