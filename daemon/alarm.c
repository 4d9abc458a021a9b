/* SPDX-License-Identifier: MIT */
#include "daemon/alarm.h"

#include "daemon/alarm-mail.h"
#include "daemon/calendar-gap.h"

#include <stdio.h>

const char *const alarm_kinds[ALARM_KIND_COUNT] = { "blind", "session", "refused", "stuck", "clock", "plan",
                                                  "release", "calendar" };

static const struct {
        ReportId open, close;
} alarm_table[ALARM_KIND_COUNT] = {
        [ALARM_BLIND] = { REPORT_BLIND, REPORT_SEEING },
        [ALARM_SESSION] = { REPORT_SESSION, REPORT_SESSION_OK },
        [ALARM_REFUSED] = { REPORT_REFUSED, REPORT_SEEING },
        [ALARM_STUCK] = { REPORT_STUCK, REPORT_UNSTUCK },
        [ALARM_CLOCK] = { REPORT_CLOCK, REPORT_CLOCK_OK },
        [ALARM_PLAN] = { REPORT_STUCK, REPORT_UNSTUCK },
        [ALARM_CALENDAR] = { REPORT_CALENDAR, REPORT_CALENDAR },
        [ALARM_RELEASE] = { REPORT_STUCK, REPORT_UNSTUCK },
};

/* What one look found, per kind: subjects that are in trouble now. */
typedef struct Trouble {
        AlarmKind kind;
        Str subject;
        Str text, detail; /* English for the journal, Vietnamese for the mail */
} Trouble;

/* Somebody whose newest mail waits. Its text follows the facts, so what waits may be the tenth of its kind. */
typedef struct Waiting {
        Str person;
        bool over; /* an older mail of theirs went out: what lies before it is another story */
        struct Waiting *next;
} Waiting;

typedef struct Look {
        const Settings *settings;
        Instant now;
        Arena arena;
        Trouble *trouble;
        size_t n, room;
        char first_failed[SIDE_COUNT][300];
        int failed[SIDE_COUNT], refused_logins[SIDE_COUNT], partitions[SIDE_COUNT];
        char first_login[SIDE_COUNT][200];
        Waiting *waiting;
        int stuck;
        Instant stuck_since;
        char stuck_text[300];
        bool stuck_answered; /* stuck_text shows what the relay answered */
        int held;
        bool near_t1;
} Look;

static int look_add(Look *l, AlarmKind kind, const char *subject, const char *text, const char *detail, Err *e) {
        Trouble t = { .kind = kind };

        if (l->n == l->room) {
                size_t room = l->room ? 2 * l->room : 16;
                Trouble *more = arena_get(&l->arena, sizeof(Trouble) * room);

                if (!more)
                        return err_oom(e);
                if (l->n)
                        memcpy(more, l->trouble, sizeof(Trouble) * l->n);
                l->trouble = more;
                l->room = room;
        }
        if (arena_str(&l->arena, str_of(subject), &t.subject) < 0 || arena_str(&l->arena, str_of(text), &t.text) < 0 ||
            arena_str(&l->arena, str_of(detail), &t.detail) < 0)
                return err_oom(e);
        l->trouble[l->n++] = t;
        return 0;
}

/* The day before a T-1, and that day itself, data older than two polls are too old to send reminders by. */
static Instant look_patience(const Look *l, const SourceOptions *source) {
        Instant patience = source->blind_hours * US_HOUR, two_polls = 2 * source->poll_minutes * US_MINUTE + US_HOUR;

        return l->near_t1 && two_polls < patience ? two_polls : patience;
}

static bool login_fault(Fault f) {
        return f == FAULT_LOGIN_REFUSED || f == FAULT_LOGIN_BUDGET || f == FAULT_SESSION_LOST || f == FAULT_NO_SECRET ||
               f == FAULT_SESSION_OVER || f == FAULT_SESSION_CONTESTED;
}

static int look_refusal(Look *l, const PartitionState *p, Err *e) {
        char subject[200], text[700], detail[500];

        snprintf(subject, sizeof(subject), "%s/%s/%s", p->partition.source, p->partition.stream, p->partition.account);
        snprintf(text, sizeof(text), STR_FMT " (nq57ctl accept %lld | nq57ctl reject %lld)", STR_ARG(p->detail),
                 (long long) p->refusal, (long long) p->refusal);
        snprintf(detail, sizeof(detail),
                 "Danh sách %s (tài khoản %s) bị giữ lại, số liệu cũ còn nguyên.\n"
                 "Đúng như thế: nq57ctl accept %lld. Sai: nq57ctl reject %lld.",
                 p->partition.stream, p->partition.account, (long long) p->refusal, (long long) p->refusal);
        return look_add(l, ALARM_REFUSED, subject, text, detail, e);
}

