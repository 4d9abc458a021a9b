/* SPDX-License-Identifier: MIT */
/* Requests per minute, exactly: in no 60 seconds more than so many. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define RATE_RING 4096 /* above so many a minute requests keep an even gap instead */

typedef struct Rate {
        int per_minute; /* 0: no limit */
        uint64_t *sent; /* ring of the last `per_minute` instants, µs */
        uint64_t next;  /* with an even gap: none before */
        int at, n;
} Rate;

int rate_init(Rate *r, int per_minute); /* -ENOMEM */
void rate_done(Rate *r);
uint64_t rate_ready(const Rate *r);     /* no request before */
void rate_sent(Rate *r, uint64_t now);
