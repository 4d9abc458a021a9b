/* SPDX-License-Identifier: MIT */
#include "connectors/tape/tape-file.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>

#include "connectors/decode/document.h"

#define HEAD_END "\n}\n\n"

static const char *const retry_names[] = { "never", "reconfigure", "later", "now" };
static const Retry retry_values[] = { RETRY_NEVER, RETRY_RECONFIGURE, RETRY_LATER, RETRY_NOW };
#define RETRIES (sizeof retry_values / sizeof *retry_values)

/* ---- writing ---- */

static void member(Text *t, const char *name, Str value) {
        text_addf(t, "  \"%s\": ", name);
        text_add_json(t, value);
        text_add(t, STR(",\n"));
}

static void instant(Text *t, const char *name, Instant at) {
        char text[WHEN_TEXT];
        member(t, name, str_of(when_iso(at, text)));
        text_addf(t, "  \"%s-us\": %lld,\n", name, (long long) at);
}

static void headers(Text *t, Str lines) {
        Str line;
        bool any = false;
        text_add(t, STR("  \"answer-headers\": ["));
        while (str_split(&lines, '\n', &line)) {
                line = str_trim(line);
                if (line.len == 0)
                        continue;
                text_add(t, any ? STR(",\n    ") : STR("\n    "));
                text_add_json(t, line);
                any = true;
        }
        text_add(t, any ? STR("\n  ],\n") : STR("],\n"));
}

int tape_file_write(const TapeExchange *x, Text *t) {
        text_add(t, STR(TAPE_VERSION "\n{\n"));
        member(t, "source", str_of(x->source));
        member(t, "account", str_of(x->account));
        member(t, "method", str_of(x->method));
        member(t, "host", str_of(x->host));
        member(t, "target", str_of(x->target));
        if (x->content_type && x->content_type[0])
                member(t, "content-type", str_of(x->content_type));
        if (x->body.len > 0)
                member(t, "body", x->body);
        if (x->login)
                text_add(t, STR("  \"login\": true,\n"));
        instant(t, "began", x->began);
        instant(t, "ended", x->ended);
        if (x->fault != FAULT_NONE) {
                member(t, "fault", str_of(fault_names[x->fault]));
                for (size_t i = 0; i < RETRIES; i++)
                        if (retry_values[i] == x->retry)
                                member(t, "retry", str_of(retry_names[i]));
                member(t, "detail", str_of(x->detail ? x->detail : ""));
        }
        text_addf(t, "  \"status\": %d,\n", x->status);
        headers(t, x->answer_headers);
        text_addf(t, "  \"answer-bytes\": %zu" HEAD_END, x->answer.len);
        return text_add(t, x->answer);
}

/* ---- reading ---- */

static int bad(char why[static 200], const char *what) {
        snprintf(why, 200, "%s", what);
        return TAPE_E_BAD;
}

static Str text_of(json_object *root, const char *name) {
        json_object *v = NULL;
        if (!json_object_object_get_ex(root, name, &v) || !json_object_is_type(v, json_type_string))
                return STR_NULL;
        return (Str) { json_object_get_string(v), (size_t) json_object_get_string_len(v) };
}

static bool number_of(json_object *root, const char *name, int64_t low, int64_t high, int64_t *ret) {
        json_object *v = NULL;
        if (!json_object_object_get_ex(root, name, &v) || !json_object_is_type(v, json_type_int))
                return false;
        *ret = json_object_get_int64(v);
        return *ret >= low && *ret <= high;
}

static bool control(Str s) {
        for (size_t i = 0; i < s.len; i++)
                if ((unsigned char) s.at[i] < ' ' || s.at[i] == 0x7f)
                        return true;
        return false;
}

/* A text of one line; -EINVAL: something else. */
static int line_read(Arena *a, json_object *root, const char *name, const char **ret) {
        Str s = text_of(root, name);
        if (control(s) || s.len > 32768)
                return -EINVAL;
        *ret = arena_copy(a, s);
        return *ret ? 0 : -ENOMEM;
}

