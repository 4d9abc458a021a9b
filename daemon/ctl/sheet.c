/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/sheet.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

void out_begin(Out *o, bool json, bool vi) {
        *o = (Out) { .to = stdout, .json = json, .vi = vi };
        if (json)
                json_begin(&o->j, o->to);
        else
                o->width = table_terminal(STDOUT_FILENO);
}

int out_end(Out *o) {
        if (o->json)
                return json_end(&o->j);
        return fflush(o->to) != 0 || ferror(o->to) ? -EIO : 0;
}

void sheet_begin(Sheet *s, Out *out, const char *key, Word title, const SheetColumn *columns, size_t n, bool card) {
        *s = (Sheet) { .out = out, .column = columns, .n_columns = n, .card = card, .title = title, .key = key };
        if (out->json) {
                if (!card)
                        json_array(&out->j, key);
                return;
        }
        if (card) {
                s->table.n_columns = 2;
                return;
        }
        for (size_t i = 0; i < n; i++)
                if (!(columns[i].flags & SHEET_JSON))
                        s->table.column[s->table.n_columns++] =
                                (TableColumn) { .head = words_get(columns[i].head, out->vi),
                                                .right = columns[i].flags & SHEET_RIGHT,
                                                .elastic = columns[i].flags & SHEET_ELASTIC };
}

static void card_print(const Sheet *s) {
        size_t widest = 0;

        for (size_t i = 0; i < s->table.n; i += 2) {
                size_t n = text_width(s->table.cell[i]);

                widest = n > widest ? n : widest;
        }
        for (size_t i = 0; i + 1 < s->table.n; i += 2) {
                Str label = s->table.cell[i], value = s->table.cell[i + 1];

                fprintf(s->out->to, STR_FMT ":%*s " STR_FMT "\n", STR_ARG(label), (int) (widest - text_width(label)),
                        "", STR_ARG(value));
        }
}

static int sheet_print(Sheet *s) {
        if (s->out->any)
                fputc('\n', s->out->to);
        s->out->any = true;
        if (s->title != W_NONE && (s->card || s->plain))
                fprintf(s->out->to, "%s\n", words_get(s->title, s->out->vi));
        else if (s->title != W_NONE)
                fprintf(s->out->to, "%s (%zu)\n", words_get(s->title, s->out->vi), s->rows);
        if (s->card)
                card_print(s);
        return s->card ? s->table.failed : table_print(&s->table, s->out->width, s->out->to);
}

int sheet_end(Sheet *s, Err *e) {
        int r = 0;

        if (s->out->json && !s->card)
                json_close(&s->out->j);
        else if (!s->out->json)
                r = sheet_print(s);
        table_free(&s->table);
        if (r == -ENOMEM)
                return err_oom(e);
        return r < 0 ? err_set(e, r, RETRY_NEVER, "the output could not be written") : 0;
}

/* The column that the next cell is for; *ret_people, *ret_json say who sees it. */
static const SheetColumn *sheet_next(Sheet *s, bool *ret_people) {
        const SheetColumn *c = &s->column[s->at];

        if (s->out->json && s->at == 0)
                json_object(&s->out->j, s->card ? s->key : NULL);
        *ret_people = !s->out->json && !(c->flags & SHEET_JSON);
        if (*ret_people && s->card)
                table_add(&s->table, str_of(words_get(c->head, s->out->vi)));
        return c;
}

static void sheet_done(Sheet *s) {
        if (++s->at < s->n_columns)
                return;
        s->at = 0;
        s->rows++;
        if (s->out->json)
                json_close(&s->out->j);
}

void sheet_str(Sheet *s, Str text) {
        bool people;
        const SheetColumn *c = sheet_next(s, &people);

        if (people)
                table_add(&s->table, text);
        else if (s->out->json && c->key)
                json_str(&s->out->j, c->key, text);
        sheet_done(s);
}

void sheet_text(Sheet *s, const char *text) {
        sheet_code(s, text, text);
}

void sheet_code(Sheet *s, const char *code, const char *label) {
        bool people;
        const SheetColumn *c = sheet_next(s, &people);

        if (people)
                table_add(&s->table, str_of(label && label[0] ? label : "-"));
        else if (s->out->json && c->key)
                json_text(&s->out->j, c->key, code);
        sheet_done(s);
}

void sheet_int(Sheet *s, int64_t n) {
        char text[32];
        bool people;
        const SheetColumn *c = sheet_next(s, &people);

        snprintf(text, sizeof text, "%" PRId64, n);
        if (people)
                table_add(&s->table, str_of(text));
        else if (s->out->json && c->key)
                json_int(&s->out->j, c->key, n);
        sheet_done(s);
}

void sheet_flag(Sheet *s, bool on) {
        bool people;
        const SheetColumn *c = sheet_next(s, &people);

        if (people)
                table_add(&s->table, str_of(on ? words_get(W_YES, s->out->vi) : "-"));
        else if (s->out->json && c->key)
                json_flag(&s->out->j, c->key, on);
        sheet_done(s);
}

void sheet_when(Sheet *s, Instant t) {
        char text[WHEN_TEXT];
        bool people;
        const SheetColumn *c = sheet_next(s, &people);

        if (people)
                table_add(&s->table, str_of(words_when(t, s->out->vi, text)));
        else if (s->out->json && c->key)
                json_when(&s->out->j, c->key, t);
        sheet_done(s);
}

void sheet_date(Sheet *s, Date d) {
        char text[DATE_TEXT];
        bool people;
        const SheetColumn *c = sheet_next(s, &people);

        if (people)
                table_add(&s->table, str_of(words_date(d, s->out->vi, text)));
        else if (s->out->json && c->key)
                json_date(&s->out->j, c->key, d);
        sheet_done(s);
}

void sheet_sides(Sheet *s, unsigned mask) {
        char text[64] = "";
        bool people;
        const SheetColumn *c = sheet_next(s, &people);

        if (mask == (1u << SIDE_COUNT) - 1)
                snprintf(text, sizeof text, "%s", words_get(W_BOTH, s->out->vi));
        for (int side = 0; side < SIDE_COUNT && !text[0]; side++)
                if (mask & (1u << side))
                        snprintf(text, sizeof text, "%s", words_side(side, s->out->vi));
        if (people)
                table_add(&s->table, str_of(text[0] ? text : "-"));
        else if (s->out->json && c->key) {
                json_array(&s->out->j, c->key);
                for (int side = 0; side < SIDE_COUNT; side++)
                        if (mask & (1u << side))
                                json_text(&s->out->j, NULL, side_names[side]);
                json_close(&s->out->j);
        }
        sheet_done(s);
}

static void json_value(Json *j, const char *key, const Value *v) {
        static const char *const states[] = { "absent", "null", "empty", "set", "invalid" };

        json_object(j, key);
        json_text(j, "state", states[v->state]);
        if (v->state == VALUE_SET)
                json_str(j, "value", v->text);
        else
                json_null(j, "value");
        if (v->raw.len > 0)
                json_str(j, "raw", v->raw);
        else
                json_null(j, "raw");
        json_close(j);
}

void sheet_value(Sheet *s, FieldId field, const Value *v) {
        bool people;
        const SheetColumn *c = sheet_next(s, &people);
        _cleanup_text_ Text t = TEXT_INIT(65536);

        if (people) {
                words_value(field, v, s->out->vi, &t);
                table_add(&s->table, text_str(&t));
        } else if (s->out->json && c->key)
                json_value(&s->out->j, c->key, v);
        sheet_done(s);
}
