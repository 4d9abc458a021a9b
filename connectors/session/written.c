/* SPDX-License-Identifier: MIT */
#include "connectors/session/written.h"

#include "connectors/decode/code-points.h"

#define ESCAPE_LONGEST 12 /* characters, of JSON: \ud83d\ude00 */
#define NAME_LONGEST 8    /* letters of an entity that breaks off, so many at most are taken for its name */

/* What stands at one place of a text. */
typedef struct Unit {
        char bytes[4];
        size_t n;     /* of them; 0: an escape that breaks off */
        size_t taken; /* of the text */
} Unit;

typedef Unit UnitRead(Str text); /* which is not empty */

static Unit itself(Str s) {
        return (Unit) { .bytes = { s.at[0] }, .n = 1, .taken = 1 };
}

static Unit of_byte(uint32_t value, size_t taken) {
        return (Unit) { .bytes = { (char) value }, .n = 1, .taken = taken };
}

static Unit broken(size_t taken) {
        return (Unit) { .taken = taken };
}

static Unit of_code(uint32_t code, size_t taken) {
        Unit u = { .taken = taken };
        if (code <= 0x10ffff)
                u.n = utf8_put(u.bytes, code);
        return u;
}

/* How many digits stand from `from` on, at most so many. */
static size_t digits_read(Str s, size_t from, size_t most, unsigned base, uint32_t *ret) {
        size_t n = 0;
        *ret = 0;
        for (; n < most && from + n < s.len; n++) {
                int digit = hex_digit(s.at[from + n]);
                if (digit < 0 || (unsigned) digit >= base)
                        break;
                *ret = *ret * base + (unsigned) digit;
        }
        return n;
}

static Unit percent_read(Str s) {
        uint32_t value;
        if (s.at[0] != '%')
                return itself(s);
        size_t n = digits_read(s, 1, 2, 16, &value);
        return n == 2 ? of_byte(value, 3) : broken(1 + n);
}

static Unit form_read(Str s) {
        return s.at[0] == '+' ? of_byte(' ', 1) : percent_read(s);
}

static Unit json_number(Str s) {
        size_t want = s.at[1] == 'u' ? 4 : 2;
        uint32_t code, low;
        size_t n = digits_read(s, 2, want, 16, &code);
        if (n < want)
                return broken(2 + n);
        if (want == 2 || code < 0xd800 || code > 0xdfff)
                return of_code(code, 2 + n);
        bool pair = code < 0xdc00 && s.len >= ESCAPE_LONGEST && s.at[6] == '\\' && s.at[7] == 'u' &&
                    digits_read(s, 8, 4, 16, &low) == 4 && low >= 0xdc00 && low <= 0xdfff;
        return pair ? of_code(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00), ESCAPE_LONGEST) : broken(2 + n);
}

static Unit json_read(Str s) {
        static const char letters[] = "bfnrt", codes[] = "\b\f\n\r\t";
        if (s.at[0] != '\\')
                return itself(s);
        if (s.len == 1)
                return broken(1);
        if (s.at[1] == 'u' || s.at[1] == 'x')
                return json_number(s);
        const char *known = memchr(letters, s.at[1], sizeof letters - 1);
        return of_byte((unsigned char) (known ? codes[known - letters] : s.at[1]), 2);
}

static Unit html_number(Str s) {
        bool hex = s.len > 2 && (s.at[2] == 'x' || s.at[2] == 'X');
        uint32_t code;
        size_t from = hex ? 3 : 2, n = digits_read(s, from, hex ? 6 : 7, hex ? 16 : 10, &code);
        return n > 0 && from + n < s.len && s.at[from + n] == ';' ? of_code(code, from + n + 1) : broken(from + n);
}

static bool letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static Unit html_read(Str s) {
        static const struct { Str name; char c; } names[] = { { STR("&lt;"), '<' }, { STR("&gt;"), '>' },
                                                              { STR("&amp;"), '&' }, { STR("&quot;"), '"' },
                                                              { STR("&apos;"), '\'' } };
        size_t n = 1;
        if (s.at[0] != '&')
                return itself(s);
        if (s.len > 1 && s.at[1] == '#')
                return html_number(s);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                if (str_starts(s, names[i].name))
                        return of_byte((unsigned char) names[i].c, names[i].name.len);
        while (n < s.len && n <= NAME_LONGEST && letter(s.at[n]))
                n++;
        return broken(n);
}

/* JSON that was written in another way, as the whole of it was: an escape is read out of what that says. */
static Unit json_behind(UnitRead *outer, Str s) {
        Unit first = outer(s);
        char said[ESCAPE_LONGEST];
        size_t ends[ESCAPE_LONGEST], n = 0, at = 0, most = 2;
        if (first.n != 1 || first.bytes[0] != '\\')
                return first;
        while (n < most && at < s.len) {
                Unit u = outer((Str) { s.at + at, s.len - at });
                if (u.n != 1)
                        break;
                said[n] = u.bytes[0];
                at += u.taken;
                ends[n++] = at;
                if (n == 2 && (said[1] == 'u' || said[1] == 'x'))
                        most = ESCAPE_LONGEST;
        }
        Unit inner = json_read((Str) { said, n });
        inner.taken = ends[inner.taken - 1];
        return inner;
}

static Unit unit_read(WrittenWay way, Str s) {
        switch (way) {
        case WRITTEN_FORM: return form_read(s);
        case WRITTEN_PERCENT: return percent_read(s);
        case WRITTEN_JSON: return json_read(s);
        case WRITTEN_HTML: return html_read(s);
        case WRITTEN_FORM_JSON: return json_behind(form_read, s);
        case WRITTEN_PERCENT_JSON: return json_behind(percent_read, s);
        case WRITTEN_JSON_JSON: return json_behind(json_read, s);
        case WRITTEN_HTML_JSON: return json_behind(html_read, s);
        default: return itself(s);
        }
}

size_t written_goes(WrittenWay way, Str text, Str word, bool *ret_whole) {
        size_t at = 0, n = 0;
        while (n < word.len && at < text.len) {
                Str left = { text.at + at, text.len - at };
                Unit u = unit_read(way, left);
                if (u.n == 0 && left.at[0] == word.at[n]) /* not every program escapes what begins an escape */
                        u = itself(left);
                if (u.n == 0 || u.n > word.len - n || memcmp(u.bytes, word.at + n, u.n) != 0) {
                        at += u.n == 0 && n > 0 ? u.taken : 0;
                        break;
                }
                at += u.taken;
                n += u.n;
        }
        *ret_whole = n == word.len;
        return at;
}

size_t written_head(WrittenWay way, Str text, size_t room, char *ret) {
        size_t n = 0;
        for (size_t at = 0; n < room && at < text.len;) {
                Str left = { text.at + at, text.len - at };
                Unit u = unit_read(way, left);
                if (u.n == 0)
                        u = itself(left);
                for (size_t i = 0; i < u.n && n < room; i++)
                        ret[n++] = u.bytes[i];
                at += u.taken;
        }
        return n;
}
