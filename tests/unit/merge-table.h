/* SPDX-License-Identifier: MIT */
/* Reads tests/fixtures/merge.tsv. Include cmocka.h and its friends first. */
#pragma once

#include <stdio.h>

#include "state/merge.h"
#include "state/model/text.h"

typedef struct MergeRow {
        char line[512];
        Str row, value, due;
        FieldId field;
        FieldMerge policy;
        Value base, side[SIDE_COUNT];
        bool unread[SIDE_COUNT]; /* ~ */
        bool fresh[SIDE_COUNT];
        MergeOutcome outcome;
        MergeOf holder;
} MergeRow;

static inline Value merge_row_value(Str s) {
        if (str_eq(s, STR("-")) || str_eq(s, STR("~")))
                return (Value) { .state = VALUE_ABSENT };
        if (str_eq(s, STR("null")))
                return (Value) { .state = VALUE_NULL };
        if (str_eq(s, STR("empty")))
                return (Value) { .state = VALUE_EMPTY };
        if (str_eq(s, STR("invalid")))
                return (Value) { .state = VALUE_INVALID, .raw = STR("??") };
        return (Value) { .state = VALUE_SET, .text = s };
}

static inline int merge_row_word(Str word, const char *const *names, int n) {
        for (int i = 0; i < n; i++)
                if (str_eq(word, str_of(names[i])))
                        return i;
        fail_msg("no such word: " STR_FMT, STR_ARG(word));
        return -1;
}

static inline void merge_row_read(Str line, MergeRow *ret) {
        static const char *const policies[] = { "either", "central", "portal", "central-first", "portal-first" };
        static const char *const holders[] = { "nobody", "base", "central", "portal", "settled" };
        Str rest = line, part[11];
        int n = 0;

        while (n < 11 && str_split(&rest, '\t', &part[n]))
                n++;
        assert_int_equal(n, 11);
        *ret = (MergeRow) { .row = part[0], .value = part[9], .due = part[10] };
        assert_int_equal(field_find(part[1], &ret->field), 0);
        ret->policy = (FieldMerge) merge_row_word(part[2], policies, 5);
        ret->base = merge_row_value(part[3]);
        for (int s = 0; s < SIDE_COUNT; s++) {
                ret->side[s] = merge_row_value(part[4 + s]);
                ret->unread[s] = str_eq(part[4 + s], STR("~"));
                ret->fresh[s] = str_eq(part[6], STR("both")) || str_eq(part[6], str_of(side_names[s]));
        }
        ret->outcome = (MergeOutcome) merge_row_word(part[7], merge_outcomes, MERGED_SETTLED + 1);
        ret->holder = (MergeOf) merge_row_word(part[8], holders, 5);
}

/* Calls `row` for every line; returns how many. */
static inline int merge_table_walk(void (*row)(void *userdata, const MergeRow *r), void *userdata) {
        const char *source = getenv("NQ57_SOURCE");
        char path[1024], line[512];
        bool head = true;
        int n = 0;
        FILE *f;

        (void) snprintf(path, sizeof path, "%s/tests/fixtures/merge.tsv", source ? source : ".");
        f = fopen(path, "re");
        assert_non_null(f);
        while (fgets(line, sizeof line, f)) {
                Str text = str_of(line);
                MergeRow r;

                if (text.len > 0 && line[text.len - 1] == '\n')
                        text.len--;
                if (text.len == 0 || line[0] == '#')
                        continue;
                if (head) {
                        head = false;
                        continue;
                }
                merge_row_read(text, &r);
                row(userdata, &r);
                n++;
        }
        (void) fclose(f);
        return n;
}
