/* SPDX-License-Identifier: MIT */
/* Lists that hang on other lists: the slices a stream is asked for in, and what is fetched for each of its rows.
 * docs/profiles/requests.md explains the keys. Private to connectors/. */
#pragma once

#include "connectors/language/paging-plan.h"
#include "connectors/language/request-plan.h"

#define DETAIL_NAMES_MAX 8

typedef enum EachKind { EACH_NONE, EACH_UNIT, EACH_PERIOD, EACH_VALUE } EachKind;

/* A stretch of the calendar, counted from year 0: months, quarters or years. */
typedef enum PeriodStep { STEP_MONTH, STEP_QUARTER, STEP_YEAR } PeriodStep;

typedef struct EachPlan {
        int kind; /* EachKind */
        int step; /* PeriodStep */
        int from_month, to_month;          /* months since year 0; to_month -1: the one that runs */
        const struct StreamPlan *parents;  /* EACH_VALUE: the list that is asked for first; it has no fields */
        Select value;                      /* of each of its records */
        int absent_status;                 /* of a slice that is not there; 0: none */
} EachPlan;

/* <record.NAME>: what lies there in the row. */
typedef struct DetailName {
        const char *name; /* "record.id" */
        Select select;
} DetailName;

typedef struct DetailPlan {
        RequestPlan request;    /* path NULL: the stream has no details */
        Select inside;          /* as a stream's */
        Select record, ok;      /* what of the answer is the record; text NULL: all of it */
        const char *ok_value;
        int absent_status;      /* the record is gone since the list was made; 0: none */
        bool row_shows_changes; /* a row that is as before has a detail that is as before */
        DetailName names[DETAIL_NAMES_MAX];
        size_t n_names;
} DetailPlan;
