/* SPDX-License-Identifier: MIT */
#include "config/settings.h"

#include <errno.h>

#include "config/build.h"

const SourceOptions *settings_source(const Settings *s, Side side) {
        for (size_t i = 0; i < s->n_sources; i++)
                if (s->sources[i].side == side)
                        return &s->sources[i];
        return NULL;
}

Settings *settings_ref(Settings *s) {
        s->references++;
        return s;
}

static void private_free(SettingsPrivate *p) {
        if (!p)
                return;
        for (int i = 0; i < SIDE_COUNT; i++) {
                profile_free(p->profile[i]);
                document_free(p->profile_document[i]);
        }
        for (int i = 0; i < CONFIG_FILES; i++)
                document_free(p->document[i]);
        arena_free(&p->arena);
        free(p);
}

Settings *settings_unref(Settings *s) {
        if (!s || --s->references > 0)
                return NULL;
        unit_table_free(s->units);
        link_table_free(s->links);
        private_free(s->private_);
        free(s);
        return NULL;
}

const Tree *build_root(const Build *b, ConfigFile file) {
        return b->own->document[file]->root;
}

static int settings_new(const char *directory, Settings **ret) {
        _cleanup_(settings_unrefp) Settings *s = calloc(1, sizeof *s);
        if (!s)
                return -ENOMEM;
        s->references = 1;
        s->private_ = calloc(1, sizeof *s->private_);
        if (!s->private_ || !(s->directory = arena_copy(&s->private_->arena, str_of(directory))))
                return -ENOMEM;
        *ret = TAKE_PTR(s);
        return 0;
}

/* All four files; every one's first syntax error. */
static int load_documents(Build *b, Err *e) {
        for (int i = 0; i < CONFIG_FILES; i++) {
                int r = load_file(b->settings->directory, config_files[i], LOAD_FLAT, b->notices, &b->own->document[i],
                                  e);
                if (r < 0)
                        return r;
                if (r == LOAD_E_NONE) {
                        _cleanup_text_ Text path = TEXT_INIT(4096);
                        if (text_addf(&path, "%s/%s", b->settings->directory, config_files[i]) < 0)
                                return err_oom(e);
                        notice_put(b->notices, &(Notice) { .id = NOTICE_FILE_MISSING,
                                                           .at = { path.at, 0, 0 },
                                                           .seen = strerror(ENOENT) });
                }
        }
        return 0;
}

#define FILE_BIT(file) (1u << CONFIG_##file)

typedef struct BuildStep {
        int (*run)(Build *, Err *);
        unsigned files; /* FILE_BIT: what it stands on */
} BuildStep;

static const BuildStep build_steps[] = {
        { build_calendar, FILE_BIT(CALENDAR) },
        { build_sources, FILE_BIT(MAIN) },
        { build_links, FILE_BIT(LINKS) },
        { build_accounts, FILE_BIT(ACCOUNTS) },
        { build_deadlines, FILE_BIT(MAIN) | FILE_BIT(ACCOUNTS) },
        { build_mail, FILE_BIT(MAIN) },
        { build_guards, FILE_BIT(MAIN) },
};

static int build_all(Build *b, Err *e) {
        unsigned there = 0;
        int r = 0;
        for (int i = 0; i < CONFIG_FILES; i++) {
                if (!b->own->document[i])
                        continue;
                there |= 1u << i;
                if (schema_check((ConfigFile) i, build_root(b, (ConfigFile) i), b->notices) < 0)
                        return err_oom(e);
        }
        for (size_t i = 0; i < sizeof build_steps / sizeof *build_steps && r >= 0; i++)
                if ((build_steps[i].files & ~there) == 0)
                        r = build_steps[i].run(b, e);
        if (r >= 0 && there & FILE_BIT(MAIN))
                r = b->secrets ? build_secrets_check(b, e) : build_source_secrets(b, e);
        return r < 0 ? r : b->notices->errors > 0 ? SETTINGS_E_INVALID : 0;
}

static int load(const char *directory, Date today, bool secrets, FindingSink *sink, Settings **ret, Err *e) {
        _cleanup_(settings_unrefp) Settings *s = NULL;
        if (settings_new(directory, &s) < 0)
                return err_oom(e);

        Notices notices = { .sink = sink };
        Build b = { .settings = s, .own = s->private_, .notices = &notices, .today = today,
                    .secrets = secrets };
        int r = load_documents(&b, e);
        if (r == 0)
                r = build_all(&b, e);
        if (r != 0)
                return r;
        s->digest = build_digest(s);
        *ret = TAKE_PTR(s);
        return 0;
}

int settings_load(const char *directory, Date today, FindingSink *sink, Settings **ret, Err *e) {
        return load(directory, today, false, sink, ret, e);
}

int settings_check(const char *directory, Date today, FindingSink *sink, Settings **ret, Err *e) {
        return load(directory, today, true, sink, ret, e);
}
