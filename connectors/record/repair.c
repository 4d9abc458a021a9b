/* SPDX-License-Identifier: MIT */
#include "connectors/record/repair.h"

#include <errno.h>

const char *const repair_names[] = { "none", "utf8-as-1252", "windows-1258", "tcvn3", "vni", NULL };

/* Windows-1252 0x80 to 0x9F; what it leaves free counts as itself (a C1 control), which is how Latin-1 reads it. */
static const uint16_t upper_1252[32] = {
        0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
        0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
        0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
        0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178,
};

/* Where Windows-1258 differs from Windows-1252. */
static const char *const from_1258[256] = {
        [0xC3] = "Ă", [0xCC] = "\xcc\x80", [0xD0] = "Đ", [0xD2] = "\xcc\x89", [0xD5] = "Ơ", [0xDD] = "Ư",
        [0xDE] = "\xcc\x83", [0xE3] = "ă", [0xEC] = "\xcc\x81", [0xF0] = "đ", [0xF2] = "\xcc\xa3", [0xF5] = "ơ",
        [0xFD] = "ư", [0xFE] = "₫",
};

static const char *const from_tcvn3[256] = {
        [0xA1] = "Ă", [0xA2] = "Â", [0xA3] = "Ê", [0xA4] = "Ô", [0xA5] = "Ơ", [0xA6] = "Ư", [0xA7] = "Đ",
        [0xA8] = "ă", [0xA9] = "â", [0xAA] = "ê", [0xAB] = "ô", [0xAC] = "ơ", [0xAD] = "ư", [0xAE] = "đ",
        [0xB5] = "à", [0xB6] = "ả", [0xB7] = "ã", [0xB8] = "á", [0xB9] = "ạ", [0xBB] = "ằ", [0xBC] = "ẳ",
        [0xBD] = "ẵ", [0xBE] = "ắ", [0xC6] = "ặ", [0xC7] = "ầ", [0xC8] = "ẩ", [0xC9] = "ẫ", [0xCA] = "ấ",
        [0xCB] = "ậ", [0xCC] = "è", [0xCE] = "ẻ", [0xCF] = "ẽ", [0xD0] = "é", [0xD1] = "ẹ", [0xD2] = "ề",
        [0xD3] = "ể", [0xD4] = "ễ", [0xD5] = "ế", [0xD6] = "ệ", [0xD7] = "ì", [0xD8] = "ỉ", [0xDC] = "ĩ",
        [0xDD] = "í", [0xDE] = "ị", [0xDF] = "ò", [0xE1] = "ỏ", [0xE2] = "õ", [0xE3] = "ó", [0xE4] = "ọ",
        [0xE5] = "ồ", [0xE6] = "ổ", [0xE7] = "ỗ", [0xE8] = "ố", [0xE9] = "ộ", [0xEA] = "ờ", [0xEB] = "ở",
        [0xEC] = "ỡ", [0xED] = "ớ", [0xEE] = "ợ", [0xEF] = "ù", [0xF1] = "ủ", [0xF2] = "ũ", [0xF3] = "ú",
        [0xF4] = "ụ", [0xF5] = "ừ", [0xF6] = "ử", [0xF7] = "ữ", [0xF8] = "ứ", [0xF9] = "ự", [0xFA] = "ỳ",
        [0xFB] = "ỷ", [0xFC] = "ỹ", [0xFD] = "ý", [0xFE] = "ỵ",
};

/* VNI: what stands behind a vowel, as combining marks, and what stands alone. */
static const char *const vni_marks[256] = {
        [0xC0] = "\xcc\x82\xcc\x80", [0xC1] = "\xcc\x82\xcc\x81", [0xC2] = "\xcc\x82", [0xC3] = "\xcc\x82\xcc\x83",
        [0xC4] = "\xcc\x82\xcc\xa3", [0xC5] = "\xcc\x82\xcc\x89", [0xC8] = "\xcc\x86\xcc\x80",
        [0xC9] = "\xcc\x86\xcc\x81", [0xCA] = "\xcc\x86", [0xCB] = "\xcc\x86\xcc\xa3", [0xCF] = "\xcc\xa3",
        [0xD5] = "\xcc\x83", [0xD8] = "\xcc\x80", [0xD9] = "\xcc\x81", [0xDA] = "\xcc\x86\xcc\x89",
        [0xDB] = "\xcc\x89", [0xDC] = "\xcc\x86\xcc\x83", [0xE0] = "\xcc\x82\xcc\x80", [0xE1] = "\xcc\x82\xcc\x81",
        [0xE2] = "\xcc\x82", [0xE3] = "\xcc\x82\xcc\x83", [0xE4] = "\xcc\x82\xcc\xa3", [0xE5] = "\xcc\x82\xcc\x89",
        [0xE8] = "\xcc\x86\xcc\x80", [0xE9] = "\xcc\x86\xcc\x81", [0xEA] = "\xcc\x86", [0xEB] = "\xcc\x86\xcc\xa3",
        [0xEF] = "\xcc\xa3", [0xF5] = "\xcc\x83", [0xF8] = "\xcc\x80", [0xF9] = "\xcc\x81",
        [0xFA] = "\xcc\x86\xcc\x89", [0xFB] = "\xcc\x89", [0xFC] = "\xcc\x86\xcc\x83",
};
static const char *const vni_alone[256] = {
        [0xC6] = "Ỉ", [0xCC] = "Ì", [0xCD] = "Í", [0xCE] = "Ỵ", [0xD1] = "Đ", [0xD2] = "Ị", [0xD3] = "Ĩ",
        [0xD4] = "Ơ", [0xD6] = "Ư", [0xE6] = "ỉ", [0xEC] = "ì", [0xED] = "í", [0xEE] = "ỵ", [0xF1] = "đ",
        [0xF2] = "ị", [0xF3] = "ĩ", [0xF4] = "ơ", [0xF6] = "ư",
};

