/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/status.h"

#include "daemon/ctl/verbs.h"

#include <errno.h>
#include <stdio.h>

static int status_card(Status *s, Err *e) {
        static const SheetColumn columns[] = {
                { "verdict", W_L_VERDICT, 0 },      { "daemon", W_L_DAEMON, 0 },
                { "as_of", W_L_TICK, 0 },           { "mail_mode", W_L_MODE, 0 },
                { "configuration", W_L_CONFIG, 0 }, { "state_directory", W_L_STATE_DIR, SHEET_JSON },
        };
        Ctl *c = s->ctl;
        bool trouble = status_trouble(s);
        Word well = !c->settings ? W_L_CONFIG_BAD : c->running ? W_L_WELL : W_L_DOWN;
        Sheet sheet;

        CARD_BEGIN(&sheet, &c->out, "status", W_NONE, columns);
        sheet_code(&sheet, trouble ? "trouble" : "well", words_get(trouble ? W_L_TROUBLE : well, c->vi));
        sheet_code(&sheet, c->running ? "running" : "not-running",
                   words_get(c->running ? W_L_RUNNING : W_L_DOWN, c->vi));
        sheet_when(&sheet, c->tick);
        sheet_text(&sheet, c->settings ? mail_modes[c->settings->plan.mode] : NULL);
        sheet_code(&sheet, c->settings ? "fine" : "wrong",
                   words_get(c->settings ? W_L_CONFIG_OK : W_L_CONFIG_BAD, c->vi));
        sheet_text(&sheet, c->state_dir);
        return sheet_end(&sheet, e);
}

typedef struct EpisodeWalk {
        Sheet sheet;
} EpisodeWalk;

static int status_episode(void *userdata, const Episode *ep, Err *e) {
        EpisodeWalk *w = userdata;

        (void) e;
        sheet_str(&w->sheet, ep->kind);
        sheet_str(&w->sheet, ep->subject);
        sheet_when(&w->sheet, ep->opened);
        sheet_str(&w->sheet, ep->text);
        return 0;
}

static int status_episodes(Status *s, Err *e) {
        static const SheetColumn columns[] = {
                { "kind", W_H_KIND, 0 },
                { "subject", W_H_SOURCE, 0 },
                { "opened", W_H_SINCE, 0 },
                { "text", W_H_DETAIL, SHEET_ELASTIC },
        };
        EpisodeWalk w;
        int r;

        if (s->episodes == 0 && !s->ctl->out.json)
                return 0;
        SHEET_BEGIN(&w.sheet, &s->ctl->out, "episodes", W_T_EPISODES, columns);
        r = s->ctl->store ? store_visit_episodes(s->ctl->store, true, status_episode, &w, e) : 0;
        if (r < 0)
                return r;
        return sheet_end(&w.sheet, e);
}

static int status_sources(Status *s, Err *e) {
        static const SheetColumn columns[] = {
                { "id", W_H_SOURCE, 0 },
                { "side", W_H_SIDE, 0 },
                { "last_complete", W_H_LAST, 0 },
                { "complete", W_H_COMPLETE, SHEET_RIGHT },
                { "partial", W_H_PARTIAL, SHEET_RIGHT },
                { "failed", W_H_FAILED, SHEET_RIGHT },
                { "refused", W_NONE, SHEET_JSON },
                { "blind", W_H_BLIND, 0 },
        };
        Sheet sheet;

        SHEET_BEGIN(&sheet, &s->ctl->out, "sources", W_T_SOURCES, columns);
        for (size_t i = 0; i < s->n_sources; i++) {
                const StatusSource *source = &s->source[i];

                sheet_text(&sheet, source->id);
                sheet_code(&sheet, side_names[source->side], words_side(source->side, s->ctl->vi));
                sheet_when(&sheet, source->newest);
                for (int k = LISTING_COMPLETE; k <= LISTING_FAILED; k++)
                        sheet_int(&sheet, source->by[k]);
                sheet_int(&sheet, source->refused);
                sheet_flag(&sheet, source->blind);
        }
        return sheet_end(&sheet, e);
}

#define PARTITIONS_SHOWN 20u /* of a system that is down, so that deadlines and mails stay in sight */

typedef struct PartitionWalk {
        Ctl *ctl;
        Sheet sheet;
        size_t shown;
} PartitionWalk;

