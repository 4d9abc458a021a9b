/* SPDX-License-Identifier: MIT */
/* Private to profile*.c. */
#pragma once

#include "connectors/profile/profile-parts.h"

/* Sets ret->changes and the selector of ret->by. `since_used`: a template of the stream names <since>. */
void profile_changes_compile(ProfileReader *r, const Tree *t, const ProfileDefaults *defaults, bool since_used,
                             StreamPlan *ret);
