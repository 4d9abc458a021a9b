/* SPDX-License-Identifier: MIT */
#include "connectors/profile-list.h"

#include "connectors/split.h"

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

void profile_list_check(ProfileReader *r, const Tree *t, const ListKeys *k, const ProfileNames *names) {
        const StreamPlan *s = &k->plan;
        ProfileNames all = *names;
        if (s->list.text && !split_follows(&s->list))
                refuse(r, t, "list", PROFILE_SELECTOR_PATH, &s->list);
        if (tree_get(t, "paging"))
                profile_paging_check(r, t, &s->paging, &s->request);
        profile_names_paging(&all, &s->paging);
        profile_request_check(r, t, &s->request, &all);
        check_beside_list(r, t, &s->list, "total", &s->paging.total);
        check_beside_list(r, t, &s->list, "cursor", &s->paging.cursor);
        check_beside_list(r, t, &s->list, "next", &k->next);
        check_beside_list(r, t, &s->list, "more", &s->paging.more);
        check_beside_list(r, t, &s->list, "ok", &s->ok);
}

void profile_list_finish(ProfileReader *r, ListKeys *k) {
        StreamPlan *s = &k->plan;
        const char **names = profile_alloc(r, 2, sizeof *names);
        size_t n = 0;
        s->path = s->request.path;
        s->paging.any_host = k->next_host == 1;
        if (k->next.text)
                s->paging.cursor = k->next;
        if (names && s->paging.total_header)
                names[n++] = s->paging.total_header;
        if (names && s->paging.cursor_header)
                names[n++] = s->paging.cursor_header;
        s->keep = (PlanNames) { names, n };
}
