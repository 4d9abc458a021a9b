/* SPDX-License-Identifier: MIT */
/* Where the installed parts are; the environment names others for a build that is not installed. */
#pragma once

const char *paths_deliver_smtp(void);  /* $NQ57_LIBEXEC_DIR/deliver-smtp, else the installed one */
const char *paths_config(void);        /* $CONFIGURATION_DIRECTORY, else /etc/nq57d */
int paths_profiles(void); /* NQ57_PROFILE_DIR into the environment, where it is not yet: config looks there; -ENOMEM */
