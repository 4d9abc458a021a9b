/* SPDX-License-Identifier: MIT */
/* links.yaml: codes of one record on the two systems. */
#include "config/build.h"
#include "state/model/strmap.h"

typedef struct Seen {
        StrMap codes[SIDE_COUNT];
} Seen;

/* As records are told apart by it; what cannot be so is kept as typed. */
static const char *code_form(Arena *a, const char *typed) {
        Str code;
        const char *copy = text_code(a, str_of(typed), false, &code) == 0 && code.len ? arena_copy(a, code) : NULL;
        return copy ? copy : typed;
}

static const char *linked(Arena *a, const Tree *t, Side side) {
        const Tree *v = tree_get(t, side_names[side]);
        if (!v || v->kind != TREE_SCALAR || !v->text[0])
                return NULL;
        return strcmp(v->text, "none") == 0 ? "" : code_form(a, v->text);
}

static void check_link(Build *b, const Tree *section, const Tree *t, const Link *l, Seen *seen) {
        static const char *const vi[SIDE_COUNT] = { "hệ thống Trung ương", "Cổng tỉnh" };
        NoticePath whole = notice_path(section->key, t->key, NULL);
        bool nothing = true, nowhere = true;
        for (int s = 0; s < SIDE_COUNT; s++) {
                const char *code = l->code[s] ? l->code[s] : l->canonical;
                nothing = nothing && strcmp(code, l->canonical) == 0;
                nowhere = nowhere && !code[0];
                if (!code[0] || strmap_put(&seen->codes[s], str_of(code), 0, NULL) == 0)
                        continue;
                const Tree *v = tree_get(t, side_names[s]);
                NoticePath path = notice_path(section->key, t->key, v ? side_names[s] : NULL);
                notice_put(b->notices, &(Notice) { .id = NOTICE_LINK_TWICE,
                                                   .at = v ? v->origin : t->key_origin,
                                                   .subject = path.text,
                                                   .seen = code,
                                                   .en = side_names[s],
                                                   .vi = vi[s] });
        }
        if (nothing || nowhere)
                notice_put(b->notices, &(Notice) { .id = nowhere ? NOTICE_LINK_NOWHERE : NOTICE_LINK_NOTHING,
                                                   .at = t->key_origin,
                                                   .subject = whole.text });
}

static int add_section(Build *b, LinkTable *table, const Tree *section, RecordKind kind) {
        Seen seen = { 0 };
        size_t n = tree_count(section);
        int r = strmap_reserve(&seen.codes[SIDE_CENTRAL], n + 1);
        if (r == 0)
                r = strmap_reserve(&seen.codes[SIDE_PORTAL], n + 1);
        for (const Tree *t = section ? section->child : NULL; t && r == 0; t = t->next) {
                Link *l = &table->links[table->n_links++];
                *l = (Link) { .kind = kind,
                              .canonical = code_form(&table->arena, t->key),
                              .code = { linked(&table->arena, t, SIDE_CENTRAL),
                                        linked(&table->arena, t, SIDE_PORTAL) } };
                check_link(b, section, t, l, &seen);
        }
        strmap_free(&seen.codes[SIDE_CENTRAL]);
        strmap_free(&seen.codes[SIDE_PORTAL]);
        return r;
}

int build_links(Build *b, Err *e) {
        const Tree *root = build_root(b, CONFIG_LINKS);
        const Tree *indicators = tree_get(root, "indicators"), *tasks = tree_get(root, "tasks");
        LinkTable *table = b->settings->links = calloc(1, sizeof *table);
        if (!table || !(table->links = calloc(tree_count(indicators) + tree_count(tasks) + 1, sizeof *table->links)))
                return err_oom(e);
        if (add_section(b, table, indicators, KIND_INDICATOR) < 0 || add_section(b, table, tasks, KIND_TASK) < 0)
                return err_oom(e);
        return b->notices->errors == 0 ? link_table_index(table, e) : 0;
}
