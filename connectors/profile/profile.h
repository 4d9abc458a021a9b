/* SPDX-License-Identifier: MIT */
/* A connector profile: a system described, not coded. Compiled from a YAML tree and checked whole at load; every fault
 * is a finding with file:line:column. docs/PROFILES.md is the language. Nothing in C knows a field name, a path or a
 * word of any system. */
#pragma once

#include "state/model/err.h"
#include "state/model/listing.h"
#include "state/model/tree.h"

typedef struct Profile Profile;

/* `root` must outlive the profile (texts and origins are borrowed). Returns 0; PROFILE_E_INVALID after findings of
 * severity ERROR were put; negative with Err. */
int profile_compile(const Tree *root, FindingSink *sink, Profile **ret, Err *e);
Profile *profile_free(Profile *p);
DEFINE_CLEANUP(Profile, profile_free)

enum { PROFILE_E_INVALID = 1 };

const char *profile_id(const Profile *p);        /* "theodoiq" */
const char *profile_status(const Profile *p);    /* "assumed" or "confirmed" */
size_t profile_streams(const Profile *p);
const char *profile_stream_name(const Profile *p, size_t i);
RecordKind profile_stream_kind(const Profile *p, size_t i);
bool profile_stream_asked(const Profile *p, size_t i); /* by requests */
bool profile_stream_fed(const Profile *p, size_t i);   /* by files */
bool profile_stream_whole(const Profile *p, size_t i); /* each of its files lists everything */

/* Names of the values that nq57d.yaml must give: <config.NAME> in its requests. */
size_t profile_config_names(const Profile *p);
const char *profile_config_name(const Profile *p, size_t i);

/* The i-th further code space that a field looks units up in ("code-edoc"), and where it says so; NULL behind the last.
 */
const char *profile_unit_space(const Profile *p, size_t i, Origin *ret_at);

/* What each account needs in the secrets folder to be let in: a password or key, and a session that a person handed
 * over. */
bool profile_wants_secret(const Profile *p);
bool profile_wants_session(const Profile *p);

/* Digest of profile, mapping and normaliser version: a change voids page fingerprints and validators. */
uint64_t profile_digest(const Profile *p);
