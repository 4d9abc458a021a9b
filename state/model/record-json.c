/* SPDX-License-Identifier: MIT */
#include "state/model/record.h"

#include <errno.h>

/* `,"progress":` with its length: what stands before each value, but for the first comma. */
static const Str lead_in[FIELD_COUNT] = {
#define FIELD_LEAD(id, key, kinds, type, merge, who, vi, en) [FIELD_##id] = { ",\"" key "\":", sizeof(key) + 3 },
        FIELD_TABLE(FIELD_LEAD)
#undef FIELD_LEAD
};

static void put_value(Text *t, const Value *v) {
        if (v->state == VALUE_INVALID) {
                text_add(t, STR("{\"invalid\":"));
                text_add_json(t, v->raw);
                text_addc(t, '}');
                return;
        }

        Str text = v->state == VALUE_SET ? v->text : STR_NULL;
        bool raw = v->raw.len > 0 && !(v->state == VALUE_SET && str_eq(v->raw, v->text));
        if (raw)
                text_addc(t, '[');
        if (v->state == VALUE_NULL)
                text_add(t, STR("null"));
        else
                text_add_json(t, text);
        if (raw) {
                text_addc(t, ',');
                text_add_json(t, v->raw);
                text_addc(t, ']');
        }
}

/* NUL cannot come from text that was read properly, and could not be read back. */
static bool has_nul(Str s) {
        return s.len > 0 && memchr(s.at, '\0', s.len);
}

int record_encode(const Value field[static FIELD_COUNT], Text *t) {
        if (t->failed)
                return t->failed;
        size_t need = 2;
        for (int f = 0; f < FIELD_COUNT; f++) {
                if (field[f].state == VALUE_ABSENT)
                        continue;
                if (has_nul(field[f].text) || has_nul(field[f].raw))
                        return -EILSEQ;
                need += lead_in[f].len + field[f].text.len + field[f].raw.len + 16;
        }
        text_reserve(t, need);

        bool first = true;
        text_addc(t, '{');
        for (int f = 0; f < FIELD_COUNT; f++) {
                if (field[f].state == VALUE_ABSENT)
                        continue;
                text_add(t, (Str) { lead_in[f].at + first, lead_in[f].len - first });
                put_value(t, &field[f]);
                first = false;
        }
        return text_addc(t, '}');
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

static bool read_text(Reader *r, Str *ret) {
        if (!expect_char(r, '"'))
                return false;
        const char *from = r->at;
        r->at += text_json_plain(reader_rest(r));
        if (r->at < r->end && *r->at == '\\')
                return read_escaped(r, from, ret);
        *ret = (Str) { from, (size_t) (r->at - from) };
        return expect_char(r, '"');
}

/* null, "" or "text". */
static bool read_plain(Reader *r, Value *v) {
        if (read_word(r, STR("null"))) {
                v->state = VALUE_NULL;
                return true;
        }
        Str text;
        if (!read_text(r, &text))
                return false;
        v->state = text.len > 0 ? VALUE_SET : VALUE_EMPTY;
        v->text = text.len > 0 ? text : STR_NULL;
        return true;
}

static bool read_value(Reader *r, Value *v) {
        if (read_char(r, '[')) {
                if (!read_plain(r, v) || !expect_char(r, ',') || !read_text(r, &v->raw))
                        return false;
                if (v->raw.len == 0 || str_eq(v->raw, v->text))
                        return reader_fail(r, -EBADMSG);
                return expect_char(r, ']');
        }
        if (read_word(r, STR("{\"invalid\":"))) {
                v->state = VALUE_INVALID;
                return read_text(r, &v->raw) && expect_char(r, '}');
        }
        return read_plain(r, v);
}

static bool read_fields(Reader *r, Value field[static FIELD_COUNT]) {
        if (!expect_char(r, '{'))
                return false;
        bool first = true;
        for (int f = 0; f < FIELD_COUNT; f++) {
                Str lead = { lead_in[f].at + first, lead_in[f].len - first };
                /* most fields that are not there are told by one letter */
                if (r->end - r->at < 4 || r->at[3] != lead.at[3] || !read_word(r, lead))
                        continue;
                if (!read_value(r, &field[f]))
                        return false;
                first = false;
        }
        return expect_char(r, '}') && (r->at == r->end || reader_fail(r, -EBADMSG));
}

int record_decode(Arena *a, Str json, Value ret_field[static FIELD_COUNT], Err *e) {
        Value field[FIELD_COUNT] = { 0 };
        Reader r = { .arena = a, .at = json.at, .end = json.at + json.len };
        if (json.len == 0 || !utf8_valid(json))
                return err_set(e, -EBADMSG, RETRY_NEVER, "a stored record is not text");
        if (!read_fields(&r, field)) {
                if (r.failed == -ENOMEM)
                        return err_oom(e);
                return err_set(e, -EBADMSG, RETRY_NEVER, "a stored record is damaged at byte %td of %zu",
                               r.at - json.at, json.len);
        }
        memcpy(ret_field, field, sizeof field);
        return 0;
}
