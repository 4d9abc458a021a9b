/* SPDX-License-Identifier: MIT */
/* Takes secrets out of texts: a value that was told once is replaced wherever it comes again, in whatever way it is
 * written (session/written.h), by a placeholder of its own. Pure. */
#pragma once

#include "state/model/text.h"

#define REDACT_PASSWORD "redacted-password"
#define REDACT_TOKEN "redacted-token"     /* of a session that a person handed over */
#define REDACT_REFRESH "redacted-refresh"

typedef struct Redactor Redactor;

int redactor_new(Redactor **ret); /* -ENOMEM */
Redactor *redactor_free(Redactor *r); /* wiped */
DEFINE_CLEANUP(Redactor, redactor_free)

/* Known from now on. `placeholder` NULL: redacted-1, redacted-2, ... in the order of their coming; a value known
 * already keeps its own, also when it comes as another writes it, and so does a placeholder itself. 0 (also for one
 * too short), -ENOMEM. */
int redactor_know(Redactor *r, Str value, const char *placeholder);

/* Adds `s` with every known value replaced; of two that begin at one place the longer. As text_add. */
int redactor_add(const Redactor *r, Text *t, Str s);
