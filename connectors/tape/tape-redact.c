/* SPDX-License-Identifier: MIT */
#include "connectors/tape/tape-redact.h"

#include <errno.h>
#include <stdio.h>

#include "connectors/session/written.h"

#define BUCKETS 4096
#define VALUES_MAX 100000
#define HEAD 64 /* bytes; of tokens, longer than what all of a kind begin with */

typedef struct Known {
        char *value;
        size_t len;
        char placeholder[32];
        struct Known *next; /* of its bucket, the longest first */
} Known;

struct Redactor {
        Known *bucket[BUCKETS];
        size_t n;
        unsigned numbered;
        bool begins[65536]; /* by the first two bytes */
};

int redactor_new(Redactor **ret) {
        *ret = calloc(1, sizeof **ret);
        return *ret ? 0 : -ENOMEM;
}

Redactor *redactor_free(Redactor *r) {
        for (size_t i = 0; r && i < BUCKETS; i++)
                while (r->bucket[i]) {
                        Known *k = r->bucket[i];
                        r->bucket[i] = k->next;
                        explicit_bzero(k->value, k->len);
                        free(k->value);
                        free(k);
                }
        free(r);
        return NULL;
}

static unsigned two(const char *at) {
        return (unsigned) (unsigned char) at[0] << 8 | (unsigned char) at[1];
}

static size_t bucket_of(const char *at) {
        uint32_t n = 2166136261u;
        for (int i = 0; i < WRITTEN_SHORTEST; i++)
                n = (n ^ (unsigned char) at[i]) * 16777619u;
        return n % BUCKETS;
}

/* The ways in which the text may begin with a value, a bit each. Those that read it as it is are left to that one. */
static unsigned ways_near(const Redactor *r, Str s) {
        if (!r->begins[two(s.at)])
                return written_escapes(s.at[0]) | written_escapes(s.at[1]);
        unsigned ways = 1u << WRITTEN_AS_IT_IS;
        for (size_t i = 0; i < HEAD && i < s.len; i++)
                ways |= written_escapes(s.at[i]);
        return ways;
}

/* The longest of the values that the text begins with, in whatever way it is written; *ret_taken: so far it goes. */
static const Known *find(const Redactor *r, Str s, size_t *ret_taken) {
        const Known *found = NULL;
        *ret_taken = 0;
        unsigned ways = s.len < WRITTEN_SHORTEST ? 0 : ways_near(r, s);
        for (int way = 0; ways != 0 && way < WRITTEN_WAYS; way++) {
                char head[HEAD];
                bool whole = false;
                if (!(ways >> way & 1) || written_head((WrittenWay) way, s, 2, head) < 2 || !r->begins[two(head)])
                        continue;
                size_t n = written_head((WrittenWay) way, s, sizeof head, head);
                if (n < WRITTEN_SHORTEST)
                        continue;
                for (const Known *k = r->bucket[bucket_of(head)]; k && !whole; k = k->next) {
                        if (memcmp(k->value, head, k->len < n ? k->len : n) != 0)
                                continue;
                        ways = ~0u; /* what is escaped further on tells the others apart */
                        size_t taken = written_goes((WrittenWay) way, s, (Str) { k->value, k->len }, &whole);
                        if (whole && taken > *ret_taken) {
                                *ret_taken = taken;
                                found = k;
                        }
                }
        }
        return found;
}

int redactor_know(Redactor *r, Str value, const char *placeholder) {
        size_t taken;
        if (value.len < WRITTEN_SHORTEST || r->n > VALUES_MAX || str_starts(value, STR("redacted-")) ||
            (find(r, value, &taken) && taken == value.len))
                return 0;
        Known *k = calloc(1, sizeof *k), **at = &r->bucket[bucket_of(value.at)];
        char *copy = k ? malloc(value.len) : NULL;
        if (!copy) {
                free(k);
                return -ENOMEM;
        }
        memcpy(copy, value.at, value.len);
        *k = (Known) { .value = copy, .len = value.len };
        if (placeholder)
                snprintf(k->placeholder, sizeof k->placeholder, "%s", placeholder);
        else
                snprintf(k->placeholder, sizeof k->placeholder, "redacted-%u", ++r->numbered);
        while (*at && (*at)->len > k->len)
                at = &(*at)->next;
        k->next = *at;
        *at = k;
        r->begins[two(value.at)] = true;
        r->n++;
        return 0;
}

int redactor_add(const Redactor *r, Text *t, Str s) {
        size_t from = 0, i = 0, taken;
        while (i + WRITTEN_SHORTEST <= s.len) {
                const Known *k = find(r, (Str) { s.at + i, s.len - i }, &taken);
                if (!k) {
                        i++;
                        continue;
                }
                text_add(t, (Str) { s.at + from, i - from });
                text_add(t, str_of(k->placeholder));
                i += taken;
                from = i;
        }
        return from < s.len ? text_add(t, (Str) { s.at + from, s.len - from }) : t->failed;
}
