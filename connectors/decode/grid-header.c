/* SPDX-License-Identifier: MIT */
/* The header of a table: which rows are it, and what each column is called. */
#include <errno.h>

#include "connectors/decode/grid.h"
#include "connectors/limits.h"

#define HEADER_DEPTH 3 /* rows of one header */
#define NAME_MAX_BYTES 400
#define LISTED 8       /* headers named in an error */

/* What a column may be called, and what it then is. */
typedef struct Target {
        Str folded, member;
        size_t wanted; /* index in the plan; n_wanted: a member that no selector begins with */
} Target;

typedef struct Header {
        Grid *grid;
        Arena *arena; /* scratch */
        Target *targets;
        size_t n_targets, width;
        Str *cells;   /* held rows × width, covered cells filled */
} Header;

typedef struct Choice {
        size_t row; /* held index of the last row */
        int depth, score;
        bool code;
} Choice;

int grid_fold(Arena *a, Str s, Str *ret) {
        Str normal, folded;
        int r = text_normalise(a, s, &normal);
        if (r == 0)
                r = text_fold(a, normal, &folded);
        if (r != 0)
                return r;
        char *at = arena_get(a, folded.len + 1);
        size_t n = 0;
        if (!at)
                return -ENOMEM;
        for (size_t i = 0; i < folded.len; i++)
                if ((unsigned char) folded.at[i] > ' ')
                        at[n++] = folded.at[i];
        while (n > 0 && (at[n - 1] == '*' || at[n - 1] == ':'))
                n--;
        *ret = (Str) { at, n };
        return 0;
}

static int target_add(Header *h, Str name, Str member) {
        const FormatPlan *p = h->grid->plan;
        Target *t = &h->targets[h->n_targets];
        *t = (Target) { .member = member, .wanted = 0 };
        while (t->wanted < p->n_wanted && !str_eq(p->wanted[t->wanted], member))
                t->wanted++;
        int r = grid_fold(h->arena, name, &t->folded);
        if (r == 0 && t->folded.len > 0)
                h->n_targets++;
        return r == -ENOMEM ? r : 0;
}

static int targets_make(Header *h) {
        const FormatPlan *p = h->grid->plan;
        int r = 0;
        h->targets = arena_get(h->arena, (p->n_wanted + p->n_columns + 1) * sizeof *h->targets);
        if (!h->targets)
                return -ENOMEM;
        for (size_t i = 0; i < p->n_wanted && r == 0; i++)
                r = target_add(h, p->wanted[i], p->wanted[i]);
        for (size_t i = 0; i < p->n_columns && r == 0; i++)
                r = target_add(h, str_of(p->columns[i].header), str_of(p->columns[i].member));
        return r;
}

static Str *cell_at(const Header *h, size_t row, size_t column) {
        return &h->cells[row * h->width + column];
}

static void cell_spread(Header *h, size_t row, const GridCell *c) {
        Str name;
        if (text_normalise(h->arena, c->text, &name) != 0 || name.len == 0)
                return;
        for (size_t i = row; i <= row + (size_t) c->down && i < h->grid->n_held; i++)
                for (size_t k = (size_t) c->column; /* up to what another covers */
                     k <= (size_t) (c->column + c->right) && k < h->width && cell_at(h, i, k)->len == 0; k++)
                        *cell_at(h, i, k) = name;
}

static int cells_make(Header *h) {
        const Grid *g = h->grid;
        for (size_t i = 0; i < g->n_held; i++)
                for (size_t k = 0; k < g->held[i].n; k++) {
                        const GridCell *c = &g->held[i].cells[k];
                        size_t end = (size_t) (c->column + (grid_blank(c) ? 0 : c->right)) + 1;
                        if (!grid_blank(c) && end > h->width)
                                h->width = end;
                }
        if (h->width > LIMIT_COLUMNS)
                h->width = LIMIT_COLUMNS;
        size_t bytes = (g->n_held * h->width + 1) * sizeof *h->cells;
        if (!(h->cells = arena_get(h->arena, bytes)))
                return -ENOMEM;
        memset(h->cells, 0, bytes);
        for (size_t i = 0; i < g->n_held; i++)
                for (size_t k = 0; k < g->held[i].n; k++)
                        if ((size_t) g->held[i].cells[k].column < h->width)
                                cell_spread(h, i, &g->held[i].cells[k]);
        return 0;
}

/* A CSV does not say that a cell covers its neighbours: above a header, an empty cell goes with the one on its left. */
static Str heading_at(const Header *h, size_t i, size_t row, size_t column) {
        if (!h->grid->ragged_matters || i == row || cell_at(h, row, column)->len == 0)
                return *cell_at(h, i, column);
        while (column > 0 && cell_at(h, i, column)->len == 0 && cell_at(h, row, column - 1)->len > 0)
                column--;
        return *cell_at(h, i, column);
}

