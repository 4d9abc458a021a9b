/* SPDX-License-Identifier: MIT */
/* A folder into which people and programs put files while we look. A file is taken when nothing about it has changed
 * for a while, read whole through one descriptor, and looked at once more afterwards. Nothing is written, moved or
 * deleted: reading needs no right to write, and what was read is remembered by its content. */
#pragma once

#include "connectors/decode/decode.h"

#define FILE_DIGEST 32 /* hexadecimal digits */

/* All of these, unchanged, are the same bytes. */
typedef struct FileMark {
        uint64_t device, inode;
        int64_t size, mtime, ctime; /* times in ns */
} FileMark;

typedef struct FileEntry {
        char *name;
        FileMark mark;
        uint64_t since;             /* monotonic µs at which it was first seen like that */
        bool seen;                  /* in the scan under way */
        bool digested;
        char digest[FILE_DIGEST + 1];
        bool told;                  /* what is wrong with it was told; forgotten when it changes */
} FileEntry;

typedef struct Folder {
        const char *path;
        FileEntry *at;
        size_t n, room;
} Folder;

void folder_free(Folder *f);

/* Looks at every name. 0, or FOLDER_E_UNREADABLE with `detail`; -ENOMEM. Entries keep their order by name, and what is
 * known of them while they do not change. */
enum { FOLDER_E_UNREADABLE = 1 };
int folder_scan(Folder *f, uint64_t now, char detail[static ROWS_DETAIL]);

/* Names that no program means to be read: hidden, half-copied, lock files. */
bool folder_ignores(const char *name);

/* The whole of a file, if it may be read: 0 and its digest; or FILE_E_REFUSED with a fault and why. FAULT_FILE_LOCKED
 * may be over the next time. */
enum { FILE_E_REFUSED = 1 };
int folder_read(Folder *f, FileEntry *e, Text *ret, Fault *ret_fault, char detail[static ROWS_DETAIL]);
