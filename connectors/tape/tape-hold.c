/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "connectors/tape/tape-parts.h"

#define HELD_MAX 256 /* more logins under way at once than that: the oldest is written as it is */

typedef struct TapeHeld {
        HttpExchange x; /* into `arena` */
        Arena arena;
        int number;
        struct TapeHeld *next;
} TapeHeld;

static const char *copied(Arena *a, const char *text, bool *failed) {
        const char *copy = text ? arena_copy(a, str_of(text)) : NULL;
        *failed = *failed || (text && !copy);
        return copy;
}

static TapeHeld *held_free(TapeHeld *h) {
        arena_free(&h->arena);
        free(h);
        return NULL;
}

int tape_hold(Tape *t, const HttpExchange *x, int number, Err *e) {
        TapeHeld *h = calloc(1, sizeof *h), **tail = &t->held;
        bool failed = false;
        if (!h)
                return err_oom(e);
        h->number = number;
        h->x = *x;
        h->x.headers = (PlanPairs) { 0 };
        h->x.source = copied(&h->arena, x->source, &failed);
        h->x.account = copied(&h->arena, x->account, &failed);
        h->x.url = copied(&h->arena, x->url, &failed);
        h->x.content_type = copied(&h->arena, x->content_type, &failed);
        h->x.detail = copied(&h->arena, x->detail, &failed);
        h->x.secret_name = NULL;
        h->x.method = copied(&h->arena, x->method, &failed);
        if (failed || arena_str(&h->arena, x->body, &h->x.body) < 0 ||
            arena_str(&h->arena, x->answer, &h->x.answer) < 0 ||
            arena_str(&h->arena, x->answer_headers, &h->x.answer_headers) < 0) {
                held_free(h);
                return err_oom(e);
        }
        while (*tail)
                tail = &(*tail)->next;
        *tail = h;
        if (++t->n_held <= HELD_MAX)
                return 0;
        const HttpExchange *oldest = &t->held->x;
        return tape_release(t, oldest->source, oldest->account, e);
}

int tape_release(Tape *t, const char *source, const char *account, Err *e) {
        int r = 0;
        for (TapeHeld **at = &t->held; *at;) {
                TapeHeld *h = *at;
                if (account && (strcmp(h->x.account, account) != 0 || strcmp(h->x.source, source) != 0)) {
                        at = &h->next;
                        continue;
                }
                *at = h->next;
                t->n_held--;
                if (r == 0)
                        r = tape_put(t, &h->x, h->number, e);
                held_free(h);
        }
        return r;
}
