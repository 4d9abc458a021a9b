/* SPDX-License-Identifier: MIT */
/* A recording of a browser, from anywhere: read, drafted and written, or refused with a reason. */
#include <stdint.h>

#include "daemon/ctl/learn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        HarLog log = { 0 };
        Draft draft = { 0 };
        char why[200] = "";
        int r = har_read((Str) { (const char *) data, size }, &log, why);
        if (r == HAR_E_NONE && !why[0])
                abort();
        if (r != 0)
                return 0;
        r = draft_make(&log, &draft);
        if (r == 0) {
                _cleanup_text_ Text yaml = TEXT_INIT(1u << 20);
                (void) learn_write(&draft, "fuzz", "x.har", (size & 1) != 0, &yaml);
                if (draft.n_streams < 1 || (yaml.failed == 0 && !utf8_valid(text_str(&yaml))))
                        abort();
        } else if (r == DRAFT_E_NOTHING && draft.n_notes == 0)
                abort();
        draft_free(&draft);
        har_free(&log);
        return 0;
}
