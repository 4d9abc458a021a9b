/* SPDX-License-Identifier: MIT */
/* Compiles the ways to log in into steps. Private to profile-session.c and profile-login.c. */
#pragma once

#include "connectors/profile/profile-parts.h"

typedef enum OauthGrant { GRANT_CLIENT, GRANT_REFRESH } OauthGrant;

/* The map `session`, as read. */
typedef struct SessionKeySet {
        int kind, grant, client_auth, lifetime, leeway, warn_before, expires_unit;
        bool body;
        const char *header, *query, *cookie, *value, *login_json, *refresh_json;
        const char *login_path, *token_path, *refresh_path, *lost_path, *scope;
        PlanPairs login_fields, refresh_fields, refresh_headers;
        PlanNames hidden_fields;
        Origin hidden_origin;
        Select token, refresh_token, expires_in, proof, lost;
        const char *proof_path, *proof_text, *login_text, *refused_text, *lost_value;
        PlanStatuses refused_status, lost_status;
        const Tree *steps, *renew, *csrf;
} SessionKeySet;

/* Each fills in the plan's steps and the names they take; plan->kind is set. */
void profile_login_oauth2(ProfileReader *r, const SessionKeySet *k, SessionPlan *plan);
void profile_login_json(ProfileReader *r, const SessionKeySet *k, SessionPlan *plan);
void profile_login_form(ProfileReader *r, const SessionKeySet *k, SessionPlan *plan);
void profile_login_steps(ProfileReader *r, const SessionKeySet *k, SessionPlan *plan);
/* After the steps: what keeps the session that they made alive. */
void profile_login_renew(ProfileReader *r, const Tree *map, SessionPlan *plan);

extern const char *const profile_refresh_names[]; /* what a renewal can be made of; NULL-ended */

/* The step that proves a session, and the one that a token against forgery is taken from. */
void profile_login_proof(ProfileReader *r, const SessionKeySet *k, SessionPlan *plan);
void profile_login_csrf(ProfileReader *r, const Tree *map, SessionPlan *plan);

/* The slot of a name among what the steps take, added when it is new; 0 (the token's) when there are too many. */
int profile_login_slot(ProfileReader *r, SessionPlan *plan, const char *name);
/* A body of JSON: its names are there, and it is JSON whatever they stand for. `p->name`: the key it stands at. */
void profile_login_body(ProfileReader *r, const SessionPlan *plan, const char *const *names, const PlanPair *p);
/* "input NAME", "json SELECTOR" ... false: complained of. */
bool profile_login_take(ProfileReader *r, const PlanPair *p, TakePlan *ret);
/* Complains of names in a template that are not there yet. `names`: NULL-ended, besides what was taken so far. */
bool profile_login_template(ProfileReader *r, const SessionPlan *plan, const char *const *names, const PlanPair *p);
