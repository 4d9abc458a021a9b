/* SPDX-License-Identifier: MIT */
#include "daemon/deliver.h"

#include "connectors/limits.h"
#include "connectors/mail/message.h"
#include "daemon/channel.h"
#include "daemon/paths.h"
#include "daemon/report.h"
#include "daemon/schedule.h"
#include "state/model/kill.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define ORPHAN_WAIT (200 * 1000)
#define UNSETTLED_WAIT (5 * US_SECOND)

enum { JOB_REFUSED = 1, JOB_SETTLED = 2 };

/* One message under way. */
typedef struct DeliverJob {
        Deliver *deliver;
        Settings *settings;
        Arena arena;
        Message message;
        bool was_unknown;
        char path[512];
        struct DeliverJob *next;
} DeliverJob;

struct Deliver {
        sd_event *loop;
        Store *store;
        const Clock *clock;
        Settings *settings;
        Courier *courier;
        DeliverJob *jobs;
        sd_event_source *orphan_timer;
        bool hold, stopping, orphans;
        Instant channel_until;   /* a wrong channel rests so long; boottime */
        void (*idle)(void *userdata);
        void *idle_userdata;
};

int deliver_new(sd_event *loop, Store *store, const Clock *clock, Deliver **ret, Err *e) {
        _cleanup_(deliver_freep) Deliver *d = calloc(1, sizeof(Deliver));
        int r;

        if (!d)
                return err_oom(e);
        *d = (Deliver) { .loop = sd_event_ref(loop), .store = store, .clock = clock, .channel_until = INSTANT_NONE };
        r = courier_new(loop, &d->courier, e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(d);
        return 0;
}

static DeliverJob *job_free(DeliverJob *j) {
        if (!j)
                return NULL;
        arena_free(&j->arena);
        settings_unref(j->settings);
        free(j);
        return NULL;
}
DEFINE_CLEANUP(DeliverJob, job_free)

Deliver *deliver_free(Deliver *d) {
        if (!d)
                return NULL;
        courier_free(d->courier);
        while (d->jobs) {
                DeliverJob *j = d->jobs;

                d->jobs = j->next;
                job_free(j);
        }
        sd_event_source_disable_unref(d->orphan_timer);
        settings_unref(d->settings);
        sd_event_unref(d->loop);
        free(d);
        return NULL;
}

void deliver_use(Deliver *d, Settings *settings) {
        settings_unref(d->settings);
        d->settings = settings_ref(settings);
        d->channel_until = INSTANT_NONE; /* a new configuration may have mended the channel */
}

void deliver_hold(Deliver *d, bool hold) {
        d->hold = hold;
}

bool deliver_idle(const Deliver *d) {
        return !d->jobs && !d->orphans;
}

void deliver_on_idle(Deliver *d, void (*idle)(void *userdata), void *userdata) {
        d->idle = idle;
        d->idle_userdata = userdata;
}

static void deliver_told_idle(Deliver *d) {
        if (deliver_idle(d) && d->idle)
                d->idle(d->idle_userdata);
}

static Settlement deliver_settlement(const Deliver *d, const Settings *s, const Verdict *v, int attempts,
                                     bool was_unknown) {
        static const MessageState states[OUTCOME_COUNT] = {
                [OUTCOME_SENT] = MESSAGE_SENT,           [OUTCOME_TEMPORARY] = MESSAGE_TEMPORARY,
                [OUTCOME_PERMANENT] = MESSAGE_PERMANENT, [OUTCOME_CHANNEL] = MESSAGE_TEMPORARY,
                [OUTCOME_UNKNOWN] = MESSAGE_UNKNOWN,
        };
        Instant now = clock_wall(d->clock);
        Settlement done = { .state = states[v->outcome],
                            .phase = v->phase,
                            .text = v->text,
                            .code = v->code,
                            .next_at = INSTANT_NONE };

        /* An earlier copy may have arrived: whatever this second try said, there is no third. */
        if (was_unknown && v->outcome != OUTCOME_SENT)
                done.state = MESSAGE_UNKNOWN;
        else if (v->outcome == OUTCOME_UNKNOWN && !s->mail.unknown_hold)
                done.next_at = now + SCHEDULE_UNKNOWN_WAIT;
        else if (done.state == MESSAGE_TEMPORARY)
                done.next_at = now + schedule_mail_retry(attempts, (uint64_t) now * 2654435761u);
        return done;
}

static void deliver_told(const Message *m, const Verdict *v) {
        bool fine = v->outcome == OUTCOME_SENT;

        report(fine                              ? LOG_INFO
               : v->outcome == OUTCOME_TEMPORARY ? LOG_WARNING
                                                 : LOG_ERR,
               fine ? REPORT_SENT : REPORT_UNDELIVERED,
               (ReportField[]) { { "NQ57_OUTCOME", outcome_names[v->outcome] },
                                 { "NQ57_PHASE", v->phase },
                                 { "NQ57_MESSAGE_ID", m->message_id.at },
                                 { 0 } },
               "mail " STR_FMT ": %s (%s %d %s)", STR_ARG(m->message_id), outcome_names[v->outcome], v->phase, v->code,
               v->text);
}

static int deliver_settle(Deliver *d, const Settings *s, const Message *m, const char *path, const Verdict *v,
                          bool was_unknown, Err *e) {
        Settlement done = deliver_settlement(d, s, v, m->attempts + 1, was_unknown);
        int r = store_message_settle(d->store, m->id, &done, clock_wall(d->clock), e);

        if (r < 0)
                return r;
        KILL_POINT("courier-before-unlink");
        (void) unlink(path); /* the ledger has it now; a file left behind is read again and says the same */
        deliver_told(m, v);
        if (v->outcome == OUTCOME_CHANNEL)
                d->channel_until = clock_boottime(d->clock) + 30 * US_MINUTE;
        return 0;
}

static int recover_wake(sd_event_source *source, uint64_t usec, void *userdata);

static int recover_later(Deliver *d, uint64_t wait, Err *e) {
        int r;

        d->orphan_timer = sd_event_source_disable_unref(d->orphan_timer);
        r = sd_event_add_time_relative(d->loop, &d->orphan_timer, CLOCK_BOOTTIME, wait, 1, recover_wake, d);
        return r < 0 ? err_set(e, r, RETRY_NEVER, "cannot arm a timer") : 0;
}

/* The attempt file knows the outcome; a store that is full or locked now takes it later, without a restart. */
static void deliver_unsettled(Deliver *d, const Err *why) {
        Err e = { 0 };

        report_err(LOG_ERR, why, "cannot record the outcome of a delivery; it is read again from its attempt file");
        if (recover_later(d, UNSETTLED_WAIT, &e) < 0)
                report_err(LOG_ERR, &e, "the outcome of a delivery waits for the next start");
}

static void deliver_done(void *userdata, const Verdict *v) {
        DeliverJob *job = userdata, **at;
        Deliver *d = job->deliver;
        Err e = { 0 };

        if (deliver_settle(d, job->settings, &job->message, job->path, v, job->was_unknown, &e) < 0)
                deliver_unsettled(d, &e);
        for (at = &d->jobs; *at && *at != job; at = &(*at)->next)
                ;
        if (*at)
                *at = job->next;
        job_free(job);
        err_clear(&e);
        if (!d->stopping && deliver_pump(d, &e) < 0)
                report_err(LOG_ERR, &e, "cannot take the next mail");
        deliver_told_idle(d);
}

static const Seat *deliver_contact(const Settings *s) {
        for (size_t i = 0; i < s->n_roles; i++)
                if (s->roles[i].kind == SEAT_CONTACT && s->roles[i].address)
                        return &s->roles[i];
        return NULL;
}

static int job_bytes(DeliverJob *job, Err *e) {
        const Settings *s = job->settings;
        const Seat *contact = deliver_contact(s);
        Message *m = &job->message;
        _cleanup_text_ Text bytes = TEXT_INIT(LIMIT_MAIL_BYTES);
        int r;

        if (m->bytes.len > 0)
                return 0;
        r = message_build(&(MailParts) { .from_name = s->mail.from_name,
                                         .from_address = s->mail.from_address,
                                         .to_name = m->name.at,
                                         .to_address = m->address.at,
                                         .reply_name = contact ? contact->name : NULL,
                                         .reply_address = contact ? contact->address : NULL,
                                         .subject = m->subject.at,
                                         .message_id = m->message_id.at,
                                         .date = m->created,
                                         .body = m->body.at },
                          &bytes, e);
        if (r < 0)
                return r;
        return arena_str(&job->arena, text_str(&bytes), &m->bytes) < 0 ? err_oom(e) : 0;
}

/* Runs the channel's program; the message is already recorded as being sent. */
static int job_run(DeliverJob *job, Err *e) {
        const MailSettings *mail = &job->settings->mail;
        Message *m = &job->message;
        _cleanup_text_ Text credentials = TEXT_INIT(4096);
        char timeout[16];
        const char *env[] = { "NQ57_SMTP_URL",
                              mail->relay,
                              "NQ57_SMTP_CA",
                              mail->ca_file ? mail->ca_file : "",
                              "NQ57_SMTP_USER",
                              mail->user ? mail->user : "",
                              "NQ57_SMTP_EHLO",
                              mail->ehlo ? mail->ehlo : "",
                              "NQ57_TIMEOUT_SECONDS",
                              timeout,
                              NULL };
        CourierChannel channel = { .name = "mail", .program = mail->program ? mail->program : paths_deliver_smtp(),
                                   .json = mail->program && mail->program_json, .phases = !mail->program, .env = env,
                                   .timeout_seconds = mail->timeout_seconds };
        CourierJob run = { .channel = &channel, .message_id = m->message_id.at, .from = mail->from_address,
                           .to = m->address.at, .attempt_path = job->path };
        int r = channel_credentials(job->settings, channel.name, &credentials, e);

        if (r < 0)
                return r;
        snprintf(timeout, sizeof(timeout), "%d", mail->timeout_seconds);
        channel.credentials = credentials.len ? credentials.at : NULL;
        run.input = channel.json ? m->json : m->bytes;
        return courier_run(job->deliver->courier, &run, deliver_done, job, e);
}

/* Bytes and begin; a message that cannot even be built will not get better by waiting. */
static int job_begin(DeliverJob *job, Verdict *ret_refused, Err *e) {
        Store *store = job->deliver->store;
        Instant now = clock_wall(job->deliver->clock);
        Message *m = &job->message;
        Err why = { 0 };
        int r = job_bytes(job, &why);

        snprintf(job->path, sizeof(job->path), "%s/attempts/%lld-%d", job->settings->state_dir, (long long) m->id,
                 m->attempts + 1);
        if (r == 0)
                return store_message_begin(store, m->id, m->bytes, now, e);
        if (r == -ENOMEM)
                return err_oom(e);
        *ret_refused = (Verdict) { .outcome = OUTCOME_PERMANENT, .phase = "build" };
        snprintf(ret_refused->text, sizeof(ret_refused->text), "%.*s", (int) sizeof(ret_refused->text) - 1, why.text);
        r = store_message_begin(store, m->id, str_of(why.text), now, e);
        return r < 0 ? r : JOB_REFUSED;
}

static int job_start(DeliverJob *job, Err *e) {
        Verdict v = { 0 };
        Err why = { 0 };
        int r = job_begin(job, &v, e);

        if (r == 0) {
                r = job_run(job, &why);
                if (r >= 0)
                        return 0;
                v = (Verdict) { .outcome = OUTCOME_TEMPORARY, .phase = "start" };
                snprintf(v.text, sizeof(v.text), "%.*s", (int) sizeof(v.text) - 1, why.text);
        } else if (r != JOB_REFUSED)
                return r;
        r = deliver_settle(job->deliver, job->settings, &job->message, job->path, &v, job->was_unknown, e);
        return r < 0 ? r : JOB_SETTLED;
}

static int deliver_take(Deliver *d, bool *ret_more, Err *e) {
        _cleanup_(job_freep) DeliverJob *job = calloc(1, sizeof(DeliverJob));
        int r;

        if (!job)
                return err_oom(e);
        job->deliver = d;
        job->settings = settings_ref(d->settings);
        r = store_message_claim(d->store, clock_wall(d->clock), &job->arena, &job->message, e);
        if (r != 0) {
                *ret_more = false;
                return r < 0 ? r : 0;
        }
        *ret_more = true;
        job->was_unknown = job->message.state == MESSAGE_UNKNOWN;
        r = job_start(job, e);
        if (r < 0) /* it may be marked as being sent, with nobody sending it */
                (void) recover_later(d, UNSETTLED_WAIT, NULL);
        if (r != 0)
                return r < 0 ? r : 0;
        job->next = d->jobs;
        d->jobs = TAKE_PTR(job);
        return 0;
}

int deliver_pump(Deliver *d, Err *e) {
        bool more = true;

        while (more && !d->hold && !d->stopping && !d->orphans && d->settings &&
               courier_busy(d->courier) < DELIVER_AT_ONCE) {
                int r;

                if (d->channel_until != INSTANT_NONE && clock_boottime(d->clock) < d->channel_until)
                        return 0;
                r = deliver_take(d, &more, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

void deliver_stop(Deliver *d) {
        d->stopping = true;
        courier_stop(d->courier);
        deliver_told_idle(d);
}

typedef struct Recovery {
        Deliver *deliver;
        Message message[64];
        size_t n;
        bool waiting;
        Arena arena;
} Recovery;

static int recover_visit(void *userdata, const Message *m, Err *e) {
        Recovery *rec = userdata;
        Message *keep;

        if (rec->n == 64)
                return 0; /* the rest at the next turn */
        keep = &rec->message[rec->n++];
        *keep = *m;
        if (arena_str(&rec->arena, m->message_id, &keep->message_id) < 0)
                return err_oom(e);
        return 0;
}

static int recover_one(Recovery *rec, Message *m, Err *e) {
        Deliver *d = rec->deliver;
        Verdict v = { 0 };
        char path[512];
        int r;

        snprintf(path, sizeof(path), "%s/attempts/%lld-%d", d->settings->state_dir, (long long) m->id, m->attempts);
        r = courier_recover(path, &v, e);
        if (r < 0)
                return r;
        if (r == 1) {
                rec->waiting = true;
                return 0;
        }
        if (r == 2)
                v = (Verdict) { .outcome = OUTCOME_TEMPORARY,
                                .phase = "start",
                                .text = "the daemon ended before the program began" };
        m->attempts--;
        return deliver_settle(d, d->settings, m, path, &v, false, e);
}

static int recover_wake(sd_event_source *source, uint64_t usec, void *userdata) {
        Deliver *d = userdata;
        Err e = { 0 };

        (void) source;
        (void) usec;
        if (deliver_recover(d, &e) < 0)
                deliver_unsettled(d, &e);
        else if (!d->orphans && deliver_pump(d, &e) < 0)
                report_err(LOG_ERR, &e, "cannot take the next mail");
        deliver_told_idle(d);
        return 0;
}

/* What stands in the ledger needs no file any more; an earlier process may have died between the two. */
static void recover_tidy(const Deliver *d) {
        char path[512];
        struct dirent *entry;
        DIR *dir;

        snprintf(path, sizeof(path), "%s/attempts", d->settings->state_dir);
        dir = opendir(path);
        while (dir && (entry = readdir(dir)))
                if (entry->d_name[0] != '.')
                        (void) unlinkat(dirfd(dir), entry->d_name, 0);
        if (dir)
                closedir(dir);
}

int deliver_recover(Deliver *d, Err *e) {
        Recovery rec = { .deliver = d };
        int r = store_visit_sending(d->store, recover_visit, &rec, e);

        for (size_t i = 0; r >= 0 && i < rec.n; i++)
                r = recover_one(&rec, &rec.message[i], e);
        arena_free(&rec.arena);
        d->orphans = r >= 0 && (rec.waiting || rec.n == 64);
        if (!d->orphans) {
                if (r >= 0)
                        recover_tidy(d);
                return r;
        }
        return recover_later(d, ORPHAN_WAIT, e);
}
