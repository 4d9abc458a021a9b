/* SPDX-License-Identifier: MIT */
#include "state/model/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

#include <utf8proc.h>

static void test_utf8(void **state) {
        const char *good[] = { "", "abcdefghijk", "Đắk Lắk", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF", "\xEE\x80\x80",
                "\xC2\x80" };
        for (size_t i = 0; i < sizeof good / sizeof *good; i++)
                assert_true(utf8_valid(str_of(good[i])));
        const char *bad[] = { "\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                              "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "abcdefgh\xE1\xBA", "\xE1\xBA" "a",
                              "\xC4" };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                assert_false(utf8_valid(str_of(bad[i])));
        assert_false(utf8_valid((Str) { "abcdefg\0", 8 }));
        assert_false(utf8_valid((Str) { "\0", 1 }));
}

static void test_utf8_mend(void **state) {
        const char *const cut[][2] = { { "", "" }, { "Đắk Lắk", "Đắk Lắk" }, { "Đắ\xE1\xBA` và", "Đắ` và" },
                                       { "\xFF\xB3Tổ\xE1\xBB", "Tổ" }, { "\xED\xA0\x80", "" } };
        for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
                char text[32];
                snprintf(text, sizeof text, "%s", cut[i][0]);
                utf8_mend(text);
                assert_string_equal(text, cut[i][1]);
        }
}

static void check_normal(const char *written, const char *expected) {
        _cleanup_arena_ Arena a = { 0 };
        Str out, again;
        assert_int_equal(text_normalise(&a, str_of(written), &out), 0);
        assert_str(out, expected);
        assert_int_equal(text_normalise(&a, out, &again), 0);
        assert_ptr_equal(again.at, out.at); /* its own normal form is not copied */
}

static void test_normalise(void **state) {
        check_normal("Xã M’Drắk", "Xã M’Drắk");
        check_normal("  a \t\r\n b  ", "a b");
        check_normal("a\xC2\xA0\xE2\x80\x83" "b\xE3\x80\x80", "a b");        /* NBSP, em space, ideographic space */
        check_normal("\xEF\xBB\xBF" "a\xE2\x80\x8B" "b\xE2\x81\xA0\xC2\xAD", "ab"); /* BOM, ZWSP, joiner, soft hyphen */
        check_normal("Bu\xC3\xB4n Ho\xCC\x82\xCC\x80", "Buôn Hồ");            /* o + circumflex + grave */
        check_normal("\xE1\xBA\xA1\xCC\x86", "\xE1\xBA\xB7");                 /* ạ + breve is ặ: marks are reordered */
        check_normal("e\xCC\x86\xCC\x82", "\xC4\x95\xCC\x82");               /* Êđê letters keep their marks */
        check_normal("\xE2\x84\xAB", "\xC3\x85");                            /* the Ångström sign */
        check_normal("\xE1\x84\x80\xE1\x85\xA1", "\xEA\xB0\x80");
        check_normal("≥ 80% – “đạt” €", "≥ 80% – “đạt” €");
        check_normal("\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80");
        check_normal("", "");
        check_normal(" \xC2\xA0 ", "");
}

static void test_normalise_copies_only_what_changes(void **state) {
        Arena none = { .max = 1 }; /* not a byte can be had from it */
        Str out, in = STR("  Sở Khoa học và Công nghệ, 12/6/2026 – “M’Drắk”  ");
        assert_int_equal(text_normalise(&none, in, &out), 0);
        assert_ptr_equal(out.at, in.at + 2);
        assert_int_equal(out.len, in.len - 4);
        assert_int_equal(text_normalise(&none, STR("a  b"), &out), -ENOMEM);
        arena_free(&none);
}

static void test_normalise_refuses_bad_bytes(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        Str out = STR("untouched");
        assert_int_equal(text_normalise(&a, STR("a\xFFz"), &out), -EILSEQ);
        assert_int_equal(text_normalise(&a, (Str) { "a\0b", 3 }, &out), -EILSEQ);
        assert_int_equal(text_normalise(&a, STR("a  b\xED\xA0\x80"), &out), -EILSEQ);
        assert_int_equal(text_normalise(&a, STR("abc\xE1\xBA"), &out), -EILSEQ);
        assert_str(out, "untouched");
}

