/* SPDX-License-Identifier: MIT */
/* One table of an HTML page, read with libxml2's SAX interface: the page's tree is never built. Two passes: which table
 * has the header, then its rows. A table that was cut off has no closing tag; the parser would supply one in silence,
 * so the tags are counted in the bytes. */
#include <errno.h>
#include <libxml/HTMLparser.h>
#include <strings.h>

#include "connectors/decode/decode.h"
#include "connectors/decode/encoding.h"
#include "connectors/decode/grid.h"
#include "connectors/decode/html.h"
#include "connectors/limits.h"

#define NESTED 8               /* tables within each other that are looked at */
#define BESIDE_BYTES (64u << 10)
#define OPTIONS                                                                                                        \
        (HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_NOIMPLIED |    \
         HTML_PARSE_IGNORE_ENC)

typedef struct Table {
        int number;                     /* on the page, from 1 */
        bool looked_at;                 /* a probe, or the table that was asked for */
        bool enough;
        Grid grid;
        Rows rows;                      /* of a probe */
        int row;                        /* of this table, from 1 */
        bool in_row, in_cell;
        Text text, link;                /* of the cell under way; of all cells of the row, one behind another */
        size_t n_cells, free_column;
        GridCell cells[LIMIT_COLUMNS];
        size_t begin[LIMIT_COLUMNS], link_begin[LIMIT_COLUMNS];
        int covered[LIMIT_COLUMNS];     /* rows that a cell above still covers */
        const char *problem;
} Table;

typedef struct Page {
        const FormatPlan *plan;
        htmlParserCtxtPtr parser;
        Rows *rows;
        int wanted;                     /* the table's number; 0: probing */
        int seen;
        Table *open[NESTED];
        int depth;                      /* tables open, deeper ones too */
        int quiet;                      /* within a script or a style */
        int best, best_score;           /* of the probes */
        Text beside;                    /* text outside of the wanted table */
        Fault fault;                    /* of the first probe that failed, for want of better */
        char detail[ROWS_DETAIL];
        int result;
} Page;

static void table_free(Table *t) {
        if (!t)
                return;
        grid_free(&t->grid);
        rows_free(&t->rows);
        text_free(&t->text);
        text_free(&t->link);
        free(t);
}

static Table *innermost(const Page *p) {
        return p->depth > 0 && p->depth <= NESTED ? p->open[p->depth - 1] : NULL;
}

static void fail(Page *p, int r) {
        if (p->result == 0 && r != 0)
                p->result = r;
}

/* ---- cells and rows ---- */

static void cell_end(Table *t) {
        if (!t->in_cell)
                return;
        t->in_cell = false;
        t->n_cells++;
}

static void row_end(Page *p, Table *t) {
        cell_end(t);
        if (!t->in_row)
                return;
        t->in_row = false;
        for (size_t k = 0; k < LIMIT_COLUMNS; k++)
                t->covered[k] -= t->covered[k] > 0;
        for (size_t i = 0; i < t->n_cells; i++) {
                GridCell *c = &t->cells[i];
                size_t end = i + 1 < t->n_cells ? t->begin[i + 1] : t->text.len;
                size_t link_end = i + 1 < t->n_cells ? t->link_begin[i + 1] : t->link.len;
                c->text = str_trim((Str) { t->text.at ? t->text.at + t->begin[i] : "", end - t->begin[i] });
                c->link = (Str) { t->link.at ? t->link.at + t->link_begin[i] : "", link_end - t->link_begin[i] };
                for (int k = c->column; c->down > 0 && k <= c->column + c->right && k < LIMIT_COLUMNS; k++)
                        t->covered[k] = c->down;
        }
        if (t->text.failed == -ENOMEM || t->link.failed == -ENOMEM) {
                fail(p, -ENOMEM);
                return;
        }
        if (t->text.failed || t->link.failed)
                t->problem = "the row is too large";
        if (!t->looked_at || t->enough)
                return;
        int r = grid_row(&t->grid, &(GridRow) { t->cells, t->n_cells, t->n_cells, t->row, t->problem });
        if (r == GRID_ENOUGH || (r == DECODE_REFUSED && p->wanted == 0))
                t->enough = true;
        else
                fail(p, r);
}

static void row_begin(Page *p, Table *t) {
        row_end(p, t);
        t->in_row = true;
        t->row++;
        t->n_cells = t->free_column = 0;
        t->problem = NULL;
        text_clear(&t->text);
        text_clear(&t->link);
        t->text.failed = t->link.failed = 0;
}

static int span_of(const xmlChar **attributes, const char *name) {
        int n = 1;
        for (; attributes && attributes[0]; attributes += 2)
                if (strcasecmp((const char *) attributes[0], name) == 0 && attributes[1])
                        (void) text_to_int(str_trim(str_of((const char *) attributes[1])), 1, 1000, &n);
        return n - 1;
}

