/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/json.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>

static void json_key(Json *j, const char *key) {
        if (j->any[j->depth])
                fputc(',', j->to);
        if (j->depth <= 1)
                fputs("\n", j->to);
        j->any[j->depth] = true;
        if (key)
                fprintf(j->to, "\"%s\":", key);
}

static void json_open(Json *j, bool array) {
        assert(j->depth + 1 < JSON_DEPTH);
        j->depth++;
        j->array[j->depth] = array;
        j->any[j->depth] = false;
        fputc(array ? '[' : '{', j->to);
}

void json_begin(Json *j, FILE *to) {
        *j = (Json) { .to = to, .depth = -1 };
        json_open(j, false);
        json_int(j, "version", 1);
}

int json_end(Json *j) {
        while (j->depth >= 0)
                json_close(j);
        fputc('\n', j->to);
        if (j->failed == 0 && (fflush(j->to) != 0 || ferror(j->to)))
                j->failed = -EIO;
        return j->failed;
}

void json_object(Json *j, const char *key) {
        json_key(j, key);
        json_open(j, false);
}

void json_array(Json *j, const char *key) {
        json_key(j, key);
        json_open(j, true);
}

void json_close(Json *j) {
        if (j->depth == 0)
                fputc('\n', j->to);
        fputc(j->array[j->depth] ? ']' : '}', j->to);
        j->depth--;
}

/* JSON is UTF-8 (RFC 8259 8.1), and texts that were cut to fit need not be. */
static int add_text(Text *t, Str s) {
        _cleanup_text_ Text sound = TEXT_INIT(3 * s.len + 8);
        if (utf8_valid(s))
                return text_add_json(t, s);
        while (s.len > 0) {
                size_t n = 1;
                while (n < 4 && n < s.len && ((unsigned char) s.at[n] & 0xc0) == 0x80)
                        n++;
                bool whole = utf8_valid((Str) { s.at, n });
                n = whole ? n : 1;
                text_add(&sound, whole ? (Str) { s.at, n } : STR("\xef\xbf\xbd"));
                s = (Str) { s.at + n, s.len - n };
        }
        return sound.failed ? t->failed = sound.failed : text_add_json(t, text_str(&sound));
}

void json_str(Json *j, const char *key, Str s) {
        _cleanup_text_ Text t = TEXT_INIT(6 * s.len + 8);

        json_key(j, key);
        if (add_text(&t, s) < 0) {
                j->failed = j->failed ? j->failed : -ENOMEM;
                return;
        }
        fwrite(t.at, 1, t.len, j->to);
}

void json_text(Json *j, const char *key, const char *text) {
        if (text)
                json_str(j, key, str_of(text));
        else
                json_null(j, key);
}

void json_int(Json *j, const char *key, int64_t n) {
        json_key(j, key);
        fprintf(j->to, "%" PRId64, n);
}

void json_flag(Json *j, const char *key, bool on) {
        json_key(j, key);
        fputs(on ? "true" : "false", j->to);
}

void json_null(Json *j, const char *key) {
        json_key(j, key);
        fputs("null", j->to);
}

void json_when(Json *j, const char *key, Instant t) {
        char text[WHEN_TEXT];

        json_text(j, key, t == INSTANT_NONE ? NULL : when_iso(t, text));
}

void json_date(Json *j, const char *key, Date d) {
        char text[DATE_TEXT];

        json_text(j, key, d == DATE_NONE ? NULL : date_iso(d, text));
}
