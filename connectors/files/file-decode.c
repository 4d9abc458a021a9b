/* SPDX-License-Identifier: MIT */
#include "connectors/files/file-decode.h"

#include <fnmatch.h>

#include "connectors/limits.h"

bool file_feeds(const StreamPlan *s, const char *name) {
        return s->format.files && fnmatch(s->format.files, name, FNM_CASEFOLD) == 0;
}

static bool lines_name(const char *name) {
        return fnmatch("*.jsonl", name, FNM_CASEFOLD) == 0 || fnmatch("*.ndjson", name, FNM_CASEFOLD) == 0;
}

static int json_read(const StreamPlan *s, Str bytes, Rows *rows) {
        static const Select top = { .text = "$" };
        SplitPage p = { 0 };
        const Select *list = s->list.text ? &s->list : &top;
        rows_begin(rows, LIMIT_FILE_RECORDS);
        int r = split_page(&p, list, bytes);
        if (r > 0)
                r = rows_refuse(rows, r == SPLIT_E_TRUNCATED ? FAULT_TRUNCATED_BODY : FAULT_NOT_JSON,
                                "at byte %zu: %s", p.at, p.why ? p.why : "no list where the profile says");
        for (size_t i = 0; r == 0 && i < p.n_spans; i++)
                r = rows_borrow(rows, p.spans[i].bytes, (int) i + 1, p.spans[i].problem);
        split_free(&p);
        return r;
}

int file_decode(const StreamPlan *s, const char *name, Str bytes, Rows *rows) {
        FormatKind kind = decode_kind(bytes);
        if (kind == FORMAT_JSON && lines_name(name))
                kind = FORMAT_JSON_LINES;
        if (kind == FORMAT_JSON)
                return json_read(s, bytes, rows);
        int r = decode(&s->format, kind, bytes, LIMIT_FILE_RECORDS, rows);
        if (r == 0 && rows->claimed >= 0 && rows->claimed != (int64_t) rows->n)
                return rows_refuse(rows, FAULT_COUNT_MISMATCH, "it states %lld records and has %zu",
                                   (long long) rows->claimed, rows->n);
        return r;
}
