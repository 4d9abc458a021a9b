/* SPDX-License-Identifier: MIT */
#include "connectors/decode/split-scan.h"

#include "connectors/decode/code-points.h"
#include "state/model/text-block.h"

void scan_begin(Scan *s, Str text) {
        s->begin = s->at = text.at ? text.at : ""; /* nothing at all has no place */
        s->end = s->at + text.len;
        s->why = s->problem = NULL;
        s->escapes = false;
        s->depth = 0;
        s->n_keys = s->scratch_used = 0;
}

int scan_fail(Scan *s, const char *why) {
        if (s->at >= s->end)
                return SPLIT_E_TRUNCATED;
        s->why = why;
        return SPLIT_E_NOT_JSON;
}

void scan_problem(Scan *s, const char *what) {
        if (!s->problem)
                s->problem = what;
}

int scan_end(Scan *s) {
        scan_blanks(s);
        if (s->at == s->end)
                return 0;
        s->why = "more bytes after the end of the document";
        return SPLIT_E_NOT_JSON;
}

/* The four digits after \u at `at`; -1 when they are none. */
static int hex4(const char *at, const char *end) {
        int value = 0;
        for (int i = 0; i < 4; i++) {
                int digit = at + i < end ? hex_digit(at[i]) : -1;
                if (digit < 0)
                        return -1;
                value = value * 16 + digit;
        }
        return value;
}

/* At a backslash. *ret_code is the character it stands for. */
static int scan_escape(Scan *s, uint32_t *ret_code) {
        static const char letters[] = "\"\\/bfnrt", codes[] = "\"\\/\b\f\n\r\t";
        s->at++;
        if (s->at >= s->end)
                return SPLIT_E_TRUNCATED;
        const char *known = *s->at ? strchr(letters, *s->at) : NULL;
        if (known) {
                s->at++;
                *ret_code = (unsigned char) codes[known - letters];
                return 0;
        }
        if (*s->at != 'u')
                return scan_fail(s, "unknown escape in a string");
        int code = hex4(s->at + 1, s->end);
        if (code < 0) {
                if (s->end - s->at < 5)
                        s->at = s->end;
                return scan_fail(s, "\\u needs four hexadecimal digits");
        }
        s->at += 5;
        if (code >= 0xd800 && code < 0xdc00 && s->end - s->at >= 6 && s->at[0] == '\\' && s->at[1] == 'u') {
                int low = hex4(s->at + 2, s->end);
                if (low >= 0xdc00 && low < 0xe000) {
                        s->at += 6;
                        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                }
        }
        if (code >= 0xd800 && code < 0xe000)
                scan_problem(s, "half a surrogate pair in a string");
        *ret_code = (uint32_t) code;
        return 0;
}

/* After the opening quote, to after the closing one. */
static int scan_string(Scan *s) {
        s->escapes = false;
        for (;;) {
                s->at += block_json_plain((Str) { s->at, (size_t) (s->end - s->at) });
                if (s->at >= s->end)
                        return SPLIT_E_TRUNCATED;
                if (*s->at == '"') {
                        s->at++;
                        return 0;
                }
                if (*s->at != '\\')
                        return scan_fail(s, "control character in a string");
                uint32_t code;
                int r = scan_escape(s, &code);
                if (r != 0)
                        return r;
                s->escapes = true;
        }
}

/* `raw` already passed scan_string. */
static Str key_unescape(Scan *s, Str raw) {
        if (raw.len > SCAN_SCRATCH - s->scratch_used) {
                scan_problem(s, "keys with too many escapes");
                return raw;
        }
        const char *at = s->at, *end = s->end;
        char *to = s->scratch + s->scratch_used;
        size_t n = 0;
        s->at = raw.at;
        s->end = raw.at + raw.len;
        while (s->at < s->end) {
                uint32_t code = (unsigned char) *s->at;
                if (*s->at != '\\')
                        to[n++] = *s->at++;
                else if (scan_escape(s, &code) == 0)
                        n += utf8_put(to + n, code);
                else
                        break;
                if (code == 0)
                        scan_problem(s, "NUL in a key");
        }
        s->at = at;
        s->end = end;
        s->scratch_used += n;
        return (Str) { to, n };
}

static uint64_t key_bit(Str key) {
        return UINT64_C(1) << (text_ends(key) * 0x9e3779b97f4a7c15u >> 58);
}

