/* SPDX-License-Identifier: MIT */
/* Writes one JSON document as it goes; nothing of it is kept. The document is
 * an object that begins with "version": 1. Keys are literals; `key` NULL inside
 * an array. Instants are RFC 3339 with the offset, dates ISO; unknown ones are
 * null. */
#pragma once

#include <stdio.h>

#include "state/model/when.h"

#define JSON_DEPTH 12

typedef struct Json {
        FILE *to;
        int depth;
        bool array[JSON_DEPTH], any[JSON_DEPTH];
        int failed; /* 0, -ENOMEM, -EIO: checked once, by json_end */
} Json;

void json_begin(Json *j, FILE *to);
int json_end(Json *j); /* closes the document with a newline, and says whether all of it was written */

void json_object(Json *j, const char *key);
void json_array(Json *j, const char *key);
void json_close(Json *j); /* the innermost object or array */

void json_str(Json *j, const char *key, Str s);
void json_text(Json *j, const char *key, const char *text); /* NULL: null */
void json_int(Json *j, const char *key, int64_t n);
void json_flag(Json *j, const char *key, bool on);
void json_null(Json *j, const char *key);
void json_when(Json *j, const char *key, Instant t);
void json_date(Json *j, const char *key, Date d);
