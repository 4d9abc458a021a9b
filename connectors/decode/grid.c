/* SPDX-License-Identifier: MIT */
#include "connectors/decode/grid.h"

#include <errno.h>

#include "connectors/limits.h"

#define HELD_BYTES (8u << 20) /* of the rows among which the header is looked for */
#define BESIDE_BYTES (256u << 10)
#define NUMBERED 3            /* cells at least of a row that only numbers the columns */

static const char *const total_words[] = { "Tổng cộng", "Tổng số", "Tổng", "Cộng", "Grand total", "Total" };

int grid_begin(Grid *g, const FormatPlan *plan, Rows *rows, bool probe) {
        *g = (Grid) { .plan = plan, .rows = rows, .probe = probe, .code_column = -1, .arena.max = HELD_BYTES,
                      .text = TEXT_INIT(BESIDE_BYTES) };
        g->held = calloc(LIMIT_HEADER_SEARCH, sizeof *g->held);
        g->carry = calloc(LIMIT_COLUMNS, sizeof *g->carry);
        return g->held && g->carry ? 0 : -ENOMEM;
}

void grid_free(Grid *g) {
        free(g->held);
        for (size_t i = 0; g->carry && i < LIMIT_COLUMNS; i++)
                free(g->carry[i].text);
        free(g->carry);
        arena_free(&g->arena);
        text_free(&g->text);
        *g = (Grid) { 0 };
}

/* ---- the number of records, where the bytes state it ---- */

static bool number_behind(Str s, int64_t *ret) {
        size_t i = 0, n = 0;
        char digits[20];
        while (i < s.len && (s.at[i] == ' ' || s.at[i] == ':' || s.at[i] == '(' || s.at[i] == '='))
                i++;
        for (; i < s.len && n < sizeof digits - 1; i++) {
                bool digit = s.at[i] >= '0' && s.at[i] <= '9';
                bool group = (s.at[i] == '.' || s.at[i] == ',') && n > 0 && i + 3 < s.len;
                if (digit)
                        digits[n++] = s.at[i];
                else if (!group)
                        break;
        }
        return n > 0 && text_to_int64((Str) { digits, n }, ret) == 0;
}

void grid_beside(Grid *g, Str text) {
        _cleanup_arena_ Arena a = { .max = 8 * BESIDE_BYTES };
        Str hay, needle;
        const char *wanted = g->plan->count_after;
        if (!wanted || g->rows->claimed >= 0 || text.len == 0)
                return;
        if (text_normalise(&a, text, &hay) != 0 || text_fold(&a, hay, &hay) != 0 ||
            text_normalise(&a, str_of(wanted), &needle) != 0 || text_fold(&a, needle, &needle) != 0 ||
            needle.len == 0 || hay.len == 0)
                return;
        const char *at = memmem(hay.at, hay.len, needle.at, needle.len);
        int64_t n;
        if (at && number_behind((Str) { at + needle.len, (size_t) (hay.at + hay.len - at) - needle.len }, &n))
                g->rows->claimed = n;
}

static void row_beside(Grid *g, const GridRow *row) {
        text_clear(&g->text);
        g->text.failed = 0;
        for (size_t i = 0; i < row->n; i++) {
                text_add(&g->text, row->cells[i].text);
                text_addc(&g->text, ' ');
        }
        grid_beside(g, text_str(&g->text));
}

/* "B2" of the as-of date. */
static bool cell_named(const char *name, int column, int row) {
        int c = 0, r = 0;
        for (; *name >= 'A' && *name <= 'Z' && c < 10000; name++)
                c = c * 26 + *name - 'A' + 1;
        for (; *name >= '0' && *name <= '9' && r < 10000000; name++)
                r = r * 10 + *name - '0';
        return *name == '\0' && c == column + 1 && r == row;
}

static int as_of_look(Grid *g, const GridRow *row) {
        for (size_t i = 0; i < row->n; i++)
                if (cell_named(g->plan->as_of_what, row->cells[i].column, row->number))
                        return arena_str(&g->rows->arena, row->cells[i].text, &g->rows->as_of);
        return 0;
}

/* ---- data ---- */

