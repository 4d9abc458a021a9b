/* SPDX-License-Identifier: MIT */
#include "config/import.h"

#include <errno.h>

#include "config/characters.h"
#include "config/emit.h"
#include "config/import-list.h"
#include "config/typed.h"

static const char head_text[] = "# Tài khoản và đầu mối của từng đơn vị. Giải thích từng khóa: docs/CONFIGURATION.md. "
                                "Không ghi mật khẩu vào "
                                "đây.\n"
                                "# Accounts and contact persons of each unit. Every key: docs/CONFIGURATION.md. "
                                "Passwords never stand here.\n\n"
                                "roles:\n"
                                "  ops: vacant\n"
                                "  leadership: vacant\n"
                                "  contact: vacant\n\n"
                                "units:\n";

/* A change of one line of the old file. */
typedef struct Edit {
        int line, column; /* column 0: new lines behind `line` */
        const char *text; /* the value, or whole lines */
} Edit;

typedef struct Import {
        Notices *notices;
        const char *csv_name;
        Document *document; /* NULL: there was no file */
        UnitTable *units;
        ImportList list;
        Edit *edits;
        size_t n_edits;
        Arena arena;
        ImportCounts counts;
} Import;

static const Tree *unit_tree(const Import *im, const char *id) {
        return tree_get(tree_get(im->document->root, "units"), id);
}

/* Ids and names of the units there are: enough to find them. */
static int known_units(Import *im, Err *e) {
        const Tree *section = im->document ? tree_get(im->document->root, "units") : NULL;
        UnitTable *t = im->units = calloc(1, sizeof *t);
        if (!t || !(t->units = calloc(tree_count(section) + 1, sizeof *t->units)))
                return err_oom(e);
        for (const Tree *u = section ? section->child : NULL; u; u = u->next) {
                const Tree *name = tree_get(u, "name");
                t->units[t->n_units++] =
                        (Unit) { .id = u->key, .name = name && name->text ? name->text : "", .parent = -1 };
        }
        return unit_table_index(t, e);
}

static int add_edit(Import *im, int line, int column, const Text *text, Err *e) {
        const char *copy = text->failed ? NULL : arena_copy(&im->arena, text_str(text));
        if (!copy)
                return err_oom(e);
        im->edits[im->n_edits++] = (Edit) { line, column, copy };
        return 0;
}

/* 1: something is written, 0: it says so already, negative with Err. */
static int edit_key(Import *im, const Tree *unit, const char *key, Str value, Err *e) {
        const Tree *old = tree_get(unit, key);
        _cleanup_text_ Text text = TEXT_INIT(4096);
        if (value.len == 0 || (old && old->kind == TREE_SCALAR && str_eq(str_of(old->text), value)))
                return 0;
        if (old && old->kind != TREE_SCALAR)
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "units.%s.%s is no single value", unit->key, key);
        int r;
        if (old) {
                if (!old->text[0])
                        text_addc(&text, ' ');
                emit_scalar(&text, value);
                r = add_edit(im, old->origin.line, old->origin.column, &text, e);
        } else {
                const Tree *first = unit->child;
                text_addf(&text, "%*s%s: ", first ? first->key_origin.column - 1 : 4, "", key);
                emit_scalar(&text, value);
                text_addc(&text, '\n');
                const Tree *kind = tree_get(unit, "kind");
                r = add_edit(im, kind ? kind->origin.line : unit->key_origin.line, 0, &text, e);
        }
        return r < 0 ? r : 1;
}

/* A person of a unit that is there stays; one of whom nothing is said is taken from the list. */
static bool person_stays(Import *im, const ImportRow *row, ImportColumn c, const Tree *old) {
        KeyValue v = { .date = DATE_NONE, .until = DATE_NONE };
        Str listed = row->cell[c], seen;
        bool usable = typed_seat(listed, &v, &seen) == KEY_FINE;
        bool same = old && old->kind == TREE_SCALAR && str_starts(str_of(old->text), listed);
        if (listed.len == 0 || same || (usable && !old))
                return listed.len == 0 || same;
        _cleanup_free_ char *text = str_dup(listed);
        notice_put(im->notices,
                   &(Notice) { .id = old ? NOTICE_ROW_PERSON_KEPT : NOTICE_ROW_PERSON_LEFT,
                               .at = { im->csv_name, row->row, im->list.place[c] ? im->list.place[c] : 1 },
                               .seen = text, .en = old && old->text ? old->text : "" });
        return true;
}

