/* SPDX-License-Identifier: MIT */
/* The container, and which sheet is read. */
#include "connectors/decode/xlsx.h"

#include <errno.h>
#include <expat.h>
#include <zip.h>

#include "connectors/limits.h"

#define PIECE 65536

/* ---- one part ---- */

typedef struct Reading {
        const XmlPart *part;
        XML_Parser parser;
        int depth, result;
} Reading;

static const char *local(const char *name) {
        const char *colon = strrchr(name, ':');
        return colon ? colon + 1 : name;
}

const char *xml_attribute(const char *const *attributes, const char *name) {
        for (; attributes[0]; attributes += 2)
                if (strcmp(local(attributes[0]), name) == 0)
                        return attributes[1];
        return NULL;
}

bool xml_flag(const char *const *attributes, const char *name) {
        const char *value = xml_attribute(attributes, name);
        return value && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}

static void end_with(Reading *r, int result) {
        if (result == 0 || r->result != 0)
                return;
        r->result = result;
        XML_StopParser(r->parser, XML_FALSE);
}

static int refuse(const Reading *r, const char *why) {
        return rows_refuse(r->part->book->rows, FAULT_TABLE, "the workbook is broken: %.100s: %s", r->part->path, why);
}

static void begins(void *userdata, const char *name, const char **attributes) {
        Reading *r = userdata;
        if (++r->depth > LIMIT_XLSX_DEPTH)
                end_with(r, refuse(r, "too deep"));
        else if (r->result == 0)
                end_with(r, r->part->begins(r->part->userdata, local(name), (const char *const *) attributes));
}

static void ends(void *userdata, const char *name) {
        Reading *r = userdata;
        r->depth--;
        if (r->result == 0 && r->part->ends)
                end_with(r, r->part->ends(r->part->userdata, local(name)));
}

static void told(void *userdata, const char *text, int n) {
        Reading *r = userdata;
        if (r->result == 0 && r->part->text)
                end_with(r, r->part->text(r->part->userdata, (Str) { text, (size_t) n }));
}

/* No part of a workbook has one; with it go all entities. */
static void doctype(void *userdata, const char *name, const char *system, const char *public_id, int subset) {
        end_with(userdata, refuse(userdata, "it has a document type"));
}

static int parse(Reading *r, zip_file_t *f) {
        char piece[PIECE];
        size_t total = 0;
        for (;;) {
                zip_int64_t n = zip_fread(f, piece, sizeof piece);
                if (n < 0)
                        return refuse(r, "it cannot be unpacked");
                total += (size_t) n;
                r->part->book->unpacked += (uint64_t) n;
                if (r->part->book->unpacked > LIMIT_XLSX_READ_BYTES) /* sheets may share one part */
                        return rows_refuse(r->part->book->rows, FAULT_TOO_LARGE,
                                           "more than %u MiB of the workbook were unpacked",
                                           LIMIT_XLSX_READ_BYTES >> 20);
                if (total > LIMIT_XLSX_PART_BYTES)
                        return rows_refuse(r->part->book->rows, FAULT_TOO_LARGE, "%.100s is over %u MiB",
                                           r->part->path, LIMIT_XLSX_PART_BYTES >> 20);
                if (rows_patience(r->part->book->rows) != 0)
                        return DECODE_REFUSED;
                enum XML_Status status = XML_Parse(r->parser, piece, (int) n, n == 0);
                if (r->result != 0)
                        return r->result;
                if (status != XML_STATUS_OK) {
                        enum XML_Error why = XML_GetErrorCode(r->parser);
                        return why == XML_ERROR_NO_MEMORY ? -ENOMEM : refuse(r, XML_ErrorString(why));
                }
                if (n == 0)
                        return 0;
        }
}

