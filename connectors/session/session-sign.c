/* SPDX-License-Identifier: MIT */
/* A session on a request, and out of what people read. */
#include <errno.h>

#include "connectors/language/template.h"
#include "connectors/session/session-parts.h"
#include "connectors/session/written.h"

#define WORDS_READ 16384 /* bytes of an answer, of which a line is shown */
#define SECRET_HEAD 10   /* of a secret that a sample cuts off, so much gives it away */

int session_value(const Session *s, const SessionKeys *k, Text *ret) {
        const TemplateValue values[] = {
                { "account", str_of(s->account), INSTANT_NONE },
                { "token", text_str(&k->token), INSTANT_NONE },
                { "secret", text_str(&k->token), INSTANT_NONE }, /* of kinds without a token it is one */
        };
        return template_fill(ret, s->env->plan->value, &(TemplateValues) { values, 3, 0 }, TEMPLATE_PLAIN);
}

static bool csrf_in_jar(const CsrfPlan *csrf, const SessionKeys *k, Text *ret) {
        return csrf->take.from == TAKE_COOKIE && session_cookie(text_str(&k->jar), csrf->take.what, ret);
}

bool session_csrf_wanted(const Session *s, const SessionKeys *k) {
        const CsrfPlan *csrf = &s->env->plan->csrf;
        _cleanup_wipe_ Text cookie = TEXT_INIT(LIMIT_SESSION_BYTES);
        return csrf->page && (s->csrf_old || (k->csrf.len == 0 && !csrf_in_jar(csrf, k, &cookie)));
}

static int target_sign(const Session *s, SessionKeys *k, SessionPass *pass, HttpRequest *q) {
        int r = session_value(s, k, &pass->value);
        if (r < 0)
                return r;
        text_add(&pass->target, str_of(q->target));
        text_addc(&pass->target, strchr(q->target, '?') ? '&' : '?');
        _cleanup_wipe_ Text pair = TEXT_INIT(LIMIT_SESSION_BYTES);
        http_form_add(&pair, str_of(s->env->plan->carrier), text_str(&pass->value));
        text_add(&pass->target, text_str(&pair));
        q->target = pass->target.at;
        return pair.failed ? pair.failed : pass->target.failed;
}

static int csrf_sign(const Session *s, SessionKeys *k, SessionPass *pass, HttpRequest *q) {
        const CsrfPlan *csrf = &s->env->plan->csrf;
        if (!csrf_in_jar(csrf, k, &pass->csrf))
                text_add(&pass->csrf, text_str(&k->csrf));
        if (pass->csrf.failed || pass->csrf.len == 0)
                return pass->csrf.failed;
        if (csrf->field) {
                if (!q->post)
                        return 0;
                text_add(&pass->body, q->body);
                http_form_add(&pass->body, str_of(csrf->field), text_str(&pass->csrf));
                q->body = text_str(&pass->body);
                q->sealed = true;
                return pass->body.failed;
        }
        pass->headers = calloc(q->headers.n + 1, sizeof *pass->headers);
        if (!pass->headers)
                return -ENOMEM;
        for (size_t i = 0; i < q->headers.n; i++)
                pass->headers[i] = q->headers.at[i];
        pass->headers[q->headers.n] = (PlanPair) { .name = csrf->header, .value = pass->csrf.at };
        q->headers = (PlanPairs) { pass->headers, q->headers.n + 1 };
        return 0;
}

int session_sign_with(const Session *s, SessionKeys *k, SessionPass *pass, HttpRequest *q) {
        const SessionPlan *plan = s->env->plan;
        int r = 0;
        *pass = (SessionPass) { .value = TEXT_INIT(LIMIT_SESSION_BYTES), .target = TEXT_INIT(LIMIT_SESSION_BYTES * 2),
                                .csrf = TEXT_INIT(LIMIT_SESSION_BYTES), .body = TEXT_INIT(LIMIT_BODY_BYTES) };
        if (plan->nothing)
                return 0;
        q->jar = &k->jar;
        if (!q->referer && !http_at_home(s->env->http, q->target))
                return 0;
        if (k->token.len > 0 && plan->place == CARRIER_HEADER) {
                r = session_value(s, k, &pass->value);
                q->header = plan->carrier;
                q->value = pass->value.at;
        } else if (k->token.len > 0 && plan->place == CARRIER_QUERY) {
                r = target_sign(s, k, pass, q);
        } else if (plan->place == CARRIER_AUTH) {
                q->auth = plan->kind == SESSION_KIND_DIGEST ? HTTP_AUTH_DIGEST : HTTP_AUTH_BASIC;
                q->user = s->account;
                q->password = k->token.at;
                q->once |= s->untried;
        }
        return r == 0 && (plan->csrf.header || plan->csrf.field) ? csrf_sign(s, k, pass, q) : r;
}

