/* SPDX-License-Identifier: MIT */
/* The systems that are read, and their profiles. */
#include <dirent.h>

#include "config/build.h"

#define PROFILE_NAMES 64

/* Names of the profiles in a folder, for a suggestion. */
static size_t list_profiles(const char *folder, Arena *a, const char **names, size_t n) {
        DIR *d = folder ? opendir(folder) : NULL;
        if (!d)
                return n;
        for (struct dirent *entry; n < PROFILE_NAMES && (entry = readdir(d));) {
                Str name = str_of(entry->d_name);
                if (name.len > 5 && strcmp(name.at + name.len - 5, ".yaml") == 0 &&
                    (names[n] = arena_copy(a, (Str) { name.at, name.len - 5 })))
                        n++;
        }
        closedir(d);
        return n;
}

static void put_unknown(Build *b, const KeyValue *v, const char *source, const char *own, const char *installed) {
        _cleanup_arena_ Arena scratch = { 0 };
        const char *names[PROFILE_NAMES];
        size_t n = list_profiles(installed, &scratch, names, list_profiles(own, &scratch, names, 0));
        _cleanup_text_ Text tried = TEXT_INIT(2000);
        text_addf(&tried, "%s/%s.yaml", own, v->whole);
        if (installed)
                text_addf(&tried, ", %s/%s.yaml", installed, v->whole);
        NoticePath path = notice_path("sources", source, "profile");
        notice_put(b->notices, &(Notice) { .id = NOTICE_PROFILE_UNKNOWN,
                                           .at = v->at,
                                           .subject = path.text,
                                           .seen = v->whole,
                                           .nearest = text_nearest(str_of(v->whole), names, n),
                                           .en = tried.at ? tried.at : "" });
}

/* 0 also when the profile is wrong: that is a finding. */
static int load_profile(Build *b, SourceOptions *o, const KeyValue *v, Err *e) {
        const char *installed = secure_getenv("NQ57_PROFILE_DIR");
        _cleanup_text_ Text own = TEXT_INIT(4096), name = TEXT_INIT(100);
        text_addf(&own, "%s/profiles", b->settings->directory);
        text_addf(&name, "%s.yaml", v->whole);
        if (own.failed || name.failed)
                return err_oom(e);

        Document **document = &b->own->profile_document[o->side];
        int r = load_file(own.at, name.at, LOAD_PROFILE, b->notices, document, e);
        if (r == LOAD_E_NONE && installed && installed[0])
                r = load_file(installed, name.at, LOAD_PROFILE, b->notices, document, e);
        if (r == LOAD_E_NONE)
                put_unknown(b, v, o->id, own.at, installed && installed[0] ? installed : NULL);
        if (r != 0)
                return r < 0 ? r : 0;

        FindingSink sink = notices_sink(b->notices);
        r = profile_compile((*document)->root, &sink, &b->own->profile[o->side], e);
        o->profile = b->own->profile[o->side];
        return r < 0 ? r : 0;
}

static int number(const Tree *t, const char *pattern, int64_t unit) {
        int64_t n = schema_value(CONFIG_MAIN, t, pattern).number;
        return (int) ((n + unit - 1) / unit);
}

static void fill_source(SourceOptions *o, const Tree *t, Side side) {
        *o = (SourceOptions) {
                .id = t->key,
                .side = side,
                .base_url = schema_value(CONFIG_MAIN, t, "sources.*.url").whole,
                .files = schema_value(CONFIG_MAIN, t, "sources.*.files").whole,
                .settle_seconds = number(t, "sources.*.settle", 1),
                .supervisor = schema_value(CONFIG_MAIN, t, "sources.*.supervisor").whole,
                .concurrency = number(t, "sources.*.requests-at-once", 1),
                .requests_per_minute = number(t, "sources.*.requests-per-minute", 1),
                .request_gap = number(t, "sources.*.request-gap", 1) * US_SECOND,
                .breaker_after = number(t, "sources.*.breaker-after", 1),
                .logins_per_hour = number(t, "sources.*.logins-per-hour", 1),
                .timeout_seconds = number(t, "sources.*.timeout", 1),
                .poll_minutes = number(t, "sources.*.poll-every", 60),
                .blind_hours = number(t, "sources.*.blind-after", 3600),
        };
}

static void fill_quiet(SourceOptions *o, const Tree *t) {
        KeyValue v = schema_value(CONFIG_MAIN, t, "sources.*.quiet-hours");
        Str wrong;
        if (v.given)
                (void) quiet_parse(str_of(v.whole), &o->quiet, &wrong); /* as the schema did */
}

static bool value_given(const SourceOptions *o, const char *name) {
        for (size_t i = 0; i < o->n_values; i++)
                if (strcmp(o->values[i].name, name) == 0)
                        return true;
        return false;
}

