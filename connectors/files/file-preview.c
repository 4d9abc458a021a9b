/* SPDX-License-Identifier: MIT */
#include "connectors/files/file-preview.h"

#include <errno.h>
#include <stdio.h>

#include "connectors/decode/decode.h"
#include "connectors/files/file-date.h"
#include "connectors/files/file-decode.h"
#include "connectors/files/file-folder.h"
#include "connectors/limits.h"
#include "connectors/record/normalise.h"

void file_preview_free(FilePreview *p) {
        text_free(&p->bytes);
        *p = (FilePreview) { 0 };
}

static int preview_refuse(FilePreview *p, Fault f, const char *detail) {
        p->fault = f;
        snprintf(p->detail, sizeof p->detail, "%s", detail);
        return 0;
}

/* By the same rules as in a drop folder, but for the time it rests. */
static int bytes_get(const char *path, FilePreview *ret, FileMark *ret_mark) {
        const char *slash = strrchr(path, '/');
        _cleanup_free_ char *folder = str_dup(slash ? (Str) { path, (size_t) (slash - path) + 1 } : STR("."));
        Folder f = { .path = folder };
        char detail[ROWS_DETAIL];
        Fault fault = FAULT_FILE_NONE;
        if (!folder)
                return -ENOMEM;
        int r = folder_scan(&f, 1, detail);
        FileEntry *e = NULL;
        for (size_t i = 0; r == 0 && i < f.n; i++)
                if (strcmp(f.at[i].name, slash ? slash + 1 : path) == 0)
                        e = &f.at[i];
        if (r == 0 && !e) {
                snprintf(detail, sizeof detail, "no such file, or a name that is never read (hidden, half-copied)");
                r = FILE_E_REFUSED;
        }
        if (r == 0) {
                *ret_mark = e->mark;
                r = folder_read(&f, e, &ret->bytes, &fault, detail);
        }
        folder_free(&f);
        return r > 0 ? preview_refuse(ret, fault, detail) : r;
}

/* Of several streams the one whose names fit and whose columns are found most. */
static int better(const StreamPlan *s, const char *name, Str bytes, const StreamPlan **best, int *best_score,
                  FilePreview *ret) {
        _cleanup_rows_ Rows rows = { 0 };
        bool fits = file_feeds(s, name);
        int score = fits ? 1000 : 0, r = file_decode(s, name, bytes, &rows);
        if (r < 0)
                return r;
        for (size_t i = 0; r == 0 && i < rows.n_wanted; i++)
                score += rows.wanted[i].column >= 0;
        score += r == 0 ? 100 : 0;
        if (score <= *best_score)
                return 0;
        *best_score = score;
        *best = s;
        ret->name_fits = fits;
        return 0;
}

static int choose(const Profile *p, const char *wanted, const char *name, FilePreview *ret, const StreamPlan **best) {
        int score = -1, r = 0, n = 0;
        for (size_t i = 0; i < p->n_streams && r == 0; i++) {
                const StreamPlan *s = &p->streams[i];
                if (!s->format.files || (wanted && strcmp(wanted, s->name) != 0))
                        continue;
                n++;
                r = better(s, name, text_str(&ret->bytes), best, &score, ret);
        }
        return r == 0 && n == 0 ? PREVIEW_E_STREAM : r;
}

static void columns_tell(const Rows *rows, const PreviewSink *sink) {
        for (size_t i = 0; i < rows->n_wanted; i++) {
                const RowsColumn *w = &rows->wanted[i];
                sink->column(sink->userdata, w->name, w->column >= 0 ? rows->columns[w->column].name : STR_NULL,
                             w->nearest);
        }
        for (size_t i = 0; i < rows->n_columns; i++)
                if (!rows->columns[i].mapped && rows->columns[i].name.len > 0)
                        sink->column(sink->userdata, STR_NULL, rows->columns[i].name, STR_NULL);
}

static int records_tell(const StreamPlan *s, Side side, const UnitTable *units, const Rows *rows,
                        const PreviewSink *sink, FilePreview *ret) {
        Normaliser n;
        int r = normaliser_init(&n, s, units, side, "");
        for (size_t i = 0; i < rows->n && r >= 0; i++) {
                RecordSide record;
                Quarantine q;
                r = normalise_record(&n, &rows->spans[i], &record, &q);
                if (r == 0) {
                        ret->taken++;
                        sink->record(sink->userdata, rows->numbers[i], &record);
                } else if (r == NORMALISE_QUARANTINED) {
                        ret->put_aside++;
                        sink->put_aside(sink->userdata, rows->numbers[i], &q);
                }
        }
        normaliser_done(&n);
        return r < 0 ? r : 0;
}

static int rows_tell(const StreamPlan *s, Side side, const UnitTable *units, const Rows *rows, const PreviewSink *sink,
                     FilePreview *ret) {
        ret->rows = rows->n;
        ret->header_row = rows->header_row;
        ret->left = rows->left;
        snprintf(ret->sheet, sizeof ret->sheet, STR_FMT, STR_ARG(rows->table));
        columns_tell(rows, sink);
        return records_tell(s, side, units, rows, sink, ret);
}

int file_preview(const Profile *p, const char *stream, Side side, const UnitTable *units, const char *path,
                 const PreviewSink *sink, FilePreview *ret) {
        const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
        const StreamPlan *s = NULL;
        FileMark mark = { 0 };
        *ret = (FilePreview) { .bytes = TEXT_INIT(LIMIT_FILE_BYTES + 1), .as_of = INSTANT_NONE };
        int r = bytes_get(path, ret, &mark);
        if (r == 0)
                r = choose(p, stream, name, ret, &s);
        if (r != 0 || !s || ret->fault != FAULT_NONE)
                return r;
        _cleanup_rows_ Rows rows = { 0 };
        ret->stream = s->name;
        ret->names = s->format.files;
        r = file_decode(s, name, text_str(&ret->bytes), &rows);
        if (r == DECODE_REFUSED)
                return preview_refuse(ret, rows.fault, rows.detail);
        if (r < 0)
                return r;
        ret->as_of = file_as_of(&s->format, name, mark.mtime / 1000, &rows);
        if (rows.gave_up)
                return preview_refuse(ret, rows.fault, rows.detail);
        return rows_tell(s, side, units, &rows, sink, ret);
}