/* The next code point of valid UTF-8. */
static uint32_t point_next(const unsigned char **at) {
        uint32_t c = *(*at)++;
        int more = c < 0x80 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
        c &= more == 0 ? 0x7F : 0x3Fu >> more;
        for (; more > 0; more--)
                c = c << 6 | (*(*at)++ & 0x3Fu);
        return c;
}

/* The byte that Windows-1252 or Latin-1 shows as `c`; -1: none. */
static int byte_of(uint32_t c) {
        if (c < 0x100)
                return (int) c;
        for (int i = 0; i < 32; i++)
                if (upper_1252[i] == c)
                        return 0x80 + i;
        return -1;
}

/* The bytes that were read by the wrong table. false: it cannot have been so, or nothing is beyond ASCII. */
static bool bytes_of(Str s, char *ret, size_t *ret_n) {
        const unsigned char *at = (const unsigned char *) s.at, *end = at + s.len;
        bool beyond = false;
        size_t n = 0;
        while (at < end) {
                int b = byte_of(point_next(&at));
                if (b < 0)
                        return false;
                beyond |= b >= 0x80;
                ret[n++] = (char) b;
        }
        *ret_n = n;
        return beyond;
}

/* A text that is shorter each time. */
static int utf8_repair(Arena *a, Str s, Str *ret) {
        *ret = s;
        for (int i = 0; i < 3; i++) {
                size_t n;
                char *bytes = arena_get(a, ret->len + 1);
                if (!bytes)
                        return -ENOMEM;
                bool beyond = bytes_of(*ret, bytes, &n);
                for (size_t k = 1; beyond && k < n; k++) /* the no-break space of "Ã ", à, is easily lost on the way */
                        if (bytes[k] == ' ' && (unsigned char) bytes[k - 1] == 0xC3)
                                bytes[k] = (char) 0xA0;
                if (!beyond || !utf8_valid((Str) { bytes, n }))
                        break;
                *ret = (Str) { bytes, n };
        }
        return 0;
}

static bool vowel(char c) {
        return c && strchr("aAeEoOuUyYi", c);
}

/* One byte of a legacy text; `carries`: a VNI mark may stand behind what was written last. */
static void byte_add(Text *t, RepairKind kind, unsigned char b, bool *carries) {
        const char *const *table = kind == REPAIR_1258 ? from_1258 : kind == REPAIR_TCVN3 ? from_tcvn3 : vni_alone;
        const char *text = *carries && kind == REPAIR_VNI && vni_marks[b] ? vni_marks[b] : table[b];
        *carries = vowel((char) b) || b == 0xF4 || b == 0xD4 || b == 0xF6 || b == 0xD6;
        if (text) {
                text_add(t, str_of(text));
        } else if (b < 0x80) {
                text_addc(t, (char) b);
        } else {
                uint32_t c = b < 0xA0 ? upper_1252[b - 0x80] : b;
                if (c >= 0x800)
                        text_addc(t, (char) (0xE0 | c >> 12));
                text_addc(t, (char) (c >= 0x800 ? 0x80 | (c >> 6 & 0x3F) : 0xC0 | c >> 6));
                text_addc(t, (char) (0x80 | (c & 0x3F)));
        }
}

static int legacy_repair(Arena *a, RepairKind kind, Str s, Str *ret) {
        size_t n;
        char *bytes = arena_get(a, s.len + 1);
        if (!bytes)
                return -ENOMEM;
        *ret = s;
        if (!bytes_of(s, bytes, &n))
                return 0;
        _cleanup_text_ Text t = TEXT_INIT(n * 6 + 1);
        bool carries = false;
        for (size_t i = 0; i < n; i++)
                byte_add(&t, kind, (unsigned char) bytes[i], &carries);
        return t.failed ? -ENOMEM : arena_str(a, text_str(&t), ret);
}

int repair_text(Arena *a, RepairKind kind, Str s, Str *ret) {
        if (kind == REPAIR_NONE || s.len == 0) {
                *ret = s;
                return 0;
        }
        return kind == REPAIR_UTF8 ? utf8_repair(a, s, ret) : legacy_repair(a, kind, s, ret);
}
