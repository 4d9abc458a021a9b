/* SPDX-License-Identifier: MIT */
/* Names as people compare them, and what of an exchange is a secret: by its name, or because it looks like something
 * drawn by chance. Pure. */
#pragma once

#include "state/model/text.h"

/* A name as it is compared: without marks, capitals and separators. "" when it does not fit. */
void name_fold(Str name, char *ret, size_t size);

/* Which of `names`, separated by a blank, a folded name is; -1: none. */
int name_place(const char *names, const char *folded);
bool name_listed(const char *names, const char *folded);

/* Names of login fields. */
typedef enum NameLogin { LOGIN_OTHER, LOGIN_ACCOUNT, LOGIN_SECRET } NameLogin;
NameLogin name_login(Str name);

/* Whether values under this name are kept from people: passwords, tokens, keys, cookies of a session. */
bool name_secret(Str name);

/* Whether a text looks like something drawn by chance: a token, a key, a session's number. */
bool value_secret(Str value);