/* What stands above each other, each once: "Kết quả / Tự chấm". */
static Str name_of(const Header *h, Text *t, size_t row, int depth, size_t column) {
        Str last = STR_NULL;
        text_clear(t);
        for (size_t i = row + 1 - (size_t) depth; i <= row; i++) {
                Str s = heading_at(h, i, row, column);
                if (s.len == 0 || str_eq(s, last))
                        continue;
                if (t->len > 0)
                        text_add(t, STR(" / "));
                text_add(t, s);
                last = s;
        }
        return t->failed ? STR_NULL : text_str(t);
}

/* Headers in capitals or of CSV may write a heading twice over; only whole names count. */
static const Target *target_of(const Header *h, Str name, Arena *a) {
        Str folded;
        if (name.len == 0 || grid_fold(a, name, &folded) != 0)
                return NULL;
        for (size_t i = 0; i < h->n_targets; i++)
                if (str_eq(h->targets[i].folded, folded))
                        return &h->targets[i];
        return NULL;
}

static Choice rate(const Header *h, size_t row, int depth) {
        _cleanup_text_ Text t = TEXT_INIT(NAME_MAX_BYTES);
        _cleanup_arena_ Arena a = { 0 };
        const FormatPlan *p = h->grid->plan;
        Choice c = { .row = row, .depth = depth };
        uint64_t have = 0; /* a profile has no more than 64 */
        for (size_t k = 0; k < h->width; k++) {
                const Target *target = target_of(h, name_of(h, &t, row, depth, k), &a);
                t.failed = 0;
                if (target && target->wanted < p->n_wanted && target->wanted < 64)
                        have |= (uint64_t) 1 << target->wanted;
                arena_clear(&a);
        }
        c.score = __builtin_popcountll(have);
        c.code = p->code >= 0 && (have >> p->code & 1);
        c.code |= p->code < 0 && c.score > 0;
        return c;
}

static bool better(const Choice *a, const Choice *b) {
        return a->code != b->code ? a->code : a->score > b->score;
}

static Choice choose(const Header *h) {
        const Grid *g = h->grid;
        Choice best = { 0 };
        for (int depth = 1; depth <= HEADER_DEPTH; depth++)
                for (size_t row = (size_t) depth - 1; row < g->n_held; row++) {
                        if (g->plan->header_row > 0 && g->held[row].number != g->plan->header_row)
                                continue;
                        Choice c = rate(h, row, depth);
                        if (best.depth == 0 || better(&c, &best))
                                best = c;
                }
        return best;
}

/* The last held row that a cell of the header reaches down to. */
static size_t bottom_of(const Grid *g, const Choice *c) {
        size_t bottom = c->row;
        for (size_t i = c->row + 1 - (size_t) c->depth; i <= c->row; i++)
                for (size_t k = 0; k < g->held[i].n; k++)
                        if (!grid_blank(&g->held[i].cells[k]) && i + (size_t) g->held[i].cells[k].down > bottom)
                                bottom = i + (size_t) g->held[i].cells[k].down;
        return bottom < g->n_held ? bottom : g->n_held - 1;
}

static int number_name(Arena *a, size_t column, Str *ret) {
        _cleanup_text_ Text t = TEXT_INIT(32);
        text_addf(&t, "#%zu", column + 1);
        return t.failed ? -ENOMEM : arena_str(a, text_str(&t), ret);
}

/* Among the columns before: how many have this member. */
static int doubles(const Rows *r, size_t n, Str member) {
        int count = 0;
        for (size_t i = 0; i < n; i++)
                count += str_eq(r->columns[i].member, member);
        return count;
}

/* A name that stood before gets a number behind it. */
static int member_unique(Rows *r, size_t n, RowsColumn *c) {
        _cleanup_text_ Text t = TEXT_INIT(NAME_MAX_BYTES + 16);
        int number = 1;
        if (doubles(r, n, c->member) == 0)
                return 0;
        for (size_t i = 0; i < n; i++) /* so many have it already */
                number += str_eq(r->columns[i].name, c->name);
        do {
                text_clear(&t);
                text_addf(&t, STR_FMT " (%d)", STR_ARG(c->name), number++);
        } while (!t.failed && doubles(r, n, text_str(&t)) > 0);
        return t.failed || arena_str(&r->arena, text_str(&t), &c->member) < 0 ? -ENOMEM : 0;
}

static void column_letters(size_t column, char ret[8]) {
        char back[8];
        int n = 0, k = 0;
        for (size_t c = column + 1; c > 0 && n < 7; c = (c - 1) / 26)
                back[n++] = (char) ('A' + (c - 1) % 26);
        while (n > 0)
                ret[k++] = back[--n];
        ret[k] = '\0';
}

static int twice(Rows *r, const RowsColumn *first, size_t column) {
        char a[8], b[8];
        column_letters((size_t) first->column, a);
        column_letters(column, b);
        return rows_refuse(r, FAULT_TABLE, "the column `%.*s` stands twice in row %d (%s and %s)",
                           (int) (first->name.len > 80 ? 80 : first->name.len), first->name.at, r->header_row, a, b);
}

