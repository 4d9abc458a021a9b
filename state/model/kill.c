/* SPDX-License-Identifier: MIT */
#include "state/model/kill.h"

#if NQ57_TEST_BUILD

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "state/model/text.h"

#define KILL_NAME(name) name,
const char *const kill_points[] = { KILL_POINTS(KILL_NAME) NULL };

void kill_point(const char *name) {
        static int passed; /* of the one name that is asked for */
        Str rest, wanted;
        int count = 1;

        rest = str_of(getenv("NQ57_KILL_AT"));
        if (!str_split(&rest, ':', &wanted) || !str_eq(wanted, str_of(name)))
                return;
        if (rest.len > 0 && text_to_int(rest, 1, 1000000, &count) < 0)
                return;
        if (++passed == count)
                (void) kill(getpid(), SIGKILL);
}

#else
typedef int kill_points_are_for_test_builds;
#endif
