/* SPDX-License-Identifier: MIT */
/* Private to draft*.c. */
#pragma once

#include "connectors/setup/draft.h"

void draft_note(Draft *d, bool decide, const char *en, const char *vi, const char *name); /* {} is replaced by name */
bool draft_json(const char *type);
/* NULL: no memory, or over 2,000 bytes. */
const char *draft_printf(Draft *d, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* A value that may stand in a profile as it is: short, and nothing that a person or a system keeps to itself. */
bool draft_harmless(const char *name, const char *value);

/* The first recorded call of the first stream; NULL. */
const HarEntry *draft_first_call(const Draft *d, const HarLog *log);

/* The header of the calls that comes out of a cookie or a page: a token against forged requests. */
void draft_csrf(Draft *d, const HarLog *log);

void draft_session(Draft *d, const HarLog *log);
/* `calls` are the stream's entries in order. */
void draft_paging(Draft *d, DraftStream *s, const HarEntry *const *calls, int n);
