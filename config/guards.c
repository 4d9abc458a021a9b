/* SPDX-License-Identifier: MIT */
/* Guards, rules of single fields, folders. */
#include "config/build.h"

static int guard(const Tree *t, const char *pattern) {
        return (int) schema_value(CONFIG_MAIN, t, pattern).number;
}

static int fill_canaries(Build *b, const Tree *t, Err *e) {
        KeyValue v = schema_value(CONFIG_MAIN, t, "guards.canaries");
        size_t most = 1;
        for (const char *c = v.whole; c && *c; c++)
                most += *c == ',';
        const char **keys = arena_get(&b->own->arena, most * sizeof *keys);
        if (!keys)
                return err_oom(e);

        GuardOptions *g = &b->settings->guards;
        Str rest = str_of(v.given ? v.whole : NULL), part;
        while (str_split(&rest, ',', &part)) {
                Identity id;
                const char *key = arena_copy(&b->own->arena, str_trim(part));
                if (!key)
                        return err_oom(e);
                if (record_key_parse(&b->own->arena, str_of(key), &id) < 0)
                        notice_put(b->notices, &(Notice) { .id = NOTICE_CANARY,
                                                           .at = v.at,
                                                           .subject = "guards.canaries",
                                                           .seen = key });
                else
                        keys[g->n_canaries++] = key;
        }
        g->canaries = keys;
        return 0;
}

static int fill_guards(Build *b, const Tree *t, Err *e) {
        b->settings->guards = (GuardOptions) {
                .shrink_count = guard(t, "guards.shrink-count"),
                .shrink_percent = guard(t, "guards.shrink-percent"),
                .change_count = guard(t, "guards.change-count"),
                .change_percent = guard(t, "guards.change-percent"),
                .identity_percent = guard(t, "guards.identity-percent"),
                .grace_days = guard(t, "guards.grace-days"),
        };
        return fill_canaries(b, t, e);
}

static void fill_fields(Build *b, const Tree *section) {
        MergePolicy *p = &b->settings->merge;
        merge_policy_default(p);
        for (const Tree *t = section ? section->child : NULL; t; t = t->next) {
                FieldId id;
                NoticePath path = notice_path("fields", t->key, NULL);
                if (field_find(str_of(t->key), &id) < 0) {
                        notice_put(b->notices,
                                   &(Notice) { .id = NOTICE_KEY_UNKNOWN,
                                               .at = t->key_origin,
                                               .subject = path.text,
                                               .nearest = text_nearest(str_of(t->key), field_keys, FIELD_COUNT) });
                        continue;
                }
                const Key *k = key_find(CONFIG_MAIN, (const char *const[]) { "fields", t->key }, 2);
                KeyValue v;
                Str seen;
                const char *nearest;
                if (field_table[id].merge == MERGE_PER_SIDE)
                        notice_put(b->notices, &(Notice) { .id = NOTICE_FIELD_PER_SIDE,
                                                           .at = t->key_origin,
                                                           .subject = path.text,
                                                           .seen = t->key });
                else if (t->kind == TREE_SCALAR && key_read(k, str_of(t->text), &v, &seen, &nearest) == KEY_FINE)
                        p->merge[id] = (FieldMerge) v.number;
        }
}

static int fill_paths(Build *b, const Tree *t, Err *e) {
        Settings *s = b->settings;
        const char *state = secure_getenv("STATE_DIRECTORY"), *credentials = secure_getenv("CREDENTIALS_DIRECTORY");
        KeyValue typed = schema_value(CONFIG_MAIN, t, "paths.state"),
                 secrets = schema_value(CONFIG_MAIN, t, "paths.secrets");
        Str first = STR("/var/lib/nq57d"), rest = str_of(state);
        bool failed = false;
        if (!typed.given && rest.len > 0)
                (void) str_split(&rest, ':',
                                 &first); /* systemd joins several with colons; the first is the unit's own */
        s->state_dir = typed.given ? typed.whole : build_text(&b->own->arena, first, &failed);
        s->secrets_dir = credentials && credentials[0] ? build_text(&b->own->arena, str_of(credentials), &failed)
                                                       : secrets.whole;
        return failed ? err_oom(e) : 0;
}

int build_guards(Build *b, Err *e) {
        const Tree *root = build_root(b, CONFIG_MAIN);
        fill_fields(b, tree_get(root, "fields"));
        int r = fill_guards(b, tree_get(root, "guards"), e);
        return r < 0 ? r : fill_paths(b, tree_get(root, "paths"), e);
}
