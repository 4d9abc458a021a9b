/* SPDX-License-Identifier: MIT */
/* Secrets: from $CREDENTIALS_DIRECTORY or a file without group or other bits; never from YAML, argv or the environment.
 */
#pragma once

#include <sys/types.h>

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

/* What is taken at most, in bytes: a bulk file, one password in it, a session, a file of one secret (a private key). */
#define SECRET_BOOK_MAX (4u << 20)
#define SECRET_ACCOUNT_MAX 4096
#define SECRET_SESSION_MAX (64u << 10)
#define SECRET_FILE_MAX 16384

/* `size` bytes from `from`, or what is left there, in one allocation, so that no copy is left behind in freed memory.
 * Negative with Err, where `name` stands for the file. */
int secret_read(int fd, const char *name, off_t from, size_t size, Text *ret, Err *e);

void secret_wipe(Text *t); /* overwrites and frees */
