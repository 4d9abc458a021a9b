/* SPDX-License-Identifier: MIT */
/* Whether every password and key that the configuration asks for is there: what the daemon finds out account by account
 * when it logs in, told at once to the person who edits. */
#include <errno.h>
#include <stdio.h>

#include "config/build.h"
#include "config/secret.h"
#include "config/secrets-look.h"
#include "connectors/http/tls.h"
#include "state/model/room.h"
#include "state/model/strmap.h"

#define SMTP_SECRET_BYTES 1023   /* as deliver-smtp takes it */

static const char line_en[] = "account<TAB>password", line_vi[] = "tài khoản<TAB>mật khẩu";

/* An account that logs in: where it is named, and the line of its password. */
typedef struct Account {
        const char *name;
        Origin at;
        const Tree *unit; /* NULL: the supervising one */
        int line;
} Account;

typedef struct Accounts {
        Account *at;
        size_t n;
        StrMap index;
} Accounts;

typedef struct Check {
        SecretsLook look;
        const SourceOptions *source;
        const Tree *tree; /* of the source */
        Accounts accounts;
} Check;

static void accounts_free(Accounts *a) {
        free(a->at);
        strmap_free(&a->index);
        *a = (Accounts) { 0 };
}

static int accounts_add(Accounts *a, const KeyValue *v, const Tree *unit) {
        int r = strmap_put(&a->index, str_of(v->whole), (uint32_t) a->n, NULL);
        if (r == 0)
                a->at[a->n++] = (Account) { .name = v->whole, .at = v->at, .unit = unit };
        return r == -EEXIST ? 0 : r; /* named twice: told where units are checked, or both the supervisor's */
}

/* Those that log in to the source: of units, and the supervising one when a unit is read through it. */
static int accounts_fill(Check *c) {
        static const char *const patterns[SIDE_COUNT] = { "units.*.central", "units.*.portal" };
        const Document *d = c->look.b->own->document[CONFIG_ACCOUNTS];
        const Tree *units = d ? tree_get(d->root, "units") : NULL;
        Accounts *a = &c->accounts;
        bool supervised = false;
        accounts_free(a);
        a->at = calloc(tree_count(units) + 1, sizeof *a->at);
        if (!a->at || strmap_reserve(&a->index, tree_count(units) + 1) < 0)
                return -ENOMEM;
        for (const Tree *u = units ? units->child : NULL; u; u = u->next) {
                KeyValue v = schema_value(CONFIG_ACCOUNTS, u, patterns[c->source->side]);
                supervised |= v.given && v.number == ACCOUNT_SUPERVISED;
                if (v.given && v.number == ACCOUNT_OWN && accounts_add(a, &v, u) < 0)
                        return -ENOMEM;
        }
        KeyValue supervisor = schema_value(CONFIG_MAIN, c->tree, "sources.*.supervisor");
        if (supervised && supervisor.given)
                return accounts_add(a, &supervisor, NULL);
        return 0;
}

static NoticePath account_path(const Check *c, const Account *a) {
        return a->unit ? notice_path("units", a->unit->key, side_names[c->source->side])
                       : notice_path("sources", c->source->id, "supervisor");
}

/* ---- the file of a source's accounts ---- */

/* A line whose name no account has. It may be a password in the wrong column: it is never shown. */
typedef struct Strange {
        Str name, secret;
        int line;
} Strange;

typedef struct Lines {
        Check *c;
        const char *file;
        Strange *strange;
        size_t n, room;
} Lines;

static void put_line(Lines *l, int line, int column, const Notice *n) {
        NoticePath path = notice_path("sources", l->c->source->id, NULL);
        Notice told = *n;
        told.subject = path.text;
        secrets_look_put(&l->c->look, l->file, line, column, &told);
}

static void take_account(Lines *l, Account *a, int line) {
        char first[16];
        (void) snprintf(first, sizeof first, "%d", a->line);
        if (a->line > 0)
                put_line(l, line, 1, &(Notice) { .id = NOTICE_SECRET_TWICE, .en = first });
        else
                a->line = line;
}

static int take_line(Lines *l, Str line, int number) {
        const char *tab = memchr(line.at, '\t', line.len);
        size_t len = tab ? (size_t) (tab - line.at) : 0;
        uint32_t i;
        if (!tab || len == 0 || len + 1 == line.len) {
                put_line(l, number, len > 0 ? (int) len + 2 : 1,
                         &(Notice) { .id = NOTICE_SECRET_LINE, .en = line_en, .vi = line_vi });
                return 0;
        }
        Str name = { line.at, len }, secret = { tab + 1, line.len - len - 1 };
        if (secret.len > SECRET_ACCOUNT_MAX)
                put_line(l, number, (int) len + 2,
                         &(Notice) { .id = NOTICE_SECRET_LINE, .en = "a password of at most 4096 bytes",
                                     .vi = "mật khẩu dài không quá 4096 byte" });
        if (strmap_get(&l->c->accounts.index, name, &i)) {
                take_account(l, &l->c->accounts.at[i], number);
                return 0;
        }
        if (ROOM_FOR_ONE(l->strange, l->n, l->room, 16) < 0)
                return -ENOMEM;
        l->strange[l->n++] = (Strange) { name, secret, number };
        return 0;
}

