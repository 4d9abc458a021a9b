/* SPDX-License-Identifier: MIT */
/* One sheet, twice: its merged cells stand behind its rows, and the header needs them; and what is broken at the end is
 * refused before a row of it was taken. */
#include <errno.h>

#include "connectors/decode/xlsx.h"
#include "connectors/limits.h"
#include "state/model/room.h"

#define ROWS_MAX 1048576 /* of a sheet, by the format */

typedef struct Merge {
        int row, column, down, right;
} Merge;

typedef enum Inside { IN_NOTHING, IN_VALUE, IN_TEXT } Inside;

typedef struct SheetRead {
        Xlsx *book;
        Grid *grid;                       /* NULL: the first pass */
        Merge *merges;
        size_t n_merges, room_merges;
        bool hidden[LIMIT_COLUMNS];
        int row;
        bool row_hidden;
        Text text;                        /* of the row's cells */
        GridCell cells[LIMIT_COLUMNS];
        size_t begin[LIMIT_COLUMNS];
        bool shared[LIMIT_COLUMNS];       /* the text is the workbook's */
        size_t n_cells;
        int column;
        bool in_cell, formula, value;
        char type;                        /* of the cell: its first letter; 'i' inlineStr, 'f' str, 'n' number */
        size_t style;
        Inside inside;
        int phonetic;
        Text written;                     /* of the cell */
} SheetRead;

/* "BC12"; a part that is left out stays as it was. */
static bool reference_read(const char *s, int *ret_column, int *ret_row) {
        int column = 0, row = 0;
        for (; *s >= 'A' && *s <= 'Z' && column < 20000; s++)
                column = column * 26 + *s - 'A' + 1;
        for (; *s >= '0' && *s <= '9' && row < ROWS_MAX * 2; s++)
                row = row * 10 + *s - '0';
        if (column < 1 || row < 1 || row > ROWS_MAX || (*s != '\0' && *s != ':'))
                return false;
        *ret_column = column - 1;
        *ret_row = row;
        return true;
}

/* ---- first pass: merged cells, hidden columns, and whether the XML is sound to its end ---- */

static int merge_add(SheetRead *s, const char *reference) {
        Merge m;
        int column, row;
        const char *colon = reference ? strchr(reference, ':') : NULL;
        if (!colon || !reference_read(reference, &m.column, &m.row) || !reference_read(colon + 1, &column, &row) ||
            column < m.column || row < m.row)
                return 0;
        m.right = column - m.column;
        m.down = row - m.row;
        if (s->n_merges == s->room_merges && s->n_merges >= LIMIT_XLSX_MERGES)
                return rows_refuse(s->book->rows, FAULT_TOO_LARGE, "too many merged cells");
        if (ROOM_FOR_ONE(s->merges, s->n_merges, s->room_merges, 64) < 0)
                return -ENOMEM;
        s->merges[s->n_merges++] = m;
        return 0;
}

static void hidden_note(SheetRead *s, const char *const *attributes) {
        const char *min = xml_attribute(attributes, "min"), *max = xml_attribute(attributes, "max");
        int from, to;
        if (!xml_flag(attributes, "hidden") || !min || !max || text_to_int(str_of(min), 1, 20000, &from) < 0 ||
            text_to_int(str_of(max), from, 20000, &to) < 0)
                return;
        for (int k = from; k <= to && k <= LIMIT_COLUMNS; k++)
                s->hidden[k - 1] = true;
}

static int first_begins(void *userdata, const char *name, const char *const *attributes) {
        SheetRead *s = userdata;
        if (strcmp(name, "mergeCell") == 0)
                return merge_add(s, xml_attribute(attributes, "ref"));
        if (strcmp(name, "col") == 0)
                hidden_note(s, attributes);
        return 0;
}

static int merge_cmp(const void *a, const void *b) {
        const Merge *x = a, *y = b;
        return x->row != y->row ? (x->row < y->row ? -1 : 1) : (x->column > y->column) - (x->column < y->column);
}

/* ---- second pass: rows ---- */

