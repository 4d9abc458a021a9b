/* SPDX-License-Identifier: MIT */
/* YAML files as trees of text (libyaml). Scalars stay what was typed. What libyaml swallows in silence is a finding. */
#pragma once

#include "config/notice.h"
#include "state/model/err.h"
#include "state/model/tree.h"

#define LOAD_FILE_BYTES (4u << 20) /* a province has some 1,000 units of 10 short lines */
#define LOAD_SCALAR_BYTES 4096
#define LOAD_KEY_BYTES 128
#define LOAD_NODES 200000
#define LOAD_DEPTH_FLAT 4
#define LOAD_DEPTH 16

typedef enum LoadStyle {
        LOAD_FLAT,    /* what administrators edit: sections and one line a value; no lists, no flow, no blocks */
        LOAD_PROFILE, /* what a connector profile may be: lists, flow and blocks too */
} LoadStyle;

typedef struct Document {
        Tree *root;       /* a map */
        const char *file; /* in the arena; origins point to it */
        Arena arena;
} Document;

enum { LOAD_E_INVALID = 1, LOAD_E_NONE = 2 };

/* Reads text of a file. Returns 0 (what YAML swallowed was put, and the tree holds the rest); LOAD_E_INVALID after bad
 * characters or the first syntax error were put; negative with Err. `file` is the name that findings show. */
int load_text(Str text, const char *file, LoadStyle style, Notices *n, Document **ret, Err *e);

/* The file DIR/NAME, shown as that path. LOAD_E_NONE: there is no such file (nothing was put). */
int load_file(const char *directory, const char *name, LoadStyle style, Notices *n, Document **ret, Err *e);

/* The bytes of a file, at most `max`. 0; LOAD_E_NONE; -EFBIG; other negative errno with Err. */
int load_bytes(const char *path, size_t max, Text *ret, Err *e);

Document *document_free(Document *d);
DEFINE_CLEANUP(Document, document_free)