static int status_partition(void *userdata, const PartitionState *p, Err *e) {
        PartitionWalk *w = userdata;
        Sheet *s = &w->sheet;
        bool vi = w->ctl->vi;

        (void) e;
        if (!w->ctl->out.json && !status_partition_trouble(p))
                return 0;
        if (!w->ctl->out.json && w->shown++ >= PARTITIONS_SHOWN)
                return 0;
        sheet_text(s, p->partition.source);
        sheet_text(s, p->partition.stream);
        sheet_text(s, p->partition.account);
        sheet_text(s, p->partition.unit[0] ? p->partition.unit : NULL);
        sheet_code(s, completeness_names[p->completeness], words_of(W_COMPLETENESS_FIRST, p->completeness, vi));
        sheet_code(s, p->fault ? fault_names[p->fault] : NULL, p->fault ? fault_names[p->fault] : NULL);
        sheet_code(s, proof_names[p->proof], NULL);
        if (p->claimed >= 0)
                sheet_int(s, p->claimed);
        else
                sheet_text(s, NULL);
        sheet_int(s, p->received);
        sheet_int(s, p->members);
        sheet_int(s, p->quarantined);
        sheet_int(s, p->failures);
        sheet_int(s, p->run);
        sheet_when(s, p->ended);
        sheet_when(s, p->last_complete);
        sheet_when(s, p->retry_after);
        sheet_str(s, p->detail);
        return 0;
}

/* People see those in trouble, programs see all. */
static int status_partitions(Status *s, Err *e) {
        static const SheetColumn columns[] = {
                { "source", W_H_SOURCE, 0 },
                { "stream", W_H_STREAM, 0 },
                { "account", W_H_ACCOUNT, 0 },
                { "unit", W_H_UNIT, SHEET_JSON },
                { "completeness", W_H_STATE, 0 },
                { "fault", W_H_FAULT, 0 },
                { "proof", W_NONE, SHEET_JSON },
                { "claimed", W_NONE, SHEET_JSON },
                { "received", W_NONE, SHEET_JSON },
                { "members", W_NONE, SHEET_JSON },
                { "quarantined", W_NONE, SHEET_JSON },
                { "failures", W_NONE, SHEET_JSON },
                { "run", W_NONE, SHEET_JSON },
                { "ended", W_NONE, SHEET_JSON },
                { "last_complete", W_H_LAST, 0 },
                { "retry_after", W_NONE, SHEET_JSON },
                { "detail", W_H_DETAIL, SHEET_ELASTIC },
        };
        PartitionWalk w = { .ctl = s->ctl };
        int r;

        if (s->trouble_partitions == 0 && !s->ctl->out.json)
                return 0;
        SHEET_BEGIN(&w.sheet, &s->ctl->out, "partitions", W_T_PARTITIONS, columns);
        r = s->ctl->store ? store_visit_partitions(s->ctl->store, status_partition, &w, e) : 0;
        if (r < 0)
                return r;
        w.sheet.plain = w.shown > PARTITIONS_SHOWN;
        r = sheet_end(&w.sheet, e);
        if (r >= 0 && w.shown > PARTITIONS_SHOWN)
                printf(s->ctl->vi ? "... và %zu danh sách nữa; xem hết: nq57ctl status --json\n"
                                  : "... and %zu more; all: nq57ctl status --json\n",
                       w.shown - PARTITIONS_SHOWN);
        return r;
}

static int status_refusal(void *userdata, const PartitionState *p, Err *e) {
        PartitionWalk *w = userdata;
        char accept[64], reject[64], both[140];

        (void) e;
        if (p->refusal == 0)
                return 0;
        snprintf(accept, sizeof accept, "nq57ctl accept %lld", (long long) p->refusal);
        snprintf(reject, sizeof reject, "nq57ctl reject %lld", (long long) p->refusal);
        snprintf(both, sizeof both, "%s | %s", accept, reject);
        sheet_int(&w->sheet, p->refusal);
        sheet_text(&w->sheet, p->partition.source);
        sheet_text(&w->sheet, p->partition.stream);
        sheet_text(&w->sheet, p->partition.account);
        sheet_text(&w->sheet, both);
        sheet_text(&w->sheet, accept);
        sheet_text(&w->sheet, reject);
        sheet_str(&w->sheet, p->detail);
        sheet_str(&w->sheet, p->sample);
        return 0;
}

