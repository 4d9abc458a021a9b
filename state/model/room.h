/* SPDX-License-Identifier: MIT */
/* Arrays that grow at their end. */
#pragma once

#include <stddef.h>

/* Room for one more behind `n` members: the array doubles, and begins with `first` of them. 0, or -ENOMEM with the
 * array as it was. `at` is the pointer itself, `room` a size_t. */
#define ROOM_FOR_ONE(at, n, room, first) room_for_one((void **) &(at), (n), &(room), sizeof *(at), (first))
int room_for_one(void **at, size_t n, size_t *room, size_t size, size_t first);
