/* SPDX-License-Identifier: MIT */
#include "connectors/select.h"

#include <errno.h>

typedef struct Compiler {
        Arena *arena;
        const char *text, *at;
        const char *why;
        SelectStep steps[SELECT_STEPS_MAX];
        int n;
} Compiler;

static int fail(Compiler *c, const char *why) {
        c->why = why;
        return SELECT_E_SYNTAX;
}

static int step_add(Compiler *c, SelectStep step) {
        if (c->n == SELECT_STEPS_MAX)
                return fail(c, "too many steps");
        c->steps[c->n++] = step;
        return 0;
}

/* RFC 9535 2.5.1.1: ALPHA, "_" and everything beyond ASCII begin a shorthand name; digits may follow. */
static bool name_byte(unsigned char c, bool first) {
        return c == '_' || c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               (!first && c >= '0' && c <= '9');
}

static int shorthand(Compiler *c) {
        const char *begin = c->at;
        while (name_byte((unsigned char) *c->at, c->at == begin))
                c->at++;
        if (c->at == begin)
                return fail(c, "expected a name of letters, digits and _ after '.'; write other names as ['name']");
        Str name;
        int r = arena_str(c->arena, (Str) { begin, (size_t) (c->at - begin) }, &name);
        return r < 0 ? r : step_add(c, (SelectStep) { .name = name });
}

static int quoted(Compiler *c) {
        char quote = *c->at++;
        char *copy = arena_get(c->arena, strlen(c->at) + 1);
        size_t n = 0;
        if (!copy)
                return -ENOMEM;
        for (; *c->at && *c->at != quote; c->at++) {
                if (*c->at == '\\' && (c->at[1] == '\\' || c->at[1] == quote))
                        c->at++;
                else if (*c->at == '\\')
                        return fail(c, "only \\\\ and the quote itself may be escaped");
                copy[n++] = *c->at;
        }
        if (!*c->at)
                return fail(c, "the quote is not closed");
        c->at++;
        copy[n] = '\0';
        return step_add(c, (SelectStep) { .name = { copy, n } });
}

static int number(Compiler *c) {
        const char *begin = c->at;
        int index;
        while (*c->at >= '0' && *c->at <= '9')
                c->at++;
        Str digits = { begin, (size_t) (c->at - begin) };
        if (digits.len > 1 && digits.at[0] == '0')
                return fail(c, "an index has no leading zero");
        if (text_to_int(digits, 0, 100000, &index) < 0)
                return fail(c, "expected an index of 0 to 100000, a quoted name or *");
        return step_add(c, (SelectStep) { .index = index });
}

static int bracket(Compiler *c, bool *ret_list) {
        int r;
        if (*c->at == '*') {
                c->at++;
                if (c->at[0] != ']' || c->at[1] != '\0')
                        return fail(c, "[*] may stand at the end only");
                *ret_list = true;
                r = 0;
        } else if (*c->at == '\'' || *c->at == '"') {
                r = quoted(c);
        } else {
                r = number(c);
        }
        if (r != 0)
                return r;
        if (*c->at != ']')
                return fail(c, "expected ]");
        c->at++;
        return 0;
}

static int steps_read(Compiler *c, bool *ret_list) {
        if (*c->at != '$')
                return fail(c, "a selector begins with $");
        c->at++;
        while (*c->at) {
                int r;
                if (*c->at == '.') {
                        c->at++;
                        r = *c->at == '.' ? fail(c, "descendants (..) are not supported") : shorthand(c);
                } else if (*c->at == '[') {
                        c->at++;
                        r = bracket(c, ret_list);
                } else {
                        r = fail(c, "expected . or [");
                }
                if (r != 0)
                        return r;
        }
        return 0;
}

int select_compile(Arena *a, const char *text, Select *ret, size_t *ret_at, const char **ret_why) {
        Compiler c = { .arena = a, .text = text, .at = text };
        bool list = false;
        int r = utf8_valid(str_of(text)) ? steps_read(&c, &list) : fail(&c, "not UTF-8");
        if (r == SELECT_E_SYNTAX) {
                *ret_at = (size_t) (c.at - c.text);
                *ret_why = c.why;
        }
        if (r != 0)
                return r;

        size_t size = (size_t) c.n * sizeof(SelectStep);
        SelectStep *steps = arena_get(a, size ? size : 1);
        if (!steps)
                return -ENOMEM;
        memcpy(steps, c.steps, size);
        *ret = (Select) { .text = text, .steps = steps, .n_steps = c.n, .list = list };
        return 0;
}

/* json-c's lookup wants NUL-terminated names: select_compile ends each one so. */
Selected select_walk(const Select *s, int from, json_object *root, json_object **ret) {
        json_object *at = root;
        for (int i = from; i < s->n_steps; i++) {
                const SelectStep *step = &s->steps[i];
                if (!at)
                        return SELECTED_NULL;
                if (step->name.at) {
                        if (!json_object_is_type(at, json_type_object) ||
                            !json_object_object_get_ex(at, step->name.at, &at))
                                return SELECTED_MISSING;
                } else {
                        if (!json_object_is_type(at, json_type_array) ||
                            (size_t) step->index >= json_object_array_length(at))
                                return SELECTED_MISSING;
                        at = json_object_array_get_idx(at, (size_t) step->index);
                }
        }
        if (!at)
                return SELECTED_NULL;
        *ret = at;
        return SELECTED_VALUE;
}

static bool step_same(const SelectStep *a, const SelectStep *b) {
        return a->name.at ? b->name.at && str_eq(a->name, b->name) : !b->name.at && a->index == b->index;
}

bool select_within(const Select *outer, const Select *inner) {
        if (inner->n_steps < outer->n_steps)
                return false;
        for (int i = 0; i < outer->n_steps; i++)
                if (!step_same(&outer->steps[i], &inner->steps[i]))
                        return false;
        return true;
}
