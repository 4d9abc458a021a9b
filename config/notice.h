/* SPDX-License-Identifier: MIT */
/* What is wrong with a configuration, said in both languages from one table (notices.h). Findings are counted here, so
 * that a loader knows whether an error was put. */
#pragma once

#include "config/notices.h"
#include "state/model/finding.h"

typedef enum NoticeId {
#define NOTICE_ENUM(id, code, severity, en, vi) NOTICE_##id,
        NOTICE_TABLE(NOTICE_ENUM)
#undef NOTICE_ENUM
                NOTICE_COUNT
} NoticeId;

typedef struct Notices {
        FindingSink *sink; /* may be NULL */
        size_t errors;
} Notices;

/* `seen` fills {seen}; `en` and `vi` fill {want} of their language (`vi` NULL: the same text). */
typedef struct Notice {
        NoticeId id;
        Origin at;
        const char *subject, *nearest;
        const char *seen;
        const char *en, *vi;
        bool mild; /* an error of the table is only a warning here */
} Notice;

void notice_put(Notices *n, const Notice *notice);

/* A sink that passes findings on and counts their errors here: for modules that report by themselves. */
FindingSink notices_sink(Notices *n);

/* The key path of a finding, "units.H15.07.focal"; empty parts are left out. */
#define NOTICE_PATH 256
typedef struct NoticePath {
        char text[NOTICE_PATH];
} NoticePath;
NoticePath notice_path(const char *section, const char *name, const char *key);

/* For the reference page and the test of the table. */
const char *notice_code(NoticeId id);
Severity notice_severity(NoticeId id);
const char *notice_text(NoticeId id, bool vi);