void scan_object_enter(Scan *s, ScanObject *o) {
        *o = (ScanObject) { .keys = s->n_keys, .scratch = s->scratch_used };
}

void scan_object_leave(Scan *s, const ScanObject *o) {
        s->n_keys = o->keys;
        s->scratch_used = o->scratch;
}

static void key_note(Scan *s, ScanObject *o, Str key) {
        uint64_t bit = key_bit(key);
        if (o->seen & bit)
                for (size_t i = o->keys; i < s->n_keys; i++)
                        if (str_eq(s->keys[i], key))
                                scan_problem(s, SCAN_TWICE);
        o->seen |= bit;
        if (s->n_keys < SCAN_KEYS)
                s->keys[s->n_keys++] = key;
        else
                scan_problem(s, "too many keys");
}

int scan_key(Scan *s, ScanObject *o, Str *ret_key) {
        if (s->at >= s->end || *s->at != '"')
                return scan_fail(s, "expected a key in quotes");
        const char *begin = ++s->at;
        int r = scan_string(s);
        if (r != 0)
                return r;
        Str key = { begin, (size_t) (s->at - 1 - begin) };
        if (s->escapes)
                key = key_unescape(s, key);
        key_note(s, o, key);
        scan_blanks(s);
        if (s->at >= s->end || *s->at != ':')
                return scan_fail(s, "expected : after a key");
        s->at++;
        scan_blanks(s);
        *ret_key = key;
        return 0;
}

static int scan_object(Scan *s) {
        ScanObject object;
        s->at++;
        scan_blanks(s);
        if (s->at < s->end && *s->at == '}') {
                s->at++;
                return 0;
        }
        scan_object_enter(s, &object);
        for (;;) {
                Str key;
                int r = scan_key(s, &object, &key);
                if (r == 0)
                        r = scan_value(s);
                if (r != 0)
                        return r;
                scan_blanks(s);
                if (s->at < s->end && *s->at == '}')
                        break;
                if (s->at >= s->end || *s->at != ',')
                        return scan_fail(s, "expected , or } in an object");
                s->at++;
                scan_blanks(s);
        }
        s->at++;
        scan_object_leave(s, &object);
        return 0;
}

static int scan_array(Scan *s) {
        s->at++;
        scan_blanks(s);
        if (s->at < s->end && *s->at == ']') {
                s->at++;
                return 0;
        }
        for (;;) {
                int r = scan_value(s);
                if (r != 0)
                        return r;
                scan_blanks(s);
                if (s->at < s->end && *s->at == ']')
                        break;
                if (s->at >= s->end || *s->at != ',')
                        return scan_fail(s, "expected , or ] in a list");
                s->at++;
                scan_blanks(s);
        }
        s->at++;
        return 0;
}

static size_t digits(Scan *s) {
        const char *begin = s->at;
        while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
                s->at++;
        return (size_t) (s->at - begin);
}

/* RFC 8259 section 6, to the letter. */
static int scan_number(Scan *s) {
        const char *begin = s->at;
        bool whole = true;
        if (*s->at == '-')
                s->at++;
        const char *first = s->at;
        size_t n = digits(s);
        if (n == 0)
                return scan_fail(s, "expected a value");
        if (n > 1 && *first == '0') {
                s->at = first;
                return scan_fail(s, "a number with leading zeros");
        }
        if (s->at < s->end && *s->at == '.') {
                whole = false;
                s->at++;
                if (digits(s) == 0)
                        return scan_fail(s, "a number ends in a point");
        }
        if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
                whole = false;
                s->at++;
                if (s->at < s->end && (*s->at == '+' || *s->at == '-'))
                        s->at++;
                if (digits(s) == 0)
                        return scan_fail(s, "a number without exponent digits");
        }
        int64_t value;
        if (whole && n > 18 && text_to_int64((Str) { begin, (size_t) (s->at - begin) }, &value) < 0)
                scan_problem(s, "an integer beyond 64 bits");
        return 0;
}

static int scan_literal(Scan *s, Str word) {
        size_t left = (size_t) (s->end - s->at), n = left < word.len ? left : word.len;
        if (memcmp(s->at, word.at, n) != 0)
                return scan_fail(s, "expected a value");
        s->at += n;
        return n == word.len ? 0 : SPLIT_E_TRUNCATED;
}