static int edit_unit(Import *im, const ImportRow *row, Err *e) {
        const Tree *unit = unit_tree(im, row->unit->id);
        bool changed = false;
        for (int c = 0; c < COLUMN_COUNT; c++) {
                const char *key = import_column_key((ImportColumn) c);
                bool code = c == COLUMN_CENTRAL_CODE || c == COLUMN_PORTAL_CODE;
                if (!key || (code && str_eq(row->cell[c], str_of(unit->key)) && !tree_get(unit, key)))
                        continue;
                bool person = c == COLUMN_FOCAL || c == COLUMN_HEAD;
                if (person && person_stays(im, row, (ImportColumn) c, tree_get(unit, key)))
                        continue;
                int r = edit_key(im, unit, key, row->cell[c], e);
                if (r < 0)
                        return r;
                changed = changed || r > 0;
        }
        if (changed)
                im->counts.changed++;
        else
                im->counts.same++;
        return 0;
}

static void new_line(Text *t, const char *key, Str value) {
        if (value.len == 0)
                return;
        text_addf(t, "    %s: ", key);
        emit_scalar(t, value);
        text_addc(t, '\n');
}

static void new_access(Text *t, const char *key, Str value, UnitKind kind) {
        if (value.len == 0 && kind != UNIT_SUB)
                value = STR("none (không có trong danh sách)");
        new_line(t, key, value);
}

static void new_unit(Text *t, const ImportRow *row) {
        text_add(t, STR("  "));
        emit_scalar(t, row->cell[COLUMN_CODE]);
        text_add(t, STR(":\n"));
        new_line(t, "name", row->cell[COLUMN_NAME]);
        new_line(t, "kind", str_of(unit_kinds[row->kind]));
        new_line(t, "parent", row->cell[COLUMN_PARENT]);
        for (int c = COLUMN_CENTRAL_CODE; c <= COLUMN_PORTAL_CODE; c++)
                if (!str_eq(row->cell[c], row->cell[COLUMN_CODE]))
                        new_line(t, import_column_key((ImportColumn) c), row->cell[c]);
        new_access(t, "central", row->cell[COLUMN_CENTRAL], row->kind);
        new_access(t, "portal", row->cell[COLUMN_PORTAL], row->kind);
        new_line(t, "focal", row->cell[COLUMN_FOCAL]);
        new_line(t, "head", row->cell[COLUMN_HEAD]);
}

static int last_line(const Tree *t) {
        int line = t->key_origin.line > t->origin.line ? t->key_origin.line : t->origin.line;
        for (const Tree *c = t->child; c; c = c->next) {
                int below = last_line(c);
                line = below > line ? below : line;
        }
        return line;
}

static int edit_order(const void *a, const void *b) {
        const Edit *x = a, *y = b;
        if (x->line != y->line)
                return x->line < y->line ? -1 : 1;
        if ((x->column == 0) != (y->column == 0))
                return x->column == 0 ? 1 : -1; /* the line itself before what comes behind it */
        return x < y ? -1 : x > y;
}

/* How many bytes of `rest` the old value is, without the comment behind it. */
static size_t value_length(Str rest) {
        if (rest.len > 0 && (rest.at[0] == '"' || rest.at[0] == '\'')) {
                char quote = rest.at[0];
                for (size_t i = 1; i < rest.len; i++) {
                        if (quote == '"' && rest.at[i] == '\\')
                                i++;
                        else if (rest.at[i] == quote && quote == '\'' && i + 1 < rest.len && rest.at[i + 1] == quote)
                                i++;
                        else if (rest.at[i] == quote)
                                return i + 1;
                }
        }
        const char *comment = rest.len > 0 ? memmem(rest.at, rest.len, " #", 2) : NULL;
        size_t len = comment ? (size_t) (comment - rest.at) : rest.len;
        while (len > 0 && (rest.at[len - 1] == ' ' || rest.at[len - 1] == '\r'))
                len--;
        return len;
}

static void emit_line(Text *out, const LineIndex *lines, int number, const Edit *value) {
        Str line = line_index_from(lines, number, 1);
        if (value) {
                Str rest = line_index_from(lines, number, value->column);
                size_t old = value_length(rest);
                text_add(out, (Str) { line.at, line.len - rest.len });
                text_add(out, str_of(value->text));
                line = (Str) { rest.at + old, rest.len - old };
        }
        text_add(out, line);
}

