/* SPDX-License-Identifier: MIT */
/* A mail when memory runs out: whichever allocation fails, the answer is -ENOMEM, nothing leaks and the output was not
 * touched. The sources stand here so that their allocations can be made to fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/failing-memory.h"

#include "connectors/mail/message.c"
#include "state/model/text.c"

#include "tests/unit/failing-memory-end.h"

static void test_every_allocation(void **state) {
        MailParts parts = { .from_name = "Nhắc việc", .from_address = "nq57@example.vn", .to_name = "Lê Thị K",
                            .to_address = "k@xa.example.vn", .subject = "Xã Ea M’Droh: còn 7 việc",
                            .message_id = "1@example.vn", .date = 1784593800 * US_SECOND };
        char body[20000];
        int limit = 0, r;

        memset(body, 'x', sizeof(body) - 1);
        body[sizeof(body) - 1] = '\0';
        parts.body = body;
        do {
                Text mail = { .max = 7 };
                Err e = { 0 };

                allocations_left = limit++;
                r = message_build(&parts, &mail, &e);
                allocations_left = -1;
                if (r < 0) {
                        assert_int_equal(r, -ENOMEM);
                        assert_int_equal(e.code, -ENOMEM);
                        assert_int_equal(mail.max, 7);
                        assert_null(mail.at);
                } else
                        text_free(&mail);
        } while (r < 0 && limit < 200);
        assert_int_equal(r, 0);
        assert_true(limit > 5);
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_allocation) };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
