/* SPDX-License-Identifier: MIT */
/* THE CONTRACT of a source: something that lists partitions. HTTP systems fill it in today, dropped files later.
 *
 * A listing is: begin, then per page `page` and its records and quarantines, then end, exactly once, from the event
 * loop and never from inside source_list or source_cancel. After begin returned an error nothing but end is called.
 * Everything a callback gets is borrowed for the time of the call. A negative return from a callback stops that listing
 * (its end then carries LISTING_FAILED); other listings of the source go on. */
#pragma once

#include <systemd/sd-event.h>

#include "connectors/http/quiet.h"
#include "connectors/http/tls.h"
#include "connectors/profile/profile.h"
#include "state/model/unit.h"
#include "state/model/vault.h"

/* What a person should know of the data of a listing. Notes of one source and stream with the same code and topic are
 * one thing for whoever reads them. */
typedef struct ListingNote {
        Severity severity;
        const char *code;    /* constant: a fault's name, "drift-new", "rows-left-out" ... */
        const char *topic;   /* the field, member or kind of file it is about; "" */
        int64_t count;       /* records, rows or files */
        const char *en, *vi; /* one line, of the first of them, with its place */
} ListingNote;

typedef struct SourceSink {
        /* *ret: what is kept of the partition; its texts are borrowed until `end` returns. */
        int (*begin)(void *userdata, const Partition *p, ListingMemory *ret, Err *e);
        /* What is kept of page `number` of the last applied listing under the same digest: 0, or 1 when there is none.
         * Borrowed until the next call of the sink for that partition. NULL: nothing is ever kept. */
        int (*recall)(void *userdata, const Partition *p, int number, PageMemory *ret, Err *e);
        /* A page arrived whole, or is said to be as before. `number` counts from 1 in the order of the listing.
         * *ret_known true: the bytes are as before under the same digest, its members are taken as seen, and
         * *ret_members says how many; the page's records are then not parsed. `page->facts` is kept either way. */
        int (*page)(void *userdata, const Partition *p, int number, const PageMemory *page, bool *ret_known,
                    int *ret_members, Err *e);
        /* A record of the page told last, by the 64-bit hash of its bytes. *ret_known true: it stood on that page or
         * beside it under the same digest, is taken as seen and not told again by `record`. NULL: never known. */
        int (*span)(void *userdata, const Partition *p, uint64_t print, bool *ret_known, Err *e);
        /* `print`: the hash of the record's bytes; 0: not to be known again by it. */
        int (*record)(void *userdata, const Partition *p, const RecordSide *r, uint64_t print, Err *e);
        int (*quarantine)(void *userdata, const Partition *p, const Quarantine *q, Err *e);
        /* What was told of this listing is void, and is told anew from its first page: rows moved while it was read.
         * NULL: a listing is read once. */
        int (*again)(void *userdata, const Partition *p, Err *e);
        /* Between begin and end; nothing follows from it for the listing. NULL: nobody listens. */
        void (*note)(void *userdata, const Partition *p, const ListingNote *n);
        void (*end)(void *userdata, const Partition *p, const ListingEnd *end);
        void *userdata;
} SourceSink;

/* A value of the configuration that a profile's templates name: <config.NAME>. */
typedef struct SourceValue {
        const char *name, *text;
} SourceValue;

/* Plain data, filled by config. Texts live as long as the settings generation. */
typedef struct SourceOptions {
        const char *id;               /* "theodoiq" */
        Side side;
        const char *base_url;         /* https://host[:port][/prefix]; plain http only to loopback literals */
        TlsOptions tls;
        const char *files;            /* the folder its files are put into; NULL: none. One of both is given. */
        int settle_seconds;           /* a file that did not change for so long is whole */
        const char *supervisor;       /* supervising account; NULL: none */
        const Profile *profile;
        const SourceValue *values;    /* sources.ID.values of nq57d.yaml */
        size_t n_values;
        uint64_t digest;              /* of the address and the values: another one voids what is remembered */
        int concurrency;              /* requests under way at once on this host, 1..16 */
        int requests_per_minute;      /* 0: no limit of ours */
        int logins_per_hour;          /* budget per account, kept across restarts */
        int64_t request_gap;          /* µs between the starts of two requests; 0: none */
        QuietHours quiet;             /* no request in them */
        int breaker_after;            /* requests in a row not served before the system is left alone; 0: never */
        int timeout_seconds;          /* of one request, at most LIMIT_REQUEST_SECONDS */
        int poll_minutes;             /* between polls; for the schedule */
        int blind_hours;              /* without a complete listing for so long = blind */
        int details_a_page;           /* for a look: no more of a page's rows get their details; 0: all, as ever */
} SourceOptions;

/* What the daemon lends. */
typedef struct SourceEnv {
        sd_event *loop;
        const Clock *clock;
        const Vault *vault;
        const UnitTable *units;
        /* The secret of an account, copied into `ret`; 0, 1 when there is none, negative with Err. Callers wipe it. */
        int (*secret)(void *userdata, const char *source, const char *account, Text *ret, Err *e);
        TlsSecret *secret_file;       /* a file of one secret, SOURCE.NAME; may be NULL */
        void *secret_userdata;
        /* The file of a session that a person handed over for an account, as it stands; NULL: none ever is. */
        int (*handed)(void *userdata, const char *source, const char *account, Text *ret, Err *e);
        void *handed_userdata;
        FindingSink *news;            /* what ops should know of the system itself, or of an account; may be NULL */
        uint64_t seed;                /* of jitter */
        const struct HttpTap *tap;    /* connectors/http/http-tap.h; NULL: nobody looks on */
} SourceEnv;

typedef struct Source Source;

typedef struct SourceOps {
        /* Every partition this source has under the given unit table, sorted by (stream, account); owned by the source.
         */
        int (*partitions)(Source *s, const Partition **ret, size_t *ret_n, Err *e);
        /* Queues one listing of `p` (one of the above). The source keeps its own limits: listings wait their turn. */
        int (*list)(Source *s, const Partition *p, const SourceSink *sink, Err *e);
        /* Ends every listing soon with FAULT_CANCELLED; no request is begun any more. */
        void (*cancel)(Source *s);
        Source *(*free)(Source *s);   /* without end calls; NULL-safe */
} SourceOps;

struct Source {
        const SourceOps *ops;
};

/* The account of the partitions that files feed: no system has one of that name. */
#define SOURCE_FILES "(files)"

/* By its channels: requests, files, or both side by side. */
int source_new(const SourceEnv *env, const SourceOptions *options, Source **ret, Err *e);
int source_http_new(const SourceEnv *env, const SourceOptions *options, Source **ret, Err *e);
int source_file_new(const SourceEnv *env, const SourceOptions *options, Source **ret, Err *e);

static inline Source *source_free(Source *s) {
        return s ? s->ops->free(s) : NULL;
}
DEFINE_CLEANUP(Source, source_free)