static const GridCell *cell_of(const GridRow *row, int column) {
        for (size_t i = 0; i < row->n; i++)
                if (row->cells[i].column == column)
                        return &row->cells[i];
        return NULL;
}

static const GridCell *first_text(const GridRow *row) {
        for (size_t i = 0; i < row->n; i++)
                if (!grid_blank(&row->cells[i]))
                        return &row->cells[i];
        return NULL;
}

static bool begins_word(Str text, const char *word, Arena *a) {
        Str folded;
        if (text_normalise(a, str_of(word), &folded) != 0 || text_fold(a, folded, &folded) != 0)
                return false;
        if (!str_starts(text, folded) || folded.len == 0)
                return false;
        return text.len == folded.len || strchr(" :(.", text.at[folded.len]);
}

static bool is_total(const Grid *g, const GridCell *first) {
        _cleanup_arena_ Arena a = { .max = 1u << 20 };
        const char *const *words = g->plan->n_totals ? g->plan->totals : total_words;
        size_t n = g->plan->n_totals ? g->plan->n_totals : sizeof total_words / sizeof *total_words;
        Str text;
        if (first->text.len > 400 || text_normalise(&a, first->text, &text) != 0 || text_fold(&a, text, &text) != 0)
                return false;
        for (size_t i = 0; i < n; i++)
                if (begins_word(text, words[i], &a))
                        return true;
        return false;
}

/* ---- the row that numbers the columns, as forms have it below their header: "1 2 3", "(1) (2) (3)", "A B 1 2",
 * "(5)=(3)/(4)" ---- */

typedef struct Numbering {
        int last, n; /* of the cells that count up from 1 */
        bool marked; /* each in brackets, as no value is written */
        bool all;    /* every column that has a name */
} Numbering;

/* The number of a cell; 0: it is none. */
static int numbering_value(Str s, bool *ret_marked) {
        const char *formula = s.len > 0 ? memchr(s.at, '=', s.len) : NULL;
        int value;
        if (formula)
                s = str_trim((Str) { s.at, (size_t) (formula - s.at) });
        *ret_marked = s.len > 2 && s.at[0] == '(' && s.at[s.len - 1] == ')';
        if (*ret_marked)
                s = (Str) { s.at + 1, s.len - 2 };
        return text_to_int(s, 1, LIMIT_COLUMNS, &value) < 0 ? 0 : value;
}

static bool numbering_read(const Grid *g, const GridRow *row, Numbering *ret) {
        Numbering c = { .marked = true, .all = true };
        size_t said = 0, named = 0;
        for (size_t i = 0; i < row->n; i++) {
                Str s = str_trim(row->cells[i].text);
                bool marked;
                if (s.len == 0)
                        continue;
                said += (size_t) row->cells[i].column < g->rows->n_columns &&
                        g->rows->columns[row->cells[i].column].name.len > 0;
                if (s.len == 1 && s.at[0] >= 'A' && s.at[0] <= 'Z' && c.n == 0)
                        continue;
                if (numbering_value(s, &marked) != c.last + 1)
                        return false;
                c.marked &= marked;
                c.last++;
                c.n++;
        }
        for (size_t k = 0; k < g->rows->n_columns; k++)
                named += g->rows->columns[k].name.len > 0;
        c.all = said == named;
        *ret = c;
        return c.n >= NUMBERED;
}

/* Whether the codes of the rows below are known, and none is a mere number as this row's would be. */
static bool codes_differ(const Grid *g, const GridRow *row) {
        int seen = 0;
        for (size_t i = 0; i < g->n_held && g->code_column >= 0; i++) {
                const GridCell *code = g->held[i].number > row->number ? cell_of(&g->held[i], g->code_column) : NULL;
                int value;
                if (!code || grid_blank(code))
                        continue;
                if (text_to_int(str_trim(code->text), 0, INT32_MAX, &value) >= 0)
                        return false;
                seen++;
        }
        return seen > 0;
}

/* No record is lost for looking like this row, and this row does not become a record: what is in doubt is put aside. */
static const char *const numbering_doubt =
        "numbers the columns, or is a record: `column-numbers` of the stream decides";

