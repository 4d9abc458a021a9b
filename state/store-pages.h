/* SPDX-License-Identifier: MIT */
/* Private to the store: what is kept of the pages of a partition: sets of records, members, prints; and the files in
 * which the parts of a listing wait. */
#pragma once

#include "state/store-listing.h"

/* A set of record ids. */
typedef struct Bits { uint64_t *word; size_t n_words; } Bits;
int bits_add(Bits *b, int64_t id, bool *ret_was, Err *e);
static inline bool bits_have(const Bits *b, int64_t id) {
        return (size_t) id / 64 < b->n_words && (b->word[id / 64] >> (id % 64) & 1);
}
int64_t bits_count(const Bits *b);
int64_t bits_next(const Bits *b, int64_t from); /* the first id >= from; -1: none */
void bits_free(Bits *b);
#define _cleanup_bits_ _cleanup_(bits_free)

/* Members of a page. `aside`: so many more of them lie in the listing's file, at the place of the page. */
typedef struct Member { uint64_t print; uint32_t id; } Member;
typedef struct Members { Member *at; size_t n, room, aside; } Members;
#define MEMBERS_HELD 1024 /* in memory at once, of each listing under way: there may be dozens */
int members_add(Members *m, int64_t id, uint64_t print, Err *e);
int members_encode(Members *m, Text *ids, Text *prints); /* sorts; prints stay empty when there are none */
int members_encode_bits(const Bits *b, Text *ids);
int members_decode(Str blob, int (*member)(void *u, int64_t id, Err *e), void *userdata, Err *e);
int members_into(Str blob, Bits *b, Err *e);

/* Staged records on disk: one row of bytes, written and read in whole blocks (store-spool.c). */
#define SPOOL_BLOCK 32768
typedef struct Spool { int fd; size_t size; } Spool; /* a multiple of SPOOL_BLOCK; 0: no file */
int spool_open(const char *directory, Err *e); /* an unlinked file there */
int spool_write_at(int fd, Str bytes, size_t at, Err *e);
int spool_read_at(int fd, char *buffer, size_t len, size_t at, Err *e);
/* Appends the whole blocks at the front of `bytes`; *ret_written says how many bytes that were: all of
 * them or, on failure, none. */
int spool_add(Spool *sp, const char *directory, Str bytes, size_t *ret_written, Err *e);
int spool_read(const Spool *sp, size_t at, Text *into, Err *e); /* the block there, appended */
void spool_free(Spool *sp);

typedef struct ListingPage {
        int number;
        uint64_t hash[2];  /* the digest is mixed in: a new mapping knows no page */
        int spans;         /* records and quarantines it holds */
        bool known;        /* bytes as before: its row stays as it is */
        bool over;         /* the listing began anew after it */
        bool torn;         /* a record on it was put aside: the next listing reads it anew */
        size_t first;      /* spans on the pages before: its members' place in the file */
        bool facts;        /* what was told beside its bytes is other than before, and waits in temp.page_told */
        Instant as_of;     /* of what it told, where that is not the listing's; 0: the listing's */
        Members members;
} ListingPage;

/* What the page that is read now and those beside it were made of (store-prints.c). */
typedef struct PrintPage { int number; size_t n, room; uint32_t *id; uint64_t *print; } PrintPage;
typedef struct Prints {
        PrintPage page[3];
        int number;                 /* the page they are there for; 0: none */
        size_t in, at;              /* where the next record is expected */
        uint32_t *slot;             /* index over all three, made at the first record that is not where expected */
        size_t slots;
        bool indexed;
} Prints;

int members_hold(Listing *l, ListingPage *page, int64_t record, uint64_t print, Err *e);
int members_gather(Listing *l, const ListingPage *p, Members *into, Err *e); /* all of that page; `into` is reused */
void members_free(Listing *l);