/* The quick check may only pass what utf8proc itself would leave as it is: asked for every code point, in a pair so
 * that composition has something to do. */
static void test_quick_check_agrees_with_utf8proc(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        for (utf8proc_int32_t c = 1; c <= 0x10FFFF; c++) {
                utf8proc_uint8_t text[16] = { 'o' };
                if (c >= 0xD800 && c <= 0xDFFF)
                        continue;
                utf8proc_ssize_t len = 1 + utf8proc_encode_char(c, text + 1);
                text[len++] = 'x';
                Str in = { (const char *) text, (size_t) len }, out;
                arena_clear(&a);
                assert_int_equal(text_normalise(&a, in, &out), 0);
                if (out.at != in.at || c < 0x80)
                        continue;
                utf8proc_uint8_t *nfc = NULL;
                utf8proc_ssize_t n = utf8proc_map(text, len, &nfc,
                        UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_IGNORE);
                if (n != len || memcmp(nfc, text, (size_t) len) != 0)
                        fail_msg("U+%04X passed", (unsigned) c);
                free(nfc);
        }
}

/* RFC 3629 by its table of code points, for comparison. */
static bool utf8_by_points(const unsigned char *at, size_t len) {
        for (size_t i = 0; i < len;) {
                size_t n = at[i] < 0x80 ? 1 : (at[i] & 0xE0) == 0xC0 ? 2 : (at[i] & 0xF0) == 0xE0 ? 3 : 4;
                uint32_t c = n == 1 ? at[i] : at[i] & (0x7Fu >> n);
                if (n == 4 && (at[i] & 0xF8) != 0xF0)
                        return false;
                for (size_t k = 1; k < n; k++) {
                        if (i + k >= len || (at[i + k] & 0xC0) != 0x80)
                                return false;
                        c = c << 6 | (at[i + k] & 0x3F);
                }
                static const uint32_t least[] = { 0, 1, 0x80, 0x800, 0x10000 };
                if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
                        return false;
                i += n;
        }
        return true;
}

/* Pieces of one to four bytes, sound and broken, one behind the other in every order: wherever a step of sixteen bytes
 * ends. The text lies at the end of its memory, so that a sanitizer sees a read behind it. */
static void test_pieces(void **state) {
        static const char *const pieces[] = {
                "a",
                "Z9",
                " ",
                "  ",
                "\x7F",
                "\t",
                "\x01",
                "ô",
                "Đ",
                "ế",
                "ự",
                "\xE2\x80\x93",
                "\xC2\xA0",
                "\xCC\x81",
                "한",
                "\xEE\x80\x80",
                "\xED\x9F\xBF",
                "\xED\xA0\x80",
                "\xE0\xA4\x85",
                "\xE0\x9F\xBF",
                "\xF0\x9F\x98\x80",
                "\xF0\x8F\xBF\xBF",
                "\x80",
                "\xC3",
                "\xE1\xBA",
                "\xE1",
                "\xC0\x80",
                "\xF5\x80\x80\x80",
                "\xFF",
                "\xE1\xB7\x80",
        };
        size_t count = sizeof pieces / sizeof *pieces, sound = 0;
        uint32_t random = 1;
        for (int round = 0; round < 40000; round++) {
                unsigned char text[80];
                size_t len = 0, wanted = (size_t) (round % 50), few = round % 3 == 0 ? count : 10;
                while (len < wanted) {
                        random = random * 1664525 + 1013904223;
                        const char *piece = pieces[(random >> 16) % few];
                        memcpy(text + len, piece, strlen(piece));
                        len += strlen(piece);
                }
                char *exact = malloc(len ? len : 1);
                memcpy(exact, text, len);
                Str in = { exact, len }, out;
                _cleanup_arena_ Arena a = { 0 };
                bool valid = utf8_by_points(text, len);
                sound += valid;
                if (utf8_valid(in) != valid)
                        fail_msg("round %d is%s valid", round, valid ? "" : " not");
                assert_int_equal(text_normalise(&a, in, &out), valid ? 0 : -EILSEQ);
                if (valid && str_eq(out, in)) { /* then utf8proc thinks so too, and no blank is one too many */
                        utf8proc_uint8_t *nfc = NULL;
                        utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *) exact, (utf8proc_ssize_t) len,
                                                          &nfc, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_IGNORE);
                        assert_true(n == (utf8proc_ssize_t) len && memcmp(nfc, exact, len) == 0);
                        assert_true(len == 0 ||
                                    (*exact != ' ' && exact[len - 1] != ' ' && !memmem(exact, len, "  ", 2)));
                        free(nfc);
                }
                free(exact);
        }
        assert_true(sound > 10000);
}

