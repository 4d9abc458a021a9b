/* SPDX-License-Identifier: MIT */
/* Number formats (ECMA-376 part 1, 18.8.30 and 18.8.31): what of a stored number is a date, a code with leading zeros,
 * a share of a hundred. */
#include <errno.h>
#include <strings.h>

#include "connectors/decode/xlsx.h"
#include "connectors/limits.h"
#include "state/model/room.h"

#define PATTERN_ZEROS 15
#define FORMATS_MAX 4096 /* of numbers: each cell format looks for its own among them; programs allow some hundreds */

/* The formats that need no code. */
static StyleKind built_in(int id) {
        if (id == 9 || id == 10)
                return STYLE_PERCENT;
        if (id == 22)
                return STYLE_DATE_TIME;
        if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 58))
                return STYLE_DATE;
        if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47))
                return STYLE_TIME;
        return STYLE_PLAIN;
}

typedef struct Code {
        bool date, time, month, percent, other;
        int zeros;
        Text prefix, suffix;
} Code;

static void literal(Code *c, char ch) {
        text_addc(c->zeros > 0 ? &c->suffix : &c->prefix, ch);
}

/* A letter or sign of the code that is no literal. */
static void sign(Code *c, char ch) {
        switch (ch) {
        case 'y':
        case 'Y':
        case 'd':
        case 'D':
                c->date = true;
                break;
        case 'h':
        case 'H':
        case 's':
        case 'S':
                c->time = true;
                break;
        case 'm':
        case 'M':
                c->month = true;
                break;
        case '%':
                c->percent = true;
                break;
        case '0':
                c->other |= c->suffix.len > 0;
                c->zeros++;
                break;
        case '-':
        case '/':
        case ' ':
        case '(':
        case ')':
        case ':':
                literal(c, ch);
                break;
        default:
                c->other = true;
        }
}

/* The first section; texts in quotes, escapes, conditions and fillers aside. */
static void code_read(const char *at, Code *c) {
        bool quoted = false;
        for (; *at && (quoted || *at != ';'); at++) {
                if (*at == '"')
                        quoted = !quoted;
                else if (quoted)
                        literal(c, *at);
                else if (*at == '\\' && at[1])
                        literal(c, *++at);
                else if ((*at == '_' || *at == '*') && at[1])
                        at++;
                else if (*at == '[') {
                        while (at[1] && *at != ']')
                                at++;
                } else
                        sign(c, *at);
        }
}

static int pattern_make(Arena *a, const Code *c, Style *ret) {
        if (c->other || c->zeros == 0 || c->zeros > PATTERN_ZEROS ||
            (c->zeros == 1 && c->prefix.len == 0 && c->suffix.len == 0))
                return 0;
        const char *prefix = arena_copy(a, text_str(&c->prefix)), *suffix = arena_copy(a, text_str(&c->suffix));
        if (!prefix || !suffix)
                return -ENOMEM;
        *ret = (Style) { .kind = STYLE_PATTERN, .zeros = c->zeros, .prefix = prefix, .suffix = suffix };
        return 0;
}

int xlsx_style_make(Arena *a, int id, const char *code, Style *ret) {
        Code c = { .prefix = TEXT_INIT(100), .suffix = TEXT_INIT(100) };
        int r = 0;
        *ret = (Style) { .kind = built_in(id) };
        if (!code || strcasecmp(code, "General") == 0)
                return 0;
        code_read(code, &c);
        bool date = c.date || (c.month && !c.time);
        if (date || c.time)
                ret->kind = date && c.time ? STYLE_DATE_TIME : date ? STYLE_DATE : STYLE_TIME;
        else if (c.percent)
                ret->kind = STYLE_PERCENT;
        else {
                ret->kind = STYLE_PLAIN;
                r = pattern_make(a, &c, ret);
        }
        text_free(&c.prefix);
        text_free(&c.suffix);
        return r;
}

/* ---- styles.xml ---- */

typedef struct Format {
        int id;
        const char *code;
} Format;

typedef struct Styles {
        Xlsx *book;
        Format *formats;
        size_t n_formats, room_formats;
        bool in_cells;
} Styles;

static int format_add(Styles *s, const char *const *attributes) {
        const char *id = xml_attribute(attributes, "numFmtId"), *code = xml_attribute(attributes, "formatCode");
        int number;
        if (!id || !code || text_to_int(str_of(id), 0, 1000000, &number) < 0)
                return 0;
        if (s->n_formats == FORMATS_MAX)
                return rows_refuse(s->book->rows, FAULT_TOO_LARGE, "too many number formats");
        if (ROOM_FOR_ONE(s->formats, s->n_formats, s->room_formats, 64) < 0)
                return -ENOMEM;
        s->formats[s->n_formats] = (Format) { number, arena_copy(&s->book->arena, str_of(code)) };
        return s->formats[s->n_formats++].code ? 0 : -ENOMEM;
}

static int style_add(Styles *s, const char *const *attributes) {
        Xlsx *x = s->book;
        const char *id = xml_attribute(attributes, "numFmtId"), *code = NULL;
        int number = 0;
        if (x->n_styles >= LIMIT_XLSX_STYLES)
                return rows_refuse(x->rows, FAULT_TOO_LARGE, "too many cell formats");
        if (ROOM_FOR_ONE(x->styles, x->n_styles, x->room_styles, 64) < 0)
                return -ENOMEM;
        (void) text_to_int(str_of(id ? id : "0"), 0, 1000000, &number);
        for (size_t i = 0; i < s->n_formats && !code; i++)
                if (s->formats[i].id == number)
                        code = s->formats[i].code;
        return xlsx_style_make(&x->arena, number, code, &x->styles[x->n_styles++]);
}

static int styles_begin(void *userdata, const char *name, const char *const *attributes) {
        Styles *s = userdata;
        if (strcmp(name, "cellXfs") == 0)
                s->in_cells = true;
        if (strcmp(name, "numFmt") == 0)
                return format_add(s, attributes);
        return s->in_cells && strcmp(name, "xf") == 0 ? style_add(s, attributes) : 0;
}

static int styles_end(void *userdata, const char *name) {
        Styles *s = userdata;
        if (strcmp(name, "cellXfs") == 0)
                s->in_cells = false;
        return 0;
}

int xlsx_styles_read(Xlsx *x) {
        Styles s = { .book = x };
        if (!x->styles_path)
                return 0;
        int r = xlsx_part_read(&(XmlPart) { x, x->styles_path, styles_begin, styles_end, NULL, &s });
        free(s.formats);
        return r == XLSX_NO_PART ? 0 : r;
}
