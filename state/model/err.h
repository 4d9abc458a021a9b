/* SPDX-License-Identifier: MIT */
/* Errors: what failed (code, text) and when to try again (retry) are two axes. Fixed size, so that
 * setting one cannot fail. */
#pragma once

#include <stdarg.h>

typedef enum Retry {
        RETRY_NOW,         /* transient, e.g. a connection closed between requests */
        RETRY_LATER,       /* after the source's back-off */
        RETRY_RECONFIGURE, /* not before the configuration or the profile changes */
        RETRY_NEVER,       /* a bug or a full disk: a person is needed */
} Retry;

typedef struct Err {
        int code;       /* negative errno; 0: nothing set */
        Retry retry;
        char text[512]; /* one line, UTF-8, does not repeat what the caller knows; cut at a character boundary */
} Err;

/* Sets `e` (may be NULL) unless it is already set (the first writer keeps the floor) and returns `code` (negative). */
int err_set(Err *e, int code, Retry retry, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Puts "text: " before the message of an error that is passed up; returns e->code. Without an `e`: -EIO. */
int err_prefix(Err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* -ENOMEM with the usual text. */
int err_oom(Err *e);

void err_clear(Err *e);
