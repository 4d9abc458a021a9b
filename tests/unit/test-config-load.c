/* SPDX-License-Identifier: MIT */
#include "config/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/characters.h"
#include "config/emit.h"
#include "tests/unit/scratch.h"

typedef struct Loaded {
        FindingList list;
        FindingSink sink;
        Notices notices;
        Document *document;
        int r;
} Loaded;

static void load(Loaded *l, Str text, LoadStyle style) {
        *l = (Loaded) { 0 };
        l->sink = finding_list_sink(&l->list);
        l->notices.sink = &l->sink;
        l->r = load_text(text, "t.yaml", style, &l->notices, &l->document, NULL);
}

static void drop(Loaded *l) {
        document_free(l->document);
        finding_list_free(&l->list);
}

static void test_tree_keeps_what_was_typed(void **state) {
        Loaded l;
        load(&l,
             STR("\xef\xbb\xbfno: no\r\nnumber: 0123\nat: 12:30\nbig: 1e3\nempty:\nquoted: \"a: #b\"\n"
                 "apart: x  # a comment\nsub:\n  inner: ~\n"),
             LOAD_FLAT);
        assert_int_equal(l.r, 0);
        assert_int_equal(l.list.n, 0);
        const Tree *root = l.document->root;
        assert_string_equal(tree_get(root, "no")->text, "no");
        assert_string_equal(tree_get(root, "number")->text, "0123");
        assert_string_equal(tree_get(root, "at")->text, "12:30");
        assert_string_equal(tree_get(root, "big")->text, "1e3");
        assert_string_equal(tree_get(root, "empty")->text, "");
        assert_string_equal(tree_get(root, "quoted")->text, "a: #b");
        assert_string_equal(tree_get(root, "apart")->text, "x");
        const Tree *inner = tree_get(tree_get(root, "sub"), "inner");
        assert_string_equal(inner->text, "~");
        assert_int_equal(inner->origin.line, 9);
        assert_int_equal(inner->origin.column, 10);
        assert_int_equal(inner->key_origin.column, 3);
        assert_string_equal(inner->origin.file, "t.yaml");
        drop(&l);
}

static void test_text_is_nfc_and_blanks_stay(void **state) {
        Loaded l;
        load(&l,
             STR("a: \"  Ho\xcc\x80"
                 "a   Phu\xcc\x81  \"\n"),
             LOAD_FLAT);
        assert_int_equal(l.r, 0);
        assert_string_equal(tree_get(l.document->root, "a")->text, "  Hòa   Phú  ");
        drop(&l);
}

static void test_columns_count_characters(void **state) {
        Loaded l;
        load(&l, STR("đơn vị: Sở # một\n"), LOAD_FLAT);
        assert_int_equal(l.list.n, 1);
        assert_string_equal(l.list.at[0].code, "comment-one-space");
        assert_int_equal(l.list.at[0].origin.column, 12);
        drop(&l);
}

static void test_profile_style_takes_lists_and_blocks(void **state) {
        Loaded l;
        Str text = STR("list:\n  - a\n  - {b: c}\nflow: [x, y]\nblock: |\n  one\n  two\nlong: one\n  two\n");
        load(&l, text, LOAD_PROFILE);
        assert_int_equal(l.r, 0);
        assert_int_equal(l.notices.errors, 0);
        const Tree *root = l.document->root, *list = tree_get(root, "list");
        assert_int_equal(tree_count(list), 2);
        assert_null(list->child->key);
        assert_string_equal(tree_get(list->child->next, "b")->text, "c");
        assert_int_equal(tree_count(tree_get(root, "flow")), 2);
        assert_string_equal(tree_get(root, "block")->text, "one\ntwo\n");
        drop(&l);

        load(&l, text, LOAD_FLAT);
        assert_int_equal(l.r, 0);
        assert_int_equal(l.notices.errors, 5);
        drop(&l);
}

static void test_many_keys_and_the_second_of_one(void **state) {
        Text t = TEXT_INIT(1 << 20);
        for (int i = 0; i < 3000; i++)
                text_addf(&t, "key-%d: %d\n", i, i);
        text_add(&t, STR("key-1500: again\n"));
        Loaded l;
        load(&l, text_str(&t), LOAD_FLAT);
        assert_int_equal(l.r, 0);
        assert_int_equal(l.list.n, 1);
        assert_string_equal(l.list.at[0].code, "key-twice");
        assert_non_null(strstr(l.list.at[0].en, "first on line 1501"));
        assert_int_equal(tree_count(l.document->root), 3000);
        assert_string_equal(tree_get(l.document->root, "key-1500")->text, "1500");
        drop(&l);
        text_free(&t);
}

static void refused(Str text, LoadStyle style, const char *code, int line, int column) {
        Loaded l;
        load(&l, text, style);
        assert_int_equal(l.r, LOAD_E_INVALID);
        assert_null(l.document);
        assert_true(l.list.n >= 1);
        assert_string_equal(l.list.at[0].code, code);
        assert_int_equal(l.list.at[0].origin.line, line);
        assert_int_equal(l.list.at[0].origin.column, column);
        drop(&l);
}

