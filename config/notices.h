/* SPDX-License-Identifier: MIT */
/* THE TABLE of what can be wrong with a configuration. Columns: id, stable code, severity, English, Vietnamese.
 * {seen} is what stands in the file, {want} what was expected. */
#pragma once

#include "config/notices-meant.h"
#include "config/notices-secret.h"
#include "config/notices-typed.h"

#define NOTICE_TABLE(N) NOTICE_TABLE_TYPED(N) NOTICE_TABLE_MEANT(N) NOTICE_TABLE_SECRET(N)
