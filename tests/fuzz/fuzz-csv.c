/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/rows-check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        rows_fuzz(FORMAT_CSV, data, size);
        return 0;
}
