/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/forecast.h"

#include "daemon/ctl/judge.h"

int forecast_make(const Ctl *c, Date day, Planner **ret, Err *e) {
        const PlanPolicy *policy = &c->settings->plan;
        Instant at = when_at(day, policy->send_hour, policy->send_minute), known = ctl_known(c);

        if (day == when_date(c->now) && c->now > at)
                at = c->now;
        return planner_build(c->store, c->settings, at, known < at ? known : at, ret, e);
}

typedef struct PersonSearch {
        const char *text, *found;
        bool loose, many;
} PersonSearch;

static void person_try(PersonSearch *s, const Seat *seat) {
        bool hit;

        if (!seat->person || !seat->name)
                return;
        hit = strcmp(seat->person, s->text) == 0 || (seat->address && strcasecmp(seat->address, s->text) == 0) ||
              strcmp(seat->name, s->text) == 0 || (s->loose && ctl_matches(str_of(seat->name), s->text));
        if (!hit)
                return;
        s->many = s->many || (s->found && strcmp(s->found, seat->person) != 0);
        s->found = seat->person;
}

static void person_search(const Settings *settings, PersonSearch *s) {
        for (size_t i = 0; i < settings->n_roles; i++)
                person_try(s, &settings->roles[i]);
        for (size_t i = 0; i < settings->units->n_units; i++)
                for (size_t k = 0; k < settings->units->units[i].n_seats; k++)
                        person_try(s, &settings->units->units[i].seats[k]);
}

const char *forecast_person(const Ctl *c, const char *text) {
        PersonSearch exact = { .text = text }, loose = { .text = text, .loose = true };

        person_search(c->settings, &exact);
        if (exact.found)
                return exact.many ? NULL : exact.found;
        if (unit_by_id(c->settings->units, str_of(text)) || unit_by_name(c->settings->units, str_of(text)))
                return NULL;
        person_search(c->settings, &loose);
        return loose.many ? NULL : loose.found;
}
