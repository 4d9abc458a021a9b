/* SPDX-License-Identifier: MIT */
/* One exchange of a recording as a file: a first line, a head of JSON that a person can read, a blank line, and the
 * answer's body as it came (unpacked). Pure; a file from anywhere is hostile. */
#pragma once

#include "state/model/err.h"
#include "state/model/listing.h"

#define TAPE_FILE_BYTES ((16u << 20) + (1u << 20))
#define TAPE_VERSION "nq57d-exchange 1"

typedef struct TapeExchange {
        const char *source, *account, *method;
        const char *host;         /* "https://theodoiq.dcs.vn" */
        const char
                *target; /* path and query: what a request is known again by, with source, account, method and body */
        const char *content_type; /* "" none */
        Str body;
        bool login;
        Instant began, ended;
        Fault fault;
        Retry retry;
        const char *detail;
        int status;
        Str answer_headers;       /* lines, each with its end */
        Str answer;
} TapeExchange;

/* As text_add. */
int tape_file_write(const TapeExchange *x, Text *ret);

/* Texts are copied into `a`, the answer lies in `file`. 0; TAPE_E_BAD with what was expected in `why`; -ENOMEM. */
enum { TAPE_E_BAD = 1 };
int tape_file_read(Arena *a, Str file, TapeExchange *ret, char why[static 200]);
