/* SPDX-License-Identifier: MIT */
/* A browser's recording: HAR 1.2 (the format of Chrome, Edge and Firefox; w3c web-performance HAR draft), read into
 * plain entries. Hostile like every byte from outside: bounded in size, depth and number. Pure. */
#pragma once

#include "state/model/err.h"
#include "state/model/text.h"

#define HAR_BYTES (64u << 20)
#define HAR_ENTRIES 20000
#define HAR_DEPTH 64

typedef struct HarPair {
        const char *name, *value;
} HarPair;

typedef struct HarPairs {
        const HarPair *at;
        size_t n;
} HarPairs;

typedef struct HarNames {
        const char *const *at;
        size_t n;
} HarNames;

typedef struct HarEntry {
        const char *method, *url;         /* absolute, without fragment */
        const char *origin, *path;        /* "https://host:port", "/api/x": without query and ;parameters */
        HarPairs query;                  /* decoded */
        HarPairs headers;                /* of the request, names as sent; without HTTP/2 pseudo headers */
        const char *content_type;         /* of the request's body, without parameters; "" none */
        Str body;                         /* of the request */
        HarPairs form;                   /* of an urlencoded body, decoded */
        int status;                       /* 0: none was kept */
        HarPairs answer_headers;
        const char *answer_type;          /* "application/json" */
        Str answer;                       /* decoded; empty where the browser kept none */
} HarEntry;

typedef struct HarLog {
        const char *browser;              /* "Firefox 128", "" unknown */
        HarEntry *at;                     /* in the order of their beginning */
        int n;
        int bodies;                       /* entries whose answer was kept */
        Arena arena;
} HarLog;

/* 0; HAR_E_NONE: not a HAR file, with the reason in `why`; -ENOMEM. */
enum { HAR_E_NONE = 1 };
int har_read(Str file, HarLog *ret, char why[static 200]);
void har_free(HarLog *l);

/* The value of a pair whose name is `name` but for its case; NULL: there is none. */
const char *har_pair(HarPairs pairs, const char *name);
