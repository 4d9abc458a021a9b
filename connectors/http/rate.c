/* SPDX-License-Identifier: MIT */
#include "connectors/http/rate.h"

#include <errno.h>
#include <stdlib.h>

#define MINUTE ((uint64_t) 60 * 1000 * 1000)

int rate_init(Rate *r, int per_minute) {
        *r = (Rate) { .per_minute = per_minute };
        if (per_minute <= 0 || per_minute > RATE_RING)
                return 0;
        r->sent = calloc((size_t) per_minute, sizeof *r->sent);
        return r->sent ? 0 : -ENOMEM;
}

void rate_done(Rate *r) {
        free(r->sent);
        *r = (Rate) { 0 };
}

uint64_t rate_ready(const Rate *r) {
        if (!r->sent)
                return r->next;
        return r->n < r->per_minute ? 0 : r->sent[r->at] + MINUTE;
}

void rate_sent(Rate *r, uint64_t now) {
        if (r->per_minute <= 0)
                return;
        if (!r->sent) {
                r->next = now + MINUTE / (uint64_t) r->per_minute;
                return;
        }
        r->sent[r->at] = now;
        r->at = (r->at + 1) % r->per_minute;
        r->n += r->n < r->per_minute;
}