static bool value_used(const Profile *p, const char *name) {
        for (size_t i = 0; i < profile_config_names(p); i++)
                if (strcmp(profile_config_name(p, i), name) == 0)
                        return true;
        return false;
}

static void put_value(Build *b, NoticeId id, Origin at, const SourceOptions *o, const char *name) {
        NoticePath path = notice_path("sources", o->id, "values");
        notice_put(b->notices, &(Notice) { .id = id, .at = at, .subject = path.text, .seen = name });
}

/* What the profile names must be there, and what is there must be named. */
static int fill_values(Build *b, SourceOptions *o, const Tree *t, Err *e) {
        const Tree *given = tree_get(t, "values");
        size_t count = given && given->kind == TREE_MAP ? tree_count(given) : 0;
        SourceValue *values = arena_get(&b->own->arena, (count + 1) * sizeof *values);
        if (!values)
                return err_oom(e);
        o->values = values;
        for (const Tree *v = count ? given->child : NULL; v; v = v->next)
                if (v->kind == TREE_SCALAR)
                        values[o->n_values++] = (SourceValue) { v->key, v->text };
        if (!o->profile)
                return 0;
        for (size_t i = 0; i < profile_config_names(o->profile); i++)
                if (!value_given(o, profile_config_name(o->profile, i)))
                        put_value(b, NOTICE_SOURCE_VALUE_MISSING, given ? given->key_origin : t->key_origin, o,
                                  profile_config_name(o->profile, i));
        for (const Tree *v = count ? given->child : NULL; v; v = v->next)
                if (!value_used(o->profile, v->key))
                        put_value(b, NOTICE_SOURCE_VALUE_UNUSED, v->key_origin, o, v->key);
        return 0;
}

static void put_channel(Build *b, NoticeId id, const Tree *t, const char *seen) {
        NoticePath path = notice_path("sources", t->key, NULL);
        notice_put(b->notices, &(Notice) { .id = id, .at = t->key_origin, .subject = path.text, .seen = seen });
}

/* Every stream has a way in, and every way in a stream. */
static void check_channels(Build *b, const SourceOptions *o, const Tree *t) {
        bool fed = false;
        if (!o->base_url && !o->files)
                put_channel(b, NOTICE_SOURCE_CHANNEL, t, NULL);
        for (size_t i = 0; o->profile && i < profile_streams(o->profile); i++) {
                bool asked = profile_stream_asked(o->profile, i), takes = profile_stream_fed(o->profile, i);
                fed |= takes;
                if (o->files && !o->base_url && !takes)
                        put_channel(b, NOTICE_SOURCE_NO_URL, t, profile_stream_name(o->profile, i));
                if (o->base_url && !o->files && !asked)
                        put_channel(b, NOTICE_SOURCE_NO_FILES, t, profile_stream_name(o->profile, i));
        }
        if (o->profile && o->files && !fed)
                put_channel(b, NOTICE_SOURCE_FILES_UNUSED, t, NULL);
}

static int add_source(Build *b, const Tree *t, Err *e) {
        Settings *s = b->settings;
        KeyValue role = schema_value(CONFIG_MAIN, t, "sources.*.role"),
                 profile = schema_value(CONFIG_MAIN, t, "sources.*.profile");
        if (!role.given)
                return 0;
        const SourceOptions *other = settings_source(s, (Side) role.number);
        if (other) {
                NoticePath path = notice_path("sources", t->key, "role");
                notice_put(b->notices, &(Notice) { .id = NOTICE_SOURCE_ROLE_TWICE,
                                                   .at = role.at,
                                                   .subject = path.text,
                                                   .seen = role.whole,
                                                   .en = other->id });
                return 0;
        }
        SourceOptions *o = &s->sources[s->n_sources++];
        fill_source(o, t, (Side) role.number);
        fill_quiet(o, t);
        int r = build_source_tls(b, &o->tls, t, e);
        if (r < 0)
                return r;
        r = profile.given ? load_profile(b, o, &profile, e) : 0;
        check_channels(b, o, t);
        return r < 0 ? r : fill_values(b, o, t, e);
}

int build_sources(Build *b, Err *e) {
        const Tree *root = build_root(b, CONFIG_MAIN), *section = tree_get(root, "sources");
        b->settings->sources = arena_get(&b->own->arena, SIDE_COUNT * sizeof *b->settings->sources);
        if (!b->settings->sources)
                return err_oom(e);
        if (section && tree_count(section) == 0)
                notice_put(b->notices,
                           &(Notice) { .id = NOTICE_SOURCE_NONE, .at = section->key_origin, .subject = "sources" });
        int r = 0;
        for (const Tree *t = section ? section->child : NULL; t && r == 0; t = t->next)
                r = add_source(b, t, e);
        return r;
}
