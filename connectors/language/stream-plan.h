/* SPDX-License-Identifier: MIT */
/* One stream as compiled: what is asked, how its pages follow, where its records stand and what their fields mean.
 * docs/PROFILES.md explains each key. Private to connectors/. */
#pragma once

#include "connectors/language/changes-plan.h"
#include "connectors/language/each-plan.h"
#include "connectors/language/field-plan.h"
#include "connectors/language/format.h"
#include "connectors/language/request-plan.h"
#include "connectors/language/session-plan.h"
#include "state/model/listing.h"

/* What becomes of a difference from what the stream's records were (contract.h). */
typedef enum DriftPolicy { DRIFT_WARN, DRIFT_IGNORE, DRIFT_STOP } DriftPolicy;

typedef struct DriftPlan {
        int on_new, on_missing, on_retyped, on_empty, on_word; /* DriftPolicy */
        int on_critical; /* instead of a warning, where identity, unit or status is read */
        int count_band;  /* percent that a listing may differ from the last one; 0: any */
} DriftPlan;

#define STREAM_TAKES_MAX 8

typedef struct StreamPlan {
        const char *name;
        RecordKind kind;
        const char *path;     /* of the request, as people know the stream by */
        RequestPlan request;
        int first_method;     /* 0: the first page of a POST list is asked for by GET, without a body */
        const TakePlan *takes; /* of each page, for the request of the next; their slots are their places */
        size_t n_takes;
        Select inside;        /* a text in the answer that is read in place of the answer; text NULL: none */
        Select list;
        Select ok;            /* a value inside a 200 that must read `ok_value` */
        const char *ok_value;
        PagingPlan paging;
        EachPlan each;        /* the slices it is asked for in */
        DetailPlan details;   /* of its rows */
        PlanNames keep;       /* headers of the answer that are read */
        SlotSelect code, period;
        bool codes_per_unit;
        bool validators;      /* ETag and Last-Modified are sent back */
        ChangesPlan changes;
        SlotSelect by;        /* the time or id that changes are told by */
        bool code_upper;      /* codes are kept in capitals */
        bool code_html;       /* tags are taken out of codes */
        int repair;           /* RepairKind, of code and period */
        const FieldPlan *fields;
        size_t n_fields;
        const Str *slots;     /* names of the record's members that any selector begins with */
        const Str *slots_written; /* the same as records mostly write them: "name": */
        size_t n_slots;
        DriftPlan drift;
        FormatPlan format;    /* also of files; its `files` alone: a stream without requests has no path */
        Origin origin;
} StreamPlan;
