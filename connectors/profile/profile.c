/* SPDX-License-Identifier: MIT */
#include "connectors/profile/profile.h"

#include <errno.h>
#include <xxhash.h>

#include "connectors/profile/profile-parts.h"
#include "connectors/record/dates.h"
#include "connectors/record/normalise.h"
#include "connectors/record/repair.h"

typedef struct TopKeys {
        const char *id, *title;
        int status;
        PlanPairs headers;
        PlanNames hosts, session_hosts;
        const Tree *session, *words, *streams, *limits;
        ProfileDefaults defaults;
} TopKeys;

static const char *const statuses[] = { "assumed", "confirmed", NULL };

#define TOP(k, t, field, ...) { .key = k, .type = t, .offset = offsetof(TopKeys, field), __VA_ARGS__ }
static const KeySpec top_keys[] = {
        TOP("profile", KEY_NAME, id, .required = true),
        TOP("status", KEY_CHOICE, status, .required = true, .choices = statuses),
        TOP("title", KEY_TEXT, title),
        TOP("headers", KEY_PAIRS, headers),
        TOP("allowed-hosts", KEY_NAMES, hosts),
        TOP("session-hosts", KEY_NAMES, session_hosts),
        TOP("decimal-mark", KEY_CHOICE, defaults.mark, .choices = profile_marks),
        TOP("thousands", KEY_CHOICE, defaults.thousands, .choices = profile_thousands),
        TOP("dates", KEY_NAMES, defaults.dates),
        TOP("zone", KEY_ZONE, defaults.zone),
        TOP("repair", KEY_CHOICE, defaults.repair, .choices = repair_names),
        TOP("session", KEY_TREE, session, .required = true),
        TOP("words", KEY_TREE, words),
        TOP("limits", KEY_TREE, limits),
        TOP("streams", KEY_TREE, streams, .required = true),
};
#define COUNT(a) (sizeof(a) / sizeof *(a))

static uint64_t digest_tree(const Tree *t, uint64_t seed) {
        seed = XXH3_64bits_withSeed(t->key ? t->key : "", t->key ? strlen(t->key) + 1 : 0, seed + (uint64_t) t->kind);
        if (t->kind == TREE_SCALAR)
                return XXH3_64bits_withSeed(t->text, strlen(t->text) + 1, seed);
        for (const Tree *c = t->child; c; c = c->next)
                seed = digest_tree(c, seed);
        return seed + 1;
}

static bool host_name(const char *host) {
        size_t n = strlen(host);
        for (size_t i = 0; i < n; i++) {
                char c = host[i];
                if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'))
                        return false;
        }
        return n >= 1 && n <= 253 && host[0] != '.' && host[0] != '-';
}

/* What the engine itself decides is not for a profile to set. */
bool profile_header_free(const char *name) {
        static const char *const taken[] = { "host", "content-length", "transfer-encoding", "connection", "cookie",
                                             "authorization", "accept-encoding", "expect" };
        for (size_t i = 0; i < COUNT(taken); i++)
                if (strcasecmp(taken[i], name) == 0)
                        return false;
        return profile_header_name(name);
}

static void check_hosts(ProfileReader *r, const Tree *root, const char *key, PlanNames hosts) {
        for (size_t i = 0; i < hosts.n; i++)
                if (!host_name(hosts.at[i]))
                        profile_complain(r, &(Complaint) { PROFILE_HOST, SEVERITY_ERROR, tree_get(root, key)->origin,
                                                           key, { hosts.at[i], NULL, NULL }, NULL });
}

static void check_top(ProfileReader *r, const Tree *root, const TopKeys *k) {
        check_hosts(r, root, "allowed-hosts", k->hosts);
        check_hosts(r, root, "session-hosts", k->session_hosts);
        for (size_t i = 0; i < k->headers.n; i++) {
                const PlanPair *h = &k->headers.at[i];
                if (!profile_header_free(h->name) || !profile_header_value(h->value))
                        profile_complain(r, &(Complaint) { PROFILE_HEADER, SEVERITY_ERROR, h->origin, "headers",
                                                           { h->name, NULL, NULL }, NULL });
        }
        for (size_t i = 0; i < k->defaults.dates.n; i++)
                if (!moment_format_valid(k->defaults.dates.at[i]))
                        profile_complain(r, &(Complaint) { PROFILE_DATE_FORMAT,
                                                           SEVERITY_ERROR,
                                                           tree_get(root, "dates")->origin,
                                                           "dates",
                                                           { k->defaults.dates.at[i], NULL, NULL },
                                                           NULL });
}

static void compile_streams(ProfileReader *r, Profile *p, const TopKeys *k) {
        const Tree *streams = k->streams;
        size_t path = profile_enter(r, "streams");
        if (streams->kind != TREE_MAP || !streams->child) {
                profile_complain(r, &(Complaint) { .message = PROFILE_NO_STREAMS, .severity = SEVERITY_ERROR,
                                                   .origin = streams->origin });
        } else if ((p->streams = profile_alloc(r, tree_count(streams), sizeof *p->streams))) {
                for (const Tree *t = streams->child; t; t = t->next)
                        profile_stream_compile(r, t, k->words, &k->defaults, &p->streams[p->n_streams++]);
        }
        profile_leave(r, path);
}

/* The parents of a stream have their own paging. */
static void pages_cap(Profile *p) {
        for (size_t i = 0; i < p->n_streams; i++) {
                int *most = &p->streams[i].paging.pages_max;
                *most = *most > 0 && *most < p->limits.pages ? *most : p->limits.pages;
        }
}