/* What would change, by example: a person decides by that and not by a number alone. */
static int status_sample(void *userdata, const PartitionState *p, Err *e) {
        Ctl *c = userdata;
        Str rest = p->sample, line;
        _cleanup_text_ Text t = TEXT_INIT(32u << 10);

        if (p->refusal == 0)
                return 0;
        while (str_split(&rest, '\n', &line)) {
                if (line.len == 0)
                        continue;
                text_addf(&t, "  %lld  ", (long long) p->refusal);
                text_escape(&t, line);
                text_addc(&t, '\n');
        }
        if (t.failed == -ENOMEM)
                return err_oom(e);
        if (t.len > 0)
                printf("%s" STR_FMT, c->vi ? "Sẽ thay đổi, ví dụ:\n" : "Would change, for example:\n",
                       STR_ARG(text_str(&t)));
        return 0;
}

static int status_refusals(Status *s, Err *e) {
        static const SheetColumn columns[] = {
                { "id", W_H_ID, SHEET_RIGHT },    { "source", W_H_SOURCE, 0 },
                { "stream", W_H_STREAM, 0 },      { "account", W_H_ACCOUNT, 0 },
                { NULL, W_H_GUARD, 0 },           { "accept", W_NONE, SHEET_JSON },
                { "reject", W_NONE, SHEET_JSON }, { "detail", W_H_DETAIL, SHEET_ELASTIC },
                { "sample", W_NONE, SHEET_JSON },
        };
        PartitionWalk w = { .ctl = s->ctl };
        int r;

        if (s->refusals == 0 && !s->ctl->out.json)
                return 0;
        SHEET_BEGIN(&w.sheet, &s->ctl->out, "refusals", W_T_REFUSALS, columns);
        r = s->ctl->store ? store_visit_partitions(s->ctl->store, status_refusal, &w, e) : 0;
        if (r == 0)
                r = sheet_end(&w.sheet, e);
        if (r < 0 || s->ctl->out.json || !s->ctl->store)
                return r;
        return store_visit_partitions(s->ctl->store, status_sample, s->ctl, e);
}

/* Nobody was judged is not the same as nobody is behind. */
static void status_count(Sheet *sheet, const StatusDeadline *d, int n) {
        if (d->judged)
                sheet_int(sheet, n);
        else
                sheet_text(sheet, NULL);
}

static const char *status_unjudged(const Status *s, const StatusDeadline *d) {
        if (d->judged)
                return NULL;
        return !d->open                               ? "not-open"
               : s->clock_doubted != INSTANT_NONE ? "clock"
                                                      : "not-planned";
}

/* Why units are not counted, or counted as they were. */
static void status_unjudged_say(const Status *s) {
        bool vi = s->ctl->vi, waits = false, early = false;
        char since[WHEN_TEXT];

        for (size_t i = 0; i < s->n_deadlines; i++) {
                waits = waits || (!s->deadline[i].judged && s->deadline[i].open);
                early = early || (!s->deadline[i].judged && !s->deadline[i].open);
        }
        if (s->clock_doubted != INSTANT_NONE) {
                printf(vi ? "Từ %s không xét đơn vị nào và không gửi thư: đồng hồ chưa tin được (báo động clock). Việc "
                            "còn lại: nq57ctl list tasks --behind\n"
                          : "Since %s no unit is judged and no mail goes: the clock is not believed (alarm clock). "
                            "What is left: nq57ctl list tasks --behind\n",
                       words_when(s->clock_doubted, vi, since));
        } else if (waits)
                puts(vi ? "-: chưa xét đơn vị; nq57d xét ở cuối lần đọc tới"
                        : "-: units are judged at the end of the next cycle");
        if (early)
                puts(vi ? "-: kỳ chưa bắt đầu, chưa xét đơn vị"
                        : "-: units are judged once the deadline's first stage has come");
}

