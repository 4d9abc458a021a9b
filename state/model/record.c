/* SPDX-License-Identifier: MIT */
#include "state/model/record.h"

#include <errno.h>

const char *const side_names[SIDE_COUNT + 1] = { "central", "portal", NULL };

const char *side_vn(Side side) {
        return side == SIDE_CENTRAL ? "Trung ương" : "Cổng tỉnh";
}

static bool key_mark(char c) {
        return c == '/' || c == '@' || c == '%';
}

/* Appends a part of a key at `at`; NULL when it would not fit. */
static char *key_put(char *at, const char *end, Str part) {
        for (size_t i = 0; i < part.len; i++) {
                char c = part.at[i];
                if (end - at < 3)
                        return NULL;
                if (!key_mark(c)) {
                        *at++ = c;
                        continue;
                }
                memcpy(at, c == '/' ? "%2F" : c == '@' ? "%40" : "%25", 3);
                at += 3;
        }
        return at;
}

static char *key_word(char *at, const char *end, Str word) {
        if (!at || (size_t) (end - at) < word.len)
                return NULL;
        memcpy(at, word.at, word.len);
        return at + word.len;
}

int record_key(const Identity *id, Text *ret) {
        if (id->code.len == 0 || (id->kind != KIND_TASK && id->kind != KIND_INDICATOR))
                return -EINVAL;

        char key[RECORD_KEY_MAX + 2]; /* key_put wants room for the longest form of each byte */
        const char *end = key + sizeof key;
        char *at = key_put(key, end, id->unit);
        at = key_word(at, end, id->kind == KIND_TASK ? STR("/task/") : STR("/indicator/"));
        if (at)
                at = key_put(at, end, id->code);
        if (at && id->period.len > 0) {
                at = key_word(at, end, STR("@"));
                if (at)
                        at = key_put(at, end, id->period);
        }
        if (!at || at - key > RECORD_KEY_MAX)
                return -E2BIG;
        return text_add(ret, (Str) { key, (size_t) (at - key) });
}

/* A part with its percent forms undone. Only what key_put writes is accepted, so that one record has one key. */
static int part_read(Arena *a, Str part, Str *ret) {
        if (part.len == 0) {
                *ret = STR("");
                return 0;
        }
        char *out = arena_get(a, part.len + 1);
        if (!out)
                return -ENOMEM;

        size_t len = 0;
        for (size_t i = 0; i < part.len; i++) {
                char c = part.at[i];
                if (c == '/' || c == '@' || c == '\0')
                        return -EINVAL;
                if (c == '%') {
                        Str form = { part.at + i, part.len - i };
                        c = str_starts(form, STR("%2F")) ? '/' : str_starts(form, STR("%40")) ? '@'
                            : str_starts(form, STR("%25")) ? '%' : '\0';
                        if (c == '\0')
                                return -EINVAL;
                        i += 2;
                }
                out[len++] = c;
        }
        out[len] = '\0';
        *ret = (Str) { out, len };
        return 0;
}

int record_key_parse(Arena *a, Str key, Identity *ret) {
        Str unit, kind, code = key, period = STR_NULL;
        if (key.len == 0 || key.len > RECORD_KEY_MAX)
                return -EINVAL;
        const char *slash = memchr(code.at, '/', code.len);
        if (!slash)
                return -EINVAL;
        unit = (Str) { code.at, (size_t) (slash - code.at) };
        code = (Str) { slash + 1, code.len - unit.len - 1 };
        slash = code.len ? memchr(code.at, '/', code.len) : NULL;
        if (!slash)
                return -EINVAL;
        kind = (Str) { code.at, (size_t) (slash - code.at) };
        code = (Str) { slash + 1, code.len - kind.len - 1 };
        const char *at = code.len ? memchr(code.at, '@', code.len) : NULL;
        if (at) {
                period = (Str) { at + 1, code.len - (size_t) (at - code.at) - 1 };
                code.len = (size_t) (at - code.at);
        }
        if (code.len == 0 || (at && period.len == 0) || !utf8_valid(key))
                return -EINVAL;

        Identity id = { 0 };
        if (str_eq(kind, STR("task")))
                id.kind = KIND_TASK;
        else if (str_eq(kind, STR("indicator")))
                id.kind = KIND_INDICATOR;
        else
                return -EINVAL;

        int r = part_read(a, unit, &id.unit);
        if (r == 0)
                r = part_read(a, code, &id.code);
        if (r == 0)
                r = part_read(a, period, &id.period);
        if (r == 0)
                *ret = id;
        return r;
}

size_t evidence_count(const Value *v) {
        if (v->state != VALUE_SET)
                return 0;

        size_t members = 0, depth = 0;
        bool in_text = false, seen = false;
        for (size_t i = 0; i < v->text.len; i++) {
                char c = v->text.at[i];
                if (in_text) {
                        if (c == '\\')
                                i++;
                        else if (c == '"')
                                in_text = false;
                        continue;
                }
                if (c == ']' || c == '}') {
                        if (depth > 0)
                                depth--;
                        continue;
                }
                if (depth == 1 && c == ',')
                        seen = false;
                else if (depth == 1 && !seen && c != ' ') {
                        seen = true;
                        members++;
                }
                if (c == '[' || c == '{')
                        depth++;
                in_text = c == '"';
        }
        return members;
}
