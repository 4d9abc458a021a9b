/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <json-c/json.h>
#include <strings.h>

#include "connectors/decode/document.h"
#include "connectors/session/written.h"
#include "connectors/tape/naming.h"
#include "connectors/tape/tape-parts.h"

#define WALK_DEPTH 8

void tape_address(const char *url, Str *ret_host, Str *ret_target) {
        const char *scheme = strstr(url, "://"), *path = scheme ? strchr(scheme + 3, '/') : NULL;
        const char *end = path ? path : url + strlen(url);
        *ret_host = (Str) { url, (size_t) (end - url) };
        *ret_target = path ? str_of(path) : STR("/");
}

/* ---- JSON ---- */

/* NULL: no object or list. */
static json_object *document_of(Str s) {
        json_object *root = NULL;
        char why[160];
        bool looks = s.len > 0 && (s.at[0] == '{' || s.at[0] == '[');
        return looks && document_parse(s, &root, why) == FAULT_NONE ? root : NULL;
}

/* In the answer to a login everything that looks drawn by chance is one; on a page of data its name must say so too,
 * and say it plainly: `key` is the name of many a code. */
static int json_walk(Redactor *r, json_object *v, const char *name, bool login, int depth) {
        int failed = 0;
        if (json_object_is_type(v, json_type_object) && depth > 0) {
                json_object_object_foreach(v, key, value)
                        if (failed == 0)
                                failed = json_walk(r, value, key, login, depth - 1);
        } else if (json_object_is_type(v, json_type_array) && depth > 0) {
                for (size_t i = 0; i < json_object_array_length(v) && failed == 0; i++)
                        failed = json_walk(r, json_object_array_get_idx(v, i), name, login, depth - 1);
        } else if (json_object_is_type(v, json_type_string)) {
                Str s = { json_object_get_string(v), (size_t) json_object_get_string_len(v) };
                _cleanup_(json_root_freep) json_object *inside = document_of(s);
                if (inside && depth > 0)
                        return json_walk(r, inside, name, login, depth - 1);
                bool named = name_secret(str_of(name)), chance = value_secret(s);
                bool password = name_login(str_of(name)) == LOGIN_SECRET;
                if (login ? (named && s.len >= 8) || chance || password : named && chance && strlen(name) > 4)
                        failed = redactor_know(r, s, NULL);
        }
        return failed;
}

static int json_secrets(Redactor *r, Str body, bool login) {
        _cleanup_(json_root_freep) json_object *root = document_of(body);
        return root ? json_walk(r, root, "", login, WALK_DEPTH) : 0;
}

/* ---- forms and pages ---- */

/* Of a login what looks drawn by chance is one, as in JSON; of a request for data a parameter's name must say so. */
static int form_secrets(Redactor *r, Str form, bool login) {
        Str pair, name;
        int failed = 0;
        while (failed == 0 && str_split(&form, '&', &pair))
                if (str_split(&pair, '=', &name) &&
                    (name_login(name) == LOGIN_SECRET || name_secret(name) || (login && value_secret(pair))))
                        failed = redactor_know(r, pair, NULL);
        return failed;
}

static Str attribute(Str tag, const char *name) {
        const char *at = memmem(tag.at, tag.len, name, strlen(name)), *end = tag.at + tag.len;
        if (!at || (at += strlen(name)) >= end || *at != '=' || ++at >= end)
                return STR_NULL;
        char quote = *at == '"' || *at == '\'' ? *at++ : ' ';
        const char *stop = memchr(at, quote, (size_t) (end - at));
        return (Str) { at, (size_t) ((stop ? stop : end) - at) };
}

/* Hidden inputs and the meta tags of a page that belongs to a login: tokens against forgery, and states. */
static int page_secrets(Redactor *r, Str html) {
        int failed = 0;
        while (failed == 0 && html.len > 0) {
                const char *open = memchr(html.at, '<', html.len);
                if (!open)
                        break;
                size_t left = html.len - (size_t) (open - html.at);
                const char *close = memchr(open, '>', left);
                Str tag = { open, close ? (size_t) (close - open) : left };
                bool input = tag.len > 6 && strncasecmp(tag.at, "<input", 6) == 0;
                bool meta = tag.len > 5 && strncasecmp(tag.at, "<meta", 5) == 0;
                Str value = input ? attribute(tag, "value") : meta ? attribute(tag, "content") : STR_NULL;
                Str type = attribute(tag, "type"), name = attribute(tag, "name");
                bool hidden = type.len == 6 && strncasecmp(type.at, "hidden", 6) == 0;
                if ((input && hidden && value.len >= 8) || (meta && name_secret(name)) ||
                    (value.len > 0 && value_secret(value)))
                        failed = redactor_know(r, value, NULL);
                html = (Str) { open + tag.len, left - tag.len };
                html = html.len > 0 ? (Str) { html.at + 1, html.len - 1 } : html;
        }
        return failed;
}

/* ---- headers ---- */

static bool line_of(Str line, const char *name, Str *ret) {
        size_t n = strlen(name);
        if (line.len <= n || line.at[n] != ':' || strncasecmp(line.at, name, n) != 0)
                return false;
        *ret = str_trim((Str) { line.at + n + 1, line.len - n - 1 });
        return true;
}

