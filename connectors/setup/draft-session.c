/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <strings.h>

#include "connectors/decode/document.h"
#include "connectors/decode/html.h"
#include "connectors/setup/draft-parts.h"
#include "connectors/setup/look-parts.h"
#include "connectors/tape/naming.h"

#define TEXTS_MAX 64
#define SEARCH_DEPTH 5

/* ---- tokens ---- */

typedef struct Found {
        const char *path, *name;
        Str value;
} Found;

typedef struct Texts {
        Draft *d;
        Found at[TEXTS_MAX];
        int n;
        Text path;
} Texts;

static void texts_walk(Texts *t, json_object *v, int depth) {
        if (!json_object_is_type(v, json_type_object) || depth == 0)
                return;
        json_object_object_foreach(v, name, value) {
                size_t kept = t->path.len;
                if (t->n == TEXTS_MAX || look_step(&t->path, name) < 0)
                        return;
                const char *path = arena_copy(&t->d->arena, text_str(&t->path));
                const char *own = arena_copy(&t->d->arena, str_of(name));
                bool scalar = value && !json_object_is_type(value, json_type_object) &&
                              !json_object_is_type(value, json_type_array);
                Str text = STR_NULL;
                if (path && own && scalar && arena_str(&t->d->arena, str_of(json_object_get_string(value)), &text) == 0)
                        t->at[t->n++] = (Found) { path, own, text };
                texts_walk(t, value, depth - 1);
                t->path.len = kept;
                t->path.at[kept] = '\0';
        }
}

static void texts_read(Texts *t, Draft *d, Str body) {
        _cleanup_(json_root_freep) json_object *root = draft_document(body);
        *t = (Texts) { .d = d, .path = TEXT_INIT(2000) };
        text_addc(&t->path, '$');
        texts_walk(t, root, SEARCH_DEPTH);
        text_free(&t->path);
}

/* A header of a later request that holds the value: its name, and its value with <token> in its place. */
static bool header_with(Draft *d, const HarLog *log, const HarEntry *after, Str token, const char **ret_name,
                        const char **ret_value) {
        for (const HarEntry *e = after + 1; e < log->at + log->n; e++)
                for (size_t i = 0; i < e->headers.n && strcmp(e->origin, d->origin) == 0; i++) {
                        const HarPair *h = &e->headers.at[i];
                        const char *at = strcasecmp(h->name, "cookie") == 0
                                                 ? NULL
                                                 : memmem(h->value, strlen(h->value), token.at, token.len);
                        if (!at)
                                continue;
                        *ret_name = h->name;
                        *ret_value = draft_printf(d, "%.*s<token>%s", (int) (at - h->value), h->value, at + token.len);
                        return *ret_value != NULL;
                }
        return false;
}

/* Where a text of the login's answer is posted later: a renewal, whatever its name. */
static bool refresh_posted(Draft *d, const HarLog *log, const HarEntry *login, const Found *f) {
        DraftSession *s = &d->session;
        for (const HarEntry *e = login + 1; e < log->at + log->n; e++) {
                HarPairs sent;
                if (!memmem(e->body.at ? e->body.at : "", e->body.len, f->value.at, f->value.len) ||
                    !draft_pairs(d, e, &sent))
                        continue;
                for (size_t k = 0; k < sent.n; k++)
                        if (str_eq(str_of(sent.at[k].value), f->value)) {
                                s->refresh_path = e->path;
                                s->refresh_field = sent.at[k].name;
                        }
        }
        return s->refresh_path != NULL;
}

static void refresh_find(Draft *d, const HarLog *log, const HarEntry *login, const Texts *answer) {
        DraftSession *s = &d->session;
        for (int i = 0; i < answer->n; i++) {
                const Found *f = &answer->at[i];
                char folded[80];
                name_fold(str_of(f->name), folded, sizeof folded);
                bool named = (strstr(folded, "refresh") || strstr(folded, "lammoi")) && f->value.len >= 8;
                if (!named && name_listed("expiresin expiresinseconds expirein ttl thoihan hethansau", folded))
                        s->expires = f->path;
                if (f->path == s->token || (!named && !value_secret(f->value)) || s->refresh_path)
                        continue;
                if (refresh_posted(d, log, login, f) || named)
                        s->refresh = f->path;
        }
        for (int i = 0; i < answer->n; i++)
                if (answer->at[i].path == s->token || answer->at[i].path == s->refresh)
                        draft_keep_out(d, answer->at[i].value);
        if (s->refresh && !s->refresh_path)
                draft_note(d, false, "the login gives a refresh token ({}), but the recording shows no renewal: the "
                                     "password is sent again when the token ends",
                           "đăng nhập có trả mã làm mới ({}), nhưng bản ghi không có lần làm mới nào: hết hạn thì đăng "
                           "nhập lại bằng mật khẩu",
                           s->refresh);
}

