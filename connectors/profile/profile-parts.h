/* SPDX-License-Identifier: MIT */
/* The parts a profile is compiled from. Private to profile*.c. */
#pragma once

#include <strings.h>

#include "connectors/profile/profile-read.h"

extern const char *const profile_marks[];     /* point comma */
extern const char *const profile_thousands[]; /* none point comma space */
enum { PROFILE_MARK_POINT, PROFILE_MARK_COMMA };
enum {
        PROFILE_THOUSANDS_NONE,
        PROFILE_THOUSANDS_POINT,
        PROFILE_THOUSANDS_COMMA,
        PROFILE_THOUSANDS_SPACE,
        PROFILE_THOUSANDS_APOSTROPHE
};

/* What holds for every field that says nothing else. */
typedef struct ProfileDefaults {
        int mark, thousands, repair;
        PlanNames dates;
        int64_t zone;
} ProfileDefaults;

bool profile_path_sound(const char *path);     /* begins with one '/'; no blanks, query or fragment */
bool profile_header_free(const char *name);    /* a header that the engine does not decide about */
bool profile_header_name(const char *name);
bool profile_header_value(const char *value); /* printable, UTF-8 */

/* Whether a selector of a record surely finds nothing: a record is an object, and it names none of its members. */
bool profile_select_rootless(const Select *s);
extern const char *const profile_pagings[];     /* PagingKind */
extern const char *const profile_stops[];       /* StopRule */
extern const char *const profile_total_means[]; /* TotalMeans */
extern const char *const profile_next_hosts[];  /* same any */

/* Which of the paging keys of a stream mean something together. */
void profile_paging_check(ProfileReader *r, const Tree *t, const PagingPlan *p, const RequestPlan *request);

/* `t` NULL: those of limits.h. */
void profile_limits_compile(ProfileReader *r, const Tree *t, PlanLimits *ret);
void profile_session_compile(ProfileReader *r, const Tree *t, SessionPlan *ret);
void profile_stream_compile(ProfileReader *r, const Tree *t, const Tree *words, const ProfileDefaults *defaults,
                            StreamPlan *ret);

/* `t` NULL: the defaults. */
void profile_drift_compile(ProfileReader *r, const Tree *t, DriftPlan *ret);

/* One field of a stream. false when it cannot be used (complained of, or no field of that name). */
bool profile_field_compile(ProfileReader *r, const Tree *t, RecordKind kind, const Tree *words,
                           const ProfileDefaults *defaults, FieldPlan *ret);

/* The vocabulary `name` as it reads for the field `id`. */
void profile_words_compile(ProfileReader *r, const Tree *name, const Tree *words, RecordKind kind, FieldId id,
                           FieldPlan *ret);
