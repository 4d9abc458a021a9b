/* SPDX-License-Identifier: MIT */
/* A selector as an administrator may type it: compiled or refused at a byte inside it; what compiles also walks. */
#include "connectors/select.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_arena_ Arena a = { 0 };
        _cleanup_free_ char *text = str_dup((Str) { (const char *) data, size });
        json_object *root = json_tokener_parse("{\"a\":[{\"b\":null}],\"c\":{\"d\":1}}"), *found;
        Select s;
        size_t at = 0;
        const char *why = NULL;
        int r = select_compile(&a, text, &s, &at, &why);
        if (r == 0)
                (void) select_get(&s, root, &found);
        else if (r != SELECT_E_SYNTAX || !why || at > strlen(text))
                abort();
        json_object_put(root);
        return 0;
}
