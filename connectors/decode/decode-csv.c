/* SPDX-License-Identifier: MIT */
/* CSV as RFC 4180 has it and offices save it: any line end, `,` `;` or a tab, quotes with line ends inside, a byte
 * order mark, a first line `sep=;`. */
#include <errno.h>

#include "connectors/decode/decode.h"
#include "connectors/decode/encoding.h"
#include "connectors/decode/grid.h"
#include "connectors/limits.h"

static const char delimiters[] = ",;\t";

typedef struct Csv {
        Str rest;
        char delimiter;
        int row;
        Text text;                 /* of the row's cells */
        size_t ends[LIMIT_COLUMNS];
        GridCell cells[LIMIT_COLUMNS];
        size_t width;
        const char *problem;
        int quoted_from;           /* the row in which a quote was not closed; 0 */
} Csv;

static bool line_end(const Csv *c) {
        return c->rest.len == 0 || c->rest.at[0] == '\n' || c->rest.at[0] == '\r';
}

static void skip(Csv *c, size_t n) {
        c->rest.at += n;
        c->rest.len -= n;
}

static void line_end_skip(Csv *c) {
        if (c->rest.len > 1 && c->rest.at[0] == '\r' && c->rest.at[1] == '\n')
                skip(c, 2);
        else if (c->rest.len > 0)
                skip(c, 1);
}

/* Behind the opening quote, to behind the closing one. */
static void quoted_read(Csv *c) {
        for (;;) {
                const char *quote = c->rest.len > 0 ? memchr(c->rest.at, '"', c->rest.len) : NULL;
                if (!quote) {
                        c->quoted_from = c->row;
                        skip(c, c->rest.len);
                        return;
                }
                size_t n = (size_t) (quote - c->rest.at);
                text_add(&c->text, (Str) { c->rest.at, n });
                skip(c, n + 1);
                if (c->rest.len == 0 || c->rest.at[0] != '"')
                        return;
                text_addc(&c->text, '"');
                skip(c, 1);
        }
}

static void plain_read(Csv *c) {
        size_t n = 0;
        while (n < c->rest.len && c->rest.at[n] != c->delimiter && c->rest.at[n] != '\n' && c->rest.at[n] != '\r')
                n++;
        text_add(&c->text, (Str) { c->rest.at, n });
        skip(c, n);
}

static void cell_read(Csv *c) {
        if (c->rest.len > 0 && c->rest.at[0] == '"') {
                skip(c, 1);
                quoted_read(c);
                if (!line_end(c) && c->rest.at[0] != c->delimiter)
                        c->problem = "text behind a closing quote";
        }
        plain_read(c);
        if (c->width < LIMIT_COLUMNS)
                c->ends[c->width] = c->text.len;
        c->width++;
}

/* One row, empty or not. */
static void row_read(Csv *c) {
        text_clear(&c->text);
        c->width = 0;
        c->problem = NULL;
        c->row++;
        for (;;) {
                cell_read(c);
                if (line_end(c))
                        break;
                skip(c, 1);
        }
        line_end_skip(c);
}

static int row_feed(Csv *c, Grid *g) {
        size_t start = 0;
        Rows *r = g->rows;
        if (c->quoted_from > 0)
                return rows_refuse(r, FAULT_TRUNCATED_BODY, "the quote that begins in row %d is not closed", c->row);
        if (c->text.failed || c->width > LIMIT_COLUMNS)
                return c->text.failed == -ENOMEM ? -ENOMEM
                                                 : rows_refuse(r, FAULT_TOO_LARGE, "row %d: too large", c->row);
        for (size_t i = 0; i < c->width; i++) {
                c->cells[i] = (GridCell) { .column = (int) i,
                                           .text = { c->text.at ? c->text.at + start : "", c->ends[i] - start } };
                start = c->ends[i];
        }
        return grid_row(g, &(GridRow) { c->cells, c->width, c->width, c->row, c->problem });
}

/* "sep=;" tells a spreadsheet the delimiter; it is a row, and none of the table. */
static void hint_read(Csv *c) {
        if (c->rest.len >= 5 && str_starts(c->rest, STR("sep=")) && strchr(delimiters, c->rest.at[4]) &&
            c->rest.at[4] != '\0') {
                c->delimiter = c->rest.at[4];
                skip(c, 5);
                line_end_skip(c);
                c->row++;
        }
}

static int rows_feed(Csv *c, Grid *g) {
        int r = 0;
        hint_read(c);
        while (c->rest.len > 0 && r == 0) {
                row_read(c);
                r = row_feed(c, g);
        }
        return r == 0 ? grid_end(g) : r;
}

static int feed(const FormatPlan *plan, Str text, char delimiter, bool probe, Rows *rows, int *ret_score) {
        _cleanup_grid_ Grid g = { 0 };
        _cleanup_free_ Csv *c = calloc(1, sizeof *c);
        int r = grid_begin(&g, plan, rows, probe);
        if (!c || r < 0)
                return -ENOMEM;
        *c = (Csv) { .rest = text, .delimiter = delimiter, .text = TEXT_INIT(LIMIT_RECORD_BYTES * 4) };
        g.ragged_matters = true;
        r = rows_feed(c, &g);
        *ret_score = g.found ? g.score : -1;
        text_free(&c->text);
        return r;
}

static size_t count_of(Str text, char delimiter) {
        size_t n = 0, len = text.len < 65536 ? text.len : 65536;
        for (size_t i = 0; i < len; i++)
                n += text.at[i] == delimiter;
        return n;
}

/* The one with which the header is found; without a header, the one that stands most often. */
static int sniff(const FormatPlan *plan, Str text, const Rows *outer, char *ret) {
        size_t most = 0;
        int best = -1;
        *ret = delimiters[0];
        for (size_t i = 0; i < 3; i++) {
                _cleanup_rows_ Rows rows;
                int score = -1;
                size_t n = count_of(text, delimiters[i]);
                rows_begin_within(&rows, LIMIT_FILE_RECORDS, outer);
                int r = feed(plan, text, delimiters[i], true, &rows, &score);
                if (r < 0)
                        return r;
                if (score > best || (score == best && n > most)) {
                        best = score;
                        most = n;
                        *ret = delimiters[i];
                }
        }
        return 0;
}

int decode_csv(const FormatPlan *plan, Str body, Rows *r) {
        _cleanup_text_ Text room = TEXT_INIT(LIMIT_ROWS_BYTES);
        const char *why = NULL;
        char delimiter = plan->delimiter == DELIMITER_AUTO ? '\0' : delimiters[plan->delimiter - 1];
        Str text;
        int score, result = encoding_read(body, plan->encoding, &room, &text, &why);
        if (result == ENCODING_E_BROKEN)
                return rows_refuse(r, FAULT_ENCODING, "%s", why);
        if (result == -E2BIG)
                return rows_refuse(r, FAULT_TOO_LARGE, "too large");
        if (result == 0 && delimiter == '\0')
                result = sniff(plan, text, r, &delimiter);
        return result == 0 ? feed(plan, text, delimiter, false, r, &score) : result;
}
