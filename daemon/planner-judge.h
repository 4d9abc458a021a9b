/* SPDX-License-Identifier: MIT */
/* What a unit's records come to for the occurrences that ask it. A record is judged once and remembered
 * (store-judged.h): until one of its rows is written, or what the judgement depends on besides changes (the day, the
 * occurrences, which sides can be read, who may write which field), it is not looked at again. */
#pragma once

#include "daemon/planner.h"

/* One unit on its way. Occurrences it owes nothing to have no slot. */
typedef struct UnitJudge {
        Planner *planner;
        size_t unit;
        PlanObligation *slot[DEADLINE_MAX * 2];
        unsigned readable[DEADLINE_MAX * 2]; /* masks of Side */
        size_t n_slots;
        Text records;  /* judgements as they are made */
        bool items;    /* outstanding records are kept for the letters */
} UnitJudge;

unsigned planner_required(const Planner *p, const Occurrence *o);

/* Which occurrences ask the unit, and what can be read for them. */
void judge_begin(UnitJudge *j, Planner *p, size_t unit);
void judge_end(UnitJudge *j);

/* Judges what changed since the last plan, before any unit. */
int judge_touched(Planner *p, Err *e);

/* Fills the counts of every slot, and p->judged. */
int judge_unit(UnitJudge *j, Err *e);

/* When all units are judged: the outstanding records of one of them as its letters show them; once read they stay. */
int judge_items(Planner *p, int unit, Err *e);
