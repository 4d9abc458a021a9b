/* SPDX-License-Identifier: MIT */
#include "state/model/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#define TEXT_FIRST 64
#define ARENA_FIRST 4096
#define ARENA_LARGEST (1024 * 1024) /* blocks double up to this, so that a small user stays small */

int str_cmp(Str a, Str b) {
        size_t common = a.len < b.len ? a.len : b.len;
        int order = common ? memcmp(a.at, b.at, common) : 0;
        if (order != 0)
                return order;
        return (a.len > b.len) - (a.len < b.len);
}

bool str_starts(Str s, Str prefix) {
        return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.at, prefix.at, prefix.len) == 0);
}

static bool is_blank(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
}

Str str_trim(Str s) {
        while (s.len > 0 && is_blank(s.at[0])) {
                s.at++;
                s.len--;
        }
        while (s.len > 0 && is_blank(s.at[s.len - 1]))
                s.len--;
        return s;
}

Str str_cut(Str s, size_t max) {
        if (s.len <= max)
                return s;
        while (max > 0 && ((unsigned char) s.at[max] & 0xc0) == 0x80)
                max--;
        return (Str) { s.at, max };
}

char *str_dup(Str s) {
        if (s.len == SIZE_MAX)
                return NULL;
        char *copy = malloc(s.len + 1);
        if (!copy)
                return NULL;
        if (s.len > 0)
                memcpy(copy, s.at, s.len);
        copy[s.len] = '\0';
        return copy;
}

bool str_split(Str *rest, char separator, Str *ret_part) {
        if (rest->len == 0)
                return false;

        const char *end = memchr(rest->at, separator, rest->len);
        size_t len = end ? (size_t) (end - rest->at) : rest->len;
        size_t skip = end ? len + 1 : len;
        *ret_part = (Str) { rest->at, len };
        rest->at += skip;
        rest->len -= skip;
        return true;
}

void text_free(Text *t) {
        free(t->at);
        *t = (Text) { .max = t->max };
}

void text_clear(Text *t) {
        t->len = 0;
        t->failed = 0;
        if (t->at)
                t->at[0] = '\0';
}

static int text_grow(Text *t, size_t more) {
        if (more > t->max - t->len)
                return t->failed = -E2BIG;

        size_t need = t->len + more, room = t->room ? t->room : TEXT_FIRST;
        while (room < need + 1 && room <= t->max / 2)
                room *= 2;
        if (room < need + 1)
                room = t->max == SIZE_MAX ? need + 1 : t->max + 1;

        char *at = realloc(t->at, room);
        if (!at)
                return t->failed = -ENOMEM;
        t->at = at;
        t->room = room;
        return 0;
}

int text_reserve(Text *t, size_t more) {
        if (t->failed)
                return t->failed;
        if (more > t->max - t->len)
                return -E2BIG; /* not marked: a reservation is an estimate */
        return t->room - t->len > more ? 0 : text_grow(t, more);
}

int text_add(Text *t, Str s) {
        if (t->failed)
                return t->failed;
        if (t->room - t->len <= s.len || s.len > t->max - t->len) {
                int r = text_grow(t, s.len);
                if (r < 0)
                        return r;
        }
        if (s.len > 0)
                memcpy(t->at + t->len, s.at, s.len);
        t->len += s.len;
        t->at[t->len] = '\0';
        return 0;
}

int text_addc(Text *t, char c) {
        return text_add(t, (Str) { &c, 1 });
}

int text_addf(Text *t, const char *format, ...) {
        if (t->failed)
                return t->failed;

        char small[256];
        va_list arguments;
        va_start(arguments, format);
        int n = vsnprintf(small, sizeof small, format, arguments);
        va_end(arguments);
        if (n < 0)
                return t->failed = -EINVAL;
        if ((size_t) n < sizeof small)
                return text_add(t, (Str) { small, (size_t) n });

        if (t->room - t->len <= (size_t) n || (size_t) n > t->max - t->len) {
                int r = text_grow(t, (size_t) n);
                if (r < 0)
                        return r;
        }
        va_start(arguments, format);
        vsnprintf(t->at + t->len, (size_t) n + 1, format, arguments);
        va_end(arguments);
        t->len += (size_t) n;
        return 0;
}

