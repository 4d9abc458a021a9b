/* SPDX-License-Identifier: MIT */
#include "connectors/setup/source-probe.h"

#include <errno.h>
#include <stdio.h>

#include "connectors/decode/document.h"
#include "connectors/http/http.h"
#include "connectors/setup/probe-detail.h"
#include "connectors/tape/tape-parts.h"
#include "state/model/room.h"

typedef struct Probe {
        ProbeReport *report;
        const SourceOptions *o;
        SourceEnv env;
        HttpTap tap;
        Redactor *redactor;
        Source *source;
        ProbeStream *at;       /* the stream being read; NULL: none */
        Text body, head;       /* of the answer seen last */
        Text facts;            /* of page 1, to ask again by */
        uint64_t hash[2];
        json_object *details;  /* of the stream's rows */
        bool again;            /* the second listing of a stream: only whether its validator is honoured */
        bool ended;
        int requests, failed;
        Lent lent;
} Probe;

static const char *keep(Probe *p, Str s) {
        char shown[120];
        document_sample(s, shown, sizeof shown);
        const char *copy = arena_copy(&p->report->arena, str_of(shown));
        if (!copy)
                p->failed = -ENOMEM;
        return copy ? copy : "";
}

static const char *keep_whole(Probe *p, Str s) {
        const char *copy = arena_copy(&p->report->arena, s);
        if (!copy)
                p->failed = -ENOMEM;
        return copy ? copy : "";
}

/* ---- the wire ---- */

static bool header(Str lines, const char *name, Str *ret) {
        if (!http_header_next(&lines, name, ret))
                return false;
        *ret = str_trim(*ret);
        return true;
}

static ProbeStep *step_new(Probe *p) {
        ProbeReport *r = p->report;
        if (ROOM_FOR_ONE(r->step, (size_t) r->n_steps, r->room_steps, 16) < 0) {
                p->failed = -ENOMEM;
                return NULL;
        }
        return &r->step[r->n_steps++];
}

static void step_add(Probe *p, const HttpExchange *x) {
        _cleanup_text_ Text target = TEXT_INIT(65536), detail = TEXT_INIT(4096);
        Str host, path, type = STR_NULL;
        ProbeStep *s = step_new(p);
        if (!s)
                return;
        tape_address(x->url, &host, &path);
        header(x->answer_headers, "content-type", &type);
        if (redactor_add(p->redactor, &target, path) < 0 ||
            redactor_add(p->redactor, &detail, str_of(x->detail ? x->detail : "")) < 0)
                p->failed = -ENOMEM;
        *s = (ProbeStep) { .stream = p->at ? p->at->name : "", .method = x->method,
                           .target = keep_whole(p, text_str(&target)), .type = keep(p, type), .status = x->status,
                           .milliseconds = (int) ((x->ended - x->began) / 1000), .bytes = x->answer.len,
                           .login = x->login, .conditional = x->conditional, .fault = x->fault,
                           .detail = keep_whole(p, text_str(&detail)) };
        s->method = strcmp(x->method, "POST") == 0 ? "POST" : "GET";
}

static void seen(void *userdata, const HttpExchange *x) {
        Probe *p = userdata;
        if (tape_secrets(p->redactor, x) < 0)
                p->failed = -ENOMEM;
        step_add(p, x);
        p->requests++;
        if (x->login || x->fault != FAULT_NONE)
                return;
        text_clear(&p->body);
        text_clear(&p->head);
        if (text_add(&p->body, x->answer) < 0 || text_add(&p->head, x->answer_headers) < 0)
                p->failed = -ENOMEM;
        if (p->at && p->again && x->conditional) {
                p->at->asked_again = true;
                p->at->not_modified = x->status == 304;
        }
}

/* ---- a listing ---- */

static void headers_look(Probe *p, ProbeStream *s) {
        static const char *const totals[] = { "x-total-count", "x-total", "total-count", "content-range" };
        Str value;
        if (header(text_str(&p->head), "etag", &value))
                s->etag = keep(p, value);
        if (header(text_str(&p->head), "last-modified", &value))
                s->modified = keep(p, value);
        if (header(text_str(&p->head), "link", &value))
                s->link = keep(p, value);
        for (size_t i = 0; i < sizeof totals / sizeof *totals && !s->total_header; i++)
                if (header(text_str(&p->head), totals[i], &value)) {
                        char shown[160];
                        snprintf(shown, sizeof shown, "%s: " STR_FMT, totals[i], STR_ARG(value));
                        s->total_header = keep(p, str_of(shown));
                }
}

static bool step_is(const Select *s, int step, Str name) {
        return s->n_steps > step && (s->steps[step].deep || s->steps[step].kind != SELECT_NAME ||
                                     str_eq(s->steps[step].name, name));
}

