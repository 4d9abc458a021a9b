/* SPDX-License-Identifier: MIT */
/* Which paging keys mean something together. */
#include <stdio.h>

#include "connectors/profile/profile-parts.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define K(kind) (1u << PAGING_##kind)
#define TEXTS (K(CURSOR) | K(LINK) | K(NEXT))
#define EVERY (TEXTS | K(PAGE) | K(OFFSET) | K(KEYSET) | K(NONE))

const char *const profile_pagings[] = { "page", "offset", "cursor", "link", "next", "keyset", "none", NULL };
const char *const profile_stops[] = { "default", "total", "empty", "short", "flag", NULL };
const char *const profile_total_means[] = { "all", "rest", NULL };
const char *const profile_next_hosts[] = { "same", "any", NULL };

typedef struct PagingKey {
        const char *key;
        unsigned kinds, needed; /* bits of PagingKind */
} PagingKey;

static const PagingKey paging_keys[] = {
        { "page-parameter", K(PAGE), 0 },
        { "first-page", K(PAGE), 0 },
        { "offset-parameter", K(OFFSET), 0 },
        { "overlap", K(OFFSET), 0 },
        { "short-pages", EVERY & ~K(NONE), 0 },
        { "size-parameter", EVERY, 0 },
        { "size", EVERY, 0 },
        { "cursor-parameter", K(CURSOR) | K(KEYSET), 0 },
        { "cursor", K(CURSOR), 0 },
        { "cursor-header", K(CURSOR), 0 },
        { "first-cursor", K(CURSOR) | K(KEYSET), 0 },
        { "next", K(NEXT), K(NEXT) },
        { "next-host", K(LINK) | K(NEXT), 0 },
        { "key", K(KEYSET), K(KEYSET) },
        { "more", EVERY & ~K(NONE), 0 },
        { "stop", EVERY & ~K(NONE), 0 },
        { "pages-max", EVERY & ~K(NONE), 0 },
        { "end-status", EVERY & ~(K(NONE) | K(LINK) | K(NEXT)), 0 },
};

static void complain(ProfileReader *r, const Tree *t, ProfileMessage message, const char *key, const char *a,
                     const char *b) {
        const Tree *at = tree_get(t, key);
        profile_complain(r, &(Complaint) { message, SEVERITY_ERROR, at ? at->key_origin : t->origin, at ? key : NULL,
                                           { a, b, NULL }, NULL });
}

static void check_kind(ProfileReader *r, const Tree *t, PagingKind kind) {
        char because[40];
        snprintf(because, sizeof because, "paging: %s", profile_pagings[kind]);
        for (size_t i = 0; i < COUNT(paging_keys); i++) {
                const PagingKey *k = &paging_keys[i];
                bool there = tree_get(t, k->key) != NULL;
                if (there && !(k->kinds >> kind & 1))
                        complain(r, t, PROFILE_KEY_USELESS, k->key, k->key, because);
                if (!there && (k->needed >> kind & 1))
                        complain(r, t, PROFILE_KEY_MISSING, k->key, k->key, NULL);
        }
}

static void check_total(ProfileReader *r, const Tree *t, const PagingPlan *p) {
        bool total = p->total.text || p->total_header;
        if (p->total.text && p->total_header)
                complain(r, t, PROFILE_KEY_USELESS, "total-header", "total-header", "`total`");
        if (!total && tree_get(t, "total-means"))
                complain(r, t, PROFILE_KEY_USELESS, "total-means", "total-means", "no `total`");
        if (!total && tree_get(t, "total-cap"))
                complain(r, t, PROFILE_KEY_USELESS, "total-cap", "total-cap", "no `total`");
        if (!total && p->stop == STOP_TOTAL)
                complain(r, t, PROFILE_KEY_NEEDS, "stop", "stop: total", "total` or `total-header");
}

static void check_cursor(ProfileReader *r, const Tree *t, const PagingPlan *p) {
        if (p->kind != PAGING_CURSOR)
                return;
        if (p->cursor.text && p->cursor_header)
                complain(r, t, PROFILE_KEY_USELESS, "cursor-header", "cursor-header", "`cursor`");
        if (!p->cursor.text && !p->cursor_header)
                complain(r, t, PROFILE_KEY_MISSING, "cursor", "cursor", NULL);
}

/* How the system is told which page is wanted, where it is not by an address: by a parameter of its own, or by a name
 * that the request's templates use. */
typedef struct Teller {
        const char *key, *name;
} Teller;

static const Teller tellers[] = { [PAGING_PAGE] = { "page-parameter", "page" },
                                  [PAGING_OFFSET] = { "offset-parameter", "offset" },
                                  [PAGING_CURSOR] = { "cursor-parameter", "cursor" },
                                  [PAGING_LINK] = { NULL, NULL },
                                  [PAGING_NEXT] = { NULL, NULL },
                                  [PAGING_KEYSET] = { "cursor-parameter", "cursor" },
                                  [PAGING_NONE] = { NULL, NULL } };

static void check_teller(ProfileReader *r, const Tree *t, const Teller *way, const RequestPlan *request) {
        bool parameter = way->key && tree_get(t, way->key), used = way->name && request_uses(request, way->name);
        if (parameter && used)
                complain(r, t, PROFILE_KEY_USELESS, way->key, way->key, way->name);
        if (way->key && !parameter && !used)
                complain(r, t, PROFILE_PAGING_UNTOLD, "paging", way->key, way->name);
}

void profile_paging_check(ProfileReader *r, const Tree *t, const PagingPlan *p, const RequestPlan *request) {
        check_kind(r, t, (PagingKind) p->kind);
        check_total(r, t, p);
        check_cursor(r, t, p);
        if (p->stop == STOP_FLAG && !p->more.text && !paging_by_text(p))
                complain(r, t, PROFILE_KEY_NEEDS, "stop", "stop: flag", "more");
        if (p->stop == STOP_SHORT && p->short_pages)
                complain(r, t, PROFILE_KEY_USELESS, "short-pages", "short-pages", "stop: short");
        if (p->size_parameter && p->size == 0)
                complain(r, t, PROFILE_KEY_MISSING, "size-parameter", "size", NULL);
        check_teller(r, t, &tellers[p->kind], request);
}
