/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>

#include "connectors/language/select.h"

typedef struct Compiler {
        Arena *arena;
        const char *text, *at;
        const char *why;
        SelectStep steps[SELECT_STEPS_MAX];
        int n;
        bool list, many, deep;
} Compiler;

static int fail(Compiler *c, const char *why) {
        c->why = why;
        return SELECT_E_SYNTAX;
}

static void blanks(Compiler *c) {
        while (*c->at == ' ')
                c->at++;
}

static bool take(Compiler *c, const char *word) {
        size_t n = strlen(word);
        if (strncmp(c->at, word, n) != 0)
                return false;
        c->at += n;
        return true;
}

static int step_add(Compiler *c, SelectStep step) {
        if (c->n == SELECT_STEPS_MAX)
                return fail(c, "too many steps");
        step.deep = c->deep;
        c->deep = false;
        c->many |= step.deep || step.kind == SELECT_ALL || step.kind == SELECT_FILTER;
        c->steps[c->n++] = step;
        return 0;
}

/* RFC 9535 2.5.1.1: ALPHA, "_" and everything beyond ASCII begin a shorthand name; digits may follow. */
static bool name_byte(unsigned char c, bool first) {
        return c == '_' || c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               (!first && c >= '0' && c <= '9');
}

static int shorthand(Compiler *c, Str *ret) {
        const char *begin = c->at;
        while (name_byte((unsigned char) *c->at, c->at == begin))
                c->at++;
        if (c->at == begin)
                return fail(c, "expected a name of letters, digits and _ after '.'; write other names as ['name']");
        return arena_str(c->arena, (Str) { begin, (size_t) (c->at - begin) }, ret);
}

static int quoted(Compiler *c, Str *ret) {
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
        *ret = (Str) { copy, n };
        return 0;
}

static int index_step(Compiler *c) {
        const char *begin = c->at;
        int index;
        if (*c->at == '-')
                c->at++;
        while (*c->at >= '0' && *c->at <= '9')
                c->at++;
        Str digits = { begin, (size_t) (c->at - begin) };
        bool minus = *begin == '-';
        if (digits.len > 1 && begin[minus] == '0')
                return fail(c, "an index has no leading zero");
        if (text_to_int(digits, -100000, 100000, &index) < 0)
                return fail(c, "expected an index of -100000 to 100000, a quoted name, * or ?");
        return step_add(c, (SelectStep) { .kind = SELECT_INDEX, .index = index });
}

static int literal_number(Compiler *c, SelectFilter *f) {
        size_t n = strspn(c->at, "0123456789+-.eE");
        if (*c->at != '-' && (*c->at < '0' || *c->at > '9'))
                return fail(c, "expected a text in quotes, a number, true, false or null");
        char *digits = arena_copy(c->arena, (Str) { c->at, n });
        if (!digits)
                return -ENOMEM;
        json_object *number = json_tokener_parse(digits);
        bool known = json_object_is_type(number, json_type_int) || json_object_is_type(number, json_type_double);
        f->literal = LITERAL_NUMBER;
        f->number = known ? json_object_get_double(number) : NAN;
        json_object_put(number);
        if (!isfinite(f->number))
                return fail(c, "this is no number");
        c->at += n;
        return 0;
}

static int literal(Compiler *c, SelectFilter *f) {
        if (*c->at == '\'' || *c->at == '"') {
                f->literal = LITERAL_TEXT;
                return quoted(c, &f->text);
        }
        if (take(c, "true") || take(c, "false")) {
                f->literal = LITERAL_FLAG;
                f->flag = c->at[-2] == 'u';
                return 0;
        }
        if (take(c, "null")) {
                f->literal = LITERAL_NULL;
                return 0;
        }
        return literal_number(c, f);
}