static void cell_begin(Page *p, Table *t, const xmlChar **attributes) {
        if (!t->in_row)
                row_begin(p, t);
        cell_end(t);
        while (t->free_column < LIMIT_COLUMNS && t->covered[t->free_column] > 0)
                t->free_column++;
        if (t->free_column >= LIMIT_COLUMNS || t->n_cells == LIMIT_COLUMNS) {
                t->problem = "too many columns";
                return;
        }
        t->begin[t->n_cells] = t->text.len;
        t->link_begin[t->n_cells] = t->link.len;
        t->cells[t->n_cells] = (GridCell) { .column = (int) t->free_column, .right = span_of(attributes, "colspan"),
                                            .down = span_of(attributes, "rowspan") };
        t->free_column += (size_t) t->cells[t->n_cells].right + 1;
        t->in_cell = true;
}

/* ---- tables ---- */

static void table_begin(Page *p) {
        p->seen++;
        if (p->seen > LIMIT_HTML_TABLES)
                fail(p, rows_refuse(p->rows, FAULT_TOO_LARGE, "more than %d tables", LIMIT_HTML_TABLES));
        if (p->depth++ >= NESTED)
                return;
        Table *t = calloc(1, sizeof *t);
        p->open[p->depth - 1] = t;
        if (!t) {
                fail(p, -ENOMEM);
                return;
        }
        bool probe = p->wanted == 0;
        t->number = p->seen;
        t->looked_at = probe || p->wanted == p->seen;
        t->text = TEXT_INIT(LIMIT_RECORD_BYTES);
        t->link = TEXT_INIT(LIMIT_FIELD_BYTES);
        rows_begin_within(&t->rows, LIMIT_FILE_RECORDS, p->rows);
        if (t->looked_at)
                fail(p, grid_begin(&t->grid, p->plan, probe ? &t->rows : p->rows, probe));
}

static void probe_end(Page *p, Table *t) {
        int r = t->enough || t->row == 0 ? 0 : grid_end(&t->grid);
        if (r < 0)
                fail(p, r);
        else if (t->grid.found && t->grid.score > p->best_score) {
                p->best_score = t->grid.score;
                p->best = t->number;
        } else if (!t->grid.found && p->fault == FAULT_NONE && t->rows.fault != FAULT_NONE) {
                p->fault = t->rows.fault;
                memcpy(p->detail, t->rows.detail, sizeof p->detail);
        }
}

static void table_end(Page *p) {
        if (p->depth == 0)
                return;
        Table *t = innermost(p);
        p->depth--;
        if (!t)
                return;
        row_end(p, t);
        if (p->result == 0 && t->looked_at) {
                if (p->wanted == 0)
                        probe_end(p, t);
                else {
                        grid_beside(&t->grid, text_str(&p->beside));
                        fail(p, grid_end(&t->grid));
                }
        }
        table_free(t);
        p->open[p->depth] = NULL;
}

/* ---- what the parser tells ---- */

static bool is(const xmlChar *name, const char *wanted) {
        return strcasecmp((const char *) name, wanted) == 0;
}

static bool quiet(const xmlChar *name) {
        return is(name, "script") || is(name, "style") || is(name, "template");
}

static bool breaks(const xmlChar *name) {
        static const char *const names[] = { "br", "p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6",
                                             "tr", "td", "th", "table", "hr", "option" };
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                if (is(name, names[i]))
                        return true;
        return false;
}

static void text_told(void *userdata, const xmlChar *text, int n) {
        Page *p = userdata;
        Str s = { (const char *) text, n > 0 ? (size_t) n : 0 };
        bool inside = false;
        if (p->quiet > 0 || p->result != 0)
                return;
        for (int i = 0; i < p->depth && i < NESTED; i++) {
                Table *t = p->open[i];
                if (t && t->in_cell && t->looked_at && !t->enough)
                        text_add(&t->text, s);
                inside |= t && t->looked_at && p->wanted > 0;
        }
        if (!inside && p->wanted > 0)
                (void) text_add(&p->beside, s); /* what does not fit is not looked at */
}

static void link_told(Page *p, const xmlChar **attributes) {
        Table *t = innermost(p);
        if (!t || !t->in_cell || t->link.len > t->link_begin[t->n_cells])
                return;
        for (; attributes && attributes[0]; attributes += 2)
                if (is(attributes[0], "href") && attributes[1])
                        text_add(&t->link, str_trim(str_of((const char *) attributes[1])));
}

static void element_begins(void *userdata, const xmlChar *name, const xmlChar **attributes) {
        Page *p = userdata;
        Table *t = innermost(p);
        if (p->result == 0 && html_too_deep(p->parser))
                fail(p, rows_refuse(p->rows, FAULT_TOO_LARGE, "more than %d elements within each other",
                                    LIMIT_HTML_DEPTH));
        fail(p, rows_patience(p->rows));
        if (p->result != 0)
                return;
        p->quiet += quiet(name);
        if (breaks(name))
                text_told(p, (const xmlChar *) " ", 1);
        if (is(name, "table"))
                table_begin(p);
        else if (t && is(name, "tr"))
                row_begin(p, t);
        else if (t && (is(name, "td") || is(name, "th")))
                cell_begin(p, t, attributes);
        else if (is(name, "a"))
                link_told(p, attributes);
}

