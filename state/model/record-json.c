/* SPDX-License-Identifier: MIT */
#include "state/model/record.h"

#include <errno.h>

#include "state/model/text-plain.h"

/* `"progress":`, what stands before each value; as whole words, and which of their bytes count (little end first), so
 * that it is compared and copied without a loop over bytes. */
#define LEAD_WORDS 3
typedef struct LeadIn {
        char text[LEAD_WORDS * sizeof(uint64_t)];
        uint64_t mask[LEAD_WORDS];
        size_t len;
} LeadIn;

#define LEAD_MASK(len, from)                                                                                           \
        ((len) <= (from) ? 0 : (len) - (from) >= 8 ? UINT64_MAX : UINT64_MAX >> 8 * ((from) + 8 - (len)))
#define LEAD(text, len) { text, { LEAD_MASK(len, 0u), LEAD_MASK(len, 8u), LEAD_MASK(len, 16u) }, len }
static const LeadIn lead_in[FIELD_COUNT] = {
#define FIELD_LEAD(id, key, kinds, type, merge, who, vi, en) [FIELD_##id] = LEAD("\"" key "\":", sizeof(key) + 2),
        FIELD_TABLE(FIELD_LEAD)
#undef FIELD_LEAD
};

/* record_encode makes room once; the last add ends the text. */
static inline bool have_room(const Text *t, size_t more) {
        return !t->failed && t->room - t->len > more && t->max - t->len >= more;
}

static inline int put(Text *t, Str s) {
        if (!have_room(t, s.len))
                return text_add(t, s);
        memcpy(t->at + t->len, s.at, s.len);
        t->len += s.len;
        return 0;
}

static inline void put_lead(Text *t, const LeadIn *lead, bool first) {
        if (!have_room(t, 1 + sizeof lead->text)) {
                (void) text_add(t, first ? STR("") : STR(","));
                (void) text_add(t, (Str) { lead->text, lead->len });
                return;
        }
        t->at[t->len] = ',';
        memcpy(t->at + t->len + !first, lead->text, sizeof lead->text);
        t->len += lead->len + !first;
}

/* NUL cannot come from text that was read properly, and could not be read back. */
static int put_escaped(Text *t, Str s) {
        if (s.len > 0 && memchr(s.at, '\0', s.len))
                return -EILSEQ;
        return text_add_json(t, s);
}

#define SCAN 16 /* bytes that one step of json_plain looks at */

/* Nearly every text stands for itself: written first, then looked through up to the quote that ends it. */
static inline int put_text(Text *t, Str s) {
        if (!have_room(t, s.len + 2 + SCAN))
                return put_escaped(t, s);
        char *at = t->at + t->len;
        *at++ = '"';
        if (s.len > 0)
                memcpy(at, s.at, s.len);
        memset(at + s.len, '"', SCAN);
        if (json_plain(at, s.len + SCAN) < s.len)
                return put_escaped(t, s);
        t->len += s.len + 2;
        return 0;
}

static int put_between(Text *t, Str open, Str s, Str close) {
        (void) put(t, open);
        int r = put_text(t, s);
        return r < 0 ? r : put(t, close);
}

static int put_value(Text *t, const Value *v) {
        if (v->state == VALUE_INVALID)
                return put_between(t, STR("{\"invalid\":"), v->raw, STR("}"));

        Str text = v->state == VALUE_SET ? v->text : STR_NULL;
        bool raw = v->raw.len > 0 && !(v->state == VALUE_SET && str_eq(v->raw, v->text));
        if (raw)
                (void) put(t, STR("["));
        int r = v->state == VALUE_NULL ? put(t, STR("null")) : put_text(t, text);
        return raw && r == 0 ? put_between(t, STR(","), v->raw, STR("]")) : r;
}

int record_encode(const Value field[static FIELD_COUNT], Text *t) {
        size_t start = t->len, need = 2;
        for (int f = 0; f < FIELD_COUNT; f++)
                if (field[f].state != VALUE_ABSENT)
                        need += sizeof lead_in[f].text + field[f].text.len + field[f].raw.len + 2 + SCAN;
        (void) text_reserve(t, need);

        int r = put(t, STR("{"));
        for (int f = 0; f < FIELD_COUNT && r == 0; f++) {
                if (field[f].state == VALUE_ABSENT)
                        continue;
                put_lead(t, &lead_in[f], t->len == start + 1);
                r = put_value(t, &field[f]);
        }
        if (r == -EILSEQ) {
                t->len = start;
                t->at[start] = '\0';
        }
        return r < 0 ? r : text_addc(t, '}');
}