typedef enum NumberingVerdict { NUMBERING_NONE, NUMBERING_SURE, NUMBERING_DOUBTFUL } NumberingVerdict;

static NumberingVerdict numbering_judge(const Grid *g, const GridRow *row) {
        Numbering c;
        if (row->number != g->rows->header_row + 1 || g->plan->column_numbers == COLUMN_NUMBERS_NO ||
            !numbering_read(g, row, &c))
                return NUMBERING_NONE;
        if (c.marked || g->plan->column_numbers == COLUMN_NUMBERS_YES || codes_differ(g, row))
                return NUMBERING_SURE;
        return c.all ? NUMBERING_DOUBTFUL : NUMBERING_NONE;
}

static void value_add(Text *t, CellKind kind, Str text) {
        if (kind == CELL_JSON) {
                text_add(t, text);
        } else if (kind == CELL_ERROR) {
                text_add(t, STR("{\"error\":"));
                text_add_json(t, text);
                text_addc(t, '}');
        } else {
                text_add_json(t, text);
        }
}

static void link_add(Grid *g, const RowsColumn *c, Str link) {
        text_clear(&g->text);
        g->text.failed = 0;
        text_add(&g->text, c->member);
        text_add(&g->text, STR(" (link)"));
        rows_member(g->rows, text_str(&g->text));
        text_add_json(&g->rows->json, link);
}

static const char *raggedness(Grid *g, const GridRow *row) {
        _cleanup_text_ Text t = TEXT_INIT(100);
        Str copy;
        if (!g->ragged_matters)
                return NULL;
        size_t width = row->width;
        while (width > g->rows->n_columns && grid_blank(&row->cells[width - 1])) /* of such a format all are there */
                width--;
        if (width == g->rows->n_columns)
                return NULL;
        text_addf(&t, "%zu cells where the header has %zu", width, g->rows->n_columns);
        return t.failed || arena_str(&g->rows->arena, text_str(&t), &copy) < 0 ? "not as many cells as the header"
                                                                               : copy.at;
}

static int record_add(Grid *g, const GridRow *row) {
        Rows *r = g->rows;
        size_t at = 0;
        rows_open(r);
        for (size_t k = 0; k < r->n_columns; k++) {
                const RowsColumn *c = &r->columns[k];
                while (at < row->n && row->cells[at].column < (int) k)
                        at++;
                const GridCell *cell = at < row->n && row->cells[at].column == (int) k ? &row->cells[at] : NULL;
                bool covered = g->carry[k].left > 0 && (!cell || grid_blank(cell));
                if (c->name.len == 0 && !c->mapped && !covered && (!cell || grid_blank(cell)))
                        continue;
                rows_member(r, c->member);
                if (covered)
                        value_add(&r->json, g->carry[k].kind, str_of(g->carry[k].text));
                else
                        value_add(&r->json, cell ? cell->kind : CELL_TEXT, cell ? cell->text : STR(""));
                if (g->plan->links && cell && cell->link.len > 0)
                        link_add(g, c, cell->link);
        }
        const char *ragged = row->problem ? row->problem : raggedness(g, row);
        return rows_close(r, row->number, ragged);
}

/* A cell that covers rows below speaks for them too: a unit's name beside all of its tasks. A code does not: what
 * stands beside it is one record of several rows, and no several records. */
static int carry_on(Grid *g, const GridRow *row) {
        for (size_t k = 0; k < g->rows->n_columns; k++)
                g->carry[k].left -= g->carry[k].left > 0;
        for (size_t i = 0; i < row->n; i++) {
                const GridCell *c = &row->cells[i];
                if (c->down <= 0 || (size_t) c->column >= g->rows->n_columns || grid_blank(c) ||
                    c->column == g->code_column)
                        continue;
                GridCarry *to = &g->carry[c->column];
                free(to->text);
                *to = (GridCarry) { .left = c->down + 1, .kind = c->kind, .text = str_dup(c->text) };
                if (!to->text)
                        return -ENOMEM;
        }
        return 0;
}

