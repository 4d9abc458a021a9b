/* SPDX-License-Identifier: MIT */
/* The credentials folder of a delivery channel: what a delivery program sees, and nothing else of the daemon's secrets.
 */
#pragma once

#include "config/settings.h"

/* `ret` gets the folder for channel `name`: under systemd $RUNTIME_DIRECTORY/NAME with a copy of the credential
 * NAME-password or, for mail, smtp-password (the runtime folder is memory, 0700); else SECRETS/NAME when there is one.
 * Empty: the channel has no secrets. */
int channel_credentials(const Settings *s, const char *name, Text *ret, Err *e);
