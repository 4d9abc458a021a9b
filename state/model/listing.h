/* SPDX-License-Identifier: MIT */
/* What a poll of one partition delivers: pages of records, and a trailer that says whether it was complete,
 * and the proof. */
#pragma once

#include "state/model/record.h"
#include "state/model/when.h"

/* Runs, cursors, membership and absence are per partition: one account losing sight of a record is not "gone". */
typedef struct Partition {
        const char *source;  /* the source's id */
        Side side;           /* its role */
        const char *stream;  /* a stream of the profile: "tasks", "indicators" */
        RecordKind kind;     /* what the stream lists */
        const char *account; /* the account it is read with */
        const char *unit;    /* the unit that account belongs to; "" for a supervising account */
} Partition;

/* The stable codes of everything that can be wrong with a listing or a record; texts in fault_names. */
typedef enum Fault {
        FAULT_NONE,
        FAULT_LOGIN_PAGE,        /* an HTML login page came with 200 */
        FAULT_EMPTY_BODY,
        FAULT_TRUNCATED_BODY,
        FAULT_SELECTOR_MISSING,
        FAULT_PAGE_REPEATS,
        FAULT_PAGE_SIZE_LOWERED,
        FAULT_WORD_UNKNOWN,      /* record quarantined */
        FAULT_UNIT_UNMAPPED,     /* record quarantined */
        FAULT_FIELD_INVALID,     /* a field kept as invalid; the record is stored */
        FAULT_RECORD_INVALID,    /* record without identity, or broken JSON inside it: quarantined */
        FAULT_COUNT_MISMATCH,    /* received differs from the claimed total */
        FAULT_UNPROVED,          /* read to its end, but nothing shows that this was the end (ListingEnd.unproved) */
        FAULT_NOT_JSON,
        FAULT_TOO_LARGE,         /* a cap of limits.h was hit: never truncated silently */
        FAULT_HTTP_STATUS,
        FAULT_RATE_LIMITED,
        FAULT_NETWORK,           /* DNS, connect, reset, time-out */
        FAULT_TLS,
        FAULT_LOGIN_REFUSED,
        FAULT_LOGIN_BUDGET,
        FAULT_SESSION_LOST,      /* logged in again and still not let in */
        FAULT_NO_SECRET,
        FAULT_SESSION_OVER,      /* what a person handed over has ended, or is not accepted any more */
        FAULT_SESSION_CONTESTED, /* sessions end early again and again: somebody else uses the account */
        FAULT_REDIRECT,          /* to a host or scheme the profile does not allow */
        FAULT_CANCELLED,
        FAULT_TABLE,             /* no table of the expected shape: a column twice, a broken workbook */
        FAULT_ENCODING,          /* bytes that are no text in the expected encoding */
        FAULT_FILE_NONE,         /* no file of the stream in its folder */
        FAULT_FILE_REFUSED,      /* a file that is not read for what it is: a link, too large, anybody's to write */
        FAULT_FILE_LOCKED,       /* open in a program, still being copied, or protected by a password */
        FAULT_FILE_OLDER,        /* as of an earlier moment than what was read before */
        FAULT_QUIET,             /* not asked: the source's quiet hours */
        FAULT_NOT_MODIFIED,      /* a 304 that nobody asked for, or for a page that is not kept */
        FAULT_COUNT
} Fault;
extern const char *const fault_names[FAULT_COUNT]; /* "none", "login-page", "empty-body", ... */
const char *fault_vn(Fault f);

typedef enum Completeness { LISTING_COMPLETE, LISTING_PARTIAL, LISTING_FAILED } Completeness;
extern const char *const completeness_names[];     /* "complete", "partial", "failed" */

typedef enum Proof { PROOF_NONE, PROOF_TOTAL, PROOF_EMPTY_PAGE, PROOF_LAST_FLAG, PROOF_SHORT_PAGE, PROOF_ONE_PAGE,
               PROOF_WHOLE_FILE, PROOF_COUNT } Proof;
extern const char *const proof_names[];            /* "", "total", "empty-page", "last-flag", ... */

