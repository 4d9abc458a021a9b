/* SPDX-License-Identifier: MIT */
#include "config/notice.h"

#include <stdio.h>

#define NOTICE_TEXT 1024
#define SEEN_MAX 160

typedef struct NoticeRow {
        const char *code;
        Severity severity;
        const char *en, *vi;
} NoticeRow;

static const NoticeRow notice_rows[NOTICE_COUNT] = {
#define NOTICE_ROW(id, code, severity, en, vi) [NOTICE_##id] = { code, SEVERITY_##severity, en, vi },
        NOTICE_TABLE(NOTICE_ROW)
#undef NOTICE_ROW
};

const char *notice_code(NoticeId id) {
        return notice_rows[id].code;
}

Severity notice_severity(NoticeId id) {
        return notice_rows[id].severity;
}

const char *notice_text(NoticeId id, bool vi) {
        return vi ? notice_rows[id].vi : notice_rows[id].en;
}

/* Adds at most `max` bytes of `text`, whole characters, to a buffer on the stack: a notice must not fail. */
static size_t put(char *to, size_t at, const char *text, size_t len, size_t max) {
        len = str_cut((Str) { text, len }, max < NOTICE_TEXT - 1 - at ? max : NOTICE_TEXT - 1 - at).len;
        memcpy(to + at, text, len);
        return at + len;
}

static void fill(char to[static NOTICE_TEXT], const char *pattern, const char *seen, const char *want) {
        size_t at = 0;
        while (*pattern) {
                if (strncmp(pattern, "{seen}", 6) == 0) {
                        at = put(to, at, seen ? seen : "", seen ? strlen(seen) : 0, SEEN_MAX);
                        pattern += 6;
                } else if (strncmp(pattern, "{want}", 6) == 0) {
                        at = put(to, at, want ? want : "", want ? strlen(want) : 0, NOTICE_TEXT);
                        pattern += 6;
                } else {
                        size_t run = 1 + strcspn(pattern + 1, "{");
                        at = put(to, at, pattern, run, run);
                        pattern += run;
                }
        }
        to[at] = '\0';
}

void notice_put(Notices *n, const Notice *notice) {
        const NoticeRow *row = &notice_rows[notice->id];
        char en[NOTICE_TEXT], vi[NOTICE_TEXT];
        fill(en, row->en, notice->seen, notice->en);
        fill(vi, row->vi, notice->seen, notice->vi ? notice->vi : notice->en);
        Severity severity = notice->mild && row->severity == SEVERITY_ERROR ? SEVERITY_WARNING : row->severity;
        if (severity == SEVERITY_ERROR)
                n->errors++;
        finding_put(n->sink, &(Finding) {
                                     .severity = severity,
                                     .code = row->code,
                                     .origin = notice->at,
                                     .subject = notice->subject,
                                     .en = en,
                                     .vi = vi,
                                     .nearest = notice->nearest,
                             });
}

static void count_and_pass(void *userdata, const Finding *f) {
        Notices *n = userdata;
        if (f->severity == SEVERITY_ERROR)
                n->errors++;
        finding_put(n->sink, f);
}

FindingSink notices_sink(Notices *n) {
        return (FindingSink) { .put = count_and_pass, .userdata = n };
}

NoticePath notice_path(const char *section, const char *name, const char *key) {
        const char *parts[] = { section, name, key };
        NoticePath path = { "" };
        size_t at = 0;
        for (size_t i = 0; i < 3; i++) {
                if (!parts[i] || !parts[i][0])
                        continue;
                if (at > 0 && at < NOTICE_PATH - 1)
                        path.text[at++] = '.';
                size_t len = str_cut(str_of(parts[i]), NOTICE_PATH - 1 - at).len;
                memcpy(path.text + at, parts[i], len);
                at += len;
        }
        path.text[at] = '\0';
        return path;
}
