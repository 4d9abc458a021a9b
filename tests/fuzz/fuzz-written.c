/* SPDX-License-Identifier: MIT */
/* A word, the end of its line, and a text from anywhere: nothing behind the text is read, and a word without an escape
 * that stands there as it is is found in every way. */
#include <stdint.h>
#include <stdlib.h>

#include "connectors/session/written.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool fine) {
        if (!fine)
                abort();
}

static bool plain(Str word) {
        for (size_t i = 0; i < word.len; i++)
                if (written_escapes(word.at[i]) != 0)
                        return false;
        return true;
}

static void check(WrittenWay way, Str text, Str word) {
        char head[16];
        bool whole, there = str_starts(text, word);
        size_t goes = written_goes(way, text, word, &whole), n = written_head(way, text, sizeof head, head);
        expect(goes <= text.len && n <= sizeof head && n <= text.len && n > 0);
        expect(!whole || goes >= word.len);
        if (way == WRITTEN_AS_IT_IS)
                expect(whole == there && memcmp(head, text.at, n) == 0);
        if (there && plain(word))
                expect(whole && goes == word.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Str text = { (const char *) data, size }, word;
        if (!str_split(&text, '\n', &word) || word.len == 0 || text.len == 0)
                return 0;
        for (int way = 0; way < WRITTEN_WAYS; way++)
                check((WrittenWay) way, text, word);
        return 0;
}
