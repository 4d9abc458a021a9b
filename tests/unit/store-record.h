/* SPDX-License-Identifier: MIT */
/* Reads one record as the tests of the store write it. Include cmocka.h and its friends first. */
#pragma once

#include "state/model/record.h"

/* "24412/NV-1 progress=50 title=A; 24412/NV-2 ..." ; values as in merge.tsv, '_' is a blank. Texts live in `a`. */
static inline void world_record(Arena *a, Str line, RecordSide *ret) {
        Str rest = line, word, unit;

        *ret = (RecordSide) { .identity = { .kind = KIND_TASK } };
        assert_true(str_split(&rest, ' ', &word));
        assert_true(str_split(&word, '/', &unit));
        ret->identity.unit = unit;
        ret->identity.code = word;
        while (str_split(&rest, ' ', &word)) {
                Str name;
                FieldId f;
                char *text;

                if (word.len == 0)
                        continue;
                assert_true(str_split(&word, '=', &name));
                assert_int_equal(field_find(name, &f), 0);
                text = arena_copy(a, word);
                assert_non_null(text);
                for (char *c = text; *c; c++)
                        if (*c == '_' && f != FIELD_WORK)
                                *c = ' ';
                ret->field[f] = (Value) { .state = VALUE_SET, .text = str_of(text) };
                if (str_eq(word, STR("null")))
                        ret->field[f] = (Value) { .state = VALUE_NULL };
                if (str_eq(word, STR("invalid")))
                        ret->field[f] = (Value) { .state = VALUE_INVALID, .raw = STR("??") };
        }
}
