/* SPDX-License-Identifier: MIT */
#include "config/csv.h"

static const char separators[] = ";,\t";

void csv_begin(Str text, Csv *ret) {
        size_t count[3] = { 0 }, best = 0;
        if (str_starts(text, STR("\xef\xbb\xbf")))
                text = (Str) { text.at + 3, text.len - 3 };
        bool quoted = false;
        for (size_t i = 0; i < text.len && (quoted || text.at[i] != '\n'); i++) {
                if (text.at[i] == '"')
                        quoted = !quoted;
                const char *s = quoted ? NULL : memchr(separators, text.at[i], 3);
                if (s)
                        count[s - separators]++;
        }
        for (size_t i = 1; i < 3; i++)
                if (count[i] > count[best])
                        best = i;
        *ret = (Csv) { .rest = text, .separator = separators[best] };
}

static bool at_end(const Csv *c) {
        return c->rest.len == 0 || c->rest.at[0] == '\n' ||
               (c->rest.at[0] == '\r' && c->rest.len > 1 && c->rest.at[1] == '\n');
}

static void skip(Csv *c, size_t n) {
        c->rest.at += n;
        c->rest.len -= n;
}

/* Behind the opening quote, to behind the closing one. */
static int quoted_cell(Csv *c, Text *cell) {
        while (c->rest.len > 0) {
                char ch = c->rest.at[0];
                skip(c, 1);
                if (ch != '"')
                        text_addc(cell, ch == '\n' || ch == '\r' ? ' ' : ch);
                else if (c->rest.len > 0 && c->rest.at[0] == '"') {
                        text_addc(cell, '"');
                        skip(c, 1);
                } else
                        return at_end(c) || c->rest.at[0] == c->separator ? 0 : CSV_E_QUOTE;
        }
        return CSV_E_QUOTE;
}

static int read_cell(Csv *c, Text *cell) {
        text_clear(cell);
        if (c->rest.len > 0 && c->rest.at[0] == '"') {
                skip(c, 1);
                return quoted_cell(c, cell);
        }
        while (!at_end(c) && c->rest.at[0] != c->separator) {
                text_addc(cell, c->rest.at[0]);
                skip(c, 1);
        }
        return 0;
}

/* One row, empty or not; stands behind its line end afterwards. */
static int read_row(Csv *c, Arena *a, Str *cells, size_t *ret_n) {
        _cleanup_text_ Text cell = TEXT_INIT(CSV_BYTES);
        size_t n = 0;
        for (;;) {
                if (n == CSV_CELLS)
                        return CSV_E_MANY;
                int r = read_cell(c, &cell);
                if (r == 0)
                        r = cell.failed;
                if (r == 0)
                        r = arena_str(a, text_str(&cell), &cells[n]);
                if (r == 0)
                        r = text_normalise(a, cells[n], &cells[n]);
                if (r != 0)
                        return r;
                n++;
                if (at_end(c))
                        break;
                skip(c, 1);
        }
        if (c->rest.len > 0)
                skip(c, c->rest.at[0] == '\r' ? 2 : 1);
        *ret_n = n;
        return 0;
}

int csv_row(Csv *c, Arena *a, Str ret_cells[static CSV_CELLS], size_t *ret_n) {
        while (c->rest.len > 0) {
                c->row++;
                int r = read_row(c, a, ret_cells, ret_n);
                if (r != 0)
                        return r;
                for (size_t i = 0; i < *ret_n; i++)
                        if (ret_cells[i].len > 0)
                                return 0;
        }
        return CSV_E_END;
}
