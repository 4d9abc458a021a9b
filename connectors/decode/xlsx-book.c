/* SPDX-License-Identifier: MIT */
/* What a workbook says of itself: its sheets, where its parts are, and the texts that cells share. */
#include <errno.h>
#include <stdio.h>

#include "connectors/decode/xlsx.h"
#include "connectors/limits.h"
#include "state/model/room.h"

#define SHEETS_MAX 256

/* ---- relations: an id, a type and a target ---- */

typedef struct Relations {
        Xlsx *book;
        const char *base; /* folder of the part they belong to: "" or "xl/" */
} Relations;

static bool ends_with(const char *s, const char *end) {
        size_t n = strlen(s), m = strlen(end);
        return n >= m && strcmp(s + n - m, end) == 0;
}

static char *target_path(const Relations *r, const char *target) {
        _cleanup_text_ Text t = TEXT_INIT(1000);
        if (target[0] == '/')
                text_add(&t, str_of(target + 1));
        else
                text_addf(&t, "%s%s", r->base, target);
        return t.failed ? NULL : arena_copy(&r->book->arena, text_str(&t));
}

static int relation(void *userdata, const char *name, const char *const *attributes) {
        const Relations *r = userdata;
        Xlsx *x = r->book;
        const char *id = xml_attribute(attributes, "Id"), *type = xml_attribute(attributes, "Type"),
                   *target = xml_attribute(attributes, "Target");
        if (strcmp(name, "Relationship") != 0 || !id || !type || !target)
                return 0;
        char *path = target_path(r, target);
        if (!path)
                return -ENOMEM;
        if (ends_with(type, "/officeDocument"))
                x->book = path;
        else if (ends_with(type, "/sharedStrings"))
                x->strings_path = path;
        else if (ends_with(type, "/styles"))
                x->styles_path = path;
        for (size_t i = 0; i < x->n_sheets; i++)
                if (ends_with(type, "/worksheet") && strcmp(x->sheets[i].relation, id) == 0)
                        x->sheets[i].path = path;
        return 0;
}

static int relations_read(Xlsx *x, const char *path, const char *base) {
        Relations r = { x, base };
        return xlsx_part_read(&(XmlPart) { .book = x, .path = path, .begins = relation, .userdata = &r });
}

/* ---- the workbook ---- */

static int sheet_add(Xlsx *x, const char *const *attributes) {
        const char *name = xml_attribute(attributes, "name"), *id = xml_attribute(attributes, "id"),
                   *state = xml_attribute(attributes, "state");
        if (!name || !id)
                return 0;
        if (x->n_sheets == SHEETS_MAX)
                return rows_refuse(x->rows, FAULT_TOO_LARGE, "more than %d sheets", SHEETS_MAX);
        Sheet *s = &x->sheets[x->n_sheets++];
        *s = (Sheet) { .name = arena_copy(&x->arena, str_of(name)), .relation = arena_copy(&x->arena, str_of(id)),
                       .hidden = state && strcmp(state, "visible") != 0 };
        return s->name && s->relation ? 0 : -ENOMEM;
}

static int book_begins(void *userdata, const char *name, const char *const *attributes) {
        Xlsx *x = userdata;
        if (strcmp(name, "workbookPr") == 0)
                x->epoch_1904 = xml_flag(attributes, "date1904");
        return strcmp(name, "sheet") == 0 ? sheet_add(x, attributes) : 0;
}

/* The part's own relations lie beside it: xl/workbook.xml has xl/_rels/workbook.xml.rels. */
static int book_relations(Xlsx *x) {
        char base[400], path[500];
        const char *slash = strrchr(x->book, '/');
        int folder = slash ? (int) (slash - x->book) + 1 : 0;
        snprintf(base, sizeof base, "%.*s", folder, x->book);
        snprintf(path, sizeof path, "%s_rels/%s.rels", base, x->book + folder);
        return relations_read(x, path, base);
}

int xlsx_book_read(Xlsx *x) {
        x->sheets = arena_get(&x->arena, SHEETS_MAX * sizeof *x->sheets);
        if (!x->sheets)
                return -ENOMEM;
        int r = relations_read(x, "_rels/.rels", "");
        if (r != 0 && r != XLSX_NO_PART)
                return r;
        if (!x->book)
                x->book = "xl/workbook.xml";
        r = xlsx_part_read(&(XmlPart) { .book = x, .path = x->book, .begins = book_begins, .userdata = x });
        if (r == XLSX_NO_PART)
                return rows_refuse(x->rows, FAULT_TABLE, "a ZIP archive, but no workbook");
        if (r == 0)
                r = book_relations(x);
        return r == XLSX_NO_PART ? rows_refuse(x->rows, FAULT_TABLE, "the workbook does not say where its sheets are")
                                 : r;
}

/* ---- shared texts: runs are joined, phonetic guides left out ---- */

typedef struct Strings {
        Xlsx *book;
        Text text;
        bool in_item, in_text;
        int phonetic;
} Strings;

static int strings_begin(void *userdata, const char *name, const char *const *attributes) {
        Strings *s = userdata;
        if (strcmp(name, "si") == 0) {
                s->in_item = true;
                text_clear(&s->text);
        }
        s->phonetic += strcmp(name, "rPh") == 0;
        s->in_text = s->in_item && s->phonetic == 0 && strcmp(name, "t") == 0;
        return 0;
}

static int string_add(Xlsx *x, Str text) {
        if (x->n_strings == LIMIT_XLSX_STRINGS)
                return rows_refuse(x->rows, FAULT_TOO_LARGE, "too many texts in the workbook");
        if (ROOM_FOR_ONE(x->strings, x->n_strings, x->room_strings, 1024) < 0)
                return -ENOMEM;
        if (arena_str(&x->arena, text, &x->strings[x->n_strings]) < 0)
                return rows_refuse(x->rows, FAULT_TOO_LARGE, "more than %u MiB of texts in the workbook",
                                   LIMIT_XLSX_STRING_BYTES >> 20);
        x->n_strings++;
        return 0;
}

static int strings_end(void *userdata, const char *name) {
        Strings *s = userdata;
        s->phonetic -= strcmp(name, "rPh") == 0;
        if (strcmp(name, "t") == 0)
                s->in_text = false;
        if (strcmp(name, "si") != 0)
                return 0;
        s->in_item = false;
        if (s->text.failed)
                return s->text.failed == -ENOMEM ? -ENOMEM
                                                 : rows_refuse(s->book->rows, FAULT_TOO_LARGE, "a text is too large");
        return string_add(s->book, text_str(&s->text));
}

static int strings_text(void *userdata, Str text) {
        Strings *s = userdata;
        if (s->in_text)
                text_add(&s->text, text);
        return 0;
}

int xlsx_strings_read(Xlsx *x) {
        Strings s = { .book = x, .text = TEXT_INIT(LIMIT_RECORD_BYTES) };
        if (!x->strings_path)
                return 0;
        int r = xlsx_part_read(&(XmlPart) { x, x->strings_path, strings_begin, strings_end, strings_text, &s });
        text_free(&s.text);
        return r == XLSX_NO_PART ? 0 : r;
}
