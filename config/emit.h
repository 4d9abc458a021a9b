/* SPDX-License-Identifier: MIT */
/* Text as a YAML scalar that loads back to the same text: plain where that is safe, else in double quotes. */
#pragma once

#include "state/model/text.h"

void emit_scalar(Text *t, Str s);