/* Of a stream with details: $.row.NAME of a field, or <record.NAME> of the request for the detail. */
static bool row_is_read(const StreamPlan *plan, Str name) {
        for (size_t i = 0; i < plan->details.n_names; i++)
                if (step_is(&plan->details.names[i].select, 0, name))
                        return true;
        for (size_t i = 0; i < plan->n_fields; i++)
                for (size_t k = 0; k < plan->fields[i].n_from; k++)
                        if (step_is(&plan->fields[i].from[k].select, 0, STR("row")) &&
                            step_is(&plan->fields[i].from[k].select, 1, name))
                                return true;
        const Select *const others[] = { &plan->code.select, &plan->period.select, &plan->by.select };
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
                if (step_is(others[i], 0, STR("row")) && step_is(others[i], 1, name))
                        return true;
        return false;
}

/* A member is read when a selector of the profile begins at it, or at what it lies in. */
static bool is_read(const StreamPlan *plan, const char *path) {
        Str rest = str_of(path + 1), name;
        bool quoted = str_starts(rest, STR("['"));
        rest = (Str) { rest.at + (quoted ? 2 : 1), rest.len - (quoted ? 2 : 1) };
        size_t n = 0;
        while (n < rest.len && (quoted ? rest.at[n] != '\'' : rest.at[n] != '.' && rest.at[n] != '['))
                n++;
        name = (Str) { rest.at, n };
        if (plan->details.request.path)
                return row_is_read(plan, name);
        for (size_t i = 0; i < plan->n_slots; i++)
                if (str_eq(plan->slots[i], name))
                        return true;
        return false;
}

static const LookList *list_of(const ProbeStream *s) {
        for (int i = 0; i < s->look.n_lists; i++)
                if (s->list && strcmp(s->look.list[i].path, s->list) == 0)
                        return &s->look.list[i];
        return s->look.n_lists > 0 ? &s->look.list[0] : NULL;
}

/* As look_page; where the text that the profile names is not there, the answer shows the way. */
static int look_body(Probe *p, Arena *a, const StreamPlan *plan, Look *ret) {
        _cleanup_(json_root_freep) json_object *around = NULL;
        Str body = text_str(&p->body);
        char why[160];
        if (plan->inside.text)
                (void) document_inside(body, &plan->inside, &around, &body, why);
        return look_page(a, body, ret, why);
}

static void look_at(Probe *p, ProbeStream *s) {
        const StreamPlan *plan = profile_stream(p->o->profile, s->name);
        if (s->looked || look_body(p, &p->report->arena, plan, &s->look) != 0)
                return;
        s->looked = true;
        headers_look(p, s);
        const LookList *list = list_of(s);
        for (int i = 0; list && i < list->n_members; i++)
                if (list->members[i].path[1] && !is_read(plan, list->members[i].path))
                        s->unread[s->n_unread++] = list->members[i].path;
}

static int begin(void *userdata, const Partition *partition, ListingMemory *ret, Err *e) {
        Probe *p = userdata;
        *ret = (ListingMemory) { .swept = p->again ? clock_wall(p->env.clock) : INSTANT_NONE };
        return 0;
}

static int recall(void *userdata, const Partition *partition, int number, PageMemory *ret, Err *e) {
        Probe *p = userdata;
        if (!p->again || number != 1)
                return 1;
        *ret = (PageMemory) { .hash = { p->hash[0], p->hash[1] }, .facts = text_str(&p->facts) };
        return 0;
}

static int enough(Probe *p, Err *e) {
        p->at->enough = true;
        return err_set(e, -ECANCELED, RETRY_NEVER, "enough was seen");
}

static int page(void *userdata, const Partition *partition, int number, const PageMemory *memory, bool *ret_known,
                int *ret_members, Err *e) {
        Probe *p = userdata;
        ProbeStream *s = p->at;
        *ret_known = false;
        if (p->again)
                return enough(p, e);
        s->pages = number;
        if (number == 1) {
                look_at(p, s);
                const LookList *list = list_of(s);
                s->page_records[0] = list ? list->records : 0;
                memcpy(p->hash, memory->hash, sizeof p->hash);
                text_clear(&p->facts);
                if (text_add(&p->facts, memory->facts) < 0)
                        return err_oom(e);
                return 0;
        }
        _cleanup_arena_ Arena scratch = { .max = 64u << 20 };
        Look look;
        s->page_records[1] = list_of(s) ? 0 : -1;
        if (look_body(p, &scratch, profile_stream(p->o->profile, s->name), &look) == 0)
                for (int i = 0; i < look.n_lists; i++)
                        if (s->list && strcmp(look.list[i].path, s->list) == 0)
                                s->page_records[1] = look.list[i].records;
        return enough(p, e);
}

