/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/forecast.h"
#include "daemon/ctl/verbs.h"

#include <stdio.h>

/* "T-1 monthly-20@2026-06-20, T-3 ...": each stage with its deadline once. */
static void plan_stages(const Planner *p, const NewMessage *m, Text *t) {
        for (size_t i = 0; i < m->n_claims; i++) {
                bool told = false;

                for (size_t k = 0; k < i; k++)
                        told = told || (m->claims[k].stage == m->claims[i].stage &&
                                        m->claims[k].occurrence == m->claims[i].occurrence);
                if (!told)
                        text_addf(t, "%s%s %s", t->len ? ", " : "", stage_names[m->claims[i].stage],
                                  p->occurrences[m->claims[i].occurrence].id);
        }
}

static int plan_units(const NewMessage *m) {
        int n = 0;

        for (size_t i = 0; i < m->n_claims; i++) {
                bool counted = m->claims[i].unit < 0;

                for (size_t k = 0; k < i; k++)
                        counted = counted || m->claims[k].unit == m->claims[i].unit;
                n += !counted;
        }
        return n;
}

static int plan_row(Sheet *s, Planner *p, size_t i, Err *e) {
        const NewMessage *m = &p->plan->messages[i];
        _cleanup_text_ Text subject = TEXT_INIT(4096), body = TEXT_INIT(256 << 10), stages = TEXT_INIT(8192);
        int r = planner_letter(p, i, &subject, &body, e);

        if (r < 0)
                return r;
        plan_stages(p, m, &stages);
        sheet_text(s, m->to->person);
        sheet_text(s, m->to->name);
        sheet_text(s, m->to->address);
        sheet_text(s, stages.at);
        sheet_int(s, plan_units(m));
        sheet_flag(s, m->urgent);
        sheet_str(s, text_str(&subject));
        return 0;
}

static int plan_list(Ctl *c, Planner *p, Date day, Err *e) {
        static const SheetColumn columns[] = {
                { "person", W_H_PERSON, SHEET_JSON },
                { "name", W_H_PERSON, 0 },
                { "address", W_H_ADDRESS, 0 },
                { "stages", W_H_STAGES, SHEET_ELASTIC },
                { "units", W_H_UNITS, SHEET_RIGHT },
                { "urgent", W_NONE, SHEET_JSON },
                { "subject", W_H_SUBJECT, SHEET_ELASTIC },
        };
        Sheet s;
        int r = 0;

        out_begin(&c->out, c->args->given & OPTION_JSON, c->vi);
        if (c->out.json) {
                json_date(&c->out.j, "day", day);
                json_flag(&c->out.j, "sending_day", p->plan->sending_time);
                json_text(&c->out.j, "mode", mail_modes[c->settings->plan.mode]);
                json_when(&c->out.j, "known", c->tick);
        }
        SHEET_BEGIN(&s, &c->out, "mails", W_T_PLAN, columns);
        for (size_t i = 0; r >= 0 && i < p->plan->n_messages; i++)
                r = plan_row(&s, p, i, e);
        if (r < 0)
                return r;
        return sheet_end(&s, e);
}

static int plan_letter(Ctl *c, Planner *p, Err *e) {
        const char *person = forecast_person(c, c->args->letter);
        _cleanup_text_ Text subject = TEXT_INIT(4096), body = TEXT_INIT(256 << 10);

        for (size_t i = 0; person && i < p->plan->n_messages; i++) {
                const NewMessage *m = &p->plan->messages[i];
                int r;

                if (strcmp(m->to->person, person) != 0)
                        continue;
                r = planner_letter(p, i, &subject, &body, e);
                if (r < 0)
                        return r;
                if (c->args->given & OPTION_JSON) {
                        out_begin(&c->out, true, c->vi);
                        json_text(&c->out.j, "person", person);
                        json_text(&c->out.j, "address", m->to->address);
                        json_str(&c->out.j, "subject", text_str(&subject));
                        json_str(&c->out.j, "body", text_str(&body));
                        return ctl_end(c, CTL_OK);
                }
                printf("To: %s <%s>\nSubject: ", m->to->name, m->to->address);
                table_lines(text_str(&subject), stdout);
                putchar('\n');
                table_lines(text_str(&body), stdout);
                return CTL_OK;
        }
        ctl_say(person ? "no mail to `%s` on that day: nq57ctl why says why"
                       : "nobody, or more than one, is called `%s`",
                c->args->letter);
        return CTL_NO_OBJECT;
}

int verb_plan(Ctl *c) {
        Date day = when_date(c->now);
        _cleanup_(planner_freep) Planner *p = NULL;
        Err e = { 0 };
        int r = c->args->on ? ctl_date(c->args->on, &day) : 0;

        if (r == 0 && day < when_date(c->now)) {
                ctl_say("%s is past: nq57ctl outbox and why tell what was sent", c->args->on);
                r = CTL_USAGE;
        }
        if (r != 0)
                return r;
        r = forecast_make(c, day, &p, &e);
        if (r < 0)
                return ctl_fail(&e);
        if (!p->plan->sending_time)
                ctl_say(c->vi ? "ngày này không gửi thư (không phải ngày làm việc)"
                              : "no mail goes out on that day: it is no working day");
        if (c->args->letter) {
                r = plan_letter(c, p, &e);
                return r < 0 ? ctl_fail(&e) : r;
        }
        r = plan_list(c, p, day, &e);
        return r < 0 ? ctl_fail(&e) : ctl_end(c, CTL_OK);
}
