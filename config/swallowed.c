/* SPDX-License-Identifier: MIT */
#include "config/swallowed.h"

#include <stdio.h>

static void put(Notices *n, const Scalar *s, NoticeId id, Origin at, const char *seen) {
        notice_put(n, &(Notice) { .id = id, .at = at, .subject = s->path, .seen = seen });
}

static const char *typographic_quote(Str s) {
        static const char *const quotes[] = { "“", "”", "„", "‘", "’", "«", "»" };
        for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++)
                if (str_starts(s, str_of(quotes[i])))
                        return quotes[i];
        return NULL;
}

/* The first control character that a quoted value brings in by an escape; -1 none. */
static int control_character(Str s, bool newline_too) {
        for (size_t i = 0; i < s.len; i++) {
                unsigned char c = (unsigned char) s.at[i];
                if ((c < 0x20 && (c != '\n' || newline_too)) || c == 0x7f)
                        return c;
                if (c == 0xc2 && i + 1 < s.len && (unsigned char) s.at[i + 1] < 0xa0)
                        return (unsigned char) s.at[i + 1];
        }
        return -1;
}

void swallowed_check(const Scalar *s, Notices *n) {
        if (s->anchor)
                put(n, s, NOTICE_ANCHOR, s->at, NULL);
        if (s->tag)
                put(n, s, NOTICE_TAG, s->at, NULL);
        if (s->after.len > 1 && s->after.at[0] == ' ' && s->after.at[1] == '#')
                put(n, s, NOTICE_COMMENT_SPACE, (Origin) { s->after_at.file, s->after_at.line, s->after_at.column + 1 },
                    NULL);
        if (memchr(s->text.at ? s->text.at : "", '\0', s->text.len)) {
                put(n, s, NOTICE_CONTROL, s->at, "U+0000");
                return;
        }
        if (!s->flat)
                return;

        if (s->block)
                put(n, s, NOTICE_BLOCK, s->at, NULL);
        else if (s->own_line && s->plain)
                put(n, s, NOTICE_COLON, s->at, NULL);
        else if (s->several_lines)
                put(n, s, NOTICE_SEVERAL_LINES, s->at, NULL);
        const char *quote = s->plain ? typographic_quote(s->text) : NULL;
        if (quote)
                put(n, s, NOTICE_SMART_QUOTE, s->at, quote);
        int c = control_character(s->text, !s->block && !s->several_lines);
        if (c >= 0) {
                char seen[16];
                (void) snprintf(seen, sizeof seen, "U+%04X", (unsigned) c);
                put(n, s, NOTICE_CONTROL, s->at, seen);
        }
}

typedef struct Hint {
        const char *problem, *en, *vi;
} Hint;

static const Hint hints[] = {
        { "mapping values are not allowed",
          "; a value with `: ` in it needs double quotes, or the line is indented "
          "too far",
          "; giá trị có `: ` phải đặt trong ngoặc kép \"\", hoặc dòng này thụt vào quá xa" },
        { "cannot start any token", "; a value that begins so needs double quotes",
          "; giá trị bắt đầu như vậy phải đặt trong ngoặc kép \"\"" },
        { "could not find expected ':'", "; after a key come a colon and a space (look at the line above, too)",
          "; sau khóa phải có dấu hai chấm và một dấu cách (xem cả dòng trên)" },
        { "did not find expected key", "; this line is not indented like its neighbours, or a quote is not closed",
          "; dòng này thụt vào không thẳng hàng với các dòng khác, hoặc thiếu ngoặc kép đóng" },
        { "did not find expected ',' or", "; brackets are not used here", "; ở đây không dùng ngoặc" },
        { "did not find expected node content", "; brackets are not used here", "; ở đây không dùng ngoặc" },
        { "unexpected end of stream", "; a quote is not closed", "; thiếu ngoặc kép đóng" },
        { "did not find expected whitespace", "; a value that begins with `!` needs double quotes",
          "; giá trị bắt đầu bằng `!` phải đặt trong ngoặc kép \"\"" },
        { "did not find expected alphabetic", "; a value that begins with `&` or `*` needs double quotes",
          "; giá trị bắt đầu bằng `&` hay `*` phải đặt trong ngoặc kép \"\"" },
        { "unknown escape character", "; `\\` in double quotes begins an escape: use single quotes",
          "; trong ngoặc kép, `\\` có nghĩa riêng: hãy dùng ngoặc đơn ''" },
};

void swallowed_hint(const char *problem, const char **ret_en, const char **ret_vi) {
        for (size_t i = 0; problem && i < sizeof hints / sizeof *hints; i++)
                if (strstr(problem, hints[i].problem)) {
                        *ret_en = hints[i].en;
                        *ret_vi = hints[i].vi;
                        return;
                }
        *ret_en = *ret_vi = "";
}