int session_sign(Session *s, SessionPass *pass, HttpRequest *q) {
        return session_sign_with(s, &s->keys, pass, q);
}

void session_pass_done(SessionPass *pass) {
        session_wipe(&pass->value);
        session_wipe(&pass->target);
        session_wipe(&pass->csrf);
        session_wipe(&pass->body);
        free(pass->headers);
        pass->headers = NULL;
}

/* ---- out of what people read ---- */

/* At each place the way that goes furthest: all of them begin alike. Of a secret that a sample cuts off, so much is
 * taken for it that it would give it away. */
static void hide_word(char *text, Str word) {
        if (word.len < WRITTEN_SHORTEST)
                return;
        for (size_t len = strlen(text), at = 0, far; at < len; at += far > 0 ? far : 1) {
                Str left = { text + at, len - at };
                bool may = left.at[0] == word.at[0] || written_escapes(left.at[0]) != 0;
                far = 0;
                for (int way = 0; may && way < WRITTEN_WAYS; way++) {
                        bool whole;
                        size_t n = written_goes((WrittenWay) way, left, word, &whole);
                        far = (whole || n >= SECRET_HEAD) && n > far ? n : far;
                }
                memset(text + at, '*', far);
        }
}

static void hide_cookies(char *text, Str jar) {
        Str line, part;
        while (str_split(&jar, '\n', &line))
                for (int n = 0; str_split(&line, '\t', &part); n++)
                        if (n == 6)
                                hide_word(text, part);
}

static void hide_keys(char *text, const SessionKeys *k) {
        hide_word(text, text_str(&k->token));
        hide_word(text, text_str(&k->refresh));
        hide_word(text, text_str(&k->csrf));
        hide_cookies(text, text_str(&k->jar));
}

static int hide_one(void *userdata, Str word) {
        hide_word(userdata, word);
        return 0;
}

/* A password is not kept after the login; a system that repeats it later is broken, but not unheard of. */
static void hide_password(const Session *s, char *text) {
        const SourceEnv *env = s->env->env;
        _cleanup_wipe_ Text secret = TEXT_INIT(SESSION_SECRET_BYTES);
        Err e = { 0 };
        if (!env->secret || env->secret(env->secret_userdata, s->env->source, s->account, &secret, &e) != 0)
                return;
        (void) session_password_words(str_of(s->account), text_str(&secret), hide_one, text);
}

void session_redact(const Session *s, char *text) {
        if (!text[0])
                return;
        hide_keys(text, &s->keys);
        if (!s->env->plan->nothing)
                hide_password(s, text);
        if (!s->attempt)
                return;
        hide_keys(text, &s->attempt->fresh);
        hide_word(text, text_str(&s->attempt->secret));
        for (size_t i = 0; i < s->attempt->n_values; i++)
                if (i != VALUE_EXPIRES) /* a number like any other */
                        hide_word(text, text_str(&s->attempt->values[i]));
}

/* Taken out before it is cut and escaped: half a secret, or one written otherwise, would not be known any more. */
void session_words(const Session *s, Str body, char to[static DOCUMENT_WORDS]) {
        _cleanup_wipe_ Text head = TEXT_INIT(WORDS_READ + 1);
        to[0] = '\0';
        if (text_add(&head, str_cut(body, WORDS_READ)) < 0 || head.len == 0)
                return;
        session_redact(s, head.at);
        document_words(str_of(head.at), to);
}
