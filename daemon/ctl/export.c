/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/verbs.h"

#include <errno.h>

static int export_line(void *userdata, Str line, Err *e) {
        FILE *to = userdata;

        if (fwrite(line.at, 1, line.len, to) != line.len ||
            (line.len > 0 && line.at[line.len - 1] != '\n' && fputc('\n', to) == EOF))
                return err_set(e, -EIO, RETRY_NEVER, "the output could not be written");
        return 0;
}

int verb_export(Ctl *c) {
        Err e = { 0 };
        int r = store_export(c->store, export_line, stdout, &e);

        if (r >= 0 && fflush(stdout) != 0)
                r = err_set(&e, -EIO, RETRY_NEVER, "the output could not be written");
        return r < 0 ? ctl_fail(&e) : CTL_OK;
}
