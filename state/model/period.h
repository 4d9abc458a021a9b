/* SPDX-License-Identifier: MIT */
/* Reporting periods: "2026", "2026-06", "2026-Q3", "2026-H1", "2026-T40" (ISO week), as part of identity. */
#pragma once

#include "state/model/when.h"

/* Canonical period from what a source wrote ("2026", "06/2026", "Quý III/2026", "2026-Q3", "Năm 2026"); copied into the
 * arena. 0, -EINVAL, -ENOMEM. */
int period_read(Arena *a, Str written, Str *ret_canonical);
