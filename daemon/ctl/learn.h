/* SPDX-License-Identifier: MIT */
/* A draft as the YAML of a profile. */
#pragma once

#include "connectors/setup/draft.h"

/* `id` is the profile's own name. Every line that a person has to look at carries `# ?`; the other comments say what a
 * line rests on. 0, or as text_add. */
int learn_write(const Draft *d, const char *id, const char *recording, bool vi, Text *ret);
