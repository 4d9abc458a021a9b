/* SPDX-License-Identifier: MIT */
#include "connectors/profile/profile-list.h"

#include <stdio.h>

#include "connectors/decode/split.h"
#include "connectors/profile/profile-login.h"

#define TAKE_NAME_MAX 40

static void refuse(ProfileReader *r, const Tree *t, const char *key, ProfileMessage message, const Select *s) {
        profile_complain(r, &(Complaint) { message, SEVERITY_ERROR, tree_get(t, key)->origin, key,
                                           { s->text, NULL, NULL }, NULL });
}

/* The list is an array: what goes on by a name from it can never be there. */
static void check_beside_list(ProfileReader *r, const Tree *t, const Select *list, const char *key, const Select *s) {
        if (!s->text)
                return;
        if (list->text && select_within(list, s))
                profile_complain(r, &(Complaint) { PROFILE_TOTAL_IN_LIST, SEVERITY_ERROR, tree_get(t, key)->origin, key,
                                                   { s->text, list->text, NULL }, NULL });
        else if (s->list)
                refuse(r, t, key, PROFILE_SELECTOR_ONE, s);
}

static bool name_fits(const ProfileNames *names, const char *name) {
        Str read;
        char as_used[TAKE_NAME_MAX + 3];
        for (size_t i = 0; i < names->n; i++)
                if (strcmp(names->at[i].name, name) == 0)
                        return false;
        if (strlen(name) > TAKE_NAME_MAX)
                return false;
        snprintf(as_used, sizeof as_used, "<%s>", name);
        return template_name_at(as_used, &read) == strlen(name) + 2;
}

/* Values of the page before, which the next request may name. */
static void takes_compile(ProfileReader *r, const Tree *t, ListKeys *k, ProfileNames *names) {
        TakePlan *takes = k->take.n > 0 ? profile_alloc(r, k->take.n, sizeof *takes) : NULL;
        size_t path = profile_enter(r, "take"), n = 0;
        for (size_t i = 0; takes && i < k->take.n; i++) {
                const PlanPair *p = &k->take.at[i];
                if (!name_fits(names, p->name) || n == STREAM_TAKES_MAX)
                        profile_complain(r, &(Complaint) { n == STREAM_TAKES_MAX ? PROFILE_TOO_MANY : PROFILE_NAME,
                                                           SEVERITY_ERROR,
                                                           p->origin,
                                                           p->name,
                                                           { n == STREAM_TAKES_MAX ? "8" : p->name, NULL, NULL },
                                                           NULL });
                else if (profile_login_take(r, p, &takes[n])) {
                        takes[n].slot = (int) n;
                        profile_name_add(names, takes[n++].name, TEMPLATE_TOKEN);
                }
        }
        profile_leave(r, path);
        k->plan.takes = takes;
        k->plan.n_takes = n;
}

static void check_first(ProfileReader *r, const Tree *t, const StreamPlan *s) {
        const Tree *first = tree_get(t, "first-method");
        if (first && s->request.method == 0)
                profile_complain(r, &(Complaint) { PROFILE_KEY_NEEDS, SEVERITY_ERROR, first->key_origin, "first-method",
                                                   { "first-method", "method: POST", NULL }, NULL });
}

/* Of answers alone: files are what they are. */
static void check_inside(ProfileReader *r, const Tree *t, const StreamPlan *s) {
        const Tree *inside = tree_get(t, "inside");
        if (inside && s->inside.list)
                refuse(r, t, "inside", PROFILE_SELECTOR_ONE, &s->inside);
        if (inside && !s->request.path)
                profile_complain(r, &(Complaint) { PROFILE_KEY_NEEDS, SEVERITY_ERROR, inside->key_origin, "inside",
                                                   { "inside", "path", NULL }, NULL });
}

void profile_list_check(ProfileReader *r, const Tree *t, ListKeys *k, const ProfileNames *names) {
        StreamPlan *s = &k->plan;
        ProfileNames all = *names;
        if (s->list.text && !split_follows(&s->list))
                refuse(r, t, "list", PROFILE_SELECTOR_PATH, &s->list);
        if (tree_get(t, "paging"))
                profile_paging_check(r, t, &s->paging, &s->request);
        profile_names_paging(&all, &s->paging);
        takes_compile(r, t, k, &all);
        check_first(r, t, s);
        check_inside(r, t, s);
        if (!profile_misread(r, t)) /* which names its templates may use depends on the paging */
                profile_request_check(r, t, &s->request, &all);
        check_beside_list(r, t, &s->list, "total", &s->paging.total);
        check_beside_list(r, t, &s->list, "cursor", &s->paging.cursor);
        check_beside_list(r, t, &s->list, "next", &k->next);
        check_beside_list(r, t, &s->list, "more", &s->paging.more);
        check_beside_list(r, t, &s->list, "ok", &s->ok);
}

void profile_list_finish(ProfileReader *r, ListKeys *k) {
        StreamPlan *s = &k->plan;
        const char **names = profile_alloc(r, 2 + s->n_takes, sizeof *names);
        size_t n = 0;
        s->path = s->request.path;
        s->paging.any_host = k->next_host == 1;
        if (k->next.text)
                s->paging.cursor = k->next;
        if (names && s->paging.total_header)
                names[n++] = s->paging.total_header;
        if (names && s->paging.cursor_header)
                names[n++] = s->paging.cursor_header;
        for (size_t i = 0; names && i < s->n_takes; i++)
                if (s->takes[i].from == TAKE_HEADER)
                        names[n++] = s->takes[i].what;
        s->keep = (PlanNames) { names, n };
}
