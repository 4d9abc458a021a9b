/* SPDX-License-Identifier: MIT */
#include "daemon/paths.h"

#include "nq57-build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

const char *paths_deliver_smtp(void) {
        static char path[4096];
        const char *dir = getenv("NQ57_LIBEXEC_DIR");

        snprintf(path, sizeof(path), "%s/deliver-smtp", dir ? dir : NQ57_LIBEXEC_DIR);
        return path;
}

const char *paths_config(void) {
        const char *dir = getenv("CONFIGURATION_DIRECTORY");

        return dir ? dir : NQ57_CONFIG_DIR;
}

int paths_profiles(void) {
        return setenv("NQ57_PROFILE_DIR", NQ57_PROFILE_DIR, 0) < 0 ? -errno : 0;
}
