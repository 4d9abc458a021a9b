/* SPDX-License-Identifier: MIT */
/* What would be read of a file, before it is put into a folder. */
#pragma once

#include "connectors/decode/rows-left.h"
#include "connectors/profile/profile.h"
#include "state/model/listing.h"
#include "state/model/unit.h"
#include "state/model/when.h"

typedef struct FilePreview {
        const char *stream;        /* that it feeds; NULL: none takes it */
        const char *names;         /* of files that feed the stream */
        bool name_fits;
        Text bytes;
        size_t rows;               /* records */
        int header_row;            /* the last row of the header; 0: it has none */
        char sheet[120];           /* of a workbook */
        RowsLeft left;             /* rows that are none */
        Instant as_of;             /* INSTANT_NONE: no date where the profile says */
        int64_t taken, put_aside;
        Fault fault;               /* why nothing of it can be read */
        char detail[300];
} FilePreview;

typedef struct PreviewSink {
        /* A member that the profile reads and the header it stands under, or STR_NULL and one that is near; and, with
         * `member` STR_NULL, a header that nothing reads. */
        void (*column)(void *userdata, Str member, Str header, Str nearest);
        void (*record)(void *userdata, int row, const RecordSide *side);
        void (*put_aside)(void *userdata, int row, const Quarantine *q);
        void *userdata;
} PreviewSink;

void file_preview_free(FilePreview *p);
/* Of the stream, or with NULL of that whose names or header fit best. 0; PREVIEW_E_STREAM: the profile has no stream
 * of that name that takes files; -ENOMEM. Whether the file can be read says ret->fault. */
enum { PREVIEW_E_STREAM = 1 };
int file_preview(const Profile *p, const char *stream, Side side, const UnitTable *units, const char *path,
                 const PreviewSink *sink, FilePreview *ret);