static void element_ends(void *userdata, const xmlChar *name) {
        Page *p = userdata;
        Table *t = innermost(p);
        p->quiet -= p->quiet > 0 && quiet(name);
        if (p->result == 0 && breaks(name))
                text_told(p, (const xmlChar *) " ", 1);
        if (is(name, "table"))
                table_end(p);
        else if (p->result != 0 || !t)
                return;
        else if (is(name, "tr"))
                row_end(p, t);
        else if (is(name, "td") || is(name, "th"))
                cell_end(t);
}

static int pass(Page *p, Str html) {
        xmlSAXHandler handler = { .startElement = element_begins, .endElement = element_ends, .characters = text_told,
                                  .ignorableWhitespace = text_told };
        htmlParserCtxtPtr c = html_parser_new();
        p->beside = TEXT_INIT(BESIDE_BYTES);
        if (!c)
                return -ENOMEM;
        *c->sax = handler;
        c->userData = p;
        p->parser = c;
        htmlDocPtr none = htmlCtxtReadMemory(c, html.at, (int) html.len, NULL, "UTF-8", OPTIONS);
        if (none)
                xmlFreeDoc(none);
        htmlFreeParserCtxt(c);
        while (p->depth > 0)
                table_end(p);
        text_free(&p->beside);
        return p->result;
}

/* ---- tags, as they stand in the bytes ---- */

static bool tag_at(Str s, const char *tag) {
        size_t n = strlen(tag);
        if (s.len <= n || strncasecmp(s.at, tag, n) != 0)
                return false;
        return strchr(" \t\r\n>/", s.at[n]) != NULL;
}

static Str past(Str s, const char *end) {
        const char *at = memmem(s.at, s.len, end, strlen(end));
        size_t n = at ? (size_t) (at - s.at) + strlen(end) : s.len;
        return (Str) { s.at + n, s.len - n };
}

static Str past_script(Str s) {
        while (s.len > 0 && !tag_at(s, "</script")) {
                const char *at = memmem(s.at + 1, s.len - 1, "</", 2);
                if (!at)
                        return (Str) { s.at + s.len, 0 };
                s = (Str) { at, (size_t) (s.at + s.len - at) };
        }
        return s;
}

/* Whether every table that was opened is closed. */
static bool tables_closed(Str s) {
        long open = 0;
        while (s.len > 0) {
                const char *at = memchr(s.at, '<', s.len);
                if (!at)
                        break;
                s = (Str) { at, (size_t) (s.at + s.len - at) };
                if (str_starts(s, STR("<!--")))
                        s = past(s, "-->");
                else if (tag_at(s, "<script"))
                        s = past_script(s);
                else {
                        open += tag_at(s, "<table");
                        open -= open > 0 && tag_at(s, "</table"); /* one that closes nothing makes up for none */
                        s = (Str) { s.at + 1, s.len - 1 };
                }
        }
        return open == 0;
}

static int read_page(const FormatPlan *plan, Str html, Rows *r) {
        Page p = { .plan = plan, .rows = r, .wanted = plan->table };
        int result = 0;
        if (!tables_closed(html))
                return rows_refuse(r, FAULT_TRUNCATED_BODY, "a table has no closing tag: the page was cut off");
        if (p.wanted == 0) {
                result = pass(&p, html);
                if (result == 0 && p.seen == 0)
                        return rows_refuse(r, FAULT_SELECTOR_MISSING, "no table on the page");
                if (result == 0 && p.best == 0)
                        return rows_refuse(r, p.fault ? p.fault : FAULT_SELECTOR_MISSING, "%s",
                                           p.detail[0] ? p.detail : "no table has a header");
                p = (Page) { .plan = plan, .rows = r, .wanted = p.best };
        }
        if (result == 0)
                result = pass(&p, html);
        if (result == 0 && p.seen < p.wanted)
                return rows_refuse(r, FAULT_SELECTOR_MISSING, "table %d: the page has %d", p.wanted, p.seen);
        return result;
}

int decode_html(const FormatPlan *plan, Str body, Rows *r) {
        _cleanup_text_ Text room = TEXT_INIT(LIMIT_ROWS_BYTES);
        const char *why = NULL;
        Str text;
        int result = encoding_read(body, plan->encoding, &room, &text, &why);
        if (result == ENCODING_E_BROKEN)
                return rows_refuse(r, FAULT_ENCODING, "%s", why);
        if (result == -E2BIG || (result == 0 && text.len > LIMIT_FILE_BYTES * 2))
                return rows_refuse(r, FAULT_TOO_LARGE, "too large");
        return result == 0 ? read_page(plan, text, r) : result;
}
