/* SPDX-License-Identifier: MIT */
/* The third axis of a task, always derived from deadline, completion and clock, never stored and never read from a
 * source. A source may claim lateness ("Hoàn thành quá hạn"); where its claim disagrees, that is a finding for a
 * person. Pure. */
#pragma once

#include "state/calendar.h"
#include "state/view.h"

typedef enum Timeliness { NO_DEADLINE, ON_TIME, DUE_SOON, OVERDUE, TIMELINESS_COUNT } Timeliness;
extern const char *const timeliness_names[TIMELINESS_COUNT]; /* no_deadline on_time due_soon overdue */
const char *timeliness_vn(Timeliness t);

#define DUE_SOON_DAYS 3 /* working days */

/* Done: by its completion date (without one it is taken as in time). Suspended and cancelled: no deadline. Else by
 * today; due soon with at most DUE_SOON_DAYS working days after today. */
Timeliness timeliness(const RecordView *v, const Calendar *c, Date today);

/* Mask of the sides whose claim about a done task is not what its dates say. */
unsigned timeliness_disputed(const RecordView *v, const Calendar *c, Date today);
