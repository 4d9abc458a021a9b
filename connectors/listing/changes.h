/* SPDX-License-Identifier: MIT */
/* Reading only what changed: from where to ask, and how far a listing has come. The cursor is the highest time or id of
 * the records that were received, never of our clock, and never beyond the system's own. Asking begins at it (closed
 * range), less an overlap for what was written late. Pure. docs/profiles/changes.md explains each key. */
#pragma once

#include "connectors/language/changes-plan.h"
#include "state/model/listing.h"

typedef struct ChangesCursor {
        int64_t value; /* µs since 1970, or an id */
        Instant taken; /* by our clock: when the listing began that gave it */
} ChangesCursor;

#define CHANGES_CURSOR_TEXT 64
Str changes_cursor_write(const ChangesPlan *p, const ChangesCursor *c, char buffer[static CHANGES_CURSOR_TEXT]);
bool changes_cursor_read(const ChangesPlan *p, Str text, ChangesCursor *ret); /* false: none, or of another kind */

/* Whether this listing can do with the changes since the cursor; else it reads everything: `every` so long. */
bool changes_suffice(const ChangesPlan *p, const ListingMemory *m, Instant every, Instant now);

/* How often this partition reads everything: up to a quarter sooner than `every`, always as much, so that those which
 * were first read together are not all read whole at the same poll. */
Instant changes_spread(const Partition *p, Instant every);

/* From where to ask: an instant or an id. */
int64_t changes_from(const ChangesPlan *p, const ChangesCursor *c);
int changes_from_text(const ChangesPlan *p, int64_t from, Text *ret); /* as text_add */

/* What the records of a listing showed. */
typedef struct ChangesSeen {
        bool any, lost; /* lost: a record was put aside, and nobody can tell where it stands */
        bool aside;
        int64_t highest, lowest_aside;
} ChangesSeen;
/* `written`: the record's time or id; at NULL: it has none. */
void changes_note(const ChangesPlan *p, ChangesSeen *s, Str written, bool aside);

/* The cursor after a listing that was read whole. `prior` NULL: there was none. `received`: records in it. `theirs`:
 * the system's clock when it began, INSTANT_NONE: not told; `ours`: ours. false: none that is safe. */
bool changes_next(const ChangesPlan *p, const ChangesSeen *s, const ChangesCursor *prior, int64_t received,
                  Instant theirs, Instant ours, ChangesCursor *ret);