static int headers_read(Arena *a, json_object *root, Str *ret) {
        json_object *list = NULL;
        _cleanup_text_ Text t = TEXT_INIT(256u << 10);
        if (!json_object_object_get_ex(root, "answer-headers", &list) || !json_object_is_type(list, json_type_array))
                return -EINVAL;
        for (size_t i = 0; i < json_object_array_length(list); i++) {
                json_object *v = json_object_array_get_idx(list, i);
                Str line = { NULL, 0 };
                if (json_object_is_type(v, json_type_string))
                        line = (Str) { json_object_get_string(v), (size_t) json_object_get_string_len(v) };
                line = str_trim(line);
                if (line.len == 0 || control(line) || !memchr(line.at, ':', line.len))
                        return -EINVAL;
                text_add(&t, line);
                text_add(&t, STR("\r\n"));
        }
        return t.failed ? (t.failed == -ENOMEM ? -ENOMEM : -EINVAL) : arena_str(a, text_str(&t), ret);
}

static int fault_read(Arena *a, json_object *root, TapeExchange *x) {
        Str fault = text_of(root, "fault"), retry = text_of(root, "retry");
        if (fault.len == 0)
                return 0;
        for (int i = 1; i < FAULT_COUNT; i++)
                if (str_eq(fault, str_of(fault_names[i])))
                        x->fault = (Fault) i;
        x->retry = RETRY_LATER;
        for (size_t i = 0; i < RETRIES; i++)
                if (str_eq(retry, str_of(retry_names[i])))
                        x->retry = retry_values[i];
        return x->fault == FAULT_NONE ? -EINVAL : line_read(a, root, "detail", &x->detail);
}

static int head_read(Arena *a, json_object *root, TapeExchange *x) {
        int64_t status = 0;
        json_object *login = NULL;
        int r = line_read(a, root, "source", &x->source);
        if (r == 0)
                r = line_read(a, root, "account", &x->account);
        if (r == 0)
                r = line_read(a, root, "method", &x->method);
        if (r == 0)
                r = line_read(a, root, "host", &x->host);
        if (r == 0)
                r = line_read(a, root, "target", &x->target);
        if (r == 0)
                r = line_read(a, root, "content-type", &x->content_type);
        if (r == 0)
                r = arena_str(a, text_of(root, "body"), &x->body);
        if (r == 0)
                r = fault_read(a, root, x);
        if (r == 0)
                r = headers_read(a, root, &x->answer_headers);
        x->login = json_object_object_get_ex(root, "login", &login) && json_object_get_boolean(login);
        if (r == 0 && (!number_of(root, "began-us", 0, INT64_MAX / 4, &x->began) ||
                       !number_of(root, "ended-us", x->began, INT64_MAX / 4, &x->ended) ||
                       !number_of(root, "status", 0, 999, &status) || x->target[0] != '/' || !x->method[0]))
                r = -EINVAL;
        x->status = (int) status;
        return r;
}

int tape_file_read(Arena *a, Str file, TapeExchange *ret, char why[static 200]) {
        _cleanup_(json_root_freep) json_object *root = NULL;
        TapeExchange x = { 0 };
        int64_t bytes;
        char wrong[160];
        Str first = STR(TAPE_VERSION "\n"), head = file;
        if (file.len > TAPE_FILE_BYTES || !str_starts(file, first))
                return bad(why, "expected the first line " TAPE_VERSION);
        head = (Str) { file.at + first.len, file.len - first.len };
        const char *end = memmem(head.at, head.len, HEAD_END, strlen(HEAD_END));
        if (!end)
                return bad(why, "the head does not end: cut off");
        Str rest = { end + strlen(HEAD_END), (size_t) (file.at + file.len - end) - strlen(HEAD_END) };
        head.len = (size_t) (end - head.at) + 2;
        if (document_parse(head, &root, wrong) != FAULT_NONE || !json_object_is_type(root, json_type_object))
                return bad(why, "the head is no JSON object");
        int r = head_read(a, root, &x);
        if (r == -ENOMEM)
                return r;
        if (r < 0 || !number_of(root, "answer-bytes", 0, INT64_MAX, &bytes))
                return bad(why, "the head lacks something, or holds what cannot be");
        if ((uint64_t) bytes != rest.len) {
                snprintf(why, 200, "expected %lld bytes of the answer, seen %zu", (long long) bytes, rest.len);
                return TAPE_E_BAD;
        }
        x.answer = rest;
        *ret = x;
        return 0;
}
