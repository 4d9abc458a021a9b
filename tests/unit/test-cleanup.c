/* SPDX-License-Identifier: MIT */
#include "state/model/cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/model-check.h"

#include <fcntl.h>
#include <unistd.h>

typedef struct Box {
        int *freed;
} Box;

static Box *box_free(Box *b) {
        if (!b)
                return NULL;
        ++*b->freed;
        free(b);
        return NULL;
}
DEFINE_CLEANUP(Box, box_free)

static Box *box_new(int *freed) {
        Box *b = calloc(1, sizeof *b);
        assert_non_null(b);
        b->freed = freed;
        return b;
}

static void test_scope_exit_frees(void **state) {
        int freed = 0;
        {
                _cleanup_(box_freep) Box *b = box_new(&freed);
                assert_non_null(b);
        }
        assert_int_equal(freed, 1);
}

static void test_taken_pointer_survives(void **state) {
        int freed = 0;
        Box *kept;
        {
                _cleanup_(box_freep) Box *b = box_new(&freed);
                kept = TAKE_PTR(b);
                assert_null(b);
        }
        assert_int_equal(freed, 0);
        box_free(kept);
        assert_int_equal(freed, 1);
}

static void test_close(void **state) {
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), number = fd;
        assert_true(fd >= 0);
        errno = EPROTO;
        cleanup_closep(&fd);
        assert_int_equal(errno, EPROTO);
        assert_int_equal(fd, -1);
        assert_int_equal(fcntl(number, F_GETFD), -1);

        errno = EPROTO;
        cleanup_closep(&fd);
        assert_int_equal(errno, EPROTO);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_scope_exit_frees),
                cmocka_unit_test(test_taken_pointer_survives),
                cmocka_unit_test(test_close),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
