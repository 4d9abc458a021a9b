/* SPDX-License-Identifier: MIT */
#include "state/model/room.h"

#include <errno.h>
#include <stdlib.h>

int room_for_one(void **at, size_t n, size_t *room, size_t size, size_t first) {
        size_t more = *room ? *room * 2 : first;
        if (n < *room)
                return 0;
        void *bigger = reallocarray(*at, more, size);
        if (!bigger)
                return -ENOMEM;
        *at = bigger;
        *room = more;
        return 0;
}
