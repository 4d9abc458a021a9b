/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/learn.h"

#include "config/emit.h"
#include "connectors/tape/naming.h"
#include "daemon/ctl/learn-choice.h"

#include <stdio.h>
#include <strings.h>

#define USED_MAX LOOK_MEMBERS
#define COMMENT_COLUMN 40

typedef struct Writer {
        Text *t;
        const Draft *d;
        bool vi;
} Writer;

#define SAY(w, en, vn) ((w)->vi ? (vn) : (en))

static void line(Writer *w, int indent, const char *key, const char *value) {
        text_addf(w->t, "%*s%s:", indent, "", key);
        if (value) {
                text_addc(w->t, ' ');
                emit_scalar(w->t, str_of(value));
        }
}

/* Ends the line; a comment stands two blanks away, as a comment must. */
static void reason(Writer *w, bool decide, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void reason(Writer *w, bool decide, const char *format, ...) {
        char text[400];
        const char *start = w->t->at + w->t->len;
        size_t width = 0;
        va_list args;

        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        for (; start > w->t->at && start[-1] != '\n'; start--)
                width += ((unsigned char) start[-1] & 0xc0) != 0x80;
        while (text[0] && !utf8_valid(str_of(text))) /* cut inside a character */
                text[strlen(text) - 1] = '\0';
        for (char *c = text; *c; c++)
                if ((unsigned char) *c < ' ')
                        *c = ' ';
        text_addf(w->t, "%*s# %s%s\n", width + 2 < COMMENT_COLUMN ? (int) (COMMENT_COLUMN - width) : 2, "",
                  decide ? "? " : "", text);
}

static void plain(Writer *w, int indent, const char *key, const char *value) {
        line(w, indent, key, value);
        text_addc(w->t, '\n');
}

static void pairs(Writer *w, int indent, const char *key, HarPairs p) {
        if (p.n == 0)
                return;
        plain(w, indent, key, NULL);
        for (size_t i = 0; i < p.n; i++) {
                text_addf(w->t, "%*s", indent + 2, "");
                emit_scalar(w->t, str_of(p.at[i].name));
                text_add(w->t, STR(": "));
                emit_scalar(w->t, str_of(p.at[i].value));
                text_addc(w->t, '\n');
        }
}

/* ---- the head ---- */

static void dates_add(const char **names, int *n, const char *format) {
        for (int i = 0; i < *n; i++)
                if (strcmp(names[i], format) == 0)
                        return;
        if (*n < 6)
                names[(*n)++] = format;
}

typedef struct Shapes {
        const char *date[6];
        int n_dates, points, commas, percents;
} Shapes;

static void shapes_of(const Draft *d, Shapes *ret) {
        *ret = (Shapes) { 0 };
        for (int i = 0; i < d->n_streams; i++) {
                Choice c;

                choice_make(&d->stream[i], &c);
                for (int f = 0; f < FIELD_COUNT; f++) {
                        const LookMember *m = c.field[f].member;

                        if (!m)
                                continue;
                        if (m->date)
                                dates_add(ret->date, &ret->n_dates, m->date);
                        if (field_table[f].type == TYPE_EVIDENCE)
                                for (int k = 0; k < m->n_inner; k++)
                                        if (m->inner[k].date)
                                                dates_add(ret->date, &ret->n_dates, m->inner[k].date);
                        if (field_table[f].type != TYPE_DECIMAL || !(m->types & LOOK_TEXT))
                                continue;
                        ret->points += m->points;
                        ret->commas += m->commas;
                        ret->percents += m->percents;
                }
        }
}

static void head(Writer *w, const char *id, const char *recording) {
        Shapes shapes;

        text_addf(w->t, SAY(w, "# Drafted from the recording %s. Lines with `# ?` wait for a person's decision; then:\n"
                               "#   nq57d --check, and nq57ctl probe. docs/PROFILES.md explains every key.\n\n",
                            "# Bản nháp từ bản ghi %s. Dòng có `# ?` cần người quyết định; sau đó chạy\n"
                            "#   nq57d --check và nq57ctl probe. docs/PROFILES.md giải thích từng khóa.\n\n"),
                  recording);
        plain(w, 0, "profile", id);
        plain(w, 0, "status", "assumed");
        shapes_of(w->d, &shapes);
        line(w, 0, "decimal-mark", shapes.commas > shapes.points ? "comma" : "point");
        if (shapes.commas + shapes.points == 0)
                reason(w, false, "%s",
                       SAY(w, "no text with a decimal mark was seen", "chưa thấy số thập phân dạng chữ"));
        else
                reason(w, shapes.commas > 0 && shapes.points > 0,
                       SAY(w, "%d texts with a comma, %d with a point", "%d số dùng dấu phẩy, %d dùng dấu chấm"),
                       shapes.commas, shapes.points);
        if (shapes.n_dates > 0) {
                plain(w, 0, "dates", NULL);
                for (int i = 0; i < shapes.n_dates; i++)
                        text_addf(w->t, "  - %s\n", shapes.date[i]);
        }
        line(w, 0, "zone", "+07:00");
        reason(w, false, "%s", SAY(w, "of times without a zone", "của giờ không ghi múi giờ"));
        pairs(w, 0, "headers", w->d->n_streams ? w->d->stream[0].headers : (HarPairs) { 0 });
}

/* ---- session ---- */

static void optional(Writer *w, const char *key, const char *value) {
        if (value)
                plain(w, 2, key, value);
}

static void json_login(Writer *w, const DraftSession *s) {
        line(w, 2, "login-path", s->login_path);
        reason(w, false, "%s", SAY(w, "posted as JSON; the token in its answer came back in a later header",
                                   "gửi dạng JSON; mã trong trả lời xuất hiện lại ở tiêu đề sau đó"));
        pairs(w, 2, "login-fields", s->login_fields);
        plain(w, 2, "token", s->token);
        plain(w, 2, "header", s->header);
        plain(w, 2, "value", s->value);
        optional(w, "expires-in", s->expires);
        if (!s->refresh_path)
                return;
        plain(w, 2, "refresh-token", s->refresh);
        plain(w, 2, "refresh-path", s->refresh_path);
        pairs(w, 2, "refresh-fields",
              (HarPairs) { (HarPair[]) { { .name = s->refresh_field, .value = "<refresh>" } }, 1 });
}

static void html_form_lines(Writer *w, const DraftSession *s) {
        line(w, 2, "login-path", s->login_path);
        reason(w, false, "%s", SAY(w, "the page with the form", "trang có biểu mẫu"));
        if (s->hidden.n > 0) {
                line(w, 2, "hidden-fields", NULL);
                reason(w, false, "%s",
                       SAY(w, "inputs of that page, sent as they stood", "ô ẩn của trang đó, gửi nguyên"));
                for (size_t i = 0; i < s->hidden.n; i++) {
                        text_add(w->t, STR("    - "));
                        emit_scalar(w->t, str_of(s->hidden.at[i]));
                        text_addc(w->t, '\n');
                }
        }
        pairs(w, 2, "login-fields", s->login_fields);
        plain(w, 2, "proof-path", s->proof_path);
        line(w, 2, "proof-text", s->proof_text);
        reason(w, strcmp(s->proof_text, "?") == 0, "%s",
               SAY(w, "there after the login, not on the login page", "chỉ có sau khi đăng nhập"));
}

/* A login as one step: what is posted, and the token taken from its answer. */
static void step_lines(Writer *w, const DraftSession *s) {
        _cleanup_text_ Text json = TEXT_INIT(4000);

        text_add(w->t, STR("  steps:\n    login:\n"));
        plain(w, 6, "post", s->login_path);
        if (s->login_json) {
                text_addc(&json, '{');
                for (size_t i = 0; i < s->login_fields.n; i++) {
                        text_add(&json, i > 0 ? STR(", ") : STR(""));
                        text_add_json(&json, str_of(s->login_fields.at[i].name));
                        text_add(&json, STR(": "));
                        text_add_json(&json, str_of(s->login_fields.at[i].value));
                }
                text_addc(&json, '}');
                plain(w, 6, "json", json.failed || !json.at ? "" : json.at);
        } else
                pairs(w, 6, "form", s->login_fields);
        if (!s->token) {
                plain(w, 2, "proof-path", s->proof_path ? s->proof_path : "/");
                line(w, 2, "proof", s->proof ? s->proof : "$");
                reason(w, true, "%s",
                       SAY(w, "a value that only who is logged in gets", "giá trị chỉ người đã đăng nhập mới có"));
                return;
        }
        text_addf(w->t, "      take:\n        token: json %s\n", s->token);
        if (s->expires)
                text_addf(w->t, "        expires: json %s\n", s->expires);
        plain(w, 2, "header", s->header);
        plain(w, 2, "value", s->value);
}

static void csrf_lines(Writer *w, const DraftSession *s) {
        if (!s->csrf_header)
                return;
        line(w, 2, "csrf", NULL);
        reason(w, false, "%s", SAY(w, "each call carries it", "lời gọi nào cũng mang"));
        plain(w, 4, "header", s->csrf_header);
        plain(w, 4, "from", s->csrf_from);
        if (s->csrf_path)
                plain(w, 4, "path", s->csrf_path);
}

static void session(Writer *w) {
        static const char *const kinds[DRAFT_KINDS] = {
                [DRAFT_NONE] = "none",          [DRAFT_BASIC] = "basic",       [DRAFT_BEARER] = "bearer",
                [DRAFT_KEY_HEADER] = "api-key", [DRAFT_KEY_QUERY] = "api-key", [DRAFT_JSON_LOGIN] = "json-login",
                [DRAFT_HTML_FORM] = "html-form", [DRAFT_STEPS] = "steps",
        };
        const DraftSession *s = &w->d->session;
        bool key = s->kind == DRAFT_KEY_HEADER || s->kind == DRAFT_KEY_QUERY;

        text_add(w->t, STR("\nsession:\n"));
        line(w, 2, "kind", kinds[s->kind]);
        if (s->kind < DRAFT_JSON_LOGIN)
                reason(w, s->kind != DRAFT_BASIC, "%s", SAY(w, "no login was recorded", "bản ghi không có đăng nhập"));
        else if (s->guessed)
                reason(w, true, "%s", SAY(w, "is <secret> in its place? It was posted once, then a session began",
                                          "<secret> đã đúng chỗ chưa? Giá trị gửi một lần, rồi phiên bắt đầu"));
        else
                text_addc(w->t, '\n');
        if (key) {
                plain(w, 2, s->kind == DRAFT_KEY_QUERY ? "query" : "header", s->header);
                plain(w, 2, "value", s->value);
        } else if (s->kind == DRAFT_JSON_LOGIN)
                json_login(w, s);
        else if (s->kind == DRAFT_HTML_FORM)
                html_form_lines(w, s);
        else if (s->kind == DRAFT_STEPS)
                step_lines(w, s);
        csrf_lines(w, s);
}

/* ---- words ---- */

static void word_line(Writer *w, FieldType type, const char *word, int count) {
        const char *meaning = guess_word(type, word);

        text_add(w->t, meaning ? STR("    ") : STR("    # "));
        emit_scalar(w->t, str_of(word));
        text_addf(w->t, ": %s", meaning ? meaning : "");
        if (count > 0)
                reason(w, !meaning, "%s %d %s%s", SAY(w, "seen", "thấy"), count,
                       SAY(w, count == 1 ? "time" : "times", "lần"),
                       meaning ? "" : SAY(w, "; what does it mean?", "; nghĩa là gì?"));
        else
                reason(w, true, "%s",
                       SAY(w, "no date: is this what it means?", "không phải ngày: có đúng nghĩa này không?"));
}

static bool words_known(const Draft *d, const Choice *choices, FieldId f) {
        WordList list;

        choice_gather(d, choices, f, &list);
        return list.known > 0;
}

static void words_of(Writer *w, const Choice *choices, FieldId f, bool *head_written) {
        WordList list;

        choice_gather(w->d, choices, f, &list);
        if (list.n == 0)
                return;
        if (!*head_written && list.known > 0)
                text_add(w->t, STR("\nwords:\n"));
        else if (!*head_written)
                text_add(w->t, STR("\n# words:\n"));
        *head_written = *head_written || list.known > 0;
        text_addf(w->t, list.known ? "  %s:\n" : "  # %s:\n", field_table[f].key);
        for (int i = 0; i < list.n; i++)
                word_line(w, field_table[f].type, list.word[i], list.count[i]);
}

/* ---- streams ---- */

static void member_reason(Writer *w, const Chosen *c, const DraftStream *s, bool decide) {
        const LookMember *m = c->member;
        bool detail = s->details && strncmp(m->path, "$.detail", 8) == 0;
        int of = detail ? s->details : s->list->records < 500 ? s->list->records : 500;
        char shape[160] = "";

        if (m->date)
                snprintf(shape, sizeof shape, SAY(w, ", dates %s in %d of %d", ", ngày dạng %s ở %d trên %d"), m->date,
                         m->dates, m->texts);
        else if (m->texts > 0 && m->integers + m->points + m->commas == m->texts)
                snprintf(shape, sizeof shape, "%s", SAY(w, ", numbers", ", số"));
        reason(w, decide || c->guess.doubtful, SAY(w, "by its name%s; in %d of %d %s%s",
                                                   "theo tên%s; có ở %d trên %d %s%s"),
               shape, m->seen - m->nulls, of, SAY(w, of == 1 ? "record" : "records", "bản ghi"),
               c->guess.doubtful ? SAY(w, "; the values do not look like it", "; giá trị không giống vậy") : "");
}

static void evidence_lines(Writer *w, const LookMember *m) {
        const char *done[4] = { NULL };
        int n = 0;

        for (int i = 0; i < m->n_inner && n < 4; i++) {
                const char *key = guess_evidence(&m->inner[i]);
                bool twice = !key || m->inner[i].parent[0];

                for (int k = 0; k < n && !twice; k++)
                        twice = strcmp(done[k], key) == 0;
                if (twice)
                        continue;
                plain(w, 8, key, m->inner[i].path);
                done[n++] = key;
        }
}

/* The member of a list of units by which each is named: a code before a name. */
static const char *unit_member(const LookMember *m, bool *ret_name) {
        const char *name = NULL;

        *ret_name = false;
        for (int i = 0; i < m->n_inner; i++) {
                char folded[80];

                name_fold(str_of(m->inner[i].name), folded, sizeof folded);
                if (strcmp(folded, "ma") == 0 || strcmp(folded, "code") == 0 || strcmp(folded, "madonvi") == 0)
                        return m->inner[i].path;
                if (strcmp(folded, "ten") == 0 || strcmp(folded, "name") == 0 || strcmp(folded, "label") == 0)
                        name = m->inner[i].path;
        }
        *ret_name = name != NULL;
        return name;
}

/* What people type in an editor comes as HTML sooner or later; without a tag in it a text stays what it was. */
static bool rich(FieldId f, const LookMember *m) {
        return field_table[f].type == TYPE_TEXT && (m->html || f == FIELD_RESULT || f == FIELD_DIFFICULTY);
}

static void field_more(Writer *w, FieldId f, const LookMember *m, const Guess *g) {
        FieldType type = field_table[f].type;
        bool by_name = g->unit_name;

        if (choice_words(type, m))
                plain(w, 8, "words", field_table[f].key);
        if (type == TYPE_EVIDENCE)
                evidence_lines(w, m);
        if (type == TYPE_UNITS && m->n_inner > 0) {
                const char *path = unit_member(m, &by_name);

                if (path)
                        plain(w, 8, "member", path);
        }
        if (by_name && (type == TYPE_UNIT || type == TYPE_UNITS))
                plain(w, 8, "unit-by", "name");
        if (rich(f, m))
                plain(w, 8, "html", "yes");
        if (type == TYPE_DECIMAL && m->percents > 0)
                plain(w, 8, "percent", "yes");
}

static bool field_long(FieldId f, const LookMember *m, const Guess *g) {
        FieldType type = field_table[f].type;

        return choice_words(type, m) || type == TYPE_EVIDENCE || (type == TYPE_UNITS && m->n_inner > 0) ||
               g->unit_name || rich(f, m) || (type == TYPE_DECIMAL && m->percents > 0);
}

static void field(Writer *w, const DraftStream *s, FieldId f, const Chosen *c, bool words) {
        const LookMember *m = c->member;

        if (field_table[f].type == TYPE_DUE && !words) { /* dates read without a table */
                line(w, 6, field_table[f].key, m->path);
                member_reason(w, c, s, choice_words(TYPE_DUE, m));
                return;
        }
        if (choice_words(field_table[f].type, m) && !words) {
                text_addf(w->t, "      # %s: {from: %s, words: %s}", field_table[f].key, m->path, field_table[f].key);
                reason(w, true, "%s", SAY(w, "its words are not known", "chưa biết nghĩa các từ"));
                return;
        }
        if (!field_long(f, m, &c->guess)) {
                line(w, 6, field_table[f].key, m->path);
                member_reason(w, c, s, false);
                return;
        }
        plain(w, 6, field_table[f].key, NULL);
        line(w, 8, "from", m->path);
        member_reason(w, c, s, false);
        field_more(w, f, m, &c->guess);
}

static void lead_line(Writer *w, const Choice *c) {
        if (c->field[FIELD_LEAD].member)
                return;
        text_add(w->t, STR("      lead:\n"));
        line(w, 8, "account-unit", "yes");
        reason(w, true, "%s", SAY(w, "no member names a unit: the unit of the account that reads?",
                                  "không thấy tên đơn vị: là đơn vị của tài khoản đọc?"));
}

static void paging_lines(Writer *w, const DraftStream *s) {
        bool page = strcmp(s->paging, "page") == 0, offset = strcmp(s->paging, "offset") == 0;
        bool cursor = strcmp(s->paging, "cursor") == 0, none = strcmp(s->paging, "none") == 0;
        bool body = s->json || s->form;

        line(w, 4, "paging", s->paging);
        if (none)
                reason(w, true, "%s", SAY(w, "no parameter looks like paging: is one answer the whole list?",
                                          "không thấy tham số phân trang: một trả lời có đủ cả danh sách?"));
        else if (s->paging_seen)
                reason(w, false, "%s", SAY(w, "it moved from call to call", "thay đổi qua từng lời gọi"));
        else
                reason(w, true, "%s", SAY(w, "by a name alone; record the second page to be sure",
                                          "chỉ theo tên; ghi cả trang thứ hai cho chắc"));
        if (s->page_parameter && (page || offset || cursor) && !body)
                plain(w, 4, page ? "page-parameter" : offset ? "offset-parameter" : "cursor-parameter",
                      s->page_parameter);
        if (page && s->first_page == 0)
                plain(w, 4, "first-page", "0");
        if (cursor && s->cursor)
                plain(w, 4, "cursor", s->cursor);
        else if (cursor)
                text_addf(w->t, "    cursor: $.next%*s# ? %s\n", 18, "",
                          SAY(w, "where the next cursor stands was not seen", "chưa thấy con trỏ trang sau nằm ở đâu"));
        if (strcmp(s->paging, "next") == 0 && s->next)
                plain(w, 4, "next", s->next);
        if (s->size_parameter && !body)
                plain(w, 4, "size-parameter", s->size_parameter);
        if (s->size > 0 && s->size <= 5000 && !none && (s->size_parameter || page || offset))
                text_addf(w->t, "    size: %lld\n", (long long) s->size);
        if (s->more && (cursor || page || offset))
                plain(w, 4, "more", s->more);
}

static void total_lines(Writer *w, const DraftStream *s) {
        const LookHint *ok = look_hint(&s->look, HINT_OK);

        if (s->total) {
                line(w, 4, "total", s->total);
                reason(w, false, "%s",
                       SAY(w, "a number not below the records received", "số không nhỏ hơn số đã nhận"));
        } else if (s->total_header)
                plain(w, 4, "total-header", s->total_header);
        if (ok && (ok->type == LOOK_FLAG || ok->number == 0 || ok->number == 1 || ok->number == 200)) {
                line(w, 4, "ok", ok->path);
                reason(w, false, "%s", SAY(w, "read the same in every answer seen", "trả lời nào cũng ghi như vậy"));
                if (strcmp(ok->value, "true") != 0)
                        plain(w, 4, "ok-value", ok->value);
        }
}

static void left_over(Writer *w, const DraftStream *s, const Choice *c) {
        int n = 0;

        for (int i = 0; i < s->list->n_members; i++) {
                const LookMember *m = &s->list->members[i];

                if (choice_has(c, m) || (m->types & LOOK_OBJECT) || n == 40)
                        continue;
                text_addf(w->t, n == 0 ? SAY(w, "      # not used: %s", "      # chưa dùng: %s") : ", %s", m->path);
                n++;
        }
        if (n > 0)
                text_addc(w->t, '\n');
}

static void form_lines(Writer *w, const char *form) {
        Str rest = str_of(form), one, name;

        plain(w, 4, "form", NULL);
        while (str_split(&rest, '\n', &one))
                if (str_split(&one, ':', &name)) {
                        text_add(w->t, STR("      "));
                        emit_scalar(w->t, name);
                        text_add(w->t, STR(": "));
                        emit_scalar(w->t, str_trim(one));
                        text_addc(w->t, '\n');
                }
}

static void request_lines(Writer *w, const DraftStream *s) {
        plain(w, 4, "path", s->path);
        if (strcmp(s->method, "POST") == 0)
                plain(w, 4, "method", "POST");
        pairs(w, 4, "query", s->query);
        if (s->json)
                plain(w, 4, "json", s->json);
        if (s->form)
                form_lines(w, s->form);
}

static void detail_lines(Writer *w, const DraftStream *s) {
        if (!s->details)
                return;
        plain(w, 4, "details", NULL);
        line(w, 6, "path", s->detail_path);
        reason(w, false, SAY(w, "asked for %d rows of the recording", "bản ghi có hỏi riêng %d dòng"), s->details);
        if (s->detail_query) {
                text_add(w->t, STR("      query:\n        "));
                emit_scalar(w->t, str_of(s->detail_query));
                text_addf(w->t, ": <record.%s>\n", s->detail_member);
        }
        if (s->detail_ok)
                plain(w, 6, "ok", s->detail_ok);
        if (strcmp(s->detail_record, "$") != 0) {
                line(w, 6, "record", s->detail_record);
                reason(w, false, "%s", SAY(w, "the record alone, without its frame", "chỉ bản ghi, bỏ phần bao ngoài"));
        }
}

static void identity_lines(Writer *w, const DraftStream *s, const Choice *c) {
        line(w, 4, "code", c->code.member ? c->code.member->path : s->details ? "$.row.id" : "$.id");
        if (c->code.member)
                member_reason(w, &c->code, s, false);
        else
                reason(w, true, "%s", SAY(w, "nothing looks like the code: which member is it?",
                                          "không thấy mã: là trường nào?"));
        if (c->period.member) {
                line(w, 4, "period", c->period.member->path);
                member_reason(w, &c->period, s, false);
        }
        line(w, 4, "codes-per-unit", "yes");
        reason(w, true, "%s", SAY(w, "the same code at two units is two records; no: it is one",
                                  "cùng mã ở hai đơn vị là hai bản ghi; no: là một"));
}

static void stream(Writer *w, int at, const Choice *choices) {
        const DraftStream *s = &w->d->stream[at];
        const char *kind = s->kind == KIND_TASK ? "task" : "indicator";
        int before = 0;

        for (int i = 0; i < at; i++)
                before += w->d->stream[i].kind == s->kind;
        text_addf(w->t, before ? "\n  %ss-%d:\n" : at ? "\n  %ss:\n" : "  %ss:\n", kind, before + 1);
        line(w, 4, "kind", kind);
        reason(w, false, "%d %s, %d %s", s->calls, SAY(w, s->calls == 1 ? "call" : "calls", "lời gọi"),
               s->list->records, SAY(w, s->list->records == 1 ? "record" : "records", "bản ghi"));
        request_lines(w, s);
        plain(w, 4, "list", s->list->path);
        total_lines(w, s);
        paging_lines(w, s);
        detail_lines(w, s);
        identity_lines(w, s, &choices[at]);
        text_add(w->t, STR("    fields:\n"));
        lead_line(w, &choices[at]);
        for (int f = 0; f < FIELD_COUNT; f++)
                if (choices[at].field[f].member)
                        field(w, s, (FieldId) f, &choices[at].field[f], words_known(w->d, choices, (FieldId) f));
        left_over(w, s, &choices[at]);
}

int learn_write(const Draft *d, const char *id, const char *recording, bool vi, Text *ret) {
        Writer w = { .t = ret, .d = d, .vi = vi };
        Choice choices[DRAFT_STREAMS];
        bool words = false;

        for (int i = 0; i < d->n_streams; i++)
                choice_make(&d->stream[i], &choices[i]);
        head(&w, id, recording);
        session(&w);
        for (int f = 0; f < FIELD_COUNT; f++)
                words_of(&w, choices, (FieldId) f, &words);
        text_add(ret, STR("\nstreams:\n"));
        for (int i = 0; i < d->n_streams; i++)
                stream(&w, i, choices);
        return ret->failed;
}