static int take_lines(Lines *l, Str all) {
        Str line;
        int r = 0;
        for (int number = 1; r == 0 && str_split(&all, '\n', &line); number++) {
                if (line.len > 0 && line.at[line.len - 1] == '\r')
                        line.len--;
                if (line.len > 0 && line.at[0] != '#')
                        r = take_line(l, line, number);
        }
        return r;
}

/* What is left over is compared with the accounts that are left over. */
static int put_strange(Lines *l) {
        Accounts *a = &l->c->accounts;
        _cleanup_free_ const char **without = calloc(a->n + 1, sizeof *without);
        size_t n = 0;
        uint32_t known;
        if (!without)
                return -ENOMEM;
        for (size_t i = 0; i < a->n; i++)
                if (a->at[i].line == 0)
                        without[n++] = a->at[i].name;
        for (size_t i = 0; i < l->n; i++) {
                const Strange *s = &l->strange[i];
                bool swapped = strmap_get(&a->index, s->secret, &known) && a->at[known].line == 0;
                if (swapped)
                        a->at[known].line = s->line;
                if (swapped)
                        put_line(l, s->line, 1, &(Notice) { .id = NOTICE_SECRET_SWAPPED, .en = line_en,
                                                            .vi = line_vi });
                else
                        put_line(l, s->line, 1, &(Notice) { .id = NOTICE_SECRET_UNUSED, .seen = l->c->source->id,
                                                            .nearest = text_nearest(s->name, without, n) });
        }
        return 0;
}

static void put_without(Check *c, const char *file) {
        for (size_t i = 0; i < c->accounts.n; i++) {
                const Account *a = &c->accounts.at[i];
                NoticePath path = account_path(c, a);
                if (a->line == 0)
                        notice_put(c->look.b->notices,
                                   &(Notice) { .id = NOTICE_SECRET_NONE, .at = a->at, .subject = path.text,
                                               .seen = a->name, .en = file, .mild = c->look.handed });
        }
}

static int check_book(Check *c) {
        _cleanup_(secret_wipe) Text all = { 0 };
        char file[80];
        NoticePath path = notice_path("sources", c->source->id, NULL);
        (void) snprintf(file, sizeof file, "%.60s.secrets", c->source->id);
        int r = secrets_look_read(&c->look,
                                  &(SecretWanted) { file, c->tree->key_origin, path.text,
                                                    "in it one line account<TAB>password for each account",
                                                    "mỗi tài khoản một dòng: tài khoản<TAB>mật khẩu", false },
                                  &all);
        if (r != 0)
                return r;
        Lines l = { .c = c, .file = file };
        r = take_lines(&l, text_str(&all));
        if (r == 0)
                r = put_strange(&l);
        free(l.strange);
        if (r == 0)
                put_without(c, file);
        return r;
}

/* ---- files of one secret ---- */

/* `most`: bytes; one line when `line`. */
static int check_file(Check *c, const SecretWanted *w, size_t most, bool line) {
        _cleanup_(secret_wipe) Text all = { 0 };
        int r = secrets_look_read(&c->look, w, &all);
        if (r != 0)
                return r;
        Str s = text_str(&all);
        if (s.len > 0 && s.at[s.len - 1] == '\n')
                s.len--;
        if (s.len == 0 || s.len > most || memchr(s.at, '\0', s.len) || (line && memchr(s.at, '\n', s.len)))
                secrets_look_put(&c->look, w->name, 0, 0,
                                 &(Notice) { .id = NOTICE_SECRET_LINE, .subject = w->subject, .en = w->en,
                                             .vi = w->vi });
        return 0;
}

static int check_sessions(Check *c) {
        int r = 0;
        for (size_t i = 0; i < c->accounts.n && r >= 0; i++) {
                const Account *a = &c->accounts.at[i];
                NoticePath path = account_path(c, a);
                char file[256];
                (void) snprintf(file, sizeof file, "%.60s.%.128s.session", c->source->id, a->name);
                if (strchr(a->name, '/')) { /* the daemon opens no such file (secret.c) */
                        notice_put(c->look.b->notices,
                                   &(Notice) { .id = NOTICE_SECRET_MISSING, .at = a->at, .subject = path.text,
                                               .seen = file, .en = "an account whose name can name a file: no `/`",
                                               .vi = "tài khoản có tên đặt được trong tên tệp: không có `/`",
                                               .mild = c->look.handed });
                        continue;
                }
                r = check_file(c, &(SecretWanted) { file, a->at, path.text, "the session that a person hands over",
                                                    "phiên đăng nhập do người giao", .later = true },
                               SECRET_SESSION_MAX, false);
        }
        return r;
}

