/* SPDX-License-Identifier: MIT */
#include "config/emit.h"

static bool plain_needs_quotes(Str s) {
        if (s.len == 0 || strchr("-?:,[]{}#&*!|>'\"%@` ", s.at[0]) || s.at[s.len - 1] == ' ' || s.at[s.len - 1] == ':')
                return true;
        for (size_t i = 0; i + 1 < s.len; i++)
                if ((s.at[i] == ':' && s.at[i + 1] == ' ') || (s.at[i] == ' ' && s.at[i + 1] == '#'))
                        return true;
        return false;
}

void emit_scalar(Text *t, Str s) {
        static const char *const quotes[] = { "“", "”", "„", "‘", "’", "«", "»" };
        bool quoted = plain_needs_quotes(s);
        for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++)
                quoted = quoted || str_starts(s, str_of(quotes[i]));
        if (quoted)
                text_add_json(t, s); /* a JSON string is a YAML one */
        else
                text_add(t, s);
}
