/* SPDX-License-Identifier: MIT */
#include "state/model/record.h"

#include <errno.h>

#include "state/model/text-plain.h"

/* `,"progress":` with its length: what stands before each value, but for the first comma. */
static const Str lead_in[FIELD_COUNT] = {
#define FIELD_LEAD(id, key, kinds, type, merge, who, vi, en) [FIELD_##id] = { ",\"" key "\":", sizeof(key) + 3 },
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
                        need += lead_in[f].len + field[f].text.len + field[f].raw.len + 2 + SCAN;
        (void) text_reserve(t, need);

        int r = put(t, STR("{"));
        for (int f = 0; f < FIELD_COUNT && r == 0; f++) {
                bool first = t->len == start + 1;
                if (field[f].state == VALUE_ABSENT)
                        continue;
                (void) put(t, (Str) { lead_in[f].at + first, lead_in[f].len - first });
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

/* Each field's name stands in the order of the table or not at all; most that are not there are told by one letter. */
static bool read_fields(Reader *r, Value field[static FIELD_COUNT]) {
        if (!expect_char(r, '{'))
                return false;
        bool first = true;
        for (int f = 0; f < FIELD_COUNT; f++) {
                Str lead = { lead_in[f].at + first, lead_in[f].len - first };
                if (r->end - r->at < 4 || r->at[3] != lead.at[3] || !read_word(r, lead))
                        continue;
                if (!read_value(r, &field[f]))
                        return false;
                first = false;
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