/* The members a filter goes down: `@.a.b`, `@['x-y']`, `@` alone. */
static int filter_path(Compiler *c, SelectFilter *f) {
        while (*c->at == '.' || *c->at == '[') {
                Str name;
                if (f->n_path == SELECT_FILTER_NAMES)
                        return fail(c, "too many names in a filter");
                bool bracket = *c->at++ == '[';
                if (bracket && *c->at != '\'' && *c->at != '"')
                        return fail(c, "a filter goes by names only: @.name or @['name']");
                int r = bracket ? quoted(c, &name) : shorthand(c, &name);
                if (r != 0)
                        return r;
                if (bracket && *c->at++ != ']') {
                        c->at--;
                        return fail(c, "expected ]");
                }
                f->path[f->n_path++] = name;
        }
        return 0;
}

static int filter_step(Compiler *c) {
        SelectFilter *f = arena_get(c->arena, sizeof *f);
        if (!f)
                return -ENOMEM;
        *f = (SelectFilter) { 0 };
        c->at++;
        blanks(c);
        bool round = take(c, "(");
        blanks(c);
        if (!take(c, "@"))
                return fail(c, "a filter begins with @: [?@.name=='text']");
        int r = filter_path(c, f);
        if (r != 0)
                return r;
        blanks(c);
        if (take(c, "==") || take(c, "!=")) {
                f->differs = c->at[-2] == '!';
                blanks(c);
                r = literal(c, f);
                if (r != 0)
                        return r;
                blanks(c);
        }
        if (round && !take(c, ")"))
                return fail(c, "expected )");
        blanks(c);
        if (*c->at == '&' || *c->at == '|' || *c->at == '<' || *c->at == '>' || *c->at == '=' || *c->at == '~')
                return fail(c, "a filter is one comparison by == or !=");
        return step_add(c, (SelectStep) { .kind = SELECT_FILTER, .filter = f });
}

static int star_step(Compiler *c, const char *end) {
        c->at++;
        if (!c->deep && strcmp(c->at, end) == 0) {
                c->list = true;
                return 0;
        }
        return step_add(c, (SelectStep) { .kind = SELECT_ALL });
}

static int bracket(Compiler *c) {
        int r;
        Str name;
        c->at++;
        blanks(c);
        if (*c->at == '*') {
                r = star_step(c, "]");
        } else if (*c->at == '?') {
                r = filter_step(c);
        } else if (*c->at == '\'' || *c->at == '"') {
                r = quoted(c, &name);
                if (r == 0)
                        r = step_add(c, (SelectStep) { .name = name });
        } else {
                r = index_step(c);
        }
        if (r != 0)
                return r;
        blanks(c);
        if (*c->at == ',' || *c->at == ':')
                return fail(c, "one name, index, * or ? in brackets; unions and slices are not supported");
        if (*c->at != ']')
                return fail(c, "expected ]");
        c->at++;
        return 0;
}

static int dots(Compiler *c) {
        Str name;
        c->at++;
        if (*c->at == '.') {
                for (int i = 0; i < c->n; i++)
                        if (c->steps[i].deep)
                                return fail(c, "a second .. in one selector");
                c->deep = true;
                c->at++;
        }
        if (*c->at == '[' && c->deep)
                return bracket(c);
        if (*c->at == '*')
                return star_step(c, "");
        int r = shorthand(c, &name);
        return r != 0 ? r : step_add(c, (SelectStep) { .name = name });
}

static int steps_read(Compiler *c) {
        if (*c->at != '$')
                return fail(c, "a selector begins with $");
        c->at++;
        while (*c->at) {
                int r = *c->at == '.' ? dots(c) : *c->at == '[' ? bracket(c) : fail(c, "expected . or [");
                if (r != 0)
                        return r;
        }
        return 0;
}

int select_compile(Arena *a, const char *text, Select *ret, size_t *ret_at, const char **ret_why) {
        Compiler c = { .arena = a, .text = text, .at = text };
        int r = utf8_valid(str_of(text)) ? steps_read(&c) : fail(&c, "not UTF-8");
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
        *ret = (Select) { .text = text, .steps = steps, .n_steps = c.n, .list = c.list, .many = c.many };
        return 0;
}
