/* SPDX-License-Identifier: MIT */
#include "connectors/decode/encoding.h"

#include <errno.h>
#include <iconv.h>

#define PIECE 16384

static Str behind(Str s, size_t n) {
        return (Str) { s.at + n, s.len - n };
}

/* ASCII in UTF-16 has a zero in every second byte; its text is valid in no other encoding we read. */
static const char *utf16_order(Str s) {
        size_t even = 0, odd = 0, n = s.len < 512 ? s.len : 512;
        for (size_t i = 0; i < n; i++)
                if (s.at[i] == '\0')
                        i % 2 ? odd++ : even++;
        if (odd == 0 && even == 0)
                return NULL;
        return odd >= even ? "UTF-16LE" : "UTF-16BE";
}

static int add(Text *room, const char *piece, size_t left) {
        return text_add(room, (Str) { piece, PIECE - left });
}

static int converted(iconv_t from, Str s, Text *room, const char **ret_why) {
        char piece[PIECE], *in = (char *) s.at; /* iconv does not write to it */
        size_t left = s.len;
        for (bool flush = false;;) {
                char *out = piece;
                size_t free_bytes = sizeof piece;
                size_t done = iconv(from, flush ? NULL : &in, flush ? NULL : &left, &out, &free_bytes);
                int why = errno;
                if (add(room, piece, free_bytes) < 0)
                        return room->failed;
                if (done != (size_t) -1 && flush)
                        return 0;
                if (done != (size_t) -1)
                        flush = true;
                else if (why != E2BIG) {
                        *ret_why = why == EINVAL ? "it ends inside a character" : "bytes that are no text in it";
                        return ENCODING_E_BROKEN;
                }
        }
}

static int convert(const char *name, Str s, Text *room, Str *ret, const char **ret_why) {
        iconv_t from = iconv_open("UTF-8", name);
        if (from == (iconv_t) -1) {
                *ret_why = "this machine cannot read the encoding";
                return errno == ENOMEM ? -ENOMEM : ENCODING_E_BROKEN;
        }
        int r = converted(from, s, room, ret_why);
        iconv_close(from);
        *ret = text_str(room);
        return r;
}

static int utf8(Str s, Str *ret, const char **ret_why) {
        *ret = s;
        if (utf8_valid(s))
                return 0;
        *ret_why = "neither UTF-8 nor UTF-16: say which with `encoding`";
        return ENCODING_E_BROKEN;
}

int encoding_read(Str s, int encoding, Text *room, Str *ret, const char **ret_why) {
        bool open = encoding == ENCODING_AUTO || encoding == ENCODING_UTF16;
        int r = 0;
        if (str_starts(s, STR("\xef\xbb\xbf")))
                r = utf8(behind(s, 3), ret, ret_why);
        else if (open && str_starts(s, STR("\xff\xfe")))
                r = convert("UTF-16LE", behind(s, 2), room, ret, ret_why);
        else if (open && str_starts(s, STR("\xfe\xff")))
                r = convert("UTF-16BE", behind(s, 2), room, ret, ret_why);
        else if (encoding == ENCODING_1258)
                r = convert("CP1258", s, room, ret, ret_why);
        else if (encoding == ENCODING_1252)
                r = convert("CP1252", s, room, ret, ret_why);
        else if (encoding == ENCODING_TCVN3)
                r = convert("TCVN5712-1", s, room, ret, ret_why);
        else if (open && utf16_order(s))
                r = convert(utf16_order(s), s, room, ret, ret_why);
        else if (encoding == ENCODING_UTF16)
                r = convert("UTF-16LE", s, room, ret, ret_why);
        else
                r = utf8(s, ret, ret_why);
        if (r == 0 && !utf8_valid(*ret)) {
                *ret_why = "zero bytes inside the text";
                return ENCODING_E_BROKEN;
        }
        return r;
}