static int row_begins(SheetRead *s, const char *const *attributes) {
        const char *number = xml_attribute(attributes, "r");
        int row = s->row + 1;
        if (number && text_to_int(str_of(number), s->row + 1, ROWS_MAX, &row) < 0)
                return rows_refuse(s->book->rows, FAULT_TABLE, "the workbook is broken: row `%.20s` behind row %d",
                                   number, s->row);
        s->row = row;
        s->row_hidden = xml_flag(attributes, "hidden");
        s->column = -1;
        s->n_cells = 0;
        text_clear(&s->text);
        return 0;
}

static char type_of(const char *type) {
        if (!type || strcmp(type, "n") == 0)
                return 'n';
        if (strcmp(type, "str") == 0)
                return 'f';
        return type[0]; /* s, b, e, d, i(nlineStr) */
}

static int cell_begins(SheetRead *s, const char *const *attributes) {
        const char *reference = xml_attribute(attributes, "r"), *style = xml_attribute(attributes, "s");
        int column = s->column + 1, row = s->row, number = 0;
        if (reference && (!reference_read(reference, &column, &row) || row != s->row || column <= s->column))
                return rows_refuse(s->book->rows, FAULT_TABLE, "the workbook is broken: cell `%.20s` in row %d",
                                   reference, s->row);
        s->column = column;
        if (style)
                (void) text_to_int(str_of(style), 0, LIMIT_XLSX_STYLES, &number);
        s->style = (size_t) number;
        s->type = type_of(xml_attribute(attributes, "t"));
        s->in_cell = true;
        s->formula = s->value = false;
        s->phonetic = 0;
        text_clear(&s->written);
        return 0;
}

static int rows_begin_told(void *userdata, const char *name, const char *const *attributes) {
        SheetRead *s = userdata;
        if (strcmp(name, "row") == 0)
                return row_begins(s, attributes);
        if (strcmp(name, "c") == 0)
                return cell_begins(s, attributes);
        if (!s->in_cell)
                return 0;
        s->phonetic += strcmp(name, "rPh") == 0;
        s->formula |= strcmp(name, "f") == 0;
        if (strcmp(name, "v") == 0)
                s->inside = IN_VALUE;
        else if (s->type == 'i' && strcmp(name, "t") == 0 && s->phonetic == 0)
                s->inside = IN_TEXT;
        s->value |= s->inside != IN_NOTHING;
        return 0;
}

static int rows_text_told(void *userdata, Str text) {
        SheetRead *s = userdata;
        if (s->inside != IN_NOTHING)
                text_add(&s->written, text);
        return 0;
}

static void spans_note(const SheetRead *s, GridCell *c) {
        const Merge wanted = { .row = s->row, .column = c->column };
        const Merge *m = s->n_merges ? bsearch(&wanted, s->merges, s->n_merges, sizeof *m, merge_cmp) : NULL;
        if (m) {
                c->right = m->right;
                c->down = m->down;
        }
}

static void put(SheetRead *s, GridCell *c, CellKind kind, Str text) {
        c->kind = kind;
        text_add(&s->text, text);
}

static int shared_put(SheetRead *s, GridCell *c) {
        uint64_t n;
        if (text_to_uint64(str_trim(text_str(&s->written)), &n) < 0 || n >= s->book->n_strings)
                return rows_refuse(s->book->rows, FAULT_TABLE, "the workbook is broken: row %d: no such text", s->row);
        c->kind = CELL_TEXT;
        c->text = s->book->strings[n];
        s->shared[s->n_cells] = true;
        return 0;
}

static void number_put(SheetRead *s, GridCell *c) {
        static const Style plain = { .kind = STYLE_PLAIN };
        const Style *style = s->style < s->book->n_styles ? &s->book->styles[s->style] : &plain;
        size_t before = s->text.len;
        if (xlsx_number(text_str(&s->written), style, s->book->epoch_1904, &c->kind, &s->text) == -EINVAL) {
                s->text.len = before;
                put(s, c, CELL_ERROR, text_str(&s->written));
        }
}

