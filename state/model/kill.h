/* SPDX-License-Identifier: MIT */
/* Named kill points: places around every commit and every hand-over where a crash test ends the process with SIGKILL.
 * They exist in test builds only (NQ57_TEST_BUILD); in a release build KILL_POINT is nothing.
 *
 * NQ57_KILL_AT=apply-before-commit     dies there the first time
 * NQ57_KILL_AT=apply-before-commit:3   dies there the third time */
#pragma once

#define KILL_POINTS(K)                                                                                                 \
        K("schema-before-commit")       /* a file is made, or brought up to date, and not committed */                 \
        K("stage-flush")                /* a part of a listing was staged */                                           \
        K("apply-begin")                /* the transaction of a listing has begun */                                   \
        K("apply-rows")                 /* its rows are written, its pages and absences not */                         \
        K("apply-before-commit")                                                                                       \
        K("apply-after-commit")                                                                                        \
        K("refuse-before-commit")       /* a guard tripped; the refusal is written, not committed */                   \
        K("plan-before-commit")                                                                                        \
        K("plan-after-commit")                                                                                         \
        K("message-before-begin")       /* a message was claimed; nothing says that it is being sent */                \
        K("message-after-begin")        /* its bytes are fixed, the program is not started */                          \
        K("message-before-settle")      /* the program's verdict is known here only, and in its attempt file */        \
        K("message-after-settle")                                                                                      \
        K("settle-before-commit")       /* a person's settlement of a conflict */                                      \
        K("session-before-save")                                                                                       \
        K("session-after-save")                                                                                        \
        K("login-after-count")          /* an attempt is counted, the request not sent */                              \
        K("courier-before-spawn")                                                                                      \
        K("courier-after-spawn")                                                                                       \
        K("courier-before-unlink")      /* settled; the attempt file still stands */                                   \
        K("cycle-before-plan")                                                                                         \
        K("cycle-end")

#if NQ57_TEST_BUILD
void kill_point(const char *name);
#define KILL_POINT(name) kill_point(name)
extern const char *const kill_points[]; /* NULL at the end */
#else
#define KILL_POINT(name) ((void) 0)
#endif