static void field_count(Probe *p, ProbeField *f, const Value *v) {
        switch (v->state) {
        case VALUE_ABSENT: f->absent++; return;
        case VALUE_NULL: f->null++; return;
        case VALUE_EMPTY: f->empty++; return;
        case VALUE_INVALID:
                if (!f->bad)
                        f->bad = keep(p, v->raw);
                f->invalid++;
                return;
        case VALUE_SET:
                if (!f->sample)
                        f->sample = keep(p, v->text);
                f->set++;
        }
}

/* The answer that came last is the record's detail, where there are details. */
static void detail_keep(Probe *p) {
        const StreamPlan *plan = profile_stream(p->o->profile, p->at->name);
        if (plan->details.request.path && !p->again && probe_detail_add(&p->details, plan, text_str(&p->body)) < 0)
                p->failed = -ENOMEM;
}

static int record(void *userdata, const Partition *partition, const RecordSide *r, uint64_t print, Err *e) {
        Probe *p = userdata;
        ProbeStream *s = p->at;
        detail_keep(p);
        s->records++;
        for (int i = 0; i < FIELD_COUNT; i++) {
                s->mapped[i] = s->mapped[i] || r->field[i].state != VALUE_ABSENT;
                field_count(p, &s->field[i], &r->field[i]);
        }
        return p->failed < 0 ? err_oom(e) : 0;
}

static int quarantine(void *userdata, const Partition *partition, const Quarantine *q, Err *e) {
        Probe *p = userdata;
        ProbeStream *s = p->at;
        s->put_aside++;
        detail_keep(p);
        const char *field = keep(p, q->field), *value = keep(p, q->value);
        for (int i = 0; i < s->n_aside; i++)
                if (s->aside[i].fault == q->fault && strcmp(s->aside[i].field, field) == 0 &&
                    strcmp(s->aside[i].value, value) == 0) {
                        s->aside[i].records++;
                        return 0;
                }
        if (s->n_aside < PROBE_ASIDE)
                s->aside[s->n_aside++] =
                        (ProbeAside) { .fault = q->fault, .field = field, .value = value,
                                       .nearest = keep(p, q->nearest), .records = 1 };
        return p->failed < 0 ? err_oom(e) : 0;
}

static void end(void *userdata, const Partition *partition, const ListingEnd *said) {
        Probe *p = userdata;
        p->ended = true;
        if (p->again)
                return;
        ProbeStream *s = p->at;
        s->end = *said;
        for (int i = 0; i < FIELD_COUNT; i++)
                s->n_nothing += probe_found_nothing(s, i);
        if (!list_of(s)) /* no list of objects: rows of a table, or rows that are lists */
                s->page_records[0] = s->records + s->put_aside;
        s->lowered = s->size_asked > 0 && s->page_records[0] > 0 && s->page_records[0] < s->size_asked &&
                     (s->page_records[1] != 0 || said->claimed > s->page_records[0]);
        p->at->end.cursor = p->at->end.contract = STR_NULL; /* borrowed */
        if (!p->at->enough && p->body.len > 0) /* also of a page the profile could not read */
                look_at(p, p->at);
        if (probe_detail_look(&p->report->arena, p->details, profile_stream(p->o->profile, s->name), s) < 0)
                p->failed = -ENOMEM;
        json_object_put(p->details);
        p->details = NULL;
}

/* ---- the run ---- */

static int listing_run(Probe *p, const Partition *partition, Err *e) {
        const SourceSink sink = { .begin = begin, .recall = recall, .page = page, .record = record,
                                  .quarantine = quarantine, .end = end, .userdata = p };
        uint64_t now = 0, limit;
        bool cancelled = false;
        p->ended = false;
        sd_event_now(p->env.loop, CLOCK_MONOTONIC, &now);
        limit = now + PROBE_SECONDS * (uint64_t) 1000000;
        int r = p->source->ops->list(p->source, partition, &sink, e);
        while (r >= 0 && !p->ended) {
                r = sd_event_run(p->env.loop, 1000000);
                sd_event_now(p->env.loop, CLOCK_MONOTONIC, &now);
                if (!cancelled && (p->requests >= PROBE_REQUESTS || now > limit)) {
                        p->report->too_many = cancelled = true;
                        p->source->ops->cancel(p->source);
                }
        }
        if (r < 0 && e->code == 0)
                return err_set(e, r, RETRY_NEVER, "the event loop failed");
        return r < 0 ? r : p->failed < 0 ? err_oom(e) : 0;
}

