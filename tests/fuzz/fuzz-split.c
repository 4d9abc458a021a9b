/* SPDX-License-Identifier: MIT */
/* A page of any bytes: spans lie inside it and in order, and a record without a problem is one json-c agrees with. */
#include <xxhash.h>

#include "connectors/decode/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t place(const char *name) {
        uint64_t at = 0;
        if (name[0] != '#' || text_to_uint64(str_of(name + 1), &at) != 0 || at == 0)
                abort();
        return at;
}

/* What is told of a member is what json-c finds under its key, or at its place. */
static void check_member(void *userdata, const SplitMember *m) {
        json_object *record = userdata, *found = NULL;
        Str key = m->key, value = m->value;
        if (!record || key.len >= 256 || memchr(key.at, '\0', key.len))
                return;
        char name[256];
        memcpy(name, key.at, key.len);
        name[key.len] = '\0';
        if (json_object_is_type(record, json_type_array))
                found = json_object_array_get_idx(record, (size_t) place(name) - 1);
        else if (!json_object_object_get_ex(record, name, &found))
                abort();
        json_tokener *t = json_tokener_new_ex(LIMIT_JSON_DEPTH + 1);
        json_object *told = json_tokener_parse_ex(t, value.at, (int) value.len + 1);
        if (json_tokener_get_error(t) != json_tokener_success || !json_object_equal(told, found))
                abort();
        json_object_put(told);
        json_tokener_free(t);
}

typedef struct Seen {
        uint64_t hash; /* of all that was told */
        const SplitNames *names;
} Seen;

static void note_member(void *userdata, const SplitMember *m) {
        Seen *seen = userdata;
        seen->hash = XXH3_64bits_withSeed(m->key.at, m->key.len, seen->hash);
        seen->hash = XXH3_64bits_withSeed(m->value.at, m->value.len, seen->hash);
        if (m->plain != (m->value.at[0] == '"' && !memchr(m->value.at, '\\', m->value.len)))
                abort();
        for (size_t i = 0; seen->names && i < seen->names->n; i++)
                if (str_eq(seen->names->names[i], m->key) != (m->name == (int) i))
                        abort();
}

/* Whoever looks for names, and whatever order it expects, is told the same as who looks for none. */
static void check_names(const SplitSpan *span) {
        static const Str names[] = { { "l", 1 }, { "x", 1 }, { "a", 1 }, { "id", 2 }, { "#2", 2 } },
                         written[] = { { "\"l\":", 4 }, { "\"x\":", 4 }, { "\"a\":", 4 }, { "\"id\":", 5 },
                                       { "\"#2\":", 5 } };
        SplitNames looked_for = split_names(names, written, 5);
        for (int i = 0; i < 2; i++) {
                Seen plain = { 0 }, named = { .names = &looked_for };
                SplitSpan a = { .bytes = span->bytes }, b = a;
                if (split_members(&a, NULL, note_member, &plain) !=
                            split_members(&b, &looked_for, note_member, &named) ||
                    plain.hash != named.hash || !a.problem != !b.problem ||
                    (a.problem && strcmp(a.problem, b.problem) != 0))
                        abort();
        }
}

static void check_record(SplitSpan *span) {
        split_record(span);
        SplitSpan again = { .bytes = span->bytes };
        split_members(&again, NULL, check_member, NULL);
        if (!span->problem != !again.problem)
                abort();
        check_names(span);
        if (span->problem || (span->bytes.at[0] != '{' && span->bytes.at[0] != '['))
                return;
        json_tokener *t = json_tokener_new_ex(LIMIT_JSON_DEPTH + 1);
        json_object *o = json_tokener_parse_ex(t, span->bytes.at, (int) span->bytes.len);
        if (!o || json_tokener_get_parse_end(t) != span->bytes.len)
                abort();
        split_members(&again, NULL, check_member, o);
        json_object_put(o);
        json_tokener_free(t);
}

/* What is left without the records is one sound document again. */
static void check_skeleton(const SplitPage *p) {
        _cleanup_text_ Text t = TEXT_INIT(1u << 20);
        const char *problem, *why;
        size_t at;
        split_skeleton(p, &t);
        if (!t.failed && split_check(text_str(&t), &problem, &at, &why) != 0)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const SelectStep step = { .name = { "l", 1 } };
        static const SelectFilter filter = { .path = { { "x", 1 } }, .n_path = 1, .literal = LITERAL_NUMBER };
        static const SelectStep each[] = { { .kind = SELECT_ALL }, { .name = { "l", 1 } } };
        static const SelectStep deep = { .name = { "l", 1 }, .deep = true };
        static const SelectStep some[] = { { .kind = SELECT_FILTER, .filter = &filter }, { .name = { "l", 1 } } };
        static const Select lists[] = {
                { .text = "$" },
                { .text = "$.l", .steps = &step, .n_steps = 1 },
                { .text = "$[*].l", .steps = each, .n_steps = 2, .many = true },
                { .text = "$..l", .steps = &deep, .n_steps = 1, .many = true },
                { .text = "$[?@.x==0].l", .steps = some, .n_steps = 2, .many = true },
        };
        for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
                SplitPage p = { 0 };
                const char *end = (const char *) data;
                bool cut = split_page(&p, &lists[k], (Str) { (const char *) data, size }) == 0;
                for (size_t i = 0; cut && i < p.n_spans; i++) {
                        if (p.spans[i].bytes.at < end || p.spans[i].bytes.len == 0)
                                abort();
                        end = p.spans[i].bytes.at + p.spans[i].bytes.len;
                        if (end > (const char *) data + size)
                                abort();
                        check_record(&p.spans[i]);
                }
                if (cut)
                        check_skeleton(&p);
                split_free(&p);
        }
        return 0;
}