static int status_deadlines(Status *s, Err *e) {
        static const SheetColumn columns[] = {
                { "id", W_H_DEADLINE, 0 },
                { "before", W_NONE, SHEET_JSON },
                { "strict", W_H_STRICT, 0 },
                { "safe", W_NONE, SHEET_JSON },
                { "working_days", W_H_DAYS, SHEET_RIGHT },
                { "done", W_H_DONE, SHEET_RIGHT },
                { "behind", W_H_BEHIND, SHEET_RIGHT },
                { "unknown", W_H_UNKNOWN, SHEET_RIGHT },
                { "on_time", W_NONE, SHEET_JSON },
                { "late", W_NONE, SHEET_JSON },
                { "verdict_unknown", W_NONE, SHEET_JSON },
                { "not_judged", W_NONE, SHEET_JSON },
        };
        Ctl *c = s->ctl;
        Sheet sheet;
        int r;

        SHEET_BEGIN(&sheet, &c->out, "deadlines", W_T_DEADLINES, columns);
        for (size_t i = 0; i < s->n_deadlines; i++) {
                const StatusDeadline *d = &s->deadline[i];

                sheet_text(&sheet, d->id);
                sheet_date(&sheet, d->before);
                sheet_date(&sheet, d->strict);
                sheet_date(&sheet, d->safe);
                if (c->settings && d->safe != DATE_NONE)
                        sheet_int(&sheet, calendar_between(&c->settings->calendar, when_date(c->now), d->safe));
                else
                        sheet_text(&sheet, NULL);
                for (int k = OBLIGATION_DONE; k <= OBLIGATION_UNKNOWN; k++)
                        status_count(&sheet, d, d->units[k]);
                for (int k = VERDICT_ON_TIME; k <= VERDICT_UNKNOWN; k++)
                        status_count(&sheet, d, d->verdicts[k]);
                sheet_text(&sheet, status_unjudged(s, d));
        }
        r = sheet_end(&sheet, e);
        if (r >= 0 && !c->out.json)
                status_unjudged_say(s);
        return r;
}

static int status_quarantine(Status *s, Err *e) {
        static const SheetColumn columns[] = { { "fault", W_H_FAULT, 0 }, { "count", W_H_COUNT, SHEET_RIGHT } };
        Sheet sheet;

        if (s->n_quarantined == 0 && !s->ctl->out.json)
                return 0;
        SHEET_BEGIN(&sheet, &s->ctl->out, "quarantine", W_T_QUARANTINE, columns);
        sheet.plain = true;
        for (int f = 0; f < FAULT_COUNT; f++) {
                if (s->quarantined[f] == 0)
                        continue;
                sheet_code(&sheet, fault_names[f], s->ctl->vi ? fault_vn(f) : fault_names[f]);
                sheet_int(&sheet, s->quarantined[f]);
        }
        return sheet_end(&sheet, e);
}

static int status_outbox(Status *s, Err *e) {
        static const SheetColumn columns[] = { { "state", W_H_STATE, 0 }, { "count", W_H_COUNT, SHEET_RIGHT } };
        Sheet sheet;

        SHEET_BEGIN(&sheet, &s->ctl->out, "outbox", W_T_OUTBOX, columns);
        sheet.plain = true;
        for (int m = 0; m < MESSAGE_STATE_COUNT; m++) {
                if (s->messages[m] == 0 && !s->ctl->out.json)
                        continue;
                sheet_code(&sheet, message_states[m], words_of(W_MESSAGE_FIRST, m, s->ctl->vi));
                sheet_int(&sheet, s->messages[m]);
        }
        return sheet_end(&sheet, e);
}

int status_show(Status *s, Err *e) {
        int r = status_card(s, e);

        if (r >= 0)
                r = status_episodes(s, e);
        if (r >= 0)
                r = status_refusals(s, e);
        if (r >= 0)
                r = status_sources(s, e);
        if (r >= 0)
                r = status_partitions(s, e);
        if (r >= 0)
                r = status_deadlines(s, e);
        if (r >= 0)
                r = status_quarantine(s, e);
        return r < 0 ? r : status_outbox(s, e);
}

int verb_status(Ctl *c) {
        Status s;
        Err e = { 0 };
        int r = status_gather(c, &s, &e), status = CTL_OK;

        if (r >= 0) {
                out_begin(&c->out, c->args->given & OPTION_JSON, c->vi);
                r = status_show(&s, &e);
        }
        if (r < 0)
                return ctl_fail(&e);
        if (!c->store)
                ctl_say("there is no store in %s: nq57d has not run yet", c->state_dir);
        if (status_trouble(&s))
                status = CTL_TROUBLE;
        else if (!c->settings)
                status = CTL_CONFIG;
        else if (!c->running)
                status = CTL_DOWN;
        return ctl_end(c, status);
}
