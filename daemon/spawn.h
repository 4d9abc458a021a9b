/* SPDX-License-Identifier: MIT */
/* Starts one delivery program: everything is made ready before fork, the child only makes system calls. */
#pragma once

#include <sys/types.h>

#include "daemon/courier.h"

typedef struct Spawned {
        pid_t pid;     /* leads its own session and process group */
        int pidfd;     /* readable once it ended */
        int output;    /* its standard output and error, non-blocking */
        int attempt;   /* the attempt file; holds the lock too */
} Spawned;

/* 0; negative with Err, then nothing runs and no attempt file of ours is left. */
int spawn_program(const CourierJob *job, Spawned *ret, Err *e);
