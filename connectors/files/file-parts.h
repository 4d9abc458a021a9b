/* SPDX-License-Identifier: MIT */
/* The file source from inside: one listing at a time, a small step a turn of the loop. Private to source-file.c and
 * file-listing.c. */
#pragma once

#include "connectors/files/file-folder.h"
#include "connectors/listing/hash-set.h"
#include "connectors/profile/profile-plan.h"
#include "connectors/record/contract.h"
#include "connectors/source.h"

#define FILES_MAX 200     /* new ones of one listing, the oldest; the others wait for the next */
#define FILE_PAGE 1000    /* records told in one turn of the loop */
#define FILE_WAITS 6      /* times a listing waits for files to settle */
#define FILE_KNOWN_MAX 10000 /* contents remembered of a stream: no fewer than a folder has */

typedef enum FileState {
        FILE_QUEUED, /* not begun */
        FILE_SCAN,   /* looks into the folder, at `due` */
        FILE_LOOK,   /* at one of the stream's files */
        FILE_READ,   /* the next file is opened */
        FILE_TELL,   /* its next records are told */
        FILE_ENDED,
} FileState;

typedef struct NewFile {
        char *name;
        char digest[FILE_DIGEST + 1];
        Instant as_of, mtime;
} NewFile;

typedef struct FileListing {
        struct FileSource *source;
        const Partition *partition;
        const StreamPlan *stream;
        SourceSink sink;
        FileState state;
        uint64_t due;
        int waits;
        Instant last;          /* of the newest data read so far; INSTANT_NONE: nothing was */
        Text known;            /* contents read, or set aside for good: digests, each with a blank before it */
        bool known_grew;
        size_t at;             /* the entry of the folder, then the file, that comes next */
        NewFile *files;        /* to be read, newest first */
        size_t n_files;
        bool chosen;
        Text bytes;            /* of the file being told; its rows lie in them */
        Rows rows;
        size_t told;           /* spans of it */
        HashSet newer, here;   /* identities that newer files, and this one, have stated */
        int pages;
        RowsLeft left;         /* rows of them that are no records */
        bool broken, anonymous;
        ListingEnd end;
        Text cursor;
        Contract *contract;    /* what the stream's records looked like, and these do */
        Text learnt;
        struct FileListing *next;
} FileListing;

typedef struct FileSource {
        Source source;
        SourceEnv env;
        SourceOptions o;
        Partition *partitions;
        size_t n_partitions;
        FileListing *listings;
        Folder folder;
        sd_event_source *timer;
} FileSource;

uint64_t file_now(FileSource *s);
void file_listing_step(FileListing *l);
void file_listing_stop(FileListing *l, Fault f, const char *detail); /* nothing is concluded from it */
FileListing *file_listing_free(FileListing *l);