/* The text of the answer that a later header carries; NULL. */
static const Found *token_of(Draft *d, const HarLog *log, const HarEntry *login, const Texts *answer,
                             const char **ret_header, const char **ret_value) {
        for (int i = 0; i < answer->n; i++)
                if (answer->at[i].value.len >= 8 &&
                    header_with(d, log, login, answer->at[i].value, ret_header, ret_value))
                        return &answer->at[i];
        return NULL;
}

static bool token_find(Draft *d, const HarLog *log, const HarEntry *login) {
        DraftSession *s = &d->session;
        Texts answer;
        texts_read(&answer, d, login->answer);
        const Found *token = token_of(d, log, login, &answer, &s->header, &s->value);
        if (!token)
                return false;
        s->token = token->path;
        refresh_find(d, log, login, &answer);
        return true;
}

bool draft_token_after(Draft *d, const HarLog *log, const HarEntry *e) {
        const char *header, *value;
        Texts answer;
        if (!draft_json(e->answer_type) || e->answer.len == 0)
                return false;
        texts_read(&answer, d, e->answer);
        return token_of(d, log, e, &answer, &header, &value) != NULL;
}

/* ---- forms ---- */

/* The page that showed the form: the last one before the login with a password input. */
static const HarEntry *form_page(const HarLog *log, const HarEntry *login) {
        for (const HarEntry *e = login - 1; e >= log->at; e--)
                if (strcmp(e->origin, login->origin) == 0 && e->status == 200 && html_login_page(e->answer))
                        return e;
        return NULL;
}

static const char *proof_in(const HarEntry *e) {
        static const char *const words[] = { "Đăng xuất", "Đăng Xuất", "ĐĂNG XUẤT", "Thoát",  "Logout",
                                             "Log out",   "Sign out",  "Sign Out",  "logout", "dang-xuat" };
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
                if (memmem(e->answer.at, e->answer.len, words[i], strlen(words[i])))
                        return words[i];
        return NULL;
}

/* Logged in is what a page shows that the login page does not: first of all the way out. */
static void proof_find(Draft *d, const HarLog *log, const HarEntry *login, const HarEntry *page) {
        DraftSession *s = &d->session;
        const HarEntry *start = NULL;
        for (const HarEntry *e = login; e < log->at + log->n; e++) {
                bool html = strcmp(e->origin, d->origin) == 0 && e->status == 200 && html_looks_so(e->answer) &&
                            strcmp(e->method, "GET") == 0 && !html_login_page(e->answer);
                const char *word = html ? proof_in(e) : NULL;
                if (html && !start)
                        start = e;
                if (word && (!page || !memmem(page->answer.at, page->answer.len, word, strlen(word)))) {
                        s->proof_path = e->path;
                        s->proof_text = word;
                        return;
                }
        }
        s->proof_path = start ? start->path : "/";
        s->proof_text = "?";
        draft_note(d, true, "proof-text: write a few words that {} shows only to those who are logged in",
                   "proof-text: ghi vài chữ mà {} chỉ hiện khi đã đăng nhập", s->proof_path);
}

static void form_describe(Draft *d, const HarLog *log, const HarEntry *login, const HarEntry *page) {
        DraftSession *s = &d->session;
        s->kind = DRAFT_HTML_FORM;
        s->login_path = page ? page->path : login->path;
        if (!page)
                draft_note(d, true, "the page with the login form is not in the recording; {} is where it is sent",
                           "bản ghi không có trang chứa biểu mẫu đăng nhập; {} là nơi gửi tới", login->path);
        proof_find(d, log, login, page);
}

/* ---- without a login ---- */

const HarEntry *draft_first_call(const Draft *d, const HarLog *log) {
        for (int i = 0; i < log->n; i++)
                if (d->n_streams > 0 && strcmp(log->at[i].path, d->stream[0].path) == 0 &&
                    strcmp(log->at[i].origin, d->origin) == 0)
                        return &log->at[i];
        return NULL;
}

static bool forgery_header(const char *name) {
        char folded[80];
        name_fold(str_of(name), folded, sizeof folded);
        return strstr(folded, "csrf") || strstr(folded, "xsrf");
}

/* A key, or what stands behind the scheme of Authorization. */
static void key_keep_out(Draft *d, const char *value) {
        const char *behind = strchr(value, ' ');
        draft_keep_out(d, str_of(behind ? behind + 1 : value));
}

