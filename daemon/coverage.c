/* SPDX-License-Identifier: MIT */
#include "daemon/coverage.h"

static int coverage_stream(const Settings *settings, Side side, Str stream) {
        const SourceOptions *source = settings_source(settings, side);

        for (size_t i = 0; source && i < profile_streams(source->profile) && i < COVERAGE_STREAMS; i++)
                if (str_eq(str_of(profile_stream_name(source->profile, i)), stream))
                        return (int) i;
        return -1;
}

bool coverage_configured(const Settings *settings, const Partition *p) {
        const SourceOptions *source = settings_source(settings, p->side);
        const Unit *unit;

        if (!source || strcmp(source->id, p->source) != 0 || coverage_stream(settings, p->side, str_of(p->stream)) < 0)
                return false;
        if (p->unit[0] == '\0')
                return (source->supervisor && strcmp(source->supervisor, p->account) == 0) ||
                       (source->files && strcmp(p->account, SOURCE_FILES) == 0);
        unit = unit_by_id(settings->units, str_of(p->unit));
        return unit && unit->access[p->side].mode == ACCOUNT_OWN &&
               strcmp(unit->access[p->side].account, p->account) == 0;
}

/* What files of some units each tell is no reading of the others, and none at all beside a system that is asked. */
static bool coverage_by_unit(const Settings *settings, const Partition *p, int stream) {
        const SourceOptions *source = settings_source(settings, p->side);

        return strcmp(p->account, SOURCE_FILES) == 0 && !profile_stream_whole(source->profile, (size_t) stream);
}

bool coverage_counts(const Settings *settings, const Partition *p) {
        const SourceOptions *source = settings_source(settings, p->side);
        int stream = coverage_stream(settings, p->side, str_of(p->stream));

        return stream >= 0 && (!coverage_by_unit(settings, p, stream) || !source->base_url ||
                               !profile_stream_asked(source->profile, (size_t) stream));
}

/* Where a unit is told of by several channels, the newest speaks. */
static void coverage_note(Coverage *c, size_t unit, Side side, int stream, Instant at) {
        Instant *complete = &c->unit[unit].complete[side][stream];

        if (at > *complete)
                *complete = at;
}

/* A supervising account's listing covers every unit that is read through it, an own account's its unit. */
static int coverage_visit(void *userdata, const PartitionState *p, Err *e) {
        Coverage *c = userdata;
        const UnitTable *units = c->settings->units;
        Side side = p->partition.side;
        int stream = coverage_stream(c->settings, side, str_of(p->partition.stream));

        (void) e;
        if (stream < 0 || p->last_complete == INSTANT_NONE || !coverage_configured(c->settings, &p->partition) ||
            !coverage_counts(c->settings, &p->partition))
                return 0;
        if (p->last_complete > c->newest[side])
                c->newest[side] = p->last_complete;
        if (p->partition.unit[0] != '\0') { /* configured: the unit is there, and the account is its own */
                const Unit *unit = unit_by_id(units, str_of(p->partition.unit));

                coverage_note(c, (size_t) (unit - units->units), side, stream, p->last_complete);
                return 0;
        }
        if (coverage_by_unit(c->settings, &p->partition, stream))
                return 0; /* coverage_told says which */
        for (size_t i = 0; i < units->n_units; i++) {
                const UnitAccess *a = &units->units[i].access[side];

                if (a->mode == ACCOUNT_SUPERVISED ||
                    (a->mode == ACCOUNT_OWN && strcmp(a->account, p->partition.account) == 0))
                        coverage_note(c, i, side, stream, p->last_complete);
        }
        return 0;
}

static int coverage_told(void *userdata, const UnitAsOf *told, Err *e) {
        Coverage *c = userdata;
        const Partition *p = &told->partition;
        const UnitTable *units = c->settings->units;
        const Unit *unit = unit_by_id(units, told->unit);
        int stream = coverage_stream(c->settings, p->side, str_of(p->stream));

        (void) e;
        if (!unit || !coverage_configured(c->settings, p) || !coverage_counts(c->settings, p) ||
            !coverage_by_unit(c->settings, p, stream))
                return 0;
        unit = unit_owner(units, unit);
        if (unit_reader(units, unit, p->side)->access[p->side].mode == ACCOUNT_SUPERVISED)
                coverage_note(c, (size_t) (unit - units->units), p->side, stream, told->as_of);
        return 0;
}

/* Units that are read through the account of the one above are as fresh as it is. */
static void coverage_share(Coverage *c) {
        const UnitTable *units = c->settings->units;

        for (size_t i = 0; i < units->n_units; i++)
                for (int side = 0; side < SIDE_COUNT; side++) {
                        const Unit *reader = unit_reader(units, &units->units[i], side);

                        for (int k = 0; k < COVERAGE_STREAMS && reader != &units->units[i]; k++)
                                coverage_note(c, i, side, k, c->unit[reader - units->units].complete[side][k]);
                }
}

int coverage_read(Store *s, const Settings *settings, Coverage *ret, Err *e) {
        Coverage c = { .settings = settings };
        int r;

        c.unit = malloc((settings->units->n_units + 1) * sizeof(UnitReading));
        if (!c.unit)
                return err_oom(e);
        for (size_t i = 0; i < settings->units->n_units; i++)
                for (int side = 0; side < SIDE_COUNT; side++)
                        for (int k = 0; k < COVERAGE_STREAMS; k++)
                                c.unit[i].complete[side][k] = INSTANT_NONE;
        for (int side = 0; side < SIDE_COUNT; side++)
                c.newest[side] = INSTANT_NONE;
        r = store_visit_partitions(s, coverage_visit, &c, e);
        coverage_share(&c); /* files tell of each by itself */
        if (r == 0)
                r = store_visit_readings(s, coverage_told, &c, e);
        if (r < 0) {
                coverage_free(&c);
                return r;
        }
        *ret = c;
        return 0;
}

void coverage_free(Coverage *c) {
        free(c->unit);
        c->unit = NULL;
}

Instant coverage_complete(const Coverage *c, size_t unit, Side side, unsigned kinds) {
        const SourceOptions *source = settings_source(c->settings, side);
        Instant oldest = INSTANT_NONE;

        for (size_t i = 0; source && i < profile_streams(source->profile) && i < COVERAGE_STREAMS; i++) {
                Instant at = c->unit[unit].complete[side][i];

                if (!(profile_stream_kind(source->profile, i) & kinds))
                        continue;
                if (at == INSTANT_NONE)
                        return INSTANT_NONE;
                if (oldest == INSTANT_NONE || at < oldest)
                        oldest = at;
        }
        return oldest;
}

bool coverage_readable(const Coverage *c, size_t unit, Side side, unsigned kinds, Instant now) {
        const SourceOptions *source = settings_source(c->settings, side);
        Instant at = coverage_complete(c, unit, side, kinds);

        return source && at != INSTANT_NONE && now - at <= source->blind_hours * US_HOUR;
}

bool coverage_source_blind(const Coverage *c, Side side, Instant now) {
        const SourceOptions *source = settings_source(c->settings, side);

        return source && (c->newest[side] == INSTANT_NONE || now - c->newest[side] > source->blind_hours * US_HOUR);
}

void coverage_fresh(const Coverage *c, Instant now, bool ret[static SIDE_COUNT]) {
        for (int side = 0; side < SIDE_COUNT; side++)
                ret[side] = c->newest[side] == INSTANT_NONE || !coverage_source_blind(c, side, now);
}
