/* SPDX-License-Identifier: MIT */
#include "connectors/language/template.h"

#include <errno.h>

#define NAME_MAX_BYTES 200

/* Calls back for each stretch: plain text, or a placeholder and whether it stands inside a string. */
typedef struct JsonWalk {
        bool string, escaped;
} JsonWalk;

static void walk_over(JsonWalk *w, char c) {
        if (w->escaped)
                w->escaped = false;
        else if (w->string && c == '\\')
                w->escaped = true;
        else if (c == '"')
                w->string = !w->string;
}

/* A whole number as JSON writes one, so short that nobody rounds it. */
static bool whole_number(Str s) {
        size_t sign = s.len > 0 && s.at[0] == '-', digits = s.len - sign;
        for (size_t i = sign; i < s.len; i++)
                if (s.at[i] < '0' || s.at[i] > '9')
                        return false;
        return digits >= 1 && digits <= 15 && (s.at[sign] != '0' || s.len == 1);
}

/* Outside of strings: a number as it is, nothing as null, else a string. */
static int add_value(Text *t, Str value) {
        if (value.len == 0)
                return text_add(t, STR("null"));
        if (whole_number(value))
                return text_add(t, value);
        text_addc(t, '"');
        template_encode(t, value, TEMPLATE_JSON);
        return text_addc(t, '"');
}

static int add_placeholder(Text *t, Str placeholder, const TemplateValues *values, bool string) {
        char one[NAME_MAX_BYTES + 1];
        _cleanup_text_ Text value = TEXT_INIT(t->max);
        if (placeholder.len > NAME_MAX_BYTES)
                return t->failed = -E2BIG;
        memcpy(one, placeholder.at, placeholder.len);
        one[placeholder.len] = '\0';
        if (string)
                return template_fill(t, one, values, TEMPLATE_JSON);
        if (template_fill(&value, one, values, TEMPLATE_PLAIN) < 0)
                return t->failed = value.failed;
        return add_value(t, text_str(&value));
}

int template_json_fill(Text *t, const char *text, const TemplateValues *values) {
        JsonWalk w = { 0 };
        Str name;
        while (*text && !t->failed) {
                size_t n = *text == '<' ? template_name_at(text, &name) : 0;
                if (n > 0) {
                        add_placeholder(t, (Str) { text, n }, values, w.string);
                        text += n;
                } else {
                        walk_over(&w, *text);
                        text_addc(t, *text++);
                }
        }
        return t->failed;
}

bool template_json_sample(const char *text, const TemplateName *names, size_t n, Text *ret, Str *ret_name) {
        JsonWalk w = { 0 };
        Str name;
        while (*text) {
                size_t length = *text == '<' ? template_name_at(text, &name) : 0;
                if (length == 0) {
                        walk_over(&w, *text);
                        text_addc(ret, *text++);
                        continue;
                }
                text += length;
                for (size_t i = 0; i < n && !w.string; i++)
                        if (template_name_is(&names[i], name) && names[i].kind == TEMPLATE_TEXT) {
                                *ret_name = name;
                                return false;
                        }
                text_add(ret, w.string ? STR("x") : STR(" 0 ")); /* the blanks: a value is never a part of a number */
        }
        return true;
}