int scan_value(Scan *s) {
        int r;
        if (s->at >= s->end)
                return SPLIT_E_TRUNCATED;
        switch (*s->at) {
        case '"':
                s->at++;
                return scan_string(s);
        case '{':
        case '[':
                if (s->depth >= LIMIT_JSON_DEPTH)
                        return scan_fail(s, "nested too deep");
                s->depth++;
                r = *s->at == '{' ? scan_object(s) : scan_array(s);
                s->depth--;
                return r;
        case 't':
                return scan_literal(s, STR("true"));
        case 'f':
                return scan_literal(s, STR("false"));
        case 'n':
                return scan_literal(s, STR("null"));
        default:
                return scan_number(s);
        }
}

/* Which of the 64 bytes from a place on are what: one bit a byte, the lowest first. */
typedef struct Marks {
        uint64_t quotes, slashes, brackets;
} Marks;

#define BLOCK 64

static inline Marks marks_read(const char at[static BLOCK]) {
        Marks m = { 0 };
        for (int i = 0; i < BLOCK; i += TEXT_BLOCK) {
                TextBlock b = block_read(at + i);
                TextBlock folded = block_with(b, 0x20); /* [ and { are one bit apart, so are ] and } */
                m.quotes |= (uint64_t) block_is(b, '"') << i;
                m.slashes |= (uint64_t) block_is(b, '\\') << i;
                m.brackets |= (uint64_t) (block_is(folded, '{') | block_is(folded, '}')) << i;
        }
        return m;
}

/* Bit for bit, whether an odd number of bits stands up to and with it. */
static inline uint64_t odd_so_far(uint64_t bits) {
        for (int by = 1; by < BLOCK; by *= 2)
                bits ^= bits << by;
        return bits;
}

/* The quotes that begin and end strings: not those after a backslash inside of one. */
static uint64_t quotes_true(const Marks *b, bool inside, bool *escaped) {
        uint64_t quotes = 0, left = b->quotes | b->slashes;
        if (*escaped)
                left &= ~UINT64_C(1);
        *escaped = false;
        while (left) {
                uint64_t bit = left & -left;
                left ^= bit;
                if (b->quotes & bit) {
                        quotes |= bit;
                        inside = !inside;
                } else if (inside) {
                        left &= ~(bit << 1);
                        *escaped = bit >> (BLOCK - 1);
                }
        }
        return quotes;
}

/* An open bracket is a bit: 1 for '{'. Deeper than the word holds, kinds are not told apart, only counted. */
typedef struct Open {
        uint64_t kinds;
        size_t n;
} Open;

/* 1: that closes the first; below 0: it closes one of another kind. */
static inline int bracket_pass(Open *o, char c) {
        bool curly = c & 0x20;
        if ((c | 0x20) == '{') {
                o->kinds = o->kinds << 1 | curly;
                o->n++;
                return 0;
        }
        if (o->n <= 64 && (o->kinds & 1) != curly)
                return -1;
        o->kinds >>= 1;
        return --o->n == 0;
}

int scan_skip(Scan *s) {
        if (s->at >= s->end)
                return SPLIT_E_TRUNCATED;
        if (*s->at != '{' && *s->at != '[')
                return scan_value(s);
        Open open = { 0 };
        uint64_t inside = 0; /* all bits: the last block ended inside a string */
        bool escaped = false;
        for (const char *at = s->at; at < s->end; at += BLOCK) {
                char last[BLOCK];
                const char *from = at;
                if (s->end - at < BLOCK) {
                        memset(last, ' ', BLOCK);
                        from = memcpy(last, at, (size_t) (s->end - at));
                }
                Marks b = marks_read(from);
                uint64_t quotes = b.slashes || escaped ? quotes_true(&b, inside, &escaped) : b.quotes;
                uint64_t strings = odd_so_far(quotes) ^ inside;
                inside = strings >> (BLOCK - 1) ? UINT64_MAX : 0;
                for (uint64_t left = b.brackets & ~strings; left; left &= left - 1) {
                        int where = __builtin_ctzll(left), r = bracket_pass(&open, from[where]);
                        s->at = at + where;
                        if (r < 0)
                                return scan_fail(s, "a bracket is closed by another kind");
                        if (r > 0)
                                return s->at++, 0;
                }
        }
        s->at = s->end;
        return SPLIT_E_TRUNCATED;
}
