/* SPDX-License-Identifier: MIT */
/* The HTTP source from inside: a queue of listings to come, and the few that are under way, each a small state machine
 * that holds no page while it waits.
 * Private to source-http*.c and listing*.c. */
#pragma once

#include "connectors/decode/rows.h"
#include "connectors/listing/changes.h"
#include "connectors/listing/pager.h"
#include "connectors/listing/slices.h"
#include "connectors/record/normalise.h"
#include "connectors/session/session.h"

typedef enum ListingState {
        LISTING_DUE,     /* goes on at `due` */
        LISTING_SESSION, /* waits for a session */
        LISTING_CALL,    /* a request is under way */
        LISTING_ENDED,   /* its end is to be told */
} ListingState;

/* What the slices that ended came to, or the one list there is. */
typedef struct ListingSum {
        int64_t received, claimed;
        bool unclaimed;        /* some had no total */
        int pages, missing;    /* `missing`: slices and details that were not given */
        int page_size;         /* records of the fullest page where there were several; 0: none */
        Proof proof;           /* the weakest */
        Fault fault;           /* the first */
        bool lossy, may_repeat, doubt_all; /* doubt_all: not only of some slices */
        char detail[340], unproved[240];
} ListingSum;
#define VALIDATOR_ROOM 1024

/* What is remembered of the page that is asked for. */
typedef struct ListingRecall {
        uint64_t request;      /* hash of the request that goes out */
        bool blind;            /* nobody keeps prints */
        bool there;            /* the rest is of the page that is due: it answered the same request */
        bool asked, kept;      /* a validator goes with it; did when it was first asked for */
        bool plain;            /* a full listing was told that the page is as before, and looks for itself */
        uint64_t hash[2];
        Text facts;
        Text prints;           /* of its records' bytes, 64 bits each, in no order */
        char etag[VALIDATOR_ROOM], modified[VALIDATOR_ROOM];
} ListingRecall;

/* How far the changes have been read (changes.h). */
typedef struct ListingChanges {
        Instant began;         /* by our clock */
        Instant theirs;        /* the system's, from its first answer */
        bool resumes;          /* `prior` was given */
        ChangesCursor prior;
        ChangesSeen seen;
        char text[CHANGES_CURSOR_TEXT]; /* of the next cursor */
} ListingChanges;

typedef struct Listing {
        struct HttpSource *source;
        const Partition *partition;
        const StreamPlan *stream;
        SourceSink sink;
        struct { PageSpan *at; size_t n, room; } doubtful; /* ListingEnd.doubtful */
        Session *session;
        ListingState state;
        uint64_t due;          /* µs of the loop's monotonic clock: pacing and back-off are real time */
        SessionWaiter waiter;
        HttpCall *call;
        unsigned generation;   /* of the session the request went out with */
        int tries;             /* of the request under way */
        int retried;           /* all of the listing */
        int failing;           /* details in a row that failed after all tries */
        bool relogged;         /* the session was given up once for this request */
        bool recsrf;           /* ... and its token against forgery taken anew */
        uint64_t started;      /* µs of the loop's monotonic clock */
        bool began, broken;    /* `broken`: a callback of the sink failed */
        bool anonymous;        /* a record without identity was put aside */
        Pager pager;           /* of the list that is read: the stream's, one slice's, or that of the parents */
        Text *taken;           /* by stream->takes, of the page before; NULL: none was read yet */
        Slices slices;
        bool asks_parents;     /* `stream` is the list of parents */
        struct Details *details; /* of the page that came last; NULL: none are asked for */
        ListingSum sum;
        ListingSum parents;    /* what the list of parents came to: it is not read again with the slices */
        int usual;             /* Pager.usual of the stream */
        int passes;            /* readings from the start before this one */
        bool finished;         /* every slice was read to its end */
        RowsLeft left;         /* rows of its pages that are no records */
        struct Contract *contract; /* once a record is parsed */
        Text learnt;           /* what is to be kept of it */
        ListingMemory memory;  /* told by the sink at the begin */
        bool conditional, sweeps; /* pages are asked for only if they changed; the others too */
        ListingRecall recall;
        ListingChanges changes;
        ListingEnd end;
        struct Listing *next;
} Listing;

/* A listing that waits for its turn: as little as can be, there may be thousands. */
typedef struct Queued {
        const Partition *partition;
        SourceSink sink;
        struct Queued *next;
} Queued;

typedef struct Queue {
        Queued *first, **last; /* `last`: where the next one is put */
} Queue;

typedef struct HttpSource {
        Source source;
        SourceEnv env;
        SourceOptions o;
        Http *http;
        SessionEnv session_env;
        Session *sessions;
        size_t n_sessions;
        Partition *partitions;
        size_t n_partitions;
        TemplateValue *config; /* "config.NAME" of the options' values */
        size_t n_config;
        Arena arena;           /* holds their names */
        uint32_t *session_at;  /* index of each partition's session */
        Queue waiting;
        Queue cancelled;       /* their ends are to be told */
        Listing *listings;     /* under way, in the order of their begin: at most `concurrency`, and those that ended */
        sd_event_source *timer, *soon;
        uint64_t random;
        SplitPage split;
        uint64_t *prints;      /* hashes of the split page's records */
        size_t room_prints;
        struct NormaliseMemo *memo; /* once a record is parsed */
        bool pumping;
} HttpSource;

uint64_t source_now(HttpSource *s);
void source_arm(HttpSource *s);                     /* looks at the queue soon, from the loop */
uint64_t source_random(HttpSource *s, uint64_t below); /* 0..below-1 */
int source_partitions_build(HttpSource *s, Err *e); /* partitions and their sessions */

/* The listing of `q`, which stays with the caller; NULL: out of memory. */
Listing *listing_new(HttpSource *s, const Queued *q);
/* A limit of the profile was passed, and the listing stopped: after a page, and before a request. */
bool listing_over_records(Listing *l);
bool listing_over_requests(Listing *l);
void listing_step(Listing *l);                      /* its session, then its next request */
void listing_stop(Listing *l, Fault f, Retry retry, const char *format, ...) __attribute__((format(printf, 4, 5)));
void listing_tell_end(Listing *l);
void listing_cancel(Listing *l);
Listing *listing_drop(Listing *l);
