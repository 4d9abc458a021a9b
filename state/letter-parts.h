/* SPDX-License-Identifier: MIT */
/* What the parts of a letter share: a paragraph that is gathered, then written as one line; names and dates as
 * officials write them. Private to state/letter. Adding never fails on the spot: a failed Text is found at the end. */
#pragma once

#include "state/letter.h"
#include "state/plan-parts.h"

typedef struct Letter {
        const LetterInput *in;
        Date today;
        Text body, line; /* line: the paragraph being gathered */
        int number;      /* of the last item, so that "việc số 3" names one thing in a mail */
        bool several;    /* deadlines in the reminders of this mail: each item says its own */
        int failed;      /* -ENOMEM outside of the Texts */
} Letter;

/* Own text, and text from outside: control characters become blanks, and it is cut to `columns` with "…". */
void letter_add(Letter *l, const char *own);
void letter_addf(Letter *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
void letter_outside(Letter *l, Str s, size_t columns);

/* Makes the letter at `from` of the paragraph a capital: đ and plain letters, with which own text begins. */
void letter_capital(Letter *l, size_t from);

/* The paragraph becomes one line, its words one blank apart: what reads it knows its own width, we do not. */
void letter_end(Letter *l);
void letter_gap(Letter *l); /* an empty line, never two */

void letter_weekday(Letter *l, Date d);            /* "thứ Sáu 24/7", with the year when it is another */
void letter_day(Letter *l, Date d);                /* "24/7" */
void letter_working_days(Letter *l, Date from, Date to); /* those in (from, to]: "22, 23, 24/7" */
void letter_unit(Letter *l, const Unit *u);        /* in a sentence: "xã M’Drắk", "Sở Nội vụ" */
void letter_unit_formal(Letter *l, const Unit *u); /* as addressee: "UBND xã M’Drắk" */
bool unit_communal(const Unit *u);

/* "trước ngày 25/7/2026, tức hết thứ Sáu 24/7", in short "trước 25/7 (hết thứ Sáu 24/7)"; and, with the day of rest or
 * the earlier finish, why it is that day. */
void letter_deadline(Letter *l, const Occurrence *o);
void letter_deadline_short(Letter *l, const Occurrence *o);
/* "hôm nay là ngày cuối", "còn 3 ngày làm việc nữa" or, where `which`, "sau hôm nay còn 3 ngày làm việc: 22, 23, 24/7";
 * "đã quá 3 ngày" */
void letter_left(Letter *l, const Occurrence *o, bool which);
void letter_reasons(Letter *l, const int by_reason[static REASON_COUNT]); /* "quá hạn 4, chưa cập nhật trong kỳ 20" */
void letter_read_at(Letter *l, const LetterAsOf *as_of, const Unit *u); /* "Số liệu đọc lúc 06:40 (cả hai hệ thống)." */
void letter_contact(Letter *l, const char *opening);

static inline bool claim_own(const NewClaim *c) {
        return c->unit >= 0 && c->stage < STAGE_DONE && c->seat != SEAT_COORDINATOR;
}
static inline bool claim_listed(const NewClaim *c) {
        return c->unit >= 0 && c->stage < STAGE_DONE && c->seat == SEAT_COORDINATOR;
}

/* What is outstanding for one unit over the deadlines of a mail; each record once, with its earliest end. */
typedef struct LetterItem {
        const PlanItem *item;
        const Occurrence *occurrence;
} LetterItem;
typedef struct LetterUnit {
        const Unit *unit;
        int place;                       /* in the unit table */
        const NewClaim *claims;          /* of this unit: first..n, own reminders only are to be read */
        size_t n_claims, n_occurrences;
        LetterItem *items;               /* sorted by (reason, end, kind, code) */
        size_t n_items;
        int total;                       /* outstanding in all; at least so many when `cut` */
        bool cut;                        /* more is outstanding than is kept */
        int by_reason[REASON_COUNT];     /* exact for one deadline, of the kept ones otherwise */
        unsigned unreadable;
} LetterUnit;
int letter_unit_gather(const LetterInput *in, const NewClaim *claims, size_t n, LetterUnit *ret); /* 0, -ENOMEM */
void letter_unit_free(LetterUnit *u);

void letter_write_unit(Letter *l, const LetterUnit *u, bool alone);
void letter_write_done(Letter *l);
void letter_write_list(Letter *l, int occurrence); /* the coordinating department's */
void letter_write_page(Letter *l, const LetterPage *page);
void letter_write_subject(Letter *l, const LetterUnit *units, size_t n_units, Text *t);
