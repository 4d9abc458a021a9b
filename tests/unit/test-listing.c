/* SPDX-License-Identifier: MIT */
#include "state/model/listing.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

static void test_every_fault_has_one_name_and_a_label(void **state) {
        for (int f = 0; f < FAULT_COUNT; f++) {
                assert_true(fault_names[f] && fault_names[f][0]);
                assert_true(fault_vn((Fault) f) && fault_vn((Fault) f)[0]);
                assert_true(utf8_valid(str_of(fault_vn((Fault) f))));
                for (int g = 0; g < f; g++)
                        assert_string_not_equal(fault_names[f], fault_names[g]);
        }
        assert_string_equal(fault_names[FAULT_LOGIN_PAGE], "login-page");
        assert_string_equal(fault_names[FAULT_CANCELLED], "cancelled");
}

static void test_words_of_the_trailer(void **state) {
        assert_string_equal(completeness_names[LISTING_COMPLETE], "complete");
        assert_string_equal(completeness_names[LISTING_PARTIAL], "partial");
        assert_string_equal(completeness_names[LISTING_FAILED], "failed");
        assert_string_equal(proof_names[PROOF_NONE], "");
        assert_string_equal(proof_names[PROOF_TOTAL], "total");
        assert_string_equal(proof_names[PROOF_EMPTY_PAGE], "empty-page");
        assert_string_equal(proof_names[PROOF_LAST_FLAG], "last-flag");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_fault_has_one_name_and_a_label),
                cmocka_unit_test(test_words_of_the_trailer),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
