/* SPDX-License-Identifier: MIT */
/* What a person asks of the daemon through nq57ctl: files in STATE/requests, since only the daemon writes the store. A
 * request is one line `verb<TAB>argument...`, written aside and renamed; the daemon takes each once, answers by
 * renaming it to NAME.done (first line `ok` or the refusal), and nq57ctl removes it. */
#pragma once

#include "config/settings.h"
#include "state/store-plan.h"

/* Takes every request that waits; *ret_sync: one of them asked for a poll now. */
int requests_take(Store *s, const Settings *settings, Instant now, bool *ret_sync, Err *e);

/* For nq57ctl: writes one and returns its path (without .done) in `path`. */
int requests_put(const char *state_dir, const char *const *words, Text *path, Err *e);
