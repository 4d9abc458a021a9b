/* SPDX-License-Identifier: MIT */
/* Private to draft*.c. */
#pragma once

#include <json-c/json.h>

#include "connectors/setup/draft.h"

void draft_note(Draft *d, bool decide, const char *en, const char *vi, const char *name); /* {} is replaced by name */
bool draft_json(const char *type);
/* NULL: no memory, or over 2,000 bytes. */
const char *draft_printf(Draft *d, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* A value that may stand in a profile as it is: short, and nothing that a person or a system keeps to itself. */
bool draft_harmless(const char *name, const char *value);

json_object *draft_document(Str body); /* NULL: no JSON; the caller puts it */

/* A login: what was posted, and whether only what followed tells it, not the names of its fields. */
typedef struct DraftLogin {
        const HarEntry *entry; /* NULL: none was recorded */
        HarPairs sent;
        bool guessed;
} DraftLogin;
void draft_login_find(Draft *d, const HarLog *log, DraftLogin *ret);

/* Fills the session's fields, and keeps what was typed to keep it out of the rest. `page`: the form's, or NULL. */
void draft_login_fields(Draft *d, const HarLog *log, const DraftLogin *login, const HarEntry *page);

/* The body of a POST as name and value pairs, whichever way it was sent. */
bool draft_pairs(Draft *d, const HarEntry *e, HarPairs *ret);

/* Whether a text of the answer comes back in a header of a later request. */
bool draft_token_after(Draft *d, const HarLog *log, const HarEntry *e);

/* Whether rows of the list were asked for one by one: fills what the stream says of details, looks at both together,
 * and takes those answers off the lists (`listing`, one an entry of the log). 0, -ENOMEM. */
int draft_details(Draft *d, const HarLog *log, DraftStream *s, const HarEntry *const *calls, int n, bool *listing);

/* One more word that must stand nowhere in the draft; under 3 bytes it is none. */
void draft_keep_out(Draft *d, Str word);

/* Whether a text holds such a word, in any of the ways it can be written (session/written.h). */
bool draft_tells_typed(const Draft *d, const char *text);

/* Takes those words out of addresses and notes; values and bodies that hold one are left out whole, and told. */
void draft_hide(Draft *d);

/* The first recorded call of the first stream; NULL. */
const HarEntry *draft_first_call(const Draft *d, const HarLog *log);

/* The header of the calls that comes out of a cookie or a page: a token against forged requests. */
void draft_csrf(Draft *d, const HarLog *log);

void draft_session(Draft *d, const HarLog *log);
/* `calls` are the stream's entries in order. */
void draft_paging(Draft *d, DraftStream *s, const HarEntry *const *calls, int n);
