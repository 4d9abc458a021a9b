/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "connectors/listing/pager.h"

/* "p1 BYTES FIRST LAST RECEIVED OVERLAP TOTAL MORE TIES ORDER CURSOR": whole numbers, the hashes unsigned, and the
 * cursor to the end of the text. */
#define MARK "p1"
enum { FACTS_NUMBERS = 6 };

int page_facts_encode(const PageSeen *s, Text *ret) {
        text_addf(ret, MARK " %llu %llu %llu %d %d %lld %d %d %d ", (unsigned long long) s->bytes_hash,
                  (unsigned long long) s->first_hash, (unsigned long long) s->last_hash, s->received, s->overlap,
                  (long long) s->total, s->more_known ? 1 + s->more : 0, s->key_ties, s->key_order);
        return text_add(ret, s->cursor);
}

static bool number(Str *rest, int64_t low, int64_t high, int64_t *ret) {
        Str part;
        return str_split(rest, ' ', &part) && text_to_int64(part, ret) == 0 && *ret >= low && *ret <= high;
}

static bool hash(Str *rest, uint64_t *ret) {
        Str part;
        return str_split(rest, ' ', &part) && text_to_uint64(part, ret) == 0;
}

int page_facts_decode(Str facts, PageSeen *ret) {
        Str rest = facts, mark;
        PageSeen s = { 0 };
        int64_t n[FACTS_NUMBERS];
        if (!str_split(&rest, ' ', &mark) || !str_eq(mark, STR(MARK)) || !hash(&rest, &s.bytes_hash) ||
            !hash(&rest, &s.first_hash) || !hash(&rest, &s.last_hash) || !number(&rest, 0, INT32_MAX, &n[0]) ||
            !number(&rest, 0, n[0], &n[1]) || !number(&rest, -1, INT64_MAX, &n[2]) || !number(&rest, 0, 2, &n[3]) ||
            !number(&rest, 0, 1, &n[4]) || !number(&rest, KEYS_UNKNOWN, KEYS_MIXED, &n[5]) ||
            rest.len > PAGER_CURSOR_MAX)
                return -EBADMSG;
        s.received = (int) n[0];
        s.overlap = (int) n[1];
        s.total = n[2];
        s.more_known = n[3] > 0;
        s.more = n[3] > 1;
        s.key_ties = n[4] > 0;
        s.key_order = (KeyOrder) n[5];
        s.cursor = rest;
        *ret = s;
        return 0;
}
