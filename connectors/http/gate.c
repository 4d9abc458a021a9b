/* SPDX-License-Identifier: MIT */
#include "connectors/http/gate.h"

#include <stdio.h>

#include "connectors/limits.h"

int gate_init(Gate *g, const GateOptions *o) {
        *g = (Gate) { .o = *o };
        return rate_init(&g->rate, o->per_minute);
}

void gate_done(Gate *g) {
        rate_done(&g->rate);
}

static bool quiet(const Gate *g, Instant wall, GateAnswer *ret) {
        Instant until = quiet_until(&g->o.quiet, wall);
        if (until == INSTANT_NONE)
                return false;
        Civil c;
        when_civil(until, &c);
        ret->fault = FAULT_QUIET;
        ret->until = until;
        snprintf(ret->detail, sizeof ret->detail, "quiet hours until %02d:%02d, nothing is asked", c.hour, c.minute);
        return true;
}

/* Civil time counts too: a machine that slept, or was set right, does not wait twice. */
static bool broken(Gate *g, uint64_t now, Instant wall, GateAnswer *ret) {
        if (!g->open)
                return false;
        if (g->trial) {
                ret->at = UINT64_MAX;
                return true;
        }
        if (now >= g->open_until || wall >= g->open_wall)
                return false;
        ret->fault = g->cause;
        ret->until = g->open_wall;
        snprintf(ret->detail, sizeof ret->detail, "not asked: %d requests in a row failed (%s); one is tried in %lld s",
                 g->failures, g->why, (long long) ((g->open_until - now) / US_SECOND) + 1);
        return true;
}

static bool held(Gate *g, uint64_t now, Instant wall, GateAnswer *ret) {
        if (g->hold > now && wall >= g->hold_wall)
                g->hold = now;
        if (g->hold <= now + GATE_WAIT_MAX)
                return false;
        ret->fault = FAULT_RATE_LIMITED;
        ret->until = g->hold_wall;
        snprintf(ret->detail, sizeof ret->detail, "the system asked for a pause of %lld s more",
                 (long long) ((g->hold - now) / US_SECOND));
        return true;
}

void gate_ask(Gate *g, uint64_t now, Instant wall, GateAnswer *ret) {
        *ret = (GateAnswer) { .at = now, .until = INSTANT_NONE };
        if (quiet(g, wall, ret) || broken(g, now, wall, ret) || held(g, now, wall, ret))
                return;
        uint64_t slot = rate_ready(&g->rate);
        ret->at = g->hold > g->gap_until ? g->hold : g->gap_until;
        ret->at = ret->at > slot ? ret->at : slot;
}

bool gate_sent(Gate *g, uint64_t now) {
        bool trial = g->open && !g->trial;
        rate_sent(&g->rate, now);
        g->gap_until = g->o.gap > 0 ? now + (uint64_t) g->o.gap : 0;
        g->trial = g->open;
        return trial;
}

void gate_hold(Gate *g, Instant asked, uint64_t now, Instant wall) {
        Instant longest = wall + LIMIT_RETRY_AFTER_SECONDS * US_SECOND;
        Instant end = asked < longest ? asked : longest;
        if (end <= wall || now + (uint64_t) (end - wall) < g->hold)
                return;
        g->hold = now + (uint64_t) (end - wall);
        g->hold_wall = end;
}

bool gate_served(Gate *g) {
        bool was = g->open;
        g->failures = 0;
        g->open = g->trial = false;
        g->pause = 0;
        return was;
}

/* Those that were under way when the breaker opened may fail while the trial is out: they say nothing new. */
bool gate_failed(Gate *g, bool trial, Fault cause, const char *why, uint64_t now, Instant wall) {
        bool was = g->open;
        g->failures++;
        g->cause = cause;
        snprintf(g->why, sizeof g->why, "%s", why);
        if (g->o.breaker_after <= 0 || (was && !trial) || (!was && g->failures < g->o.breaker_after))
                return false;
        g->pause = g->pause == 0                          ? GATE_BREAKER_PAUSE
                   : g->pause * 2 <= GATE_BREAKER_LONGEST ? g->pause * 2
                                                          : GATE_BREAKER_LONGEST;
        g->open = true;
        g->trial = false;
        g->open_until = now + (uint64_t) g->pause;
        g->open_wall = wall + g->pause;
        return !was;
}

void gate_dropped(Gate *g, bool trial) {
        if (trial)
                g->trial = false;
}