/* What is kept of a partition from one listing to the next. The texts are the source's own: the store keeps them and
 * reads nothing in them. */
typedef struct ListingMemory {
        Str cursor;    /* as of the last listing that ended with one under the same digest; STR_NULL: none */
        Instant swept; /* when the last listing began that was read whole, and was no ListingEnd.changes_only nor
                        * by_validators; INSTANT_NONE: none under this digest */
        Str contract;  /* what the stream's records looked like so far; STR_NULL: not learnt yet; outlives a digest */
        bool distrust; /* ListingEnd.distrust of a listing before; outlives a digest */
} ListingMemory;

/* What is kept of one page of the last applied listing. */
typedef struct PageMemory {
        uint64_t hash[2]; /* 128-bit, over the page's bytes */
        Str facts;        /* the source's own: validators, what paging needs to go on from here; opaque to the store */
        Str prints;       /* recalled, not told: 64-bit hashes its members are known by, in no order; at NULL: nobody
                           * keeps any, and only what the system says of the page is believed */
        Instant as_of;    /* told, not kept: of the file it stands in, where files of several moments each tell of some
                           * units; 0: the listing's (ListingEnd.as_of) */
} PageMemory;

/* Pages, by their numbers in the listing, of which nothing shows that they are all: of one slice of several. */
typedef struct PageSpan { int from, to; } PageSpan;

/* The trailer. `whole`: every page was read and proved, even when records were quarantined (then `completeness` is
 * LISTING_PARTIAL); the source is not blind. `members_complete` is what absence may be judged by: whole, and no record
 * was put aside without its identity, which might be the one that seems to be missing. It implies `whole`. */
typedef struct ListingEnd {
        Completeness completeness;
        bool whole, members_complete;
        Proof proof;
        Fault fault;            /* the first thing that went wrong */
        Retry retry;
        int64_t claimed;        /* total claimed by the source; -1: none */
        int64_t received;       /* record spans seen */
        int64_t quarantined;
        int pages, requests;
        Instant retry_after;    /* wall instant asked for by the source, or INSTANT_NONE */
        char detail[400];       /* one line: what was expected and what was seen, with a sample */
        bool by_validators;     /* a page was only said to be as before (304): whole all the same, but no sweep */
        bool distrust;          /* the system's validators are not to be believed: kept when the listing is applied */
        Instant as_of;          /* of data that were already of some age (a file's): what they say was so then, and says
                                 * nothing of a record that another listing of the stream showed since; the cursor is
                                 * what was read, and kept whenever the rows are. 0: current */
        bool may_repeat;        /* a record may come more than once: several slices show it, or two readings in a row
                                 * were the same */
        char unproved[240];     /* not empty: whole as far as the system says, yet its pages look as if some were left
                                 * out, and no total proves them; whoever remembers the reading before decides */
        const PageSpan *doubtful; /* which pages are meant; live until the end is told */
        size_t n_doubtful;        /* 0: all */
        bool changes_only;      /* asked only for what changed: absence proves nothing, membership is kept */
        Str cursor;             /* of the next listing of changes; committed with the rows; STR_NULL: as it was */
        Str contract;           /* to be kept when the listing is applied; STR_NULL: as it was */
        char drift_en[300], drift_vi[300]; /* not empty: the records are no longer what they were in what touches
                                            * identity or state, and a person decides before they are stored */
        uint64_t drift_mark;    /* of that difference: a person's word holds for the same mark */
} ListingEnd;

/* A record that was put aside. Texts borrowed. */
typedef struct Quarantine {
        Fault fault;
        bool identity_known;
        Identity identity;      /* when known: such a record is not "missing" */
        Str unit;               /* canonical unit id when known, else "" */
        Str field;              /* field key or path */
        Str value;              /* what was there */
        Str nearest;            /* suggestion or "" */
        Str sample;             /* the record's bytes, cut to 2 KiB */
        Str file;               /* the file it stands in; "": none */
        int row;                /* of a table or of lines, from 1; 0: none */
} Quarantine;
