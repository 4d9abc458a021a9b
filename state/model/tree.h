/* SPDX-License-Identifier: MIT */
/* A configuration document as typed: scalars are text until a schema says otherwise, and each carries its origin.
 * Built by config/load, read by the modules that compile a part of it (connectors/profile). */
#pragma once

#include "state/model/finding.h"

typedef enum TreeKind { TREE_SCALAR, TREE_MAP, TREE_LIST } TreeKind;

typedef struct Tree {
        TreeKind kind;
        Origin origin;      /* of the value */
        Origin key_origin;  /* of the key, in a map */
        const char *key;    /* in a map; NULL in a list and at the root */
        const char *text;   /* TREE_SCALAR, NFC, NUL-terminated; "" for an empty value */
        struct Tree *child; /* first member, in the order of the file */
        struct Tree *next;
} Tree;

const Tree *tree_get(const Tree *map, const char *key); /* NULL: no such key, or not a map */
size_t tree_count(const Tree *t);