static void fields_named(ProbeStream *s, const StreamPlan *plan) {
        for (size_t i = 0; i < plan->n_fields; i++)
                s->mapped[plan->fields[i].id] = true;
        for (int i = 0; i < FIELD_COUNT; i++)
                s->field[i].id = (FieldId) i;
}

static int stream_run(Probe *p, const Partition *partition, Err *e) {
        ProbeReport *r = p->report;
        const StreamPlan *plan = profile_stream(p->o->profile, partition->stream);
        ProbeStream *s = &r->stream[r->n_streams++];
        *s = (ProbeStream) { .name = partition->stream,
                             .path = plan->path,
                             .kind = partition->kind,
                             .side = partition->side,
                             .account = keep_whole(p, str_of(partition->account)),
                             .unit = keep_whole(p, str_of(partition->unit)),
                             .list = plan->list.text,
                             .reads_total = plan->paging.total.text || plan->paging.total_header,
                             .size_asked = plan->paging.size,
                             .end.retry_after = INSTANT_NONE };
        fields_named(s, plan);
        p->at = s;
        p->again = false;
        text_clear(&p->body);
        text_clear(&p->facts);
        int result = listing_run(p, partition, e);
        if (result < 0 || (!s->etag && !s->modified) || s->pages == 0 || r->too_many)
                return result;
        p->again = true;
        bool before = s->enough;
        result = listing_run(p, partition, e);
        s->enough = before;
        return result;
}

/* The first account in the order of the units, or the one asked for; per stream one partition of it. */
static const Partition *pick(const Partition *all, size_t n, const char *stream, const char *account) {
        for (size_t i = 0; i < n; i++)
                if (strcmp(all[i].stream, stream) == 0 && (!account || strcmp(all[i].account, account) == 0))
                        return &all[i];
        return NULL;
}

static Fault worst_of(const ProbeReport *r) {
        for (int i = 0; i < r->n_streams; i++)
                if (!r->stream[i].enough && r->stream[i].end.fault != FAULT_NONE && !r->stream[i].put_aside)
                        return r->stream[i].end.fault;
        for (int i = 0; i < r->n_streams; i++)
                if (r->stream[i].put_aside)
                        return r->stream[i].aside[0].fault;
        return FAULT_NONE;
}

static int streams_run(Probe *p, const ProbeOptions *probe, Err *e) {
        const Profile *profile = p->o->profile;
        const Partition *all, *one;
        size_t n;
        int r = p->source->ops->partitions(p->source, &all, &n, e);
        if (r < 0)
                return r;
        if (probe->stream && !profile_stream(profile, probe->stream))
                return PROBE_E_NO_STREAM;
        for (size_t i = 0; i < profile_streams(profile) && r >= 0 && p->report->n_streams < PROBE_STREAMS; i++) {
                const char *name = profile_stream_name(profile, i);
                if (probe->stream && strcmp(probe->stream, name) != 0)
                        continue;
                one = pick(all, n, name, probe->account);
                if (one && !p->report->too_many)
                        r = stream_run(p, one, e);
        }
        if (r >= 0 && p->report->n_streams == 0)
                return PROBE_E_NO_ACCOUNT;
        p->report->worst = worst_of(p->report);
        return r < 0 ? r : 0;
}

int probe_run(const SourceEnv *env, const SourceOptions *options, const ProbeOptions *probe, ProbeReport *ret, Err *e) {
        SourceOptions own = *options;
        Probe p = { .report = ret, .o = options, .env = *env, .body = TEXT_INIT(LIMIT_BODY_BYTES),
                    .head = TEXT_INIT(LIMIT_HEADER_BYTES),
                    .facts = TEXT_INIT(65536) };
        *ret = (ProbeReport) { 0 };
        own.concurrency = 1;
        own.details_a_page = probe->tape ? 0 : PROBE_DETAILS;
        p.tap = (HttpTap) { .seen = seen, .userdata = &p };
        p.env.tap = &p.tap;
        int r = redactor_new(&p.redactor) < 0 ? err_oom(e) : 0;
        if (r == 0)
                lent_watch(&p.lent, p.redactor, &p.env);
        if (r == 0 && probe->tape) {
                tape_attach(probe->tape, &p.env);
                tape_options(probe->tape, &own);
        }
        if (r == 0)
                r = source_http_new(&p.env, &own, &p.source, e);
        if (r >= 0)
                r = streams_run(&p, probe, e);
        source_free(p.source);
        redactor_free(p.redactor);
        json_object_put(p.details);
        text_free(&p.body);
        text_free(&p.head);
        text_free(&p.facts);
        if (r < 0)
                probe_free(ret);
        return r;
}

void probe_free(ProbeReport *r) {
        free(r->step);
        arena_free(&r->arena);
        *r = (ProbeReport) { 0 };
}