static void look_failed(Look *l, const PartitionState *p) {
        Side side = p->partition.side;

        if (l->failed[side]++ == 0)
                snprintf(l->first_failed[side], sizeof(l->first_failed[side]), "%s (%s): %s", p->partition.stream,
                         p->partition.account, fault_names[p->fault]);
}

static int look_partition(void *userdata, const PartitionState *p, Err *e) {
        Look *l = userdata;
        const SourceOptions *source = settings_source(l->settings, p->partition.side);
        Side side = p->partition.side;

        if (!coverage_configured(l->settings, &p->partition))
                return 0; /* an account that left the configuration is nobody's trouble */
        l->partitions[side]++;
        if (p->last_complete == INSTANT_NONE ? p->failures > 0 : l->now - p->last_complete > look_patience(l, source))
                look_failed(l, p);
        if (p->completeness == LISTING_FAILED && login_fault(p->fault)) {
                if (l->refused_logins[side]++ == 0)
                        snprintf(l->first_login[side], sizeof(l->first_login[side]), "%s: %s", p->partition.account,
                                 fault_names[p->fault]);
        }
        return p->refusal ? look_refusal(l, p, e) : 0;
}

static Waiting *look_waiting(const Look *l, Str person) {
        Waiting *w = l->waiting;

        while (w && !str_eq(w->person, person))
                w = w->next;
        return w;
}

/* Messages come newest first. True: this one, replaced by a newer text after a refusal, shows how long the person has
 * been waiting. */
static int look_replaced(Look *l, const Message *m, bool waiting, Err *e) {
        Waiting *w = look_waiting(l, m->person);

        if (waiting && !w) {
                w = arena_get(&l->arena, sizeof(*w));
                if (!w)
                        return err_oom(e);
                *w = (Waiting) { .next = l->waiting };
                if (arena_str(&l->arena, m->person, &w->person) < 0)
                        return err_oom(e);
                l->waiting = w;
        } else if (w && m->state == MESSAGE_SENT)
                w->over = true;
        else if (w && !w->over && m->state == MESSAGE_SUPERSEDED && m->attempts > 0 &&
                 l->now - m->created > l->settings->mail.stuck_minutes * US_MINUTE) {
                w->over = true;
                return 1;
        }
        return 0;
}

/* The newest of them may be in its first try just now: it has no answer yet, and an older one's says why they wait. */
static void look_stuck_text(Look *l, const Message *m) {
        l->stuck_answered = m->outcome_text.len > 0;
        if (l->stuck_answered)
                snprintf(l->stuck_text, sizeof(l->stuck_text), STR_FMT ": %s, " STR_FMT " %d " STR_FMT,
                         STR_ARG(m->message_id), message_states[m->state], STR_ARG(m->outcome_phase), m->outcome_code,
                         STR_ARG(m->outcome_text));
        else
                snprintf(l->stuck_text, sizeof(l->stuck_text), STR_FMT ": %s, not answered yet", STR_ARG(m->message_id),
                         message_states[m->state]);
}

#define LOOK_BACK (14 * US_DAY)

static int look_message(void *userdata, const Message *m, Err *e) {
        Look *l = userdata;
        bool waiting = m->state == MESSAGE_PLANNED || m->state == MESSAGE_TEMPORARY || m->state == MESSAGE_SENDING;
        bool lost = m->state == MESSAGE_UNKNOWN && (m->next_at == INSTANT_NONE || m->day < when_date(l->now)) &&
                    l->now - m->created < 3 * US_DAY;
        int r;

        if (l->now - m->created > LOOK_BACK)
                return 1; /* they come newest first, and the ledger keeps years of them */
        r = look_replaced(l, m, waiting, e);
        if (r < 0)
                return r;
        if (m->state == MESSAGE_HELD && m->day == when_date(l->now))
                l->held++;
        if (m->state == MESSAGE_PERMANENT && l->now - m->settled < US_DAY)
                lost = true;
        if (!lost && r == 0 && !(waiting && l->now - m->created > l->settings->mail.stuck_minutes * US_MINUTE))
                return 0;
        if (l->stuck++ == 0 || (!l->stuck_answered && m->outcome_text.len > 0))
                look_stuck_text(l, m);
        return 0;
}

