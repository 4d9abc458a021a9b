/* SPDX-License-Identifier: MIT */
/* Which request logged in, and which of its fields are the account and the password: by their names, else by what
 * follows. What a person typed stands in one request and in no answer before it, and after it a token or a cookie
 * appears. */
#include <strings.h>

#include "connectors/decode/document.h"
#include "connectors/decode/html.h"
#include "connectors/setup/draft-parts.h"
#include "connectors/tape/naming.h"

#define FIELDS_MAX 24

json_object *draft_document(Str body) {
        char why[160];
        json_object *root = NULL;
        return document_parse(body, &root, why) == FAULT_NONE ? root : NULL;
}

bool draft_pairs(Draft *d, const HarEntry *e, HarPairs *ret) {
        _cleanup_(json_root_freep) json_object *root = NULL;
        if (strcmp(e->method, "POST") != 0)
                return false;
        *ret = e->form;
        if (e->form.n > 0 || !draft_json(e->content_type) || !(root = draft_document(e->body)) ||
            !json_object_is_type(root, json_type_object))
                return e->form.n > 0;
        HarPair *at = arena_get(&d->arena, FIELDS_MAX * sizeof *at);
        size_t n = 0;
        json_object_object_foreach(root, name, value) {
                if (!at || n == FIELDS_MAX)
                        break;
                at[n] = (HarPair) { arena_copy(&d->arena, str_of(name)),
                                     arena_copy(&d->arena, str_of(value ? json_object_get_string(value) : "")) };
                n += at[n].name && at[n].value;
        }
        *ret = (HarPairs) { at, at ? n : 0 };
        return n > 0;
}

static bool has_secret(HarPairs pairs) {
        for (size_t i = 0; i < pairs.n; i++)
                if (name_login(str_of(pairs.at[i].name)) == LOGIN_SECRET && pairs.at[i].value[0])
                        return true;
        return false;
}

/* ---- what was typed ---- */

static bool holds(Str body, const char *word) {
        return body.len > 0 && memmem(body.at, body.len, word, strlen(word));
}

/* A choice, a language, a number of a page: nothing of anybody. */
static bool is_option(const char *value) {
        char folded[40];
        name_fold(str_of(value), folded, sizeof folded);
        bool digits = strlen(value) <= 2;
        for (const char *c = value; *c; c++)
                digits = digits && *c >= '0' && *c <= '9';
        return digits || name_listed("true false yes no on off null vi en vn vivn enus web mobile password login "
                                     "dangnhap local default client",
                                     folded);
}

static bool sent_again(const HarLog *log, const HarEntry *login, const char *value) {
        for (int i = 0; i < log->n; i++) {
                const HarEntry *e = &log->at[i];
                bool same = strcmp(e->path, login->path) == 0 && strcmp(e->origin, login->origin) == 0;
                if (!same && (holds(e->body, value) || strstr(e->url, value)))
                        return true;
        }
        return false;
}

/* Not a choice, and nothing that the system gave away before. */
static bool is_typed(const HarLog *log, const HarEntry *login, const char *value) {
        size_t n = strlen(value);
        if (n < 3 || n > 200 || is_option(value) || strchr("{[", value[0]))
                return false;
        for (const HarEntry *e = log->at; e < login; e++)
                if (holds(e->answer, value))
                        return false;
        return true;
}

/* A password is sent once, an account may be seen again; and what is drawn by chance is no account. */
static bool can_be(const HarLog *log, const HarEntry *login, const char *value, NameLogin as) {
        return is_typed(log, login, value) &&
               (as == LOGIN_SECRET ? !sent_again(log, login, value) : !value_secret(str_of(value)));
}

static bool could_log_in(const HarLog *log, const HarEntry *e, HarPairs sent) {
        int typed = 0, secret = 0;
        for (size_t i = 0; i < sent.n; i++) {
                typed += is_typed(log, e, sent.at[i].value);
                secret += can_be(log, e, sent.at[i].value, LOGIN_SECRET);
        }
        return typed >= 2 && secret > 0;
}

/* A cookie of the answer that later requests carry, and none before. */
static bool cookie_after(const HarLog *log, const HarEntry *login) {
        for (size_t i = 0; i < login->answer_headers.n; i++) {
                const HarPair *h = &login->answer_headers.at[i];
                char pair[400];
                size_t len = strcspn(h->value, ";\n");
                if (strcasecmp(h->name, "set-cookie") != 0 || len < 10 || len >= sizeof pair)
                        continue;
                memcpy(pair, h->value, len);
                pair[len] = '\0';
                for (const HarEntry *e = log->at; e < log->at + log->n; e++) {
                        const char *cookies = har_pair(e->headers, "cookie");
                        if (cookies && strstr(cookies, pair)) {
                                if (e > login)
                                        return true;
                                break;
                        }
                }
        }
        return false;
}