/* The session, where cookies carry it. */
static void cookies_keep_out(Draft *d, const HarEntry *login) {
        for (size_t i = 0; i < login->answer_headers.n; i++) {
                Str rest = str_of(login->answer_headers.at[i].value), cookie, part;
                if (strcasecmp(login->answer_headers.at[i].name, "set-cookie") != 0)
                        continue;
                while (str_split(&rest, '\n', &cookie)) {
                        (void) str_split(&cookie, '=', &part);
                        (void) str_split(&cookie, ';', &part);
                        if (value_secret(str_trim(part)))
                                draft_keep_out(d, str_trim(part));
                }
        }
}

static bool key_in_headers(Draft *d, const HarEntry *e) {
        DraftSession *s = &d->session;
        for (size_t i = 0; i < e->headers.n; i++) {
                const HarPair *h = &e->headers.at[i];
                bool authorization = strcasecmp(h->name, "authorization") == 0;
                if (strcasecmp(h->name, "cookie") == 0 || forgery_header(h->name) ||
                    (!authorization && !name_secret(str_of(h->name))))
                        continue;
                s->kind = !authorization                           ? DRAFT_KEY_HEADER
                          : strncasecmp(h->value, "bearer ", 7) == 0 ? DRAFT_BEARER
                          : strncasecmp(h->value, "basic ", 6) == 0  ? DRAFT_BASIC
                                                                     : DRAFT_KEY_HEADER;
                s->header = h->name;
                s->value = "<secret>";
                key_keep_out(d, h->value);
                return true;
        }
        return false;
}

static bool key_in_query(Draft *d, const HarEntry *e) {
        for (size_t i = 0; i < e->query.n; i++)
                if (name_secret(str_of(e->query.at[i].name)) && strlen(e->query.at[i].value) >= 8) {
                        d->session.kind = DRAFT_KEY_QUERY;
                        d->session.header = e->query.at[i].name;
                        d->session.value = "<secret>";
                        key_keep_out(d, e->query.at[i].value);
                        return true;
                }
        return false;
}

static void key_find(Draft *d, const HarLog *log) {
        const HarEntry *e = draft_first_call(d, log);
        d->session.kind = DRAFT_NONE;
        if (e && (key_in_headers(d, e) || key_in_query(d, e)))
                draft_note(d, d->session.kind != DRAFT_BASIC,
                           "no login was recorded; the calls carry {}: a key of its own, or a token that ends? Record "
                           "again from the login page in a private window to be sure",
                           "bản ghi không có đăng nhập; các lời gọi mang {}: là khóa riêng, hay mã có hạn? Hãy ghi lại "
                           "từ trang đăng nhập trong cửa sổ ẩn danh cho chắc",
                           d->session.header);
        else if (e && har_pair(e->headers, "cookie"))
                draft_note(
                        d, true,
                        "no login was recorded, but cookies were sent: record again from the login page, in "
                        "a private window",
                        "bản ghi không có đăng nhập nhưng có cookie: hãy ghi lại từ trang đăng nhập, trong cửa sổ ẩn "
                        "danh",
                        NULL);
}

/* A login by a program of the page itself, whose answer is JSON and whose session is a cookie, or a token got by a
 * form. */
static void step_describe(Draft *d, const HarEntry *login) {
        DraftSession *s = &d->session;
        s->kind = DRAFT_STEPS;
        s->login_path = login->path;
        s->login_json = draft_json(login->content_type);
        if (s->token || d->n_streams == 0)
                return;
        s->proof_path = d->stream[0].path;
        s->proof = d->stream[0].list->path;
        draft_note(d, true, "the session is a cookie: what proves that it is logged in? A list is asked for now ({})",
                   "phiên là cookie: lấy gì chứng tỏ đã đăng nhập? Tạm dùng một danh sách ({})", s->proof_path);
}

void draft_session(Draft *d, const HarLog *log) {
        DraftLogin found = { 0 };
        draft_login_find(d, log, &found);
        const HarEntry *login = found.entry, *page = login ? form_page(log, login) : NULL;
        if (!login) {
                key_find(d, log);
                return;
        }
        if (strcmp(login->origin, d->origin) != 0)
                draft_note(d, true, "the login goes to another address ({}): add its host to session-hosts",
                           "đăng nhập ở địa chỉ khác ({}): thêm máy chủ đó vào session-hosts", login->origin);
        bool answer = draft_json(login->answer_type) && login->answer.len > 0;
        bool token = answer && token_find(d, log, login), json = draft_json(login->content_type);
        cookies_keep_out(d, login);
        draft_login_fields(d, log, &found, answer ? NULL : page);
        if (token && json) {
                d->session.kind = DRAFT_JSON_LOGIN;
                d->session.login_path = login->path;
        } else if (answer || json)
                step_describe(d, login);
        else
                form_describe(d, log, login, page);
        draft_csrf(d, log);
}
