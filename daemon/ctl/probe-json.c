/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/probe.h"

#include "daemon/ctl/json.h"

#include <stdio.h>

static void steps(Json *j, const ProbeReport *r) {
        json_array(j, "requests");
        for (int i = 0; i < r->n_steps; i++) {
                const ProbeStep *s = &r->step[i];

                json_object(j, NULL);
                json_text(j, "stream", s->stream[0] ? s->stream : NULL);
                json_text(j, "method", s->method);
                json_text(j, "target", s->target);
                json_int(j, "status", s->status);
                json_int(j, "ms", s->milliseconds);
                json_int(j, "bytes", (int64_t) s->bytes);
                json_flag(j, "login", s->login);
                json_flag(j, "conditional", s->conditional);
                json_text(j, "fault", s->fault == FAULT_NONE ? NULL : fault_names[s->fault]);
                json_close(j);
        }
        json_close(j);
}

static void member(Json *j, const LookMember *m) {
        static const char *const names[] = { "null", "text", "number", "flag", "list", "object" };

        json_object(j, NULL);
        json_text(j, "path", m->path);
        json_array(j, "types");
        for (int i = 0; i < 6; i++)
                if (m->types >> i & 1)
                        json_text(j, NULL, names[i]);
        json_close(j);
        json_int(j, "seen", m->seen);
        json_int(j, "null", m->nulls);
        json_int(j, "empty", m->empty);
        json_text(j, "dates", m->date);
        json_text(j, "decimal_mark", m->commas ? "comma" : m->points ? "point" : NULL);
        json_text(j, "sample", m->sample);
        json_close(j);
}

static void look(Json *j, const ProbeStream *s) {
        json_text(j, "outline", s->look.outline);
        json_array(j, "lists");
        for (int i = 0; i < s->look.n_lists; i++) {
                json_object(j, NULL);
                json_text(j, "path", s->look.list[i].path);
                json_int(j, "records", s->look.list[i].records);
                json_array(j, "members");
                for (int k = 0; k < s->look.list[i].n_members; k++)
                        member(j, &s->look.list[i].members[k]);
                json_close(j);
                json_close(j);
        }
        json_close(j);
        json_object(j, "details");
        json_int(j, "records", s->detail.records);
        json_array(j, "members");
        for (int k = 0; k < s->detail.n_members; k++)
                member(j, &s->detail.members[k]);
        json_close(j);
        json_close(j);
        json_array(j, "hints");
        for (int i = 0; i < s->look.n_hints; i++) {
                json_object(j, NULL);
                json_text(j, "kind", look_hint_names[s->look.hint[i].kind]);
                json_text(j, "path", s->look.hint[i].path);
                json_text(j, "value", s->look.hint[i].value);
                json_close(j);
        }
        json_close(j);
}

static void fields(Json *j, const ProbeStream *s) {
        json_array(j, "fields");
        for (int i = 0; i < FIELD_COUNT; i++) {
                const ProbeField *f = &s->field[i];

                if (!s->mapped[i])
                        continue;
                json_object(j, NULL);
                json_text(j, "field", field_table[i].key);
                json_int(j, "set", f->set);
                json_int(j, "empty", f->empty);
                json_int(j, "null", f->null);
                json_int(j, "missing", f->absent);
                json_int(j, "unreadable", f->invalid);
                json_text(j, "sample", f->sample);
                json_text(j, "unreadable_sample", f->bad);
                json_close(j);
        }
        json_close(j);
        json_array(j, "nothing_found");
        for (int i = 0; i < FIELD_COUNT; i++)
                if (probe_found_nothing(s, i))
                        json_text(j, NULL, field_table[i].key);
        json_close(j);
        json_array(j, "put_aside");
        for (int i = 0; i < s->n_aside; i++) {
                json_object(j, NULL);
                json_text(j, "fault", fault_names[s->aside[i].fault]);
                json_text(j, "field", s->aside[i].field);
                json_text(j, "value", s->aside[i].value);
                json_text(j, "nearest", s->aside[i].nearest[0] ? s->aside[i].nearest : NULL);
                json_int(j, "records", s->aside[i].records);
                json_close(j);
        }
        json_close(j);
        json_array(j, "unread");
        for (int i = 0; i < s->n_unread; i++)
                json_text(j, NULL, s->unread[i]);
        json_close(j);
}

static void advice(void *userdata, const char *yaml, const char *reason) {
        Json *j = userdata;

        json_object(j, NULL);
        json_text(j, "yaml", yaml);
        json_text(j, "reason", reason);
        json_close(j);
}

static void stream(Json *j, const ProbeStream *s) {
        json_object(j, NULL);
        json_text(j, "stream", s->name);
        json_text(j, "account", s->account);
        json_text(j, "fault", s->enough || s->end.fault == FAULT_NONE ? NULL : fault_names[s->end.fault]);
        json_text(j, "detail", s->enough || s->end.fault == FAULT_NONE ? NULL : s->end.detail);
        look(j, s);
        json_int(j, "pages", s->pages);
        json_int(j, "size_asked", s->size_asked);
        json_flag(j, "size_lowered", s->lowered);
        json_array(j, "page_records");
        for (int i = 0; i < s->pages && i < 2 && s->page_records[i] >= 0; i++)
                json_int(j, NULL, s->page_records[i]);
        json_close(j);
        json_text(j, "etag", s->etag);
        json_text(j, "last_modified", s->modified);
        json_flag(j, "not_modified", s->not_modified);
        json_int(j, "records", s->records);
        fields(j, s);
        json_array(j, "advice");
        probe_advise(s, false, advice, j);
        json_close(j);
        json_close(j);
}

int probe_json(const Ctl *c, const char *source, const ProbeReport *r, const ProbeVault *v) {
        Json j;

        json_begin(&j, stdout);
        json_text(&j, "source", source);
        json_flag(&j, "session_reused", v->reused);
        json_flag(&j, "daemon_running", c->running);
        json_text(&j, "fault", r->worst == FAULT_NONE ? NULL : fault_names[r->worst]);
        json_int(&j, "exit", probe_status(r));
        steps(&j, r);
        json_array(&j, "streams");
        for (int i = 0; i < r->n_streams; i++)
                stream(&j, &r->stream[i]);
        json_close(&j);
        return json_end(&j);
}