char *text_take(Text *t) {
        if (t->failed) {
                text_free(t);
                return NULL;
        }
        char *taken = t->at ? t->at : str_dup(STR_NULL);
        *t = (Text) { .max = t->max };
        return taken;
}

/* Newest first; only the newest has room that is still handed out. */
typedef struct ArenaBlock {
        struct ArenaBlock *older;
        size_t size, used;
        _Alignas(8) char bytes[];
} ArenaBlock;

static int arena_grow(Arena *a, size_t size) {
        size_t room = a->block ? a->block->size * 2 : ARENA_FIRST;
        if (room > ARENA_LARGEST)
                room = ARENA_LARGEST;
        if (room < size)
                room = size;
        if (room > SIZE_MAX - sizeof(ArenaBlock))
                return -ENOMEM;

        ArenaBlock *block = malloc(sizeof(ArenaBlock) + room);
        if (!block)
                return -ENOMEM;
        *block = (ArenaBlock) { .older = a->block, .size = room };
        a->block = block;
        return 0;
}

void *arena_get(Arena *a, size_t size) {
        if (size > SIZE_MAX - 8)
                return NULL;
        size = (size + 7) & ~(size_t) 7;
        if (size > SIZE_MAX - a->total || (a->max != 0 && a->total + size > a->max))
                return NULL;
        if ((!a->block || a->block->size - a->block->used < size) && arena_grow(a, size) < 0)
                return NULL;

        void *at = a->block->bytes + a->block->used;
        a->block->used += size;
        a->total += size;
        return at;
}

char *arena_copy(Arena *a, Str s) {
        if (s.len == SIZE_MAX)
                return NULL;
        char *copy = arena_get(a, s.len + 1);
        if (!copy)
                return NULL;
        if (s.len > 0)
                memcpy(copy, s.at, s.len);
        copy[s.len] = '\0';
        return copy;
}

int arena_str(Arena *a, Str s, Str *ret) {
        char *copy = arena_copy(a, s);
        if (!copy)
                return -ENOMEM;
        *ret = (Str) { copy, s.len };
        return 0;
}

void arena_clear(Arena *a) {
        ArenaBlock *kept = a->block;
        for (ArenaBlock *b = a->block; b; b = b->older)
                if (b->size > kept->size)
                        kept = b;

        for (ArenaBlock *b = a->block, *older; b; b = older) {
                older = b->older;
                if (b != kept)
                        free(b);
        }
        if (kept) {
                kept->older = NULL;
                kept->used = 0;
        }
        a->block = kept;
        a->total = 0;
}

void arena_free(Arena *a) {
        for (ArenaBlock *b = a->block, *older; b; b = older) {
                older = b->older;
                free(b);
        }
        a->block = NULL;
        a->total = 0;
}

int text_to_uint64(Str s, uint64_t *ret) {
        if (s.len == 0)
                return -EINVAL;

        uint64_t value = 0;
        bool over = false;
        for (size_t i = 0; i < s.len; i++) {
                unsigned digit = (unsigned) (unsigned char) s.at[i] - '0';
                if (digit > 9)
                        return -EINVAL; /* also behind an overflow: garbage is never "too large" */
                over = over || __builtin_mul_overflow(value, (uint64_t) 10, &value) ||
                       __builtin_add_overflow(value, (uint64_t) digit, &value);
        }
        if (over)
                return -ERANGE;
        *ret = value;
        return 0;
}

int text_to_int64(Str s, int64_t *ret) {
        bool negative = s.len > 0 && s.at[0] == '-';
        if (s.len > 0 && (s.at[0] == '-' || s.at[0] == '+')) {
                s.at++;
                s.len--;
        }

        uint64_t value;
        int r = text_to_uint64(s, &value);
        if (r < 0)
                return r;
        if (value > (uint64_t) INT64_MAX + (negative ? 1 : 0))
                return -ERANGE;
        *ret = negative ? (int64_t) (0 - value) : (int64_t) value;
        return 0;
}

int text_to_int(Str s, int min, int max, int *ret) {
        int64_t value;
        int r = text_to_int64(s, &value);
        if (r < 0)
                return r;
        if (value < min || value > max)
                return -ERANGE;
        *ret = (int) value;
        return 0;
}
