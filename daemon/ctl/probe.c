/* SPDX-License-Identifier: MIT */
/* nq57ctl probe: one look at a system, beside the daemon or without it. */
#include "daemon/ctl/probe.h"

#include "config/secret.h"
#include "connectors/tape/tape.h"
#include "daemon/ctl/verbs.h"

#include <errno.h>
#include <stdio.h>

static int probe_secret(void *userdata, const char *source, const char *account, Text *ret, Err *e) {
        const Ctl *c = userdata;
        SecretBook once = { 0 };
        int r;

        if (!c->settings->secrets_dir)
                return 1;
        r = secret_account(&once, c->settings->secrets_dir, source, account, ret, e);
        secret_book_done(&once);
        return r;
}

static int probe_secret_file(void *userdata, const char *source, const char *name, Text *ret, Err *e) {
        const Ctl *c = userdata;
        char file[128];

        snprintf(file, sizeof file, "%s.%s", source, name);
        return c->settings->secrets_dir ? secret_file(c->settings->secrets_dir, file, ret, e) : 1;
}

static int probe_handed(void *userdata, const char *source, const char *account, Text *ret, Err *e) {
        const Ctl *c = userdata;

        return c->settings->secrets_dir ? secret_session(c->settings->secrets_dir, source, account, ret, e) : 1;
}

static const SourceOptions *probe_source(const Ctl *c, const char *name) {
        const char *names[SIDE_COUNT] = { 0 }, *near;
        size_t n = c->settings->n_sources;

        for (size_t i = 0; i < n; i++) {
                const SourceOptions *o = &c->settings->sources[i];

                if (strcmp(o->id, name) == 0 || strcmp(side_names[o->side], name) == 0)
                        return o;
                names[i] = o->id;
        }
        near = text_nearest(str_of(name), names, n);
        ctl_say(c->vi ? "không có nguồn `%s`; có: %s%s%s%s%s" : "no source `%s`; there are: %s%s%s%s%s", name, names[0],
                n > 1 ? ", " : "", n > 1 ? names[1] : "", near ? (c->vi ? "; có phải " : "; did you mean ") : "",
                near ? near : "");
        return NULL;
}

int probe_status(const ProbeReport *r) {
        switch (r->worst) {
        case FAULT_NONE:
                for (int i = 0; i < r->n_streams && !r->too_many; i++)
                        if (r->stream[i].n_nothing > 0)
                                return PROBE_NOTHING;
                return r->too_many ? CTL_TROUBLE : CTL_OK;
        case FAULT_NETWORK:
        case FAULT_RATE_LIMITED:
                return PROBE_NETWORK;
        case FAULT_HTTP_STATUS:
                for (int i = 0; i < r->n_steps; i++)
                        if (r->step[i].status >= 200 && r->step[i].status < 500 && r->step[i].status != 429)
                                return PROBE_SHAPE;
                return PROBE_NETWORK;
        case FAULT_TLS:
                return PROBE_TLS;
        case FAULT_LOGIN_REFUSED:
        case FAULT_LOGIN_BUDGET:
        case FAULT_NO_SECRET:
        case FAULT_SESSION_LOST:
                return PROBE_LOGIN;
        case FAULT_WORD_UNKNOWN:
        case FAULT_UNIT_UNMAPPED:
        case FAULT_RECORD_INVALID:
        case FAULT_FIELD_INVALID:
                return PROBE_ASIDE_ANY;
        case FAULT_CANCELLED:
                return CTL_TROUBLE;
        default:
                return PROBE_SHAPE;
        }
}

static int probe_missing(const Ctl *c, const SourceOptions *o, int r) {
        if (r == PROBE_E_NO_STREAM)
                ctl_say(c->vi ? "profile của %s không có luồng `%s`" : "the profile of %s has no stream `%s`", o->id,
                        c->args->stream);
        else if (c->args->account)
                ctl_say(c->vi ? "%s không đọc bằng tài khoản `%s` (accounts.yaml)"
                              : "%s is not read with an account `%s` (accounts.yaml)",
                        o->id, c->args->account);
        else
                ctl_say(c->vi ? "chưa đơn vị nào có tài khoản ở %s (accounts.yaml)"
                              : "no unit has an account on %s (accounts.yaml)",
                        o->id);
        return CTL_NO_OBJECT;
}

static int probe_tape(const Ctl *c, sd_event *loop, Tape **ret, Err *e) {
        if ((c->args->given & OPTION_RECORD) && (c->args->given & OPTION_REPLAY))
                return err_set(e, -EINVAL, RETRY_NEVER, "either --record or --replay");
        if (c->args->given & OPTION_RECORD)
                return tape_record(c->args->record, &c->clock, ret, e);
        return c->args->given & OPTION_REPLAY ? tape_replay(c->args->replay, loop, ret, e) : 0;
}

static int probe_look(Ctl *c, const SourceOptions *o, sd_event *loop, Tape *tape, ProbeVault *vault, Err *e) {
        const SourceEnv env = { .loop = loop,
                                .clock = &c->clock,
                                .vault = &vault->vault,
                                .units = c->settings->units,
                                .secret = probe_secret,
                                .secret_file = probe_secret_file,
                                .secret_userdata = c,
                                .handed = probe_handed,
                                .handed_userdata = c };
        const ProbeOptions options = { c->args->account, c->args->stream, tape };
        ProbeReport report = { 0 };
        int r = probe_run(&env, o, &options, &report, e), status;

        if (r < 0)
                return r;
        if (r > 0) {
                probe_free(&report);
                return probe_missing(c, o, r);
        }
        status = probe_status(&report);
        if (c->args->given & OPTION_JSON)
                r = probe_json(c, o->id, &report, vault);
        else
                probe_show(c, &report, vault);
        probe_free(&report);
        if (tape && tape_end(tape, e) < 0)
                return e->code;
        return r < 0 ? err_set(e, r, RETRY_NEVER, "the output could not be written") : status;
}

int verb_probe(Ctl *c) {
        const SourceOptions *o = probe_source(c, c->args->word[0]);
        _cleanup_(tape_freep) Tape *tape = NULL;
        ProbeVault vault = { 0 };
        sd_event *loop = NULL;
        Err e = { 0 };
        int r;

        if (!o)
                return CTL_NO_OBJECT;
        if (!o->base_url) {
                ctl_say(c->vi ? "%s đọc từ các tệp trong %s: xem nq57ctl import TỆP --dry-run"
                              : "%s is read from the files in %s: see nq57ctl import FILE --dry-run",
                        o->id, o->files);
                return CTL_NO_OBJECT;
        }
        r = sd_event_new(&loop);
        if (r < 0)
                return ctl_fail(&e);
        r = probe_tape(c, loop, &tape, &e);
        if (r >= 0)
                r = probe_vault_open(c, &vault, &e);
        if (r >= 0)
                r = probe_look(c, o, loop, tape, &vault, &e);
        tape = tape_free(tape);
        probe_vault_close(&vault);
        sd_event_unref(loop);
        return r < 0 ? ctl_fail(&e) : r;
}