/* What is folded without utf8proc is what it would fold: a letter behind a blank makes it fold all of it. */
static void test_fold_of_ascii(void **state) {
        static const char *const texts[] = { "Ly",     "LY THUY", "quy", "QUY DINH",   "my-ly",           "y",
                                             "yy",     "by",      "tay", "Xa  M`Drak", "a.b/C 12",        " Ky ",
                                             "sydney", "qy uy",   "hy2", "hyA",        "~!@#$%^&*()_+{}|" };
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                _cleanup_arena_ Arena a = { 0 };
                _cleanup_text_ Text longer = TEXT_INIT(100);
                Str plain, folded;
                text_addf(&longer, "%s ế", texts[i]);
                assert_int_equal(text_fold(&a, str_of(texts[i]), &plain), 0);
                assert_int_equal(text_fold(&a, text_str(&longer), &folded), 0);
                assert_true(folded.len > 4);
                if (!str_eq(plain, (Str) { folded.at, folded.len - 4 }))
                        fail_msg("%s: `" STR_FMT "` but `" STR_FMT "`", texts[i], STR_ARG(plain), STR_ARG(folded));
        }
}

static void check_fold(bool same, const char *one, const char *other) {
        _cleanup_arena_ Arena a = { 0 };
        Str x, y, again;
        assert_int_equal(text_fold(&a, str_of(one), &x), 0);
        assert_int_equal(text_fold(&a, str_of(other), &y), 0);
        if (str_eq(x, y) != same)
                fail_msg("\"%s\" -> \"" STR_FMT "\", \"%s\" -> \"" STR_FMT "\"", one, STR_ARG(x), other, STR_ARG(y));
        assert_int_equal(text_fold(&a, x, &again), 0);
        assert_true(str_eq(x, again));
}

static void test_fold_unites_spellings(void **state) {
        check_fold(true, "Xã M’Drắk", "xã m'drắk");
        check_fold(true, "Cư M\xCA\xBCgar", "CƯ M\xE2\x80\x98GAR");
        check_fold(true, "Hoà Phú", "Hòa Phú");
        check_fold(true, "Tuy Hoà", "TUY HÒA");
        check_fold(true, "Sơn Thuỷ", "Sơn Thủy");
        check_fold(true, "Khoẻ", "Khỏe");
        check_fold(true, "Hoàn Toàn", "Hòan Tòan");
        check_fold(true, "Hòa Mỹ", "Hòa Mĩ");
        check_fold(true, "Quý III", "Quí III");
        check_fold(true, "Quý", "Qúy");
        check_fold(true, "Quy Nhơn", "Qui Nhơn");
        check_fold(true, "Sơn Kỳ", "Sơn Kì");
        check_fold(true, "Văn hóa – Xã hội", "Văn hoá - Xã hội");
        check_fold(true, "Ho\xCC\x80" "a Phu\xCC\x81", "Hòa Phú");
        check_fold(true, "ĐẮK LẮK", "đắk lắk");
        check_fold(true, "Buôn  Hồ ", "buôn\xC2\xA0hồ");
}

