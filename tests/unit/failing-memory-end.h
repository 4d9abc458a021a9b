/* SPDX-License-Identifier: MIT */
/* Behind it, allocations are what they were (failing-memory.h). */
#pragma once

#undef malloc
#undef calloc
#undef realloc
#undef reallocarray
