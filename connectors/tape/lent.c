/* SPDX-License-Identifier: MIT */
#include "connectors/tape/lent.h"

#include <errno.h>

#include "connectors/session/session-keys.h"

static int known(const Lent *l, Str session, Err *e) {
        return tape_session_secrets(l->redactor, session) < 0 ? err_oom(e) : 0;
}

static int known_password(void *userdata, Str word) {
        return redactor_know(userdata, word, REDACT_PASSWORD);
}

static int secret(void *userdata, const char *source, const char *account, Text *ret, Err *e) {
        const Lent *l = userdata;
        int r = l->inner.secret ? l->inner.secret(l->inner.secret_userdata, source, account, ret, e) : 1;
        bool failed = r == 0 &&
                      session_password_words(str_of(account), text_str(ret), known_password, l->redactor) < 0;
        return failed ? err_oom(e) : r;
}

static int secret_file(void *userdata, const char *source, const char *name, Text *ret, Err *e) {
        const Lent *l = userdata;
        int r = l->inner.secret_file ? l->inner.secret_file(l->inner.secret_userdata, source, name, ret, e) : 1;
        return r == 0 && redactor_know(l->redactor, str_trim(text_str(ret)), NULL) < 0 ? err_oom(e) : r;
}

static int handed(void *userdata, const char *source, const char *account, Text *ret, Err *e) {
        const Lent *l = userdata;
        int r = l->inner.handed ? l->inner.handed(l->inner.handed_userdata, source, account, ret, e) : 1;
        return r == 0 ? known(l, text_str(ret), e) : r;
}

/* ---- the vault; NULL: nothing is kept ---- */

static int session_load(void *userdata, Str source, Str account, Arena *a, Str *ret, Err *e) {
        const Lent *l = userdata;
        const Vault *v = l->inner.vault;
        int r = v ? v->session_load(v->userdata, source, account, a, ret, e) : 1;
        return r == 0 ? known(l, *ret, e) : r;
}

static int session_save(void *userdata, Str source, Str account, Str session, Err *e) {
        const Lent *l = userdata;
        const Vault *v = l->inner.vault;
        int r = known(l, session, e);
        return r < 0 || !v ? r : v->session_save(v->userdata, source, account, session, e);
}

static int attempt_try(void *userdata, Str source, Str account, int limit, Instant window, Instant *ret_again, Err *e) {
        const Vault *v = ((Lent *) userdata)->inner.vault;
        return v ? v->login_attempt_try(v->userdata, source, account, limit, window, ret_again, e) : 0;
}

static int attempt_undo(void *userdata, Str source, Str account, Err *e) {
        const Vault *v = ((Lent *) userdata)->inner.vault;
        return v && v->login_attempt_undo ? v->login_attempt_undo(v->userdata, source, account, e) : 0;
}

void lent_watch(Lent *l, Redactor *redactor, SourceEnv *env) {
        if (env->secret_userdata == l)
                return;
        *l = (Lent) { redactor, *env, { session_load, session_save, attempt_try, attempt_undo, l } };
        env->secret = secret;
        env->secret_file = secret_file;
        env->secret_userdata = l;
        env->handed = handed;
        env->handed_userdata = l;
        env->vault = &l->vault;
}