static int part_open(const XmlPart *p, zip_file_t **ret) {
        zip_int64_t index = zip_name_locate(p->book->zip, p->path, ZIP_FL_NOCASE);
        zip_stat_t st;
        if (index < 0)
                return XLSX_NO_PART;
        if (zip_stat_index(p->book->zip, (zip_uint64_t) index, 0, &st) == 0 &&
            (st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
                return rows_refuse(p->book->rows, FAULT_FILE_LOCKED, "protected by a password: save it without one");
        *ret = zip_fopen_index(p->book->zip, (zip_uint64_t) index, 0);
        return *ret ? 0 : rows_refuse(p->book->rows, FAULT_TABLE, "the workbook is broken: %.100s cannot be unpacked",
                                      p->path);
}

int xlsx_part_read(const XmlPart *p) {
        Reading r = { .part = p };
        zip_file_t *f = NULL;
        int result = part_open(p, &f);
        if (result != 0)
                return result;
        r.parser = XML_ParserCreate(NULL);
        if (r.parser) {
                XML_SetUserData(r.parser, &r);
                XML_SetElementHandler(r.parser, begins, ends);
                XML_SetCharacterDataHandler(r.parser, told);
                XML_SetStartDoctypeDeclHandler(r.parser, doctype);
                result = parse(&r, f);
                XML_ParserFree(r.parser);
        } else {
                result = -ENOMEM;
        }
        zip_fclose(f);
        return result;
}

/* ---- which sheet ---- */

/* A copy of the header's search: what a sheet without it says of itself is kept for want of better. */
static int probe(Xlsx *x, const Sheet *s, int *ret_score, Rows *rows) {
        _cleanup_grid_ Grid g = { 0 };
        Rows *before = x->rows;
        rows_begin_within(rows, LIMIT_FILE_RECORDS, before);
        int r = grid_begin(&g, x->plan, rows, true);
        x->rows = rows;
        if (r == 0)
                r = xlsx_sheet_read(x, s, &g);
        x->rows = before;
        *ret_score = g.found ? g.score : -1;
        return r < 0 ? r : 0;
}

static int by_header(Xlsx *x, const Sheet **ret) {
        int best = -1;
        bool told_why = false;
        for (size_t i = 0; i < x->n_sheets; i++) {
                _cleanup_rows_ Rows rows = { 0 };
                int score = -1;
                if (x->sheets[i].hidden || !x->sheets[i].path)
                        continue;
                int r = probe(x, &x->sheets[i], &score, &rows);
                if (r < 0)
                        return r;
                if (x->unpacked > LIMIT_XLSX_READ_BYTES || rows.gave_up)
                        return rows_refuse(x->rows, rows.fault, "%s", rows.detail);
                if (score > best) {
                        best = score;
                        *ret = &x->sheets[i];
                } else if (score < 0 && !told_why && rows.fault != FAULT_NONE) {
                        told_why = true;
                        (void) rows_refuse(x->rows, rows.fault, "sheet `%.60s`: %.220s", x->sheets[i].name,
                                           rows.detail);
                }
        }
        if (*ret)
                return 0;
        return told_why ? DECODE_REFUSED : rows_refuse(x->rows, FAULT_SELECTOR_MISSING, "no sheet to be seen");
}

static int no_sheet(Xlsx *x) {
        _cleanup_text_ Text names = TEXT_INIT(200);
        for (size_t i = 0; i < x->n_sheets && names.len < 120; i++)
                text_addf(&names, "%s`%.40s`", i ? ", " : "", x->sheets[i].name);
        return rows_refuse(x->rows, FAULT_SELECTOR_MISSING, "no sheet `%.60s`; the workbook has %s", x->plan->sheet,
                           names.at ? names.at : "none");
}

static int by_name(Xlsx *x, const Sheet **ret) {
        _cleanup_arena_ Arena a = { 0 };
        Str wanted, name;
        int number = 0;
        if (text_to_int(str_of(x->plan->sheet), 1, 10000, &number) == 0 && (size_t) number <= x->n_sheets)
                *ret = &x->sheets[number - 1];
        for (size_t i = 0; i < x->n_sheets && !*ret; i++)
                if (grid_fold(&a, str_of(x->plan->sheet), &wanted) == 0 &&
                    grid_fold(&a, str_of(x->sheets[i].name), &name) == 0 && str_eq(wanted, name))
                        *ret = &x->sheets[i];
        return *ret && (*ret)->path ? 0 : no_sheet(x);
}

static int read_sheet(Xlsx *x, const Sheet *s) {
        _cleanup_grid_ Grid g = { 0 };
        int r = grid_begin(&g, x->plan, x->rows, false);
        if (r == 0)
                r = arena_str(&x->rows->arena, str_of(s->name), &x->rows->table);
        return r == 0 ? xlsx_sheet_read(x, s, &g) : r;
}

static int read_book(Xlsx *x) {
        const Sheet *s = NULL;
        int r = xlsx_book_read(x);
        if (r == 0)
                r = xlsx_styles_read(x);
        if (r == 0)
                r = xlsx_strings_read(x);
        if (r == 0)
                r = x->plan->sheet ? by_name(x, &s) : by_header(x, &s);
        return r == 0 ? read_sheet(x, s) : r;
}

static int open_zip(Xlsx *x, Str body) {
        zip_error_t why;
        zip_error_init(&why);
        zip_source_t *source = zip_source_buffer_create(body.at, body.len, 0, &why);
        if (source && !(x->zip = zip_open_from_source(source, ZIP_RDONLY, &why)))
                zip_source_free(source);
        int code = zip_error_code_zip(&why);
        zip_error_fini(&why);
        if (x->zip)
                return 0;
        if (code == ZIP_ER_MEMORY || !source)
                return -ENOMEM;
        return rows_refuse(x->rows, FAULT_TRUNCATED_BODY, "the workbook is not whole: its directory is missing");
}

int decode_xlsx(const FormatPlan *plan, Str body, Rows *rows) {
        Xlsx x = { .plan = plan, .rows = rows, .arena.max = LIMIT_XLSX_STRING_BYTES };
        int r = open_zip(&x, body);
        if (r == 0 && zip_get_num_entries(x.zip, 0) > LIMIT_XLSX_ENTRIES)
                r = rows_refuse(rows, FAULT_TOO_LARGE, "more than %d files in the workbook", LIMIT_XLSX_ENTRIES);
        if (r == 0)
                r = read_book(&x);
        if (x.zip)
                zip_discard(x.zip);
        arena_free(&x.arena);
        free(x.strings);
        free(x.styles);
        return r;
}
