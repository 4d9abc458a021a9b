/* SPDX-License-Identifier: MIT */
/* gzip bodies (RFC 1952), unpacked as they arrive. Our own and not libcurl's, because a body that ends before its
 * trailer must not pass for a whole one: libcurl 7.88 lets that happen in silence. Pure. */
#pragma once

#include <stdbool.h>

#include "state/model/cleanup.h"
#include "state/model/text.h"

typedef struct Gunzip Gunzip;

int gunzip_new(Gunzip **ret); /* -ENOMEM */
Gunzip *gunzip_free(Gunzip *g);
DEFINE_CLEANUP(Gunzip, gunzip_free)

/* Unpacks `bytes` onto `to`, whose own limit bounds a bomb. 0; GUNZIP_E_BROKEN: this is no gzip; -E2BIG or -ENOMEM as
 * `to` says. */
enum { GUNZIP_E_BROKEN = 1 };
int gunzip_add(Gunzip *g, Str bytes, Text *to);

/* Whether what was added ended with a member's trailer (length and checksum agree), or nothing was added at all. */
bool gunzip_whole(const Gunzip *g);