static bool codeless(const Grid *g, const GridRow *row) {
        const GridCell *code = g->code_column >= 0 ? cell_of(row, g->code_column) : NULL;
        return g->code_column >= 0 && (!code || grid_blank(code));
}

/* A row of totals, and whatever stands below without a code. *ret_done: it is no record. */
static void totals_look(Grid *g, const GridRow *row, const GridCell *first, bool no_code, bool *ret_done) {
        *ret_done = (no_code || first->column == g->code_column) && !row->problem && is_total(g, first);
        if (*ret_done) {
                g->rows->left.totals++;
                if (!g->after_totals)
                        g->footer = g->rows->n;
                g->after_totals = true;
        } else if (!no_code) {
                g->after_totals = false; /* they were a part's: the table goes on */
        } else if (g->plan->codeless_skip && !row->problem) {
                g->rows->left.codeless++;
                *ret_done = true;
        }
        if (no_code || *ret_done)
                row_beside(g, row);
}

static int data_row(Grid *g, const GridRow *row) {
        const GridCell *first = first_text(row);
        NumberingVerdict numbering = numbering_judge(g, row);
        bool done = false;
        int r = carry_on(g, row);
        if (r != 0 || !first)
                return r;
        if (numbering == NUMBERING_SURE) {
                g->rows->left.numbering++;
                return 0;
        }
        if (numbering == NUMBERING_DOUBTFUL) {
                GridRow aside = *row;
                aside.problem = numbering_doubt;
                return record_add(g, &aside);
        }
        totals_look(g, row, first, codeless(g, row), &done);
        return done ? 0 : record_add(g, row);
}

static int held_replay(Grid *g) {
        size_t below = 0;
        int r = grid_header(g, &below);
        size_t top = r == 0 ? below : g->n_held;
        for (size_t i = 0; i < top; i++)
                row_beside(g, &g->held[i]);
        if (r != 0)
                return r;
        if (g->probe)
                return GRID_ENOUGH;
        if (g->plan->code >= 0)
                g->code_column = g->rows->wanted[g->plan->code].column;
        for (size_t i = below; i < g->n_held && r == 0; i++)
                r = data_row(g, &g->held[i]);
        g->n_held = 0;
        return r;
}

static int hold(Grid *g, const GridRow *row) {
        GridRow *to = &g->held[g->n_held];
        GridCell *cells = arena_get(&g->arena, (row->n + 1) * sizeof *cells);
        if (!cells)
                return rows_refuse(g->rows, FAULT_TOO_LARGE, "row %d: too large for a header", row->number);
        *to = *row;
        to->cells = cells;
        for (size_t i = 0; i < row->n; i++) {
                cells[i] = row->cells[i];
                if (arena_str(&g->arena, row->cells[i].text, &cells[i].text) < 0 ||
                    arena_str(&g->arena, row->cells[i].link, &cells[i].link) < 0)
                        return rows_refuse(g->rows, FAULT_TOO_LARGE, "row %d: too large for a header", row->number);
        }
        g->n_held++;
        bool enough = g->n_held == LIMIT_HEADER_SEARCH ||
                      (g->plan->header_row > 0 && row->number >= g->plan->header_row + 3);
        return enough ? held_replay(g) : 0;
}

int grid_row(Grid *g, const GridRow *row) {
        if (rows_patience(g->rows) != 0)
                return DECODE_REFUSED;
        if (row->n > 0 && row->cells[row->n - 1].column >= LIMIT_COLUMNS)
                return rows_refuse(g->rows, FAULT_TOO_LARGE, "row %d: more than %d columns", row->number,
                                   LIMIT_COLUMNS);
        if (g->plan->as_of == AS_OF_CELL && as_of_look(g, row) < 0)
                return -ENOMEM;
        return g->found ? data_row(g, row) : hold(g, row);
}

int grid_end(Grid *g) {
        int r = g->found ? 0 : held_replay(g);
        if (r != 0)
                return r;
        if (g->after_totals && g->footer < g->rows->n) { /* what stands below the totals and has no code: signatures */
                g->rows->left.codeless += (int) (g->rows->n - g->footer);
                g->rows->n = g->footer;
        }
        rows_finish(g->rows);
        return 0;
}