/* The old file with the edits, new units behind the last one. */
static int rewrite(const Import *im, Str old, int units_end, const Text *added, Text *out) {
        LineIndex lines;
        int r = line_index_make(old, &lines);
        if (r < 0)
                return r;
        size_t k = 0;
        for (int number = 1; (size_t) number <= lines.n; number++) {
                bool value = k < im->n_edits && im->edits[k].line == number && im->edits[k].column > 0;
                bool last = (size_t) number == lines.n;
                emit_line(out, &lines, number, value ? &im->edits[k++] : NULL);
                while (k < im->n_edits && im->edits[k].line == number && im->edits[k].column > 0)
                        k++;
                bool more = (k < im->n_edits && im->edits[k].line == number) || (number == units_end && added->len > 0);
                if (!last || more)
                        text_addc(out, '\n');
                while (k < im->n_edits && im->edits[k].line == number)
                        text_add(out, str_of(im->edits[k++].text));
                if (number == units_end)
                        text_add(out, text_str(added));
        }
        line_index_free(&lines);
        return out->failed;
}

static int write_all(Import *im, Str existing, Text *out, Err *e) {
        _cleanup_text_ Text added = TEXT_INIT(out->max);
        for (size_t i = 0; i < im->list.n; i++) {
                const ImportRow *row = &im->list.rows[i];
                if (!row->unit) {
                        new_unit(&added, row);
                        im->counts.added++;
                        continue;
                }
                int r = edit_unit(im, row, e);
                if (r < 0)
                        return r;
        }
        im->counts.rows = im->list.n;
        if (added.failed)
                return err_oom(e);
        qsort(im->edits, im->n_edits, sizeof *im->edits, edit_order);

        const Tree *section = im->document ? tree_get(im->document->root, "units") : NULL;
        if (section)
                return rewrite(im, characters_without_bom(existing), last_line(section), &added, out) < 0 ? err_oom(e)
                                                                                                          : 0;
        text_add(out, im->document ? characters_without_bom(existing) : str_of(head_text));
        if (im->document)
                text_add(out, STR("\nunits:\n"));
        text_add(out, text_str(&added));
        return out->failed ? err_oom(e) : 0;
}

static void import_free(Import *im) {
        document_free(im->document);
        unit_table_free(im->units);
        import_list_free(&im->list);
        free(im->edits);
        arena_free(&im->arena);
}

/* What was written must load: a wrong file is worse than none. */
static int prove(const Text *out, const ImportOptions *o, Notices *n, Err *e) {
        Document *d = NULL;
        int r = load_text(text_str(out), o->existing_name, LOAD_FLAT, n, &d, e);
        document_free(d);
        if (r == 0 && n->errors > 0)
                r = LOAD_E_INVALID;
        return r;
}

static int import_all(Import *im, Str csv, Str existing, const ImportOptions *o, Text *out, Err *e) {
        int r = 0;
        if (str_trim(existing).len > 0)
                r = load_text(existing, o->existing_name, LOAD_FLAT, im->notices, &im->document, e);
        if (r == 0)
                r = known_units(im, e);
        if (r == 0)
                r = import_list_read(csv, im->units, o, im->notices, &im->list, e);
        if (r != 0 || im->notices->errors > 0)
                return r < 0 ? r : IMPORT_E_INVALID;
        im->edits = calloc(im->list.n * COLUMN_COUNT + 1, sizeof *im->edits);
        if (!im->edits)
                return err_oom(e);
        r = write_all(im, existing, out, e);
        return r == 0 ? prove(out, o, im->notices, e) : r;
}

int import_accounts(Str csv, Str existing, const ImportOptions *o, FindingSink *sink, Text *ret_yaml,
                    ImportCounts *ret_counts, Err *e) {
        Notices notices = { .sink = sink };
        Import im = { .notices = &notices, .csv_name = o->csv_name };
        _cleanup_text_ Text out = TEXT_INIT(ret_yaml->max);
        int r = import_all(&im, csv, existing, o, &out, e);
        if (r == 0) {
                *ret_counts = im.counts;
                text_free(ret_yaml);
                *ret_yaml = out;
                out = (Text) { 0 };
        }
        import_free(&im);
        return r;
}