/* The last one before the first list: those before it may have been refused. */
void draft_login_find(Draft *d, const HarLog *log, DraftLogin *ret) {
        DraftLogin named = { 0 }, guessed = { .guessed = true };
        HarPairs pairs;
        for (const HarEntry *e = log->at; e < log->at + log->n; e++) {
                bool list = false;
                for (int k = 0; k < d->n_streams; k++)
                        list = list || strcmp(e->path, d->stream[k].path) == 0;
                if (list && (named.entry || guessed.entry))
                        break;
                if (list || e->status >= 400 || !draft_pairs(d, e, &pairs))
                        continue;
                if (has_secret(pairs))
                        named = (DraftLogin) { .entry = e, .sent = pairs };
                else if (could_log_in(log, e, pairs) && (cookie_after(log, e) || draft_token_after(d, log, e))) {
                        guessed.entry = e;
                        guessed.sent = pairs;
                }
        }
        *ret = named.entry ? named : guessed;
}

/* ---- its fields ---- */

static bool hidden_in(const HarEntry *page, const char *name, Draft *d) {
        HtmlWant wants[] = { { HTML_INPUT, name, STR_NULL }, { HTML_ACTION, NULL, STR_NULL } };
        const char *missing;
        return page && html_take(&d->arena, page->answer, (PlanNames) { 0 }, wants, 2, &missing) == 0;
}

/* How much a field reads like a password, or like an account, of those that were typed. */
static int points(const HarPair *p, NameLogin as) {
        static const char *const parts[2][10] = {
                { "mat", "khau", "pass", "pwd", "pin", "secret", "key", "ma", NULL },
                { "user", "dung", "taikhoan", "login", "ten", "mail", "account", "dangnhap", "canbo", NULL },
        };
        bool secret = as == LOGIN_SECRET, name_like = true;
        char folded[80];
        int n = 0;
        name_fold(str_of(p->name), folded, sizeof folded);
        for (size_t i = 0; parts[!secret][i]; i++)
                n = strstr(folded, parts[!secret][i]) ? 3 : n;
        for (const char *c = p->value; *c; c++)
                name_like = name_like && ((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || strchr("._@-", *c));
        return n + (secret != name_like ? 2 : 0);
}

/* The only field that was sent once and could be the password; -1: none, or several. */
static int only_secret(const HarLog *log, const DraftLogin *l, const char *const *taken) {
        int found = -1;
        for (size_t i = 0; i < l->sent.n; i++) {
                if (taken[i] || !can_be(log, l->entry, l->sent.at[i].value, LOGIN_SECRET))
                        continue;
                if (found >= 0)
                        return -1;
                found = (int) i;
        }
        return found;
}

/* The field that reads most like it, the first of those alike; a password follows its account. -1: none. */
static int pick(const HarLog *log, const DraftLogin *l, NameLogin as, const char *const *taken) {
        int best = -1, most = -1;
        for (size_t i = 0; i < l->sent.n; i++) {
                bool after = i > 0 && taken[i - 1] && strcmp(taken[i - 1], "<account>") == 0;
                bool possible = !taken[i] && can_be(log, l->entry, l->sent.at[i].value, as);
                bool again = possible && as == LOGIN_ACCOUNT && sent_again(log, l->entry, l->sent.at[i].value);
                int n = possible ? points(&l->sent.at[i], as) + 3 * after + 4 * again : -1;
                if (n > most) {
                        best = (int) i;
                        most = n;
                }
        }
        return best;
}

/* What goes into the draft as it was sent: a choice, or, beside a password that is known by its name, a plain word. */
static bool is_fixed(const HarPair *p, bool bare) {
        bool digit = false, upper = false, lower = false;
        if (name_secret(str_of(p->name)))
                return false;
        if (is_option(p->value))
                return true;
        if (bare || !draft_harmless(p->name, p->value))
                return false;
        for (const char *c = p->value; *c; c++) {
                digit |= *c >= '0' && *c <= '9';
                upper |= *c >= 'A' && *c <= 'Z';
                lower |= *c >= 'a' && *c <= 'z';
                if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                      strchr("._:/+-$", *c)))
                        return false;
        }
        return !(digit && upper && lower);
}

static void by_names(Draft *d, const DraftLogin *l, const HarEntry *page, const char **as) {
        bool account = false;
        for (size_t i = 0; i < l->sent.n; i++) {
                const HarPair *p = &l->sent.at[i];
                NameLogin guess = name_login(str_of(p->name));
                if (guess == LOGIN_SECRET)
                        as[i] = "<secret>";
                else if (guess == LOGIN_ACCOUNT && !account)
                        as[i] = "<account>";
                else if (hidden_in(page, p->name, d))
                        as[i] = "";
                account = account || guess == LOGIN_ACCOUNT;
        }
}

static bool known_as(const char *const *as, size_t n, const char *what) {
        for (size_t i = 0; i < n; i++)
                if (as[i] && strcmp(as[i], what) == 0)
                        return true;
        return false;
}

