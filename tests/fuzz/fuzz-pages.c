/* SPDX-License-Identifier: MIT */
/* What names the next page: a Link header, and what was kept of a page. A target lies inside the header; facts that
 * read back are written just so again. */
#include "connectors/http/link-header.h"
#include "connectors/listing/pager.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_link(Str value) {
        Str next = STR_NULL;
        int r = link_header_next(value, &next);
        if (r == 0 && (next.at < value.at || next.at + next.len > value.at + value.len))
                abort();
}

static void check_facts(Str facts) {
        _cleanup_text_ Text again = TEXT_INIT(2 * PAGER_CURSOR_MAX);
        PageSeen s, back;
        if (page_facts_decode(facts, &s) < 0)
                return;
        if (page_facts_encode(&s, &again) < 0 || page_facts_decode(text_str(&again), &back) < 0 ||
            s.received != back.received || s.total != back.total || !str_eq(s.cursor, back.cursor))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Str text = { size ? (const char *) data : NULL, size };
        check_link(text);
        check_facts(text);
        return 0;
}
