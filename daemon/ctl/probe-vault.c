/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/probe.h"

#include <errno.h>
#include <stdio.h>

#define ACCOUNT_WITHOUT_VAULT 1 /* logins a call may make where none can be counted */

static const Vault *own(const ProbeVault *v) {
        return v->store ? store_vault(v->store) : NULL;
}

/* A renewable session without what renews it. */
static int without_refresh(Arena *a, Str session, Str *ret) {
        _cleanup_text_ Text t = TEXT_INIT(session.len + 64);
        Str line;

        while (str_split(&session, '\n', &line))
                if (!str_starts(line, STR("refresh\t"))) {
                        text_add(&t, line);
                        text_addc(&t, '\n');
                }
        return t.failed ? -ENOMEM : arena_str(a, text_str(&t), ret);
}

static int session_load(void *u, Str source, Str account, Arena *a, Str *ret_session, Err *e) {
        ProbeVault *v = u;
        int r = own(v) ? own(v)->session_load(own(v)->userdata, source, account, a, ret_session, e) : 1;

        v->reused = v->reused || r == 0;
        if (r == 0 && v->daemon && without_refresh(a, *ret_session, ret_session) < 0)
                return err_oom(e);
        return r;
}

static int session_save(void *u, Str source, Str account, Str session, Err *e) {
        ProbeVault *v = u;

        return own(v) && !v->daemon ? own(v)->session_save(own(v)->userdata, source, account, session, e) : 0;
}

static int attempt_try(void *u, Str source, Str account, int limit, Instant window, Instant *ret_again, Err *e) {
        ProbeVault *v = u;

        if (own(v)) {
                int r = own(v)->login_attempt_try(own(v)->userdata, source, account, limit, window, ret_again, e);

                v->counted += r == 0;
                return r;
        }
        if (v->logins++ < ACCOUNT_WITHOUT_VAULT)
                return 0;
        *ret_again = INSTANT_NONE;
        return VAULT_E_BUDGET;
}

static int attempt_undo(void *u, Str source, Str account, Err *e) {
        ProbeVault *v = u;

        if (own(v)) {
                int r = own(v)->login_attempt_undo(own(v)->userdata, source, account, e);

                v->counted -= r == 0;
                return r;
        }
        v->logins--;
        return 0;
}

int probe_vault_open(const Ctl *c, ProbeVault *ret, Err *e) {
        char path[4200];
        int r;

        *ret = (ProbeVault) { .daemon = c->running,
                              .vault = { session_load, session_save, attempt_try, attempt_undo, ret } };
        if (c->args->given & (OPTION_REPLAY | OPTION_RECORD)) /* a recording begins with the login */
                return 0;
        snprintf(path, sizeof path, "%s/nq57.db", c->state_dir);
        r = store_open_vault(path, &c->clock, &ret->store, e);
        return r == STORE_E_ABSENT ? 0 : r;
}

void probe_vault_close(ProbeVault *v) {
        v->store = store_close(v->store);
}
