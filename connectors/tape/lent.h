/* SPDX-License-Identifier: MIT */
/* What a source is lent (passwords, keys, sessions handed over or kept), with every secret told to a redactor on its
 * way: neither a name nor looks need give it away afterwards. */
#pragma once

#include "connectors/source.h"
#include "connectors/tape/tape-redact.h"

typedef struct Lent {
        Redactor *redactor;
        SourceEnv inner; /* as it was lent before */
        Vault vault;
} Lent;

/* Puts it between `env` and its source; both outlive the source. A second time on the same is nothing. */
void lent_watch(Lent *l, Redactor *redactor, SourceEnv *env);

/* Every value of a session as text (session-keys.h), or of a file that a person handed over. -ENOMEM. */
int tape_session_secrets(Redactor *r, Str text);