/* True: which is the account was only told by its looks. */
static bool by_looks(Draft *d, const HarLog *log, const DraftLogin *l, const char **as) {
        int secret = l->guessed ? only_secret(log, l, as) : -1, account = -1;
        if (secret >= 0)
                as[secret] = "<secret>";
        if (!known_as(as, l->sent.n, "<account>") && (account = pick(log, l, LOGIN_ACCOUNT, as)) >= 0)
                as[account] = "<account>";
        if (l->guessed && secret < 0)
                secret = pick(log, l, LOGIN_SECRET, as);
        if (secret >= 0) {
                as[secret] = "<secret>";
                d->session.guessed = true;
                draft_note(d, true, "the field `{}` was taken for the password: it was posted once, and then a session "
                                    "began",
                           "trường `{}` được coi là mật khẩu: chỉ gửi một lần, rồi phiên bắt đầu",
                           l->sent.at[secret].name);
        }
        if (account >= 0)
                draft_note(d, true, "the field `{}` was taken for the account, by its value",
                           "trường `{}` được coi là tài khoản, theo giá trị", l->sent.at[account].name);
        return account >= 0;
}

/* What another request typed into the fields of this login, and into those of such a name. */
static void typed_again(Draft *d, const DraftLogin *l, const char *const *as, HarPairs sent, bool same) {
        for (size_t i = 0; i < sent.n; i++) {
                bool typed = name_login(str_of(sent.at[i].name)) != LOGIN_OTHER;
                for (size_t k = 0; k < l->sent.n && same && !typed; k++)
                        typed = as[k] && as[k][0] && strcmp(l->sent.at[k].name, sent.at[i].name) == 0;
                if (typed)
                        draft_keep_out(d, str_of(sent.at[i].value));
        }
}

/* At every request that could be a login: what was refused first, or belongs to another, is as secret. */
static void typed_keep(Draft *d, const HarLog *log, const DraftLogin *l, const char *const *as) {
        HarPairs sent;
        typed_again(d, l, as, l->sent, true);
        for (const HarEntry *e = log->at; e < log->at + log->n; e++) {
                bool same = strcmp(e->path, l->entry->path) == 0 && strcmp(e->origin, l->entry->origin) == 0;
                if (e == l->entry || !draft_pairs(d, e, &sent))
                        continue;
                if (same || has_secret(sent))
                        typed_again(d, l, as, sent, same);
                else if (e < l->entry && could_log_in(log, e, sent) &&
                         (cookie_after(log, e) || draft_token_after(d, log, e)))
                        for (size_t i = 0; i < sent.n; i++)
                                if (is_typed(log, e, sent.at[i].value))
                                        draft_keep_out(d, str_of(sent.at[i].value));
        }
}

/* `bare`: who is who was told by looks, so that only choices go into the draft as they were sent. */
static void fields_put(Draft *d, const DraftLogin *l, const char *const *as, bool bare, HarPair *fields,
                       const char **hidden) {
        DraftSession *s = &d->session;
        size_t n = 0, h = 0;
        for (size_t i = 0; i < l->sent.n; i++) {
                const HarPair *p = &l->sent.at[i];
                if (as[i] && as[i][0])
                        fields[n++] = (HarPair) { .name = p->name, .value = as[i] };
                else if (as[i])
                        hidden[h++] = p->name;
                else if (p->value[0] && is_fixed(p, bare) && !draft_tells_typed(d, p->value))
                        fields[n++] = (HarPair) { .name = p->name, .value = p->value };
                else if (p->value[0])
                        draft_note(d, true, "the login also sends `{}`, whose value was not taken over: a captcha or a "
                                            "one-time code cannot be answered by a program",
                                   "đăng nhập còn gửi `{}`, giá trị không được chép lại: mã captcha hay mã một lần thì "
                                   "chương trình không trả lời được",
                                   p->name);
        }
        s->login_fields = (HarPairs) { fields, n };
        s->hidden = (HarNames) { hidden, h };
}

void draft_login_fields(Draft *d, const HarLog *log, const DraftLogin *login, const HarEntry *page) {
        size_t n = login->sent.n;
        HarPair *fields = arena_get(&d->arena, (n + 1) * sizeof *fields);
        const char **hidden = arena_get(&d->arena, (n + 1) * sizeof *hidden);
        const char **as = arena_get(&d->arena, (n + 1) * sizeof *as); /* NULL: nothing known; "": hidden */
        if (!fields || !hidden || !as)
                return;
        memset(as, 0, (n + 1) * sizeof *as);
        by_names(d, login, page, as);
        bool bare = by_looks(d, log, login, as) || login->guessed;
        typed_keep(d, log, login, as);
        fields_put(d, login, as, bare, fields, hidden);
        if (!known_as(as, n, "<account>"))
                draft_note(d, true, "no field of the login was recognised as the account: put <account> into its place",
                           "không nhận ra trường tài khoản khi đăng nhập: hãy ghi <account> vào đúng chỗ", NULL);
}