static bool words_used(const Tree *streams, const char *name) {
        for (const Tree *s = streams->child; s; s = s->next) {
                const Tree *fields = tree_get(s, "fields");
                for (const Tree *f = fields && fields->kind == TREE_MAP ? fields->child : NULL; f; f = f->next) {
                        const Tree *words = tree_get(f, "words");
                        if (words && words->kind == TREE_SCALAR && strcmp(words->text, name) == 0)
                                return true;
                }
        }
        return false;
}

static void check_words_used(ProfileReader *r, const TopKeys *k) {
        if (r->errors > 0 || !k->words || k->words->kind != TREE_MAP || k->streams->kind != TREE_MAP)
                return;
        for (const Tree *w = k->words->child; w; w = w->next)
                if (!words_used(k->streams, w->key))
                        profile_complain(r, &(Complaint) { PROFILE_WORDS_UNUSED,
                                                           SEVERITY_WARNING,
                                                           w->key_origin,
                                                           "words",
                                                           { w->key, NULL, NULL },
                                                           NULL });
}

static void compile(ProfileReader *r, const Tree *root, Profile *p) {
        TopKeys k = { .defaults = { .zone = ZONE_OFFSET, .thousands = PROFILE_THOUSANDS_NONE } };
        profile_read(r, root, top_keys, COUNT(top_keys), &k);
        if (root->kind != TREE_MAP)
                return;
        p->id = k.id;
        p->title = k.title ? k.title : k.id;
        p->status = statuses[k.status];
        p->headers = k.headers;
        p->allowed_hosts = k.hosts;
        p->session_hosts = k.session_hosts;
        check_top(r, root, &k);
        if (k.session)
                profile_session_compile(r, k.session, &p->session);
        profile_limits_compile(r, k.limits, &p->limits);
        if (k.streams) {
                compile_streams(r, p, &k);
                pages_cap(p);
                check_words_used(r, &k);
                if (r->token_in_body && !r->token_used)
                        profile_complain(r, &(Complaint) { PROFILE_KEY_NEEDS, SEVERITY_ERROR,
                                                           tree_get(k.session, "body")->key_origin, "session.body",
                                                           { "body", "<token>` in `json`, `form` or `body` of a stream",
                                                             NULL }, NULL });
        }
}

int profile_compile(const Tree *root, FindingSink *sink, Profile **ret, Err *e) {
        _cleanup_(profile_freep) Profile *p = calloc(1, sizeof *p);
        if (!p)
                return err_oom(e);
        ProfileReader r = { .sink = sink, .arena = &p->arena, .path = TEXT_INIT(1000) };
        compile(&r, root, p);
        text_free(&r.path);
        if (r.failed < 0)
                return err_oom(e);
        if (r.errors > 0)
                return PROFILE_E_INVALID;
        p->config_names = (PlanNames) { r.config, r.n_config };
        p->digest = digest_tree(root, NORMALISE_VERSION);
        *ret = TAKE_PTR(p);
        return 0;
}

Profile *profile_free(Profile *p) {
        if (!p)
                return NULL;
        arena_free(&p->arena);
        free(p);
        return NULL;
}

const char *profile_id(const Profile *p) {
        return p->id;
}

const char *profile_status(const Profile *p) {
        return p->status;
}

size_t profile_streams(const Profile *p) {
        return p->n_streams;
}

const char *profile_stream_name(const Profile *p, size_t i) {
        return p->streams[i].name;
}

bool profile_stream_asked(const Profile *p, size_t i) {
        return p->streams[i].path != NULL;
}

bool profile_stream_fed(const Profile *p, size_t i) {
        return p->streams[i].format.files != NULL;
}

bool profile_stream_whole(const Profile *p, size_t i) {
        return p->streams[i].format.whole;
}

RecordKind profile_stream_kind(const Profile *p, size_t i) {
        return p->streams[i].kind;
}

size_t profile_config_names(const Profile *p) {
        return p->config_names.n;
}

const char *profile_config_name(const Profile *p, size_t i) {
        return p->config_names.at[i];
}

const StreamPlan *profile_stream(const Profile *p, const char *name) {
        for (size_t i = 0; i < p->n_streams; i++)
                if (strcmp(p->streams[i].name, name) == 0)
                        return &p->streams[i];
        return NULL;
}

const char *profile_unit_space(const Profile *p, size_t i, Origin *ret_at) {
        for (size_t s = 0; s < p->n_streams; s++)
                for (size_t f = 0; f < p->streams[s].n_fields; f++)
                        if (p->streams[s].fields[f].unit_space && i-- == 0) {
                                *ret_at = p->streams[s].fields[f].origin;
                                return p->streams[s].fields[f].unit_space;
                        }
        return NULL;
}

static bool steps_want_secret(const StepPlan *steps, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (steps[i].secret)
                        return true;
        return false;
}

bool profile_wants_secret(const Profile *p) {
        const SessionPlan *s = &p->session;
        if (s->kind == SESSION_KIND_NONE || s->kind == SESSION_KIND_HANDED_OVER)
                return false;
        if (s->n_login == 0 && s->n_renew == 0) /* it is sent as it is */
                return true;
        return steps_want_secret(s->login, s->n_login) || steps_want_secret(s->renew, s->n_renew);
}

bool profile_wants_session(const Profile *p) {
        return p->session.handed;
}

uint64_t profile_digest(const Profile *p) {
        return p->digest;
}
