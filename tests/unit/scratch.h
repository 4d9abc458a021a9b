/* SPDX-License-Identifier: MIT */
/* Folders under /tmp for one test program. A test that fails leaves by a jump and closes nothing: what is still there
 * at the end of the program is removed then. Include cmocka.h and its friends first. */
#pragma once

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCRATCH_MAX 256

static char scratch_folders[SCRATCH_MAX][64];
static pid_t scratch_owner; /* a child that exits leaves its parent's folders alone */

static inline int scratch_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        (void) st;
        (void) type;
        (void) ftw;
        (void) remove(path);
        return 0;
}

static inline void scratch_remove(const char *folder) {
        for (size_t i = 0; i < SCRATCH_MAX; i++)
                if (strcmp(scratch_folders[i], folder) == 0)
                        scratch_folders[i][0] = '\0';
        (void) nftw(folder, scratch_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline void scratch_sweep(void) {
        for (size_t i = 0; scratch_owner == getpid() && i < SCRATCH_MAX; i++)
                if (scratch_folders[i][0] != '\0')
                        (void) nftw(scratch_folders[i], scratch_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* `folder` is a template for mkdtemp. */
static inline void scratch_make(char *folder) {
        size_t i = 0;

        assert_non_null(mkdtemp(folder));
        if (scratch_owner == 0) {
                scratch_owner = getpid();
                assert_int_equal(atexit(scratch_sweep), 0);
        }
        while (i < SCRATCH_MAX && scratch_folders[i][0] != '\0')
                i++;
        assert_true(i < SCRATCH_MAX);
        (void) snprintf(scratch_folders[i], sizeof(scratch_folders[i]), "%s", folder);
}
