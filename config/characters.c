/* SPDX-License-Identifier: MIT */
#include "config/characters.h"

#include <errno.h>
#include <stdio.h>

#define FOUND_MAX 20
#define BOM "\xef\xbb\xbf"

Str characters_without_bom(Str text) {
        if (str_starts(text, STR(BOM)))
                return (Str) { text.at + 3, text.len - 3 };
        return text;
}

/* One valid UTF-8 character; 0 when the bytes are none. */
static size_t character(Str s, unsigned *ret) {
        unsigned char c = (unsigned char) s.at[0];
        size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
        if (len > s.len || !utf8_valid((Str) { s.at, len })) {
                *ret = c;
                return c == 0 ? 1 : 0;
        }
        unsigned point = len == 1 ? c : c & (0x7fu >> len);
        for (size_t i = 1; i < len; i++)
                point = point << 6 | ((unsigned char) s.at[i] & 0x3fu);
        *ret = point;
        return len;
}

static bool invisible(unsigned c) { /* soft hyphen, zero width, direction marks, BOM inside a text */
        return c == 0xad || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
               (c >= 0x2060 && c <= 0x2069) || c == 0xfeff;
}

/* NEL, LS and PS are line ends to libyaml and to nobody else. */
static bool control(unsigned c) {
        return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

typedef struct Scan {
        const char *file;
        Notices *notices;
        int line;
        size_t found;
} Scan;

static void found(Scan *s, NoticeId id, int column, unsigned c) {
        char seen[16];
        (void) snprintf(seen, sizeof seen, "U+%04X", c);
        notice_put(s->notices, &(Notice) { .id = id, .at = { s->file, s->line, column }, .seen = seen });
        s->found++;
}

/* False: the line has a bad character, which was put. */
static bool scan_line(Scan *s, Str line) {
        bool comment = false;
        int column = 1;
        char before = ' ';
        for (size_t i = 0; i < line.len; column++) {
                unsigned c;
                size_t len = character((Str) { line.at + i, line.len - i }, &c);
                if (len == 0)
                        return found(s, NOTICE_UTF8, column, c), false;
                if (c == '\r' && i + 1 == line.len)
                        break;
                if (control(c))
                        return found(s, NOTICE_CONTROL, column, c), false;
                if (c == '#' && (before == ' ' || before == '\t'))
                        comment = true;
                if (!comment && c == '\t')
                        return found(s, NOTICE_TAB, column, c), false;
                if (!comment && c == 0xa0)
                        return found(s, NOTICE_NBSP, column, c), false;
                if (!comment && invisible(c))
                        return found(s, NOTICE_INVISIBLE, column, c), false;
                before = line.at[i];
                i += len;
        }
        return true;
}

bool characters_check(Str text, const char *file, Notices *n) {
        Scan s = { .file = file, .notices = n, .line = 1 };
        Str line;
        for (; s.found < FOUND_MAX && str_split(&text, '\n', &line); s.line++)
                (void) scan_line(&s, line);
        return s.found == 0;
}

int line_index_make(Str text, LineIndex *ret) {
        size_t lines = 1;
        for (size_t i = 0; i < text.len; i++)
                lines += text.at[i] == '\n';
        size_t *start = calloc(lines, sizeof *start);
        if (!start)
                return -ENOMEM;

        size_t n = 1;
        for (size_t i = 0; i < text.len; i++)
                if (text.at[i] == '\n')
                        start[n++] = i + 1;
        *ret = (LineIndex) { text, start, n };
        return 0;
}

void line_index_free(LineIndex *x) {
        free(x->start);
        *x = (LineIndex) { 0 };
}

Str line_index_from(const LineIndex *x, int line, int column) {
        if (line < 1 || (size_t) line > x->n)
                return STR_NULL;
        size_t end = (size_t) line == x->n ? x->text.len : x->start[line] - 1, at = x->start[line - 1];
        for (int k = 1; k < column && at < end; k++) {
                at++;
                while (at < end && ((unsigned char) x->text.at[at] & 0xc0) == 0x80)
                        at++;
        }
        return (Str) { x->text.at + at, end - at };
}