typedef struct Reader {
        Arena *arena;
        const char *at, *end;
        int failed; /* 0, -EBADMSG or -ENOMEM */
} Reader;

static bool reader_fail(Reader *r, int code) {
        if (r->failed == 0)
                r->failed = code;
        return false;
}

static bool read_char(Reader *r, char c) {
        if (r->at == r->end || *r->at != c)
                return false;
        r->at++;
        return true;
}

static bool read_word(Reader *r, Str word) {
        if ((size_t) (r->end - r->at) < word.len || memcmp(r->at, word.at, word.len) != 0)
                return false;
        r->at += word.len;
        return true;
}

static bool expect_char(Reader *r, char c) {
        return read_char(r, c) || reader_fail(r, -EBADMSG);
}

/* The byte of `\u00XX` as text_add_json writes it: lower-case digits, a control character without a short form. */
static bool read_hex(Reader *r, char *ret) {
        static const char digits[] = "0123456789abcdef";
        if (r->end - r->at < 4 || r->at[0] != '0' || r->at[1] != '0' || (r->at[2] != '0' && r->at[2] != '1'))
                return reader_fail(r, -EBADMSG);
        const char *low = memchr(digits, r->at[3], 16);
        if (!low)
                return reader_fail(r, -EBADMSG);
        char c = (char) ((r->at[2] - '0') * 16 + (low - digits));
        if (c == '\0' || c == '\b' || c == '\t' || c == '\n' || c == '\f' || c == '\r')
                return reader_fail(r, -EBADMSG);
        r->at += 4;
        *ret = c;
        return true;
}

static bool read_escape(Reader *r, char *ret) {
        if (r->at == r->end)
                return reader_fail(r, -EBADMSG);
        switch (*r->at++) {
        case '"':
                *ret = '"';
                return true;
        case '\\':
                *ret = '\\';
                return true;
        case 'b':
                *ret = '\b';
                return true;
        case 't':
                *ret = '\t';
                return true;
        case 'n':
                *ret = '\n';
                return true;
        case 'f':
                *ret = '\f';
                return true;
        case 'r':
                *ret = '\r';
                return true;
        case 'u':
                return read_hex(r, ret);
        default:
                return reader_fail(r, -EBADMSG);
        }
}

static Str reader_rest(const Reader *r) {
        return (Str) { r->at, (size_t) (r->end - r->at) };
}

/* The rest of a text that has an escape: unescaped into the arena. `from` is behind the opening quote. */
static bool read_escaped(Reader *r, const char *from, Str *ret) {
        const char *close = r->at;
        while (close < r->end && *close != '"') /* room: what is read is never longer than what is written */
                close += *close == '\\' && close + 1 < r->end ? 2 : 1;
        char *out = arena_get(r->arena, (size_t) (close - from) + 1);
        if (!out)
                return reader_fail(r, -ENOMEM);

        size_t len = (size_t) (r->at - from);
        memcpy(out, from, len);
        while (read_char(r, '\\')) {
                if (!read_escape(r, &out[len]))
                        return false;
                len++;
                size_t plain = text_json_plain(reader_rest(r));
                memcpy(out + len, r->at, plain);
                len += plain;
                r->at += plain;
        }
        if (!expect_char(r, '"'))
                return false;
        out[len] = '\0';
        *ret = (Str) { out, len };
        return true;
}

static inline bool read_text(Reader *r, Str *ret) {
        if (!expect_char(r, '"'))
                return false;
        const char *from = r->at;
        r->at += json_plain(from, (size_t) (r->end - from));
        if (r->at == r->end || *r->at != '"')
                return r->at < r->end && *r->at == '\\' ? read_escaped(r, from, ret) : reader_fail(r, -EBADMSG);
        *ret = (Str) { from, (size_t) (r->at++ - from) };
        return true;
}