static void test_fold_keeps_what_differs(void **state) {
        check_fold(false, "Sơn Hạ", "Sơn Hà");
        check_fold(false, "Ba Tô", "Ba Tơ");
        check_fold(false, "Đăk Hà", "Đắk Hà");
        check_fold(false, "Đak", "Dak");
        check_fold(false, "Ia Tơi", "la Tơi");
        check_fold(false, "Phú Hòa 1", "Phú Hòa 2");
        check_fold(false, "Tay", "Tai");
        check_fold(false, "Thúy", "Thúi");
        check_fold(false, "Trà Bồng", "Đông Trà Bồng");
        check_fold(false, "Krông Ana", "Krông Na");
}

static void check_loose(const char *written, const char *expected) {
        _cleanup_arena_ Arena a = { 0 };
        Str out;
        assert_int_equal(text_fold_loose(&a, str_of(written), &out), 0);
        assert_str(out, expected);
}

static void test_fold_loose(void **state) {
        check_loose("Đắk Lắk", "dak lak");
        check_loose("Xã Sơn Hạ", "xa son ha");
        check_loose("M’Drắk", "m'drak");
        check_loose("\xC6\x80\xC4\xAD\xC5\x8F\xC4\x8D", "bioc");
        check_loose("Thuỷ", "thuy");
}

static void test_minority_letters_survive(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        Str in = STR("ĭ ŏ č ƀ Êđê Y’Bình"), out;
        assert_int_equal(text_normalise(&a, in, &out), 0);
        assert_true(str_eq(in, out));
}

static void test_long_text_leaves_the_stack(void **state) {
        _cleanup_arena_ Arena a = { 0 };
        _cleanup_text_ Text t = TEXT_INIT(100000);
        for (int i = 0; i < 2000; i++)
                text_add(&t, STR("ho\xCC\x80" "a  "));
        Str out;
        assert_int_equal(text_normalise(&a, text_str(&t), &out), 0);
        assert_int_equal(out.len, 2000 * 5 - 1);
        assert_memory_equal(out.at, "hòa hòa ", 10);
}

static void test_width(void **state) {
        assert_int_equal(text_width(STR("Xã M’Drắk")), 9);
        assert_int_equal(text_width(STR("Ho\xCC\x80" "a")), 3);
        assert_int_equal(text_width(STR("漢字")), 4);
        assert_int_equal(text_width(STR("a\xFF")), 2);
        assert_int_equal(text_width(STR_NULL), 0);
}

static void test_escape(void **state) {
        _cleanup_text_ Text t = TEXT_INIT(1000);
        text_escape(&t, STR("a\n\x1B[31mđ\x7F\xC2\x85\xE2\x80\xAE\xFFz\xE1\xBA"));
        assert_string_equal(t.at, "a\\x0A\\x1B[31mđ\\x7F\\xC2\\x85\\xE2\\x80\\xAE\\xFFz\\xE1\\xBA");
        text_clear(&t);
        assert_int_equal(text_escape(&t, STR_NULL), 0);
        assert_int_equal(t.len, 0);
}

static void test_forms_survive_no_memory(void **state) {
        Arena none = { .max = 1 };
        Str out = STR("untouched");
        assert_int_equal(text_fold(&none, STR("Sơn Hạ"), &out), -ENOMEM);
        assert_int_equal(text_fold_loose(&none, STR("Sơn Hạ"), &out), -ENOMEM);
        assert_str(out, "untouched");
        arena_free(&none);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_utf8),
                cmocka_unit_test(test_utf8_mend),
                cmocka_unit_test(test_normalise),
                cmocka_unit_test(test_normalise_copies_only_what_changes),
                cmocka_unit_test(test_normalise_refuses_bad_bytes),
                cmocka_unit_test(test_quick_check_agrees_with_utf8proc),
                cmocka_unit_test(test_pieces),
                cmocka_unit_test(test_fold_of_ascii),
                cmocka_unit_test(test_fold_unites_spellings),
                cmocka_unit_test(test_fold_keeps_what_differs),
                cmocka_unit_test(test_fold_loose),
                cmocka_unit_test(test_minority_letters_survive),
                cmocka_unit_test(test_long_text_leaves_the_stack),
                cmocka_unit_test(test_width),
                cmocka_unit_test(test_escape),
                cmocka_unit_test(test_forms_survive_no_memory),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
