/* SPDX-License-Identifier: MIT */
/* The lexical half of the splitter: one strict value at a time. Private to split*.c. */
#pragma once

#include "connectors/decode/split.h"

#define SCAN_KEYS 1024    /* keys of all open objects */
#define SCAN_SCRATCH 4096 /* bytes of unescaped keys of all open objects */
#define SCAN_TWICE "a key stands twice in one object"

typedef struct Scan {
        const char *begin, *at, *end;
        const char *why;     /* set with SPLIT_E_NOT_JSON */
        const char *problem; /* the first thing json-c would change silently */
        bool escapes;        /* the text passed last has some */
        int depth;
        size_t n_keys, scratch_used;
        Str keys[SCAN_KEYS];
        char scratch[SCAN_SCRATCH];
} Scan;

void scan_begin(Scan *s, Str text);
static inline void scan_blanks(Scan *s) {
        while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t'))
                s->at++;
}
void scan_problem(Scan *s, const char *what); /* keeps the first */
int scan_fail(Scan *s, const char *why); /* SPLIT_E_NOT_JSON, or SPLIT_E_TRUNCATED at the end of the bytes */

/* Past one value of any kind. 0, SPLIT_E_TRUNCATED, SPLIT_E_NOT_JSON. */
int scan_value(Scan *s);

/* Past blanks to the end of the bytes: 0, SPLIT_E_NOT_JSON. */
int scan_end(Scan *s);

/* Past the brackets of an object or array, trusting everything between strings; scalars go to scan_value. */
int scan_skip(Scan *s);

/* An object's keys: enter, then per member key (with ':') until leave. `ret_key` is unescaped. */
typedef struct ScanObject {
        size_t keys, scratch;
        uint64_t seen;
} ScanObject;
void scan_object_enter(Scan *s, ScanObject *o);
int scan_key(Scan *s, ScanObject *o, Str *ret_key);
void scan_object_leave(Scan *s, const ScanObject *o);
