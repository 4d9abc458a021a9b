/* SPDX-License-Identifier: MIT */
/* The folder of secrets as --check looks at it: what is there, whose it is, who may read it. Findings only; what stands
 * in a file is never shown. Private to config/. */
#pragma once

#include <sys/stat.h>

#include "config/build.h"

typedef struct SecretsLook {
        Build *b;
        const char *dir;     /* NULL: nobody says where they are */
        uid_t service;       /* whose files they may be besides root's, as far as can be told */
        bool handed;         /* systemd handed them over: mistakes are warnings */
        bool opened, unseen; /* the folder was tried; in vain, which was told */
        bool denied;         /* that a file may not be read was told: once for all of them */
        const char **names;  /* what lies in it */
        size_t n_names, room;
        size_t n_root;       /* files that root alone may read */
        const char *root;    /* the first of them */
        Arena arena;
} SecretsLook;

/* A file that is asked for: where the configuration does, and what belongs into it. */
typedef struct SecretWanted {
        const char *name; /* in the folder */
        Origin at;
        const char *subject;
        const char *en, *vi;
        bool later; /* it need not be there yet: only a warning */
} SecretWanted;

void secrets_look_begin(Build *b, SecretsLook *ret);
void secrets_look_free(SecretsLook *l);

/* Puts a finding about a place inside the file `name`, or with line 0 at its beginning. */
void secrets_look_put(SecretsLook *l, const char *name, int line, int column, const Notice *n);

/* The whole file, when it is there, private, and may be read: 0. 1: why not was told. -ENOMEM. `ret` is to be wiped. */
int secrets_look_read(SecretsLook *l, const SecretWanted *w, Text *ret);

/* Whether there is such an entry, as far as can be seen. */
bool secrets_look_there(SecretsLook *l, const char *name);

/* The end: who reads what only root may read. */
void secrets_look_end(SecretsLook *l, Origin at);
