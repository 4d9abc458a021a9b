/* SPDX-License-Identifier: MIT */
/* Text whose bytes were read by the wrong table before it came to us, made whole again. Each kind leaves alone what
 * cannot be such text: what holds a character that the wrong table does not have. Pure.
 *
 * utf8-as-1252  UTF-8 that passed for Windows-1252 or Latin-1 ("Ä‘Æ°á»£c"), up to three times over
 * windows-1258  Windows-1258 that passed for Windows-1252 (Microsoft code page 1258)
 * tcvn3         TCVN 5712:1993 VN3, the "ABC" fonts (.VnTime): capitals with an accent look like small letters there
 * vni           VNI fonts: an accent is a character of its own behind its letter */
#pragma once

#include "state/model/text.h"

typedef enum RepairKind { REPAIR_NONE, REPAIR_UTF8, REPAIR_1258, REPAIR_TCVN3, REPAIR_VNI } RepairKind;
extern const char *const repair_names[]; /* none utf8-as-1252 windows-1258 tcvn3 vni, NULL */

/* `s` is valid UTF-8. *ret is `s` itself where nothing is to be mended, else valid UTF-8 in `a`, not yet NFC. -ENOMEM.
 */
int repair_text(Arena *a, RepairKind kind, Str s, Str *ret);