static int check_tls(Check *c, const char *pattern, const char *name, const char *en, const char *vi, bool line) {
        KeyValue v = schema_value(CONFIG_MAIN, c->tree, pattern);
        NoticePath path = notice_path("sources", c->source->id, strrchr(pattern, '.') + 1);
        char file[128];
        (void) snprintf(file, sizeof file, "%.60s.%s", c->source->id, name);
        if (!v.given)
                return 0;
        return check_file(c, &(SecretWanted) { file, v.at, path.text, en, vi, false }, SECRET_FILE_MAX, line);
}

/* Under systemd the unit hands it over; without, it stands in a folder of the channel's own (daemon/channel). */
static int check_mail(Check *c, const Tree *root) {
        const Tree *t = tree_get(root, "mail");
        KeyValue user = schema_value(CONFIG_MAIN, t, "mail.user");
        bool own = !c->look.handed && secrets_look_there(&c->look, "mail/smtp-password");
        if (!user.given || schema_value(CONFIG_MAIN, t, "mail.program").given)
                return 0;
        return check_file(c, &(SecretWanted) { own ? "mail/smtp-password" : "smtp-password", user.at, "mail.user",
                                               "one line: the password of `mail.user`",
                                               "một dòng: mật khẩu của `mail.user`", false },
                          SMTP_SECRET_BYTES, true);
}

/* ---- all of it ---- */

static bool asks(const SourceOptions *o) {
        for (size_t i = 0; o->profile && o->base_url && i < profile_streams(o->profile); i++)
                if (profile_stream_asked(o->profile, i))
                        return true;
        return false;
}

static int check_source(Check *c) {
        int r = 0;
        if (asks(c->source)) {
                r = accounts_fill(c);
                if (r >= 0 && c->accounts.n > 0 && profile_wants_secret(c->source->profile))
                        r = check_book(c);
                if (r >= 0 && profile_wants_session(c->source->profile))
                        r = check_sessions(c);
        }
        if (r >= 0)
                r = check_tls(c, "sources.*.client-certificate", TLS_KEY_SECRET,
                              "the key of `client-certificate` (PEM)", "khóa của `client-certificate` (PEM)", false);
        if (r >= 0)
                r = check_tls(c, "sources.*.proxy-user", TLS_PROXY_SECRET, "one line: the password of `proxy-user`",
                              "một dòng: mật khẩu của `proxy-user`", true);
        return r;
}

static const SourceOptions *source_of(const Settings *s, const Tree *t) {
        for (size_t i = 0; i < s->n_sources; i++)
                if (strcmp(s->sources[i].id, t->key) == 0)
                        return &s->sources[i];
        return NULL;
}

/* A file of a source that is not there was misspelt, or its source is gone. */
static void check_names(Check *c, const Tree *sources) {
        SecretsLook *l = &c->look;
        for (size_t i = 0; i < l->n_names; i++) {
                Str name = str_of(l->names[i]);
                const char *ids[SIDE_COUNT] = { NULL };
                size_t n = 0;
                if (name.len <= 8 || strcmp(name.at + name.len - 8, ".secrets") != 0)
                        continue;
                Str id = { name.at, name.len - 8 };
                bool known = false;
                for (const Tree *t = sources ? sources->child : NULL; t; t = t->next) {
                        known |= str_eq(id, str_of(t->key));
                        if (n < SIDE_COUNT)
                                ids[n++] = t->key;
                }
                if (!known)
                        secrets_look_put(l, name.at, 0, 0,
                                         &(Notice) { .id = NOTICE_SECRET_FILE_UNUSED, .subject = "sources",
                                                     .seen = name.at, .nearest = text_nearest(id, ids, n) });
        }
}

int build_secrets_check(Build *b, Err *e) {
        const Tree *root = build_root(b, CONFIG_MAIN), *sources = tree_get(root, "sources");
        const Tree *paths = tree_get(tree_get(root, "paths"), "secrets");
        Check c = { 0 };
        int r = 0;
        secrets_look_begin(b, &c.look);
        for (const Tree *t = sources ? sources->child : NULL; t && r >= 0; t = t->next) {
                c.source = source_of(b->settings, t);
                c.tree = t;
                r = c.source ? check_source(&c) : 0;
        }
        if (r >= 0)
                r = check_mail(&c, root);
        if (r >= 0) {
                check_names(&c, sources);
                secrets_look_end(&c.look, paths ? paths->origin : root->origin);
        }
        accounts_free(&c.accounts);
        secrets_look_free(&c.look);
        return r < 0 ? err_oom(e) : 0;
}
