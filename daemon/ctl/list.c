/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/records.h"
#include "daemon/ctl/units.h"
#include "daemon/ctl/verbs.h"

static int list_records(Ctl *c, unsigned kinds, const Unit *unit, Err *e) {
        const CtlArgs *a = c->args;
        _cleanup_judge_ Judge j = { 0 };
        RecordFilter f = { .kinds = kinds,
                           .unit = unit,
                           .behind = a->given & OPTION_BEHIND,
                           .missing = a->given & OPTION_MISSING,
                           .differs = a->given & OPTION_DIFFERS,
                           .work = a->work,
                           .search = a->search };
        bool tasks = kinds == KIND_TASK;
        int r = judge_open(c, &j, e);

        return r < 0 ? r
                     : records_list(c, &j, &f, tasks ? "tasks" : "indicators", tasks ? W_T_TASKS : W_T_INDICATORS, NULL,
                                    e);
}

static size_t list_words(const char *const *words, const char **to) {
        size_t n = 0;

        for (; words[n]; n++)
                to[n] = words[n];
        return n;
}

/* False: said, with the state that is near. */
static bool list_state_known(const char *typed) {
        const char *states[32], *near;
        _cleanup_text_ Text all = TEXT_INIT(1000);
        size_t n = list_words(work_states, states);

        n += list_words(review_states, states + n);
        if (word_known(work_states, str_of(typed)) || word_known(review_states, str_of(typed)))
                return true;
        for (size_t i = 0; i < n; i++)
                text_addf(&all, " %s", states[i]);
        near = text_nearest(str_of(typed), states, n);
        ctl_say("no state `%s`:%s%s%s%s", typed, all.at ? all.at : "", near ? "; did you mean `" : "", near ? near : "",
                near ? "`?" : "");
        return false;
}

int verb_list(Ctl *c) {
        const CtlArgs *a = c->args;
        Str what = str_of(a->word[0]);
        bool units = str_eq(what, STR("units"));
        const Unit *unit = NULL;
        Err e = { 0 };
        int r;

        if (!units && !str_eq(what, STR("tasks")) && !str_eq(what, STR("indicators"))) {
                static const char *const lists[] = { "tasks", "indicators", "units" };
                const char *near = text_nearest(what, lists, sizeof lists / sizeof *lists);

                ctl_say("list what: tasks, indicators or units%s%s%s", near ? "; did you mean `" : "", near ? near : "",
                        near ? "`?" : "");
                return CTL_USAGE;
        }
        if (a->work && !list_state_known(a->work))
                return CTL_USAGE;
        if (!c->settings && (units || a->unit || (a->given & OPTION_BEHIND)))
                return CTL_CONFIG;
        if (a->unit && !(unit = ctl_unit(c, a->unit)))
                return CTL_NO_OBJECT;
        out_begin(&c->out, a->given & OPTION_JSON, c->vi);
        if (units)
                r = units_list(c, a->given & OPTION_BEHIND, a->search, unit, &e);
        else
                r = list_records(c, str_eq(what, STR("tasks")) ? KIND_TASK : KIND_INDICATOR, unit, &e);
        return r < 0 ? ctl_fail(&e) : ctl_end(c, CTL_OK);
}
