/* SPDX-License-Identifier: MIT */
/* What the tests of state/model share. Include cmocka.h and its friends first. */
#pragma once

#include <stdio.h>

#include "state/model/text.h"

#define assert_str(actual, expected)                                                                                   \
        do {                                                                                                           \
                Str str_actual_ = (actual), str_expected_ = str_of(expected);                                          \
                if (!str_eq(str_actual_, str_expected_))                                                               \
                        fail_msg("got \"" STR_FMT "\", expected \"" STR_FMT "\"", STR_ARG(str_actual_),                \
                                 STR_ARG(str_expected_));                                                              \
        } while (0)

/* A seeded generator (xorshift64*), so that a failing case can be run again. */
static inline uint64_t check_random(uint64_t *state) {
        *state ^= *state >> 12;
        *state ^= *state << 25;
        *state ^= *state >> 27;
        return *state * 0x2545F4914F6CDD1Du;
}