static int value_put(SheetRead *s, GridCell *c) {
        Str written = text_str(&s->written);
        if (!s->value) {
                if (s->formula)
                        put(s, c, CELL_ERROR, STR("formula without a saved value"));
                return 0;
        }
        switch (s->type) {
        case 's':
                return shared_put(s, c);
        case 'b':
                put(s, c, CELL_JSON, str_eq(str_trim(written), STR("1")) ? STR("true") : STR("false"));
                return 0;
        case 'e':
                put(s, c, CELL_ERROR, written);
                return 0;
        case 'n':
                if (str_trim(written).len > 0)
                        number_put(s, c);
                return 0;
        default:
                put(s, c, CELL_TEXT, written);
                return 0;
        }
}

static int cell_ends(SheetRead *s) {
        s->in_cell = false;
        s->inside = IN_NOTHING;
        if (s->column >= LIMIT_COLUMNS) {
                if (!s->value)
                        return 0; /* formatted and empty */
                return rows_refuse(s->book->rows, FAULT_TOO_LARGE, "row %d: more than %d columns", s->row,
                                   LIMIT_COLUMNS);
        }
        if (s->book->plan->hidden_skip && s->hidden[s->column])
                return 0;
        GridCell *c = &s->cells[s->n_cells];
        *c = (GridCell) { .column = s->column };
        s->begin[s->n_cells] = s->text.len;
        s->shared[s->n_cells] = false;
        spans_note(s, c);
        int r = value_put(s, c);
        if (s->text.failed || s->written.failed)
                return s->text.failed == -ENOMEM || s->written.failed == -ENOMEM
                               ? -ENOMEM
                               : rows_refuse(s->book->rows, FAULT_TOO_LARGE, "row %d: too large", s->row);
        s->n_cells++;
        return r;
}

static int row_ends(SheetRead *s) {
        if (s->row_hidden && s->book->plan->hidden_skip) {
                s->book->rows->left.hidden += s->n_cells > 0;
                return 0;
        }
        for (size_t i = 0; i < s->n_cells; i++) {
                size_t end = i + 1 < s->n_cells ? s->begin[i + 1] : s->text.len;
                if (!s->shared[i])
                        s->cells[i].text = (Str) { s->text.at ? s->text.at + s->begin[i] : "", end - s->begin[i] };
        }
        return grid_row(s->grid, &(GridRow) { s->cells, s->n_cells, s->n_cells, s->row, NULL });
}

static int rows_end_told(void *userdata, const char *name) {
        SheetRead *s = userdata;
        if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
                s->inside = IN_NOTHING;
        s->phonetic -= s->phonetic > 0 && strcmp(name, "rPh") == 0;
        if (s->in_cell && strcmp(name, "c") == 0)
                return cell_ends(s);
        return strcmp(name, "row") == 0 ? row_ends(s) : 0;
}

static int passes(SheetRead *s, const Sheet *sheet) {
        int r = xlsx_part_read(&(XmlPart) { s->book, sheet->path, first_begins, NULL, NULL, s });
        if (r == XLSX_NO_PART)
                return rows_refuse(s->book->rows, FAULT_TABLE, "the workbook is broken: sheet `%.60s` is not in it",
                                   sheet->name);
        if (r != 0)
                return r;
        if (s->n_merges > 1)
                qsort(s->merges, s->n_merges, sizeof *s->merges, merge_cmp);
        r = xlsx_part_read(&(XmlPart) { s->book, sheet->path, rows_begin_told, rows_end_told, rows_text_told, s });
        return r == 0 ? grid_end(s->grid) : r;
}

int xlsx_sheet_read(Xlsx *x, const Sheet *sheet, Grid *g) {
        _cleanup_free_ SheetRead *s = calloc(1, sizeof *s);
        if (!s)
                return -ENOMEM;
        *s = (SheetRead) { .book = x, .grid = g, .text = TEXT_INIT(LIMIT_RECORD_BYTES * 2),
                           .written = TEXT_INIT(LIMIT_RECORD_BYTES) };
        int r = passes(s, sheet);
        free(s->merges);
        text_free(&s->text);
        text_free(&s->written);
        return r;
}