static void test_refused_whole(void **state) {
        refused(STR(""), LOAD_FLAT, "file-empty", 1, 1);
        refused(STR("# only a comment\n"), LOAD_FLAT, "file-empty", 1, 1);
        refused(STR("just text\n"), LOAD_FLAT, "section-wanted", 1, 1);
        refused(STR("- a\n"), LOAD_PROFILE, "section-wanted", 1, 1);
        refused(STR("a: 1\n---\nb: 2\n"), LOAD_PROFILE, "several-documents", 2, 1);
        refused(STR("a: \"x\ny: z\n"), LOAD_PROFILE, "yaml-syntax", 1, 4);
        refused(STR("a: b\nc: \xff\n"), LOAD_FLAT, "utf8-invalid", 2, 4);
        refused((Str) { "a: b\0c\n", 7 }, LOAD_FLAT, "control-character", 1, 5);
        refused(STR("a: b\rc: d\n"), LOAD_FLAT, "control-character", 1, 5);
        refused(STR("a: {b: {c: {d: {e: f}}}}\n"), LOAD_FLAT, "yaml-flow", 1, 4);
}

static void test_limits(void **state) {
        Text t = TEXT_INIT(16 << 20);
        text_add(&t, STR("a: "));
        for (int i = 0; i < 30; i++)
                text_add(&t, STR("["));
        refused(text_str(&t), LOAD_PROFILE, "too-deep", 1, 19);
        text_clear(&t);
        text_add(&t, STR("a: "));
        for (int i = 0; i < LOAD_SCALAR_BYTES + 1; i++)
                text_addc(&t, 'x');
        refused(text_str(&t), LOAD_PROFILE, "too-much", 1, 4);
        text_clear(&t);
        while (t.len <= LOAD_FILE_BYTES)
                text_add(&t, STR("# a comment that fills the file\n"));
        refused(text_str(&t), LOAD_FLAT, "file-too-large", 1, 1);
        text_free(&t);
}

static void test_every_bad_character_is_named(void **state) {
        Loaded l;
        load(&l,
             STR("a:\tb\nc:\xc2\xa0"
                 "d\n# \tfine\xc2\xa0\n\te: f\n"),
             LOAD_FLAT);
        assert_int_equal(l.r, LOAD_E_INVALID);
        assert_int_equal(l.list.n, 3);
        assert_string_equal(l.list.at[0].code, "tab");
        assert_string_equal(l.list.at[1].code, "nbsp");
        assert_int_equal(l.list.at[2].origin.line, 4);
        drop(&l);
}

static void test_files(void **state) {
        char folder[] = "/tmp/nq57-load-XXXXXX", path[64];
        scratch_make(folder);
        Loaded l = { 0 };
        l.sink = finding_list_sink(&l.list);
        l.notices.sink = &l.sink;
        assert_int_equal(load_file(folder, "none.yaml", LOAD_FLAT, &l.notices, &l.document, NULL), LOAD_E_NONE);
        assert_int_equal(l.list.n, 0);
        assert_int_equal(load_file("/tmp", folder + 5, LOAD_FLAT, &l.notices, &l.document, NULL), LOAD_E_INVALID);
        assert_string_equal(l.list.at[0].code, "file-missing");
        (void) snprintf(path, sizeof path, "%s/a.yaml", folder);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        assert_true(fputs("a: b\n", f) >= 0);
        assert_int_equal(fclose(f), 0);
        assert_int_equal(load_file(folder, "a.yaml", LOAD_FLAT, &l.notices, &l.document, NULL), 0);
        assert_string_equal(l.document->file, path);
        drop(&l);
        scratch_remove(folder);
}

static void test_emitted_text_loads_back(void **state) {
        static const char *const texts[] = { "plain", "with: colon", "a #b", "#x",    "",   " lead", "trail ", "“q”",
                                             "- x",   "{a}",         "*x",   "&x",    "!x", "%x",    "@x",     "a\"b",
                                             "\"q\"", "'q'",         "a\\b", "ends:", "no", "07:30", "|",      "?" };
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                Text t = TEXT_INIT(1000);
                text_add(&t, STR("k: "));
                emit_scalar(&t, str_of(texts[i]));
                text_addc(&t, '\n');
                Loaded l;
                load(&l, text_str(&t), LOAD_FLAT);
                assert_int_equal(l.r, 0);
                assert_int_equal(l.list.n, 0);
                assert_string_equal(tree_get(l.document->root, "k")->text, texts[i]);
                drop(&l);
                text_free(&t);
        }
}

static void test_line_index(void **state) {
        LineIndex x;
        assert_int_equal(line_index_make(STR("ab\nđê\n"), &x), 0);
        assert_int_equal(x.n, 3);
        assert_true(str_eq(line_index_from(&x, 1, 2), STR("b")));
        assert_true(str_eq(line_index_from(&x, 2, 2), STR("ê")));
        assert_int_equal(line_index_from(&x, 2, 9).len, 0);
        assert_int_equal(line_index_from(&x, 4, 1).len, 0);
        line_index_free(&x);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_tree_keeps_what_was_typed),
                cmocka_unit_test(test_text_is_nfc_and_blanks_stay),
                cmocka_unit_test(test_columns_count_characters),
                cmocka_unit_test(test_profile_style_takes_lists_and_blocks),
                cmocka_unit_test(test_many_keys_and_the_second_of_one),
                cmocka_unit_test(test_refused_whole),
                cmocka_unit_test(test_limits),
                cmocka_unit_test(test_every_bad_character_is_named),
                cmocka_unit_test(test_files),
                cmocka_unit_test(test_emitted_text_loads_back),
                cmocka_unit_test(test_line_index),
        };
        return cmocka_run_group_tests_name("config-load", tests, NULL, NULL);
}
