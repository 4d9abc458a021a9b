/* SPDX-License-Identifier: MIT */
/* Time. Instants are microseconds since 1970-01-01T00:00Z; civil dates are days since 1970-01-01 in the one zone of
 * the product, Asia/Ho_Chi_Minh = UTC+7 without daylight saving since 1975 (tzdata). The host's TZ is never read. */
#pragma once

#include "state/model/text.h"

typedef int64_t Instant; /* µs; INSTANT_NONE: not known */
typedef int32_t Date;    /* days since 1970-01-01; DATE_NONE: none */

#define INSTANT_NONE INT64_MIN
#define DATE_NONE INT32_MIN
#define US_SECOND ((Instant) 1000000)
#define US_MINUTE (60 * US_SECOND)
#define US_HOUR (60 * US_MINUTE)
#define US_DAY (24 * US_HOUR)
#define ZONE_OFFSET (7 * US_HOUR)

typedef enum Weekday { MONDAY = 1, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY } Weekday; /* ISO 8601 */

typedef struct Civil {
        int year, month, day;     /* proleptic Gregorian, month and day from 1 */
        int hour, minute, second; /* local */
} Civil;

bool date_from_ymd(int year, int month, int day, Date *ret); /* false: no such day; years 1900-2199 */
void date_to_ymd(Date d, int *ret_year, int *ret_month, int *ret_day);
Weekday date_weekday(Date d);
int date_month_days(int year, int month);

Date when_date(Instant t);                             /* the civil date at t */
void when_civil(Instant t, Civil *ret);
Instant when_at(Date d, int hour, int minute);         /* local time of day; hour 24 is the next midnight */

/* Text forms. Parsing takes the whole slice; 0 or -EINVAL. */
int date_parse_iso(Str s, Date *ret);                  /* 2026-06-20 */
int date_parse_vn(Str s, Date *ret);                   /* 20/6/2026, 20/06/2026, 20-6-2026, 20.6.2026 */
int when_parse_iso(Str s, Instant *ret);               /* RFC 3339 with offset or Z; seconds and fraction optional */
#define DATE_TEXT 16
#define WHEN_TEXT 40
const char *date_iso(Date d, char buf[static DATE_TEXT]);      /* 2026-06-20 */
const char *date_vn(Date d, char buf[static DATE_TEXT]);       /* 20/6/2026 */
const char *date_vn_short(Date d, char buf[static DATE_TEXT]); /* 20/6 */
const char *when_iso(Instant t, char buf[static WHEN_TEXT]);   /* 2026-06-19T07:30:00+07:00 */
const char *when_utc(Instant t, char buf[static WHEN_TEXT]);   /* 2026-06-19T00:30:00Z, the canonical form */
const char *when_rfc5322(Instant t, char buf[static WHEN_TEXT]); /* Fri, 19 Jun 2026 07:30:00 +0700 (RFC 5322 3.3) */
const char *weekday_vn(Weekday w);                     /* "thứ Sáu", "Chủ nhật" */
const char *weekday_en(Weekday w);
