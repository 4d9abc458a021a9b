/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "connectors/record/repair.h"

typedef struct Case {
        RepairKind kind;
        const char *broken, *whole; /* whole NULL: as it is */
} Case;

static void test_repaired(void **state) {
        static const Case cases[] = {
                { REPAIR_UTF8, "Ä\xc2\x90" "ang thá»±c hiá»‡n", "Đang thực hiện" },
                { REPAIR_UTF8, "HoÃ n thÃ nh", "Hoàn thành" },
                { REPAIR_UTF8, "Ho\xc3\x83\xc2\x83\xc3\x82\xc2\xa0n", "Hoàn" },
                { REPAIR_UTF8, "Đang thực hiện", NULL },
                { REPAIR_UTF8, "Xã Ba Tô", NULL },
                { REPAIR_UTF8, "plain", NULL },
                { REPAIR_UTF8, "", NULL },
                { REPAIR_NONE, "HoÃ n", NULL },
                { REPAIR_1258, "Thêì xaÞ", "Thế xã" },
                { REPAIR_1258, "ðýõòc", "đượ" "c" },
                { REPAIR_1258, "đã đúng rồi", NULL },
                { REPAIR_TCVN3, "NhiÖm vô ®Çu n¨m: §¾k L¾k", "Nhiệm vụ đầu năm: Đắk Lắk" },
                { REPAIR_TCVN3, "Së Khoa häc vµ C«ng nghÖ", "Sở Khoa học và Công nghệ" },
                { REPAIR_TCVN3, "Sở Khoa học", NULL },
                { REPAIR_VNI, "Sôû Khoa hoïc vaø Coâng ngheä", "Sở Khoa học và Công nghệ" },
                { REPAIR_VNI, "Ñaék Laék, thöïc hieän nhieäm vuï", "Đắk Lắk, thực hiện nhiệm vụ" },
                { REPAIR_VNI, "Kyø baùo caùo, chæ tieâu, ñònh kyø, myõ", "Kỳ báo cáo, chỉ tiêu, định kỳ, mỹ" },
                { REPAIR_VNI, "Sở Khoa học", NULL },
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                _cleanup_arena_ Arena a = { 0 };
                const Case *c = &cases[i];
                Str mended, text;
                assert_int_equal(repair_text(&a, c->kind, str_of(c->broken), &mended), 0);
                assert_int_equal(text_normalise(&a, mended, &text), 0);
                if (!str_eq(text, str_of(c->whole ? c->whole : c->broken)))
                        fail_msg("%s: `%s` -> `" STR_FMT "`", repair_names[c->kind], c->broken, STR_ARG(text));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(test_repaired) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
