/* SPDX-License-Identifier: MIT */
/* Planning and letters when memory runs out: whichever allocation fails, the answer is -ENOMEM, nothing leaks and no
 * output was touched. The sources stand here so that their allocations can be made to fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/failing-memory.h"

#include "state/letter-items.c"
#include "state/letter-list.c"
#include "state/letter-words.c"
#include "state/letter.c"
#include "state/model/room.c"
#include "state/model/text.c"
#include "state/plan-seat.c"
#include "state/plan.c"

#include "tests/unit/failing-memory-end.h"

#include "tests/unit/plan-world.h"

static World *world_behind(void) {
        World *w = world_new(when_at(day(2026, 6, 22), 7, 30), 3);

        for (int o = 0; o < 3; o++)
                for (int u = 0; u < WORLD_UNITS; u++) {
                        world_item(w, o, u, REASON_OVERDUE, "A");
                        world_item(w, o, u, REASON_NOT_UPDATED, "B");
                }
        return w;
}

static void test_plan(void **state) {
        World *w = world_behind();
        int r = -ENOMEM, n = 0;

        for (; r == -ENOMEM; n++) {
                Plan *p = NULL;
                Err e = {0};

                allocations_left = n;
                r = plan_make(&w->in, &p, &e);
                allocations_left = -1;
                assert_true(r == 0 ? p != NULL : r == -ENOMEM && !p && e.code == -ENOMEM);
                plan_free(p);
        }
        assert_true(n > 5);
        world_free(w);
}

static void test_letters(void **state) {
        const LetterOptions options = {.mark = "SỐ LIỆU GIẢ LẬP", .contact_name = "Trần Thị B"};
        World *w = world_behind();
        Plan *p = NULL;
        int most = 0;

        assert_int_equal(plan_make(&w->in, &p, NULL), 0);
        for (size_t i = 0; i < p->n_messages; i++) {
                const LetterInput in = {&w->in, &p->messages[i], &options, NULL, NULL, 0};
                int r = -ENOMEM, n = 0;

                for (; r == -ENOMEM; n++) {
                        Text subject = TEXT_INIT(4096), body = TEXT_INIT(1 << 20);
                        Err e = {0};

                        allocations_left = n;
                        r = letter_write(&in, &subject, &body, &e);
                        allocations_left = -1;
                        assert_true(r == 0 ? body.len > 0 && subject.len > 0 : e.code == -ENOMEM && !body.len &&
                                    !subject.len);
                        text_free(&subject);
                        text_free(&body);
                }
                most = n > most ? n : most;
        }
        assert_true(most > 5);
        plan_free(p);
        world_free(w);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_plan),
                cmocka_unit_test(test_letters),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