static int column_make(Header *h, const Choice *c, size_t k, Text *t) {
        Rows *r = h->grid->rows;
        RowsColumn *column = &r->columns[k];
        *column = (RowsColumn) { .column = (int) k };
        Str name = name_of(h, t, c->row, c->depth, k);
        t->failed = 0;
        const Target *target = target_of(h, name, h->arena);
        if (arena_str(&r->arena, name, &column->name) < 0)
                return -ENOMEM;
        if (name.len == 0) {
                column->mapped = false;
                if (number_name(&r->arena, k, &column->member) < 0)
                        return -ENOMEM;
                target = target_of(h, column->member, h->arena);
        } else {
                column->member = column->name;
        }
        if (!target)
                return member_unique(r, k, column);
        for (size_t i = 0; i < k; i++)
                if (str_eq(r->columns[i].member, target->member))
                        return twice(r, &r->columns[i], k);
        column->member = target->member;
        column->mapped = target->wanted < h->grid->plan->n_wanted;
        return 0;
}

static void wanted_make(Header *h) {
        Rows *r = h->grid->rows;
        const FormatPlan *p = h->grid->plan;
        for (size_t w = 0; w < p->n_wanted; w++) {
                RowsColumn *c = &r->wanted[w];
                const char *names[LIMIT_COLUMNS];
                size_t n = 0;
                *c = (RowsColumn) { .name = p->wanted[w], .member = p->wanted[w], .column = -1 };
                for (size_t k = 0; k < r->n_columns; k++) {
                        if (str_eq(r->columns[k].member, c->member))
                                c->column = (int) k;
                        else if (!r->columns[k].mapped && r->columns[k].name.at)
                                names[n++] = r->columns[k].name.at; /* arena_str ends it */
                }
                if (c->column < 0)
                        c->nearest = str_of(text_nearest(c->name, names, n));
        }
        r->n_wanted = p->n_wanted;
}

static int columns_make(Header *h, const Choice *c) {
        _cleanup_text_ Text t = TEXT_INIT(NAME_MAX_BYTES);
        Grid *g = h->grid;
        Rows *r = g->rows;
        int result = 0;
        r->columns = arena_get(&r->arena, (h->width + 1) * sizeof *r->columns);
        r->wanted = arena_get(&r->arena, (g->plan->n_wanted + 1) * sizeof *r->wanted);
        if (!r->columns || !r->wanted)
                return -ENOMEM;
        for (size_t k = 0; k < h->width && result == 0; k++) {
                result = column_make(h, c, k, &t);
                r->n_columns = k + 1;
        }
        while (r->n_columns > 0 && r->columns[r->n_columns - 1].name.len == 0 && !r->columns[r->n_columns - 1].mapped)
                r->n_columns--; /* rows above may be wider than the table */
        if (result == 0)
                wanted_make(h);
        return result;
}

static int not_found(Header *h, const Choice *c) {
        Grid *g = h->grid;
        const FormatPlan *p = g->plan;
        _cleanup_text_ Text seen = TEXT_INIT(160), t = TEXT_INIT(NAME_MAX_BYTES);
        const char *names[LIMIT_COLUMNS];
        size_t n = 0;
        Str code = p->code >= 0 ? p->wanted[p->code] : p->n_wanted ? p->wanted[0] : STR("");
        for (size_t k = 0; c->depth > 0 && k < h->width; k++) {
                Str name = name_of(h, &t, c->row, c->depth, k), copy;
                t.failed = 0;
                if (name.len == 0 || arena_str(h->arena, name, &copy) < 0)
                        continue;
                if (n < LISTED && seen.len + copy.len < 150)
                        text_addf(&seen, "%s`%s`", n ? ", " : "", copy.at);
                names[n++] = copy.at;
        }
        const char *near = text_nearest(code, names, n);
        return rows_refuse(g->rows, FAULT_SELECTOR_MISSING,
                           "no column `%.*s` in the first %zu rows; row %d has %.150s%s%.60s%s",
                           (int) (code.len > 60 ? 60 : code.len), code.at, g->n_held,
                           c->depth > 0 ? g->held[c->row].number : 0, seen.at ? seen.at : "nothing",
                           near ? "; nearest: `" : "", near ? near : "", near ? "`" : "");
}

static int decide(Header *h, size_t *ret_below) {
        Grid *g = h->grid;
        int r = targets_make(h);
        if (r == 0)
                r = cells_make(h);
        if (r != 0)
                return r;
        Choice c = choose(h);
        if (!c.code)
                return not_found(h, &c);
        size_t bottom = bottom_of(g, &c);
        int depth = c.depth + (int) (bottom - c.row);
        Choice whole = bottom > c.row && depth <= HEADER_DEPTH ? rate(h, bottom, depth) : c;
        if (!better(&c, &whole))
                c = whole;
        g->found = true;
        g->score = c.score;
        g->rows->header_row = g->held[bottom].number;
        *ret_below = bottom + 1;
        return columns_make(h, &c);
}

int grid_header(Grid *g, size_t *ret_below) {
        _cleanup_arena_ Arena scratch = { .max = 64u << 20 };
        Header h = { .grid = g, .arena = &scratch };
        return decide(&h, ret_below);
}
