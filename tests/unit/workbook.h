/* SPDX-License-Identifier: MIT */
/* Small workbooks for tests, made with libzip from the XML of their parts. */
#pragma once

#include <stdlib.h>
#include <zip.h>

#include "state/model/text.h"

#define WORKBOOK_PARTS 12
#define MAIN "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'"
#define RELATIONS "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

typedef struct WorkbookPart {
        const char *path, *xml;
} WorkbookPart;

static const char workbook_rels[] =
        "<Relationships><Relationship Id='r1' Type='" RELATIONS "/worksheet' Target='worksheets/sheet1.xml'/>"
        "<Relationship Id='r2' Type='" RELATIONS "/worksheet' Target='/xl/worksheets/sheet2.xml'/>"
        "<Relationship Id='r3' Type='" RELATIONS "/styles' Target='styles.xml'/>"
        "<Relationship Id='r4' Type='" RELATIONS "/sharedStrings' Target='sharedStrings.xml'/></Relationships>";

/* The bytes of a container with these parts; the caller frees them. */
static Str workbook_zip(const WorkbookPart *parts, size_t n) {
        zip_error_t why;
        zip_error_init(&why);
        zip_source_t *to = zip_source_buffer_create(NULL, 0, 0, &why);
        zip_t *z = zip_open_from_source(to, ZIP_TRUNCATE, &why);
        zip_source_keep(to);
        for (size_t i = 0; i < n && parts[i].path; i++)
                zip_file_add(z, parts[i].path, zip_source_buffer(z, parts[i].xml, strlen(parts[i].xml), 0), 0);
        zip_close(z);
        zip_source_open(to);
        zip_source_seek(to, 0, SEEK_END);
        size_t size = (size_t) zip_source_tell(to);
        char *bytes = malloc(size);
        zip_source_seek(to, 0, SEEK_SET);
        zip_source_read(to, bytes, size);
        zip_source_close(to);
        zip_source_free(to);
        return (Str) { bytes, size };
}

/* One sheet "Nhiệm vụ" of these <row>s, with styles and shared texts where they are given; `after`: what stands behind
 * the rows. */
static Str workbook_simple(const char *rows, const char *after, const char *styles, const char *strings) {
        _cleanup_text_ Text sheet = TEXT_INIT(1u << 20);
        text_addf(&sheet, "<?xml version='1.0'?><worksheet " MAIN "><sheetData>%s</sheetData>%s</worksheet>", rows,
                  after ? after : "");
        const WorkbookPart parts[] = {
                { "xl/workbook.xml", "<workbook " MAIN " xmlns:r='" RELATIONS "'><sheets>"
                                     "<sheet name='Nhiệm vụ' sheetId='1' r:id='r1'/></sheets></workbook>" },
                { "xl/_rels/workbook.xml.rels", workbook_rels },
                { "xl/worksheets/sheet1.xml", sheet.at },
                { "xl/styles.xml", styles ? styles : "<styleSheet/>" },
                { "xl/sharedStrings.xml", strings ? strings : "<sst/>" },
        };
        return workbook_zip(parts, sizeof parts / sizeof *parts);
}
