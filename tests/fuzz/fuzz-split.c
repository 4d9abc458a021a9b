/* SPDX-License-Identifier: MIT */
/* A page of any bytes: spans lie inside it and in order, and a record without a problem is one json-c agrees with. */
#include "connectors/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_record(SplitSpan *span) {
        split_record(span);
        if (span->problem || span->bytes.at[0] != '{')
                return;
        json_tokener *t = json_tokener_new_ex(LIMIT_JSON_DEPTH + 1);
        json_object *o = json_tokener_parse_ex(t, span->bytes.at, (int) span->bytes.len);
        if (!o || json_tokener_get_parse_end(t) != span->bytes.len)
                abort();
        json_object_put(o);
        json_tokener_free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const SelectStep step = { .name = { "l", 1 } };
        static const Select lists[] = { { .text = "$" }, { .text = "$.l", .steps = &step, .n_steps = 1 } };
        for (size_t k = 0; k < 2; k++) {
                SplitPage p = { 0 };
                const char *end = (const char *) data;
                if (split_page(&p, &lists[k], (Str) { (const char *) data, size }) == 0)
                        for (size_t i = 0; i < p.n_spans; i++) {
                                if (p.spans[i].bytes.at < end || p.spans[i].bytes.len == 0)
                                        abort();
                                end = p.spans[i].bytes.at + p.spans[i].bytes.len;
                                if (end > (const char *) data + size)
                                        abort();
                                check_record(&p.spans[i]);
                        }
                split_free(&p);
        }
        return 0;
}