static void blind_detail(const Look *l, Side side, Instant newest, char *detail, size_t size) {
        Civil c;
        int n = snprintf(detail, size,
                         "%d/%d danh sách không đọc được trọn vẹn đúng lúc, đầu tiên: %s.\n"
                         "Lần đọc trọn gần nhất của hệ thống này: ",
                         l->failed[side], l->partitions[side], l->first_failed[side]);

        if (n < 0 || (size_t) n >= size)
                return;
        if (newest == INSTANT_NONE) {
                snprintf(detail + n, size - (size_t) n, "chưa có.");
                return;
        }
        when_civil(newest, &c);
        snprintf(detail + n, size - (size_t) n, "%02d:%02d ngày %d/%d/%d.", c.hour, c.minute, c.day, c.month, c.year);
}

static int look_sources(Look *l, const Coverage *c, Err *e) {
        for (size_t i = 0; i < l->settings->n_sources; i++) {
                const SourceOptions *source = &l->settings->sources[i];
                Side side = source->side;
                char text[700], detail[700], since[WHEN_TEXT] = "never";
                int r = 0;

                if (c->newest[side] != INSTANT_NONE)
                        when_iso(c->newest[side], since);
                if (l->failed[side] > 0) {
                        snprintf(text, sizeof(text),
                                 "%d of %d listing%s not read completely in time, first %s; newest complete "
                                 "listing: %s",
                                 l->failed[side], l->partitions[side], PLURAL(l->partitions[side]),
                                 l->first_failed[side], since);
                        blind_detail(l, side, c->newest[side], detail, sizeof(detail));
                        r = look_add(l, ALARM_BLIND, source->id, text, detail, e);
                }
                if (r >= 0 && l->refused_logins[side] > 0) {
                        snprintf(text, sizeof(text), "%d account%s cannot log in, first %s", l->refused_logins[side],
                                 PLURAL(l->refused_logins[side]), l->first_login[side]);
                        snprintf(detail, sizeof(detail), "%d tài khoản không đăng nhập được, đầu tiên: %s.",
                                 l->refused_logins[side], l->first_login[side]);
                        r = look_add(l, ALARM_SESSION, source->id, text, detail, e);
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

static int look_outbox(Look *l, Err *e) {
        char text[400], detail[300];
        int r = 0;

        if (l->stuck > 0) {
                snprintf(text, sizeof(text), "%d mail%s; such as %s", l->stuck, PLURAL(l->stuck), l->stuck_text);
                snprintf(detail, sizeof(detail),
                         "%d thư chờ quá %d phút, bị từ chối, hoặc không rõ đã đến hay chưa.", l->stuck,
                         l->settings->mail.stuck_minutes);
                r = look_add(l, ALARM_STUCK, "mail", text, detail, e);
        }
        if (r >= 0 && l->held > 0) {
                snprintf(text, sizeof(text), "%d mails are more than batch-limit (%d): nq57ctl release", l->held,
                         l->settings->mail.batch_limit);
                snprintf(detail, sizeof(detail), "%d thư, nhiều hơn mức một lần gửi (batch-limit: %d).", l->held,
                         l->settings->mail.batch_limit);
                r = look_add(l, ALARM_RELEASE, "mail", text, detail, e);
        }
        return r;
}

static int look_calendar(Look *l, Err *e) {
        char text[300], detail[300];
        CalendarGap gap;

        if (!calendar_gap(&l->settings->calendar, when_date(l->now), &gap))
                return 0;
        calendar_gap_text(&gap, text, sizeof(text));
        calendar_gap_detail(&gap, detail, sizeof(detail));
        return look_add(l, ALARM_CALENDAR, "calendar", text, detail, e);
}

static bool look_near_t1(const Settings *s, Instant now) {
        Date today = when_date(now);
        Occurrence *open = NULL;
        size_t n = 0;
        bool near = false;

        if (deadline_open(s->deadlines, s->n_deadlines, &s->calendar, today, &open, &n, NULL) < 0)
                return true;
        for (size_t i = 0; i < n; i++) {
                Date t1 = stage_day(&open[i], &s->calendar, STAGE_T1);

                near = near || (today <= t1 && calendar_between(&s->calendar, today, t1) <= 1);
        }
        free(open);
        return near;
}

typedef struct EpisodeSearch {
        Str kind, subject;
        Instant opened;
} EpisodeSearch;

static int episode_search(void *userdata, const Episode *ep, Err *e) {
        EpisodeSearch *search = userdata;

        if (str_eq(ep->kind, search->kind) && str_eq(ep->subject, search->subject))
                search->opened = ep->opened;
        return 0;
}

/* When the open episode of this subject began; INSTANT_NONE: there is none. */
static int episode_opened(Store *s, AlarmKind kind, const char *subject, Instant *ret, Err *e) {
        EpisodeSearch search = { str_of(alarm_kinds[kind]), str_of(subject), INSTANT_NONE };
        int r = store_visit_episodes(s, true, episode_search, &search, e);

        if (r >= 0)
                *ret = search.opened;
        return r;
}

/* The mail is asked for at every look, and its key makes it once: a process that died between the two is made good. */
static int alarm_open(Store *s, const Settings *settings, AlarmKind kind, const char *subject, const char *text,
                      const char *detail, Instant now, Err *e) {
        Instant opened = now;
        bool fresh = false;
        int r = store_episode_open(s, alarm_kinds[kind], subject, text, now, &fresh, e);

        if (r < 0)
                return r;
        if (fresh)
                report(LOG_CRIT, alarm_table[kind].open,
                       (ReportField[]) { { "NQ57_ALARM", alarm_kinds[kind] }, { "NQ57_SUBJECT", subject }, { 0 } },
                       "%s: %s: %s", alarm_kinds[kind], subject, text);
        r = episode_opened(s, kind, subject, &opened, e);
        return r < 0 ? r : alarm_mail(s, settings, &(AlarmMail) { kind, subject, detail, opened, now, false }, e);
}

static int alarm_close(Store *s, const Settings *settings, AlarmKind kind, const char *subject, Instant now, Err *e) {
        Instant opened = INSTANT_NONE;
        bool was = false;
        int r = episode_opened(s, kind, subject, &opened, e);

        if (r < 0 || opened == INSTANT_NONE)
                return r;
        r = alarm_mail(s, settings, &(AlarmMail) { kind, subject, "", opened, now, true }, e);
        if (r >= 0)
                r = store_episode_close(s, alarm_kinds[kind], subject, now, &was, e);
        if (r >= 0)
                report(LOG_NOTICE, alarm_table[kind].close,
                       (ReportField[]) { { "NQ57_ALARM", alarm_kinds[kind] }, { "NQ57_SUBJECT", subject }, { 0 } },
                       "%s: %s: over", alarm_kinds[kind], subject);
        return r;
}

int alarm_set(Store *s, const Settings *settings, AlarmKind kind, const char *subject, const char *text, Instant now,
              Err *e) {
        return text ? alarm_open(s, settings, kind, subject, text, "", now, e)
                    : alarm_close(s, settings, kind, subject, now, e);
}

/* Episodes of the kinds a look judges, which this look did not find again. */
typedef struct Closing {
        Look *look;
        struct {
                AlarmKind kind;
                Str subject;
        } over[64];
        size_t n;
} Closing;

static int closing_visit(void *userdata, const Episode *ep, Err *e) {
        Closing *c = userdata;
        int kind = -1;

        for (int k = 0; k < ALARM_KIND_COUNT; k++)
                if (k != ALARM_CLOCK && k != ALARM_PLAN && str_eq(ep->kind, str_of(alarm_kinds[k])))
                        kind = k;
        if (kind < 0 || c->n == 64)
                return 0;
        for (size_t i = 0; i < c->look->n; i++)
                if ((int) c->look->trouble[i].kind == kind && str_eq(c->look->trouble[i].subject, ep->subject))
                        return 0;
        c->over[c->n].kind = kind;
        return arena_str(&c->look->arena, ep->subject, &c->over[c->n++].subject) < 0 ? err_oom(e) : 0;
}

static int look_settle(Store *s, Look *l, Err *e) {
        Closing closing = { .look = l };
        int r = store_visit_episodes(s, true, closing_visit, &closing, e);

        for (size_t i = 0; r >= 0 && i < closing.n; i++)
                r = alarm_close(s, l->settings, closing.over[i].kind, closing.over[i].subject.at, l->now, e);
        for (size_t i = 0; r >= 0 && i < l->n; i++)
                r = alarm_open(s, l->settings, l->trouble[i].kind, l->trouble[i].subject.at, l->trouble[i].text.at,
                               l->trouble[i].detail.at, l->now, e);
        return r < 0 ? r : 0;
}

int alarm_look(Store *s, const Settings *settings, Instant now, Err *e) {
        Look l = { .settings = settings, .now = now, .near_t1 = look_near_t1(settings, now) };
        _cleanup_coverage_ Coverage coverage = { 0 };
        int r = coverage_read(s, settings, &coverage, e);

        if (r >= 0)
                r = store_visit_partitions(s, look_partition, &l, e);
        if (r >= 0)
                r = store_visit_messages(s, look_message, &l, e);
        if (r >= 0)
                r = look_sources(&l, &coverage, e);
        if (r >= 0)
                r = look_outbox(&l, e);
        if (r >= 0)
                r = look_calendar(&l, e);
        if (r >= 0)
                r = look_settle(s, &l, e);
        arena_free(&l.arena);
        return r;
}