static int cookie_secrets(Redactor *r, Str lines) {
        Str line, cookie, pair, name;
        int failed = 0;
        while (failed == 0 && str_split(&lines, '\n', &line))
                if (line_of(line, "set-cookie", &cookie) && str_split(&cookie, ';', &pair) &&
                    str_split(&pair, '=', &name))
                        failed = redactor_know(r, str_trim(pair), NULL);
        return failed;
}

static int address_secrets(Redactor *r, const HttpExchange *x) {
        const char *query = strchr(x->url, '?');
        return query ? form_secrets(r, str_of(query + 1), x->login) : 0;
}

static int cookie_pairs(Redactor *r, Str cookies) {
        Str pair, name;
        int failed = 0;
        while (failed == 0 && str_split(&cookies, ';', &pair))
                if (str_split(&pair, '=', &name))
                        failed = redactor_know(r, str_trim(pair), NULL);
        return failed;
}

/* "token: Bearer x", "token<TAB>x", "refresh: x", "cookie: a=1; b=2", and lines of cookies.txt, whose last part it is.
 */
static int session_line(Redactor *r, Str line) {
        Str value, last = line, rest = line, part;
        if (line_of(line, "cookie", &value) && memchr(value.at ? value.at : "", '=', value.len))
                return cookie_pairs(r, value);
        while (str_split(&rest, line_of(line, "token", &value) || line_of(line, "refresh", &value) ||
                                        line_of(line, "authorization", &value)
                                ? ' '
                                : '\t', &part))
                last = part;
        bool refresh = str_starts(line, STR("refresh")), token = str_starts(line, STR("token:")) ||
                                                                 str_starts(line, STR("authorization:"));
        if (last.at == line.at)
                return 0;
        return redactor_know(r, str_trim(last), refresh && line.at[7] == ':' ? REDACT_REFRESH
                                                : token                     ? REDACT_TOKEN
                                                                            : NULL);
}

int tape_session_secrets(Redactor *r, Str text) {
        Str line;
        int failed = 0;
        while (failed == 0 && str_split(&text, '\n', &line)) {
                line = str_trim(line);
                if (line.len > 0 && line.at[0] != '#' && !str_starts(line, STR("expires")))
                        failed = session_line(r, line);
        }
        return failed;
}

int tape_secrets(Redactor *r, const HttpExchange *x) {
        int failed = cookie_secrets(r, x->answer_headers);
        if (failed == 0)
                failed = address_secrets(r, x);
        if (failed == 0)
                failed = json_secrets(r, x->answer, x->login);
        if (failed == 0 && x->login)
                failed = json_secrets(r, x->body, true);
        if (failed == 0 && x->login && x->body.len > 0 && x->body.at[0] != '{' && x->body.at[0] != '[')
                failed = form_secrets(r, x->body, true);
        if (failed == 0 && x->login && x->answer.len > 0 && str_trim(x->answer).len > 0 &&
            str_trim(x->answer).at[0] == '<')
                failed = page_secrets(r, x->answer);
        return failed;
}

/* A cookie of a recording has to be there whenever it is replayed: its end is left away, unless it was ended at once.
 */
static void cookie_line(const Redactor *r, Text *t, Str cookie) {
        Str part;
        bool first = true;
        text_add(t, STR("Set-Cookie: "));
        while (str_split(&cookie, ';', &part)) {
                part = str_trim(part);
                bool expires = part.len > 8 && strncasecmp(part.at, "expires=", 8) == 0;
                if (expires && !memmem(part.at, part.len, "1970", 4))
                        continue;
                text_add(t, first ? STR("") : STR("; "));
                const char *equals = first ? memchr(part.at, '=', part.len) : NULL;
                if (equals && (size_t) (part.at + part.len - equals) - 1 < WRITTEN_SHORTEST) {
                        text_add(t, (Str) { part.at, (size_t) (equals - part.at) + 1 });
                        text_add(t, equals + 1 < part.at + part.len ? STR("redacted") : STR(""));
                } else
                        redactor_add(r, t, part);
                first = false;
        }
        text_add(t, STR("\r\n"));
}

int tape_headers(const Redactor *r, const HttpExchange *x, Text *t) {
        static const char *const dropped[] = { "content-length", "content-encoding", "transfer-encoding", "connection",
                                               "keep-alive", "strict-transport-security" };
        Str lines = x->answer_headers, line, value, name;
        while (str_split(&lines, '\n', &line)) {
                line = str_trim(line);
                Str rest = line;
                if (!str_split(&rest, ':', &name) || name.len == 0)
                        continue;
                bool drop = false;
                for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
                        drop = drop || line_of(line, dropped[i], &value);
                if (drop)
                        continue;
                if (line_of(line, "set-cookie", &value)) {
                        cookie_line(r, t, value);
                        continue;
                }
                text_add(t, name);
                text_add(t, STR(": "));
                if (name_secret(name) && !line_of(line, "www-authenticate", &value))
                        text_add(t, STR("redacted"));
                else
                        redactor_add(r, t, str_trim(rest));
                text_add(t, STR("\r\n"));
        }
        return t->failed;
}
