/* SPDX-License-Identifier: MIT */
/* Secrets: from $CREDENTIALS_DIRECTORY or a file without group or other bits; never from YAML, argv or the environment.
 */
#pragma once

#include "state/model/err.h"
#include "state/model/text.h"

enum { SECRET_E_NONE = 1 };

/* Where the accounts of bulk files stand in them, and nothing else: one of thousands is read without the others. Begins
 * as { 0 }; a file that was changed is looked through anew. */
typedef struct SecretBook {
        struct SecretPages *pages;
} SecretBook;
void secret_book_done(SecretBook *b);

/* The secret of `account` from the bulk file DIR/SOURCE.secrets (lines `account<TAB>secret`). 0, SECRET_E_NONE (no file
 * or no line), negative with Err (a file others can read, a line without a tab: file:line). `ret` is to be wiped. */
int secret_account(SecretBook *b, const char *dir, const char *source, const char *account, Text *ret, Err *e);

/* A file of one secret, DIR/NAME, without its last newline. */
int secret_file(const char *dir, const char *name, Text *ret, Err *e);

/* The file DIR/SOURCE.ACCOUNT.session, whole: a session that a person handed over (docs/profiles/sessions.md). */
int secret_session(const char *dir, const char *source, const char *account, Text *ret, Err *e);

void secret_wipe(Text *t); /* overwrites and frees */
