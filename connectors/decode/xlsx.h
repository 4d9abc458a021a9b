/* SPDX-License-Identifier: MIT */
/* Workbooks (ECMA-376, SpreadsheetML in a ZIP) from inside. Private to xlsx*.c. */
#pragma once

#include "connectors/decode/decode.h"
#include "connectors/decode/grid.h"

typedef enum StyleKind { STYLE_PLAIN, STYLE_DATE, STYLE_TIME, STYLE_DATE_TIME, STYLE_PERCENT, STYLE_PATTERN } StyleKind;

/* What a cell's number format makes of a number. */
typedef struct Style {
        StyleKind kind;
        int zeros;                    /* of STYLE_PATTERN: digits at least, between the two texts */
        const char *prefix, *suffix;
} Style;

typedef struct Sheet {
        const char *name, *relation, *path; /* path NULL: not in the container */
        bool hidden;
} Sheet;

typedef struct Xlsx {
        struct zip *zip;
        const FormatPlan *plan;
        Rows *rows;                   /* of the caller: takes what is wrong */
        Arena arena;
        Sheet *sheets;
        size_t n_sheets;
        bool epoch_1904;
        uint64_t unpacked;            /* bytes of all parts that were read, each time they were */
        const char *book, *strings_path, *styles_path;
        Str *strings;
        size_t n_strings, room_strings;
        Style *styles;                /* by the index of a cell's format */
        size_t n_styles, room_styles;
} Xlsx;

/* Of one part, as its XML is read. Names come without their prefix. Handlers return 0, or what ends the reading. */
typedef struct XmlPart {
        Xlsx *book;
        const char *path;
        int (*begins)(void *userdata, const char *name, const char *const *attributes);
        int (*ends)(void *userdata, const char *name);
        int (*text)(void *userdata, Str text);
        void *userdata;
} XmlPart;

/* 0, what a handler returned, XLSX_NO_PART, DECODE_REFUSED, -ENOMEM. */
enum { XLSX_NO_PART = 3 };
int xlsx_part_read(const XmlPart *p);
const char *xml_attribute(const char *const *attributes, const char *name); /* also "r:id" for "id"; NULL: none */
bool xml_flag(const char *const *attributes, const char *name);

int xlsx_book_read(Xlsx *x);    /* sheets and where the other parts are */
int xlsx_strings_read(Xlsx *x);
int xlsx_styles_read(Xlsx *x);

/* What a number format makes of numbers; texts in `a`. -ENOMEM. */
int xlsx_style_make(Arena *a, int id, const char *code, Style *ret);

/* A number as a workbook stores it, as a cell shows it: 15 digits, no exponent; or its date. The text lies in `t`
 * behind what it held. -EINVAL: no number, or no date. */
int xlsx_number(Str written, const Style *style, bool epoch_1904, CellKind *ret_kind, Text *t);

/* Reads the sheet's rows into the grid. */
int xlsx_sheet_read(Xlsx *x, const Sheet *s, Grid *g);
