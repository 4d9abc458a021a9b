/* SPDX-License-Identifier: MIT */
/* The words of a mail, in Vietnamese: subject and plain text of a reminder and of leadership's page.
 * Pure. Every reminder says what, where, until when, data as of when, why you, who else got it, what happens next,
 * whom to ask. */
#pragma once

#include "state/plan.h"

typedef struct LetterOptions {
        const char *mark;            /* put before every subject and on top of the text; "" none: "SỐ LIỆU GIẢ LẬP" */
        const char *province;        /* "Đắk Lắk" */
        const char *contact_name, *contact_unit, *contact_phone;
        const char *redirect_from;   /* mode redirect: the true recipient; NULL */
} LetterOptions;

/* last complete reading of the unit's data */
typedef struct LetterAsOf { Instant read[SIDE_COUNT]; bool configured[SIDE_COUNT]; } LetterAsOf;

/* Numbers of leadership's page for one occurrence, and of the rule's previous one. */
typedef struct PageCounts { int done, late, unknown; } PageCounts;
typedef struct PageUnit {
        const Unit *unit;
        int outstanding;              /* when the verdict was made */
        bool late_before;             /* late at the rule's previous occurrence too */
        bool finished_since;
        ObligationVerdict verdict;
        unsigned unreadable;          /* sides that could not be judged */
} PageUnit;
typedef struct LetterPage {
        const Occurrence *occurrence;
        /* *_before all 0: no earlier occurrence */
        PageCounts departments, communes, departments_before, communes_before;
        const PageUnit *units;        /* late ones first by outstanding, then unknown */
        size_t n_units;
        int by_reason[REASON_COUNT], waiting;
        Instant as_of;
} LetterPage;

typedef struct LetterInput {
        const PlanInput *plan;
        const NewMessage *message;
        const LetterOptions *options;
        const LetterAsOf *as_of;      /* per unit of the unit table */
        const LetterPage *pages;      /* one per page claim, same order */
        size_t n_pages;
} LetterInput;

/* Replaces both texts, within their maxima; lines end with LF. 0, -ENOMEM, -E2BIG. */
int letter_write(const LetterInput *in, Text *ret_subject, Text *ret_body, Err *e);
