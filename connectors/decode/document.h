/* SPDX-License-Identifier: MIT */
/* A small JSON document (a login's answer, a page's skeleton): checked strictly, then parsed by json-c. */
#pragma once

#include <json-c/json.h>

#include "connectors/decode/split.h"
#include "state/model/listing.h"

static inline json_object *json_root_free(json_object *o) {
        json_object_put(o);
        return NULL;
}
DEFINE_CLEANUP(json_object, json_root_free)

/* FAULT_NONE, or what is wrong with it, with a sample in `why`. */
Fault document_parse(Str body, json_object **ret, char why[static 160]);

/* What stands as text in a document, as servers give whose programs answer with JSON they made themselves. FAULT_NONE:
 * *ret borrows from *ret_root; SELECTOR_MISSING: there is no text; else as document_parse. *ret_root is the document
 * wherever it could be read (NULL also for a number or null alone). */
Fault document_inside(Str body, const Select *inside, json_object **ret_root, Str *ret, char why[static 160]);

/* The first bytes of a body for a person: escaped, cut. */
void document_sample(Str body, char *to, size_t size);

/* What an answer that is no success says, behind ": ": of HTML its text, else its first bytes; "" for nothing. */
#define DOCUMENT_WORDS 170
void document_words(Str body, char to[static DOCUMENT_WORDS]);
