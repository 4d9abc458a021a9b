/* SPDX-License-Identifier: MIT */
/* Days off and worked Saturdays of 2026 and 2027, as far as issued or given by law, for tests of time. */
#pragma once

#include "state/calendar.h"

static inline Date day(int year, int month, int day_of_month) {
        Date d = DATE_NONE;

        (void) date_from_ymd(year, month, day_of_month, &d);
        return d;
}

#define OFF(days, words) {.date = (days), .working = false, .confirmed = true, .name = (words), .source = ""}
#define WORKED(days) {.date = (days), .working = true, .confirmed = true, .name = "làm bù", .source = ""}

/* Days since 1970: 2026-01-01 is 20454, 2027-01-01 is 20819. */
static const CalendarDay calendar_days[] = {
        OFF(20454, "Tết Dương lịch"), OFF(20455, "hoán đổi"), WORKED(20463), /* 1/1, 2/1, 10/1 */
        OFF(20500, "Tết"), OFF(20501, "Tết"), OFF(20502, "Tết"), OFF(20503, "Tết"), OFF(20504, "Tết"), /* 16-20/2 */
        /* 27/4, 30/4, 1/5 */
        OFF(20570, "Giỗ Tổ, nghỉ bù"), OFF(20573, "30/4"), OFF(20574, "1/5"),
        /* 22/8, 31/8-2/9 */
        WORKED(20687), OFF(20696, "hoán đổi"), OFF(20697, "Quốc khánh"), OFF(20698, "Quốc khánh"),
        OFF(20781, "Ngày Văn hóa Việt Nam"),                                                          /* 24/11 */
        /* 1/1, 16/4, 30/4, 3/5 */
        OFF(20819, "Tết Dương lịch"), OFF(20924, "Giỗ Tổ"), OFF(20938, "30/4"), OFF(20941, "nghỉ bù"),
        /* 2/9, 3/9, 24/11 */
        OFF(21063, "Quốc khánh"), OFF(21064, "Quốc khánh"), OFF(21146, "Ngày Văn hóa Việt Nam"),
};
static const Calendar calendar_2026 = {calendar_days, sizeof(calendar_days) / sizeof(*calendar_days), 2026, 2027};
