/* SPDX-License-Identifier: MIT */
/* tests/fixtures/config-mutations.tsv: each row spoils the shipped configuration in one way, and names the first
 * finding. */
#include "tests/unit/config-site.h"

typedef struct Mutation {
        Str file, from, to, place, key, code;
        int number;
} Mutation;

/* \n, \t, \\ and \xNN of a cell. */
static Str unescape(Arena *a, Str s) {
        char *out = arena_get(a, s.len + 1);
        assert_non_null(out);
        size_t n = 0;
        for (size_t i = 0; i < s.len; i++) {
                if (s.at[i] != '\\') {
                        out[n++] = s.at[i];
                        continue;
                }
                char c = s.at[++i];
                if (c == 'x') {
                        unsigned byte;
                        char hex[3] = { s.at[i + 1], s.at[i + 2], '\0' };
                        assert_int_equal(sscanf(hex, "%x", &byte), 1);
                        out[n++] = (char) byte;
                        i += 2;
                } else
                        out[n++] = c == 'n' ? '\n' : c == 't' ? '\t' : c;
        }
        return (Str) { out, n };
}

static bool read_row(Arena *a, Str line, Mutation *ret) {
        Str *cells[] = { &ret->file, &ret->from, &ret->to, &ret->place, &ret->key, &ret->code };
        if (line.len == 0 || line.at[0] == '#')
                return false;
        for (size_t i = 0; i < 6; i++)
                if (!str_split(&line, '\t', cells[i]))
                        fail_msg("row %d has too few cells", ret->number);
        ret->from = unescape(a, ret->from);
        ret->to = unescape(a, ret->to);
        return true;
}

/* What the finding is, in the words of the table. */
static void describe(const Finding *f, int first_line, const char *folder, Text *t) {
        if (!f) {
                text_add(t, STR("no error"));
                return;
        }
        const char *file = strrchr(f->origin.file, '/');
        assert_int_equal(strncmp(f->origin.file, folder, strlen(folder)), 0);
        text_addf(t, "%s %+d:%d %s %s", file + 1, f->origin.line - first_line, f->origin.column,
                  f->subject ? f->subject : "-", f->code);
}

static int try_mutation(Site *site, const Mutation *m) {
        _cleanup_text_ Text want = TEXT_INIT(2000), got = TEXT_INIT(2000);
        char file[64];
        (void) snprintf(file, sizeof file, STR_FMT, STR_ARG(m->file));
        int line = site_edit(site, file, m->from, m->to);
        int r = site_load(site, 2026, 6, 19);
        site_file(site, file, NULL);

        const Finding *f = site_first_error(site);
        describe(f, line, site->folder, &got);
        text_addf(&want, "%s " STR_FMT " " STR_FMT " " STR_FMT, file, STR_ARG(m->place), STR_ARG(m->key),
                  STR_ARG(m->code));
        bool texts = f && f->en && f->en[0] && f->vi && f->vi[0] && strcmp(f->en, f->vi) != 0 &&
                     !strstr(f->en, "{seen}");
        if (r == SETTINGS_E_INVALID && !site->settings && texts && strcmp(want.at, got.at) == 0)
                return 0;
        print_error("row %d: wanted %s, got %s (returned %d, %s)\n", m->number, want.at, got.at, r, f ? f->en : "-");
        return 1;
}

static void test_mutations(void **state) {
        Site site;
        site_open(&site);
        char *table = site_source("tests/fixtures/config-mutations.tsv");
        Str rest = str_of(table), line;
        int rows = 0, wrong = 0;
        for (int number = 1; str_split(&rest, '\n', &line); number++) {
                _cleanup_arena_ Arena a = { 0 };
                Mutation m = { .number = number };
                if (!read_row(&a, line, &m))
                        continue;
                rows++;
                wrong += try_mutation(&site, &m);
        }
        free(table);
        site_close(&site);
        assert_int_equal(wrong, 0);
        assert_true(rows >= 100);
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(test_mutations) };
        return cmocka_run_group_tests_name("config-mutations", tests, NULL, NULL);
}
