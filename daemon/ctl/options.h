/* SPDX-License-Identifier: MIT */
/* The command line: one table of options drives reading and help. */
#pragma once

#include "daemon/ctl/ctl.h"

/* Fills `ret` (config_dir must be set); *ret_verb is the first word, NULL: none. 0, or CTL_USAGE after it was said. */
int options_read(int argc, char **argv, CtlArgs *ret, const char **ret_verb);

void options_help(unsigned mask, bool vi, FILE *to); /* 0: those that every verb takes */
const char *options_name(unsigned mask);             /* "--unit": the first of the mask */