/* "" or "text". */
static inline bool read_quoted(Reader *r, Value *v) {
        if (!read_text(r, &v->text))
                return false;
        v->state = v->text.len > 0 ? VALUE_SET : VALUE_EMPTY;
        if (v->text.len == 0)
                v->text = STR_NULL;
        return true;
}

static bool read_null(Reader *r, Value *v) {
        v->state = VALUE_NULL;
        return read_word(r, STR("null")) || reader_fail(r, -EBADMSG);
}

/* [canonical, as written] */
static bool read_pair(Reader *r, Value *v) {
        r->at++;
        if (r->at < r->end && *r->at == 'n' ? !read_null(r, v) : !read_quoted(r, v))
                return false;
        if (!expect_char(r, ',') || !read_text(r, &v->raw))
                return false;
        if (v->raw.len == 0 || str_eq(v->raw, v->text))
                return reader_fail(r, -EBADMSG);
        return expect_char(r, ']');
}

static bool read_invalid(Reader *r, Value *v) {
        v->state = VALUE_INVALID;
        if (!read_word(r, STR("{\"invalid\":")))
                return reader_fail(r, -EBADMSG);
        return read_text(r, &v->raw) && expect_char(r, '}');
}

static inline bool read_value(Reader *r, Value *v) {
        switch (r->at < r->end ? *r->at : '\0') {
        case '[':
                return read_pair(r, v);
        case '{':
                return read_invalid(r, v);
        case 'n':
                return read_null(r, v);
        default:
                return read_quoted(r, v);
        }
}

static inline uint64_t word_at(const char *at) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        return le64toh(word);
}

/* Whether `lead` stands at `at`, of which `head` is the first word; there are as many bytes as its text has. */
static inline bool lead_is(const LeadIn *lead, const char *at, uint64_t head) {
        if (((head ^ word_at(lead->text)) & lead->mask[0]) != 0)
                return false;
        return (((word_at(at + 8) ^ word_at(lead->text + 8)) & lead->mask[1]) |
                ((word_at(at + 16) ^ word_at(lead->text + 16)) & lead->mask[2])) == 0;
}

/* The field, from `f` on, whose name stands here; read over. FIELD_COUNT: none. */
static inline int read_name(Reader *r, int f) {
        char near_end[sizeof lead_in[0].text] = { 0 };
        size_t left = (size_t) (r->end - r->at);
        const char *at = r->at;
        if (left < sizeof near_end) {
                memcpy(near_end, at, left);
                at = near_end;
        }
        for (uint64_t head = word_at(at); f < FIELD_COUNT; f++)
                if (lead_is(&lead_in[f], at, head)) {
                        r->at += lead_in[f].len;
                        break;
                }
        return f;
}

/* Fields stand in the order of the table or not at all. */
static bool read_fields(Reader *r, Value field[static FIELD_COUNT]) {
        if (!expect_char(r, '{'))
                return false;
        if (r->at < r->end && *r->at != '}') {
                int f = -1;
                do {
                        f = read_name(r, f + 1);
                        if (f == FIELD_COUNT)
                                return reader_fail(r, -EBADMSG);
                        if (!read_value(r, &field[f]))
                                return false;
                } while (read_char(r, ','));
        }
        return expect_char(r, '}') && (r->at == r->end || reader_fail(r, -EBADMSG));
}

int record_decode_kept(Arena *a, Str json, Value ret_field[static FIELD_COUNT], Err *e) {
        Reader r = { .arena = a, .at = json.at, .end = json.at + json.len };
        memset(ret_field, 0, FIELD_COUNT * sizeof *ret_field);
        if (json.len > 0 && read_fields(&r, ret_field))
                return 0;
        if (r.failed == -ENOMEM)
                return err_oom(e);
        return err_set(e, -EBADMSG, RETRY_NEVER, "a stored record is damaged at byte %td of %zu", r.at - json.at,
                       json.len);
}

int record_decode(Arena *a, Str json, Value ret_field[static FIELD_COUNT], Err *e) {
        Value field[FIELD_COUNT];
        if (json.len == 0 || !utf8_valid(json))
                return err_set(e, -EBADMSG, RETRY_NEVER, "a stored record is not text");
        int r = record_decode_kept(a, json, field, e);
        if (r == 0)
                memcpy(ret_field, field, sizeof field);
        return r;
}
