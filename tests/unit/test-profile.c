/* SPDX-License-Identifier: MIT */
/* Profiles through the real loader: the shipped ones are sound, and each mistake is named at its line and column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "config/load.h"
#include "connectors/profile/profile-plan.h"

static const char *const sound =
        "profile: p\n"                       /* 1 */
        "status: assumed\n"
        "dates:\n  - dd/MM/yyyy\n"
        "session:\n"                         /* 5 */
        "  kind: json-login\n"
        "  login-path: /login\n"
        "  login-fields:\n"
        "    u: <account>\n"
        "    p: <secret>\n"                  /* 10 */
        "  token: $.token\n"
        "  header: Authorization\n"
        "  value: Bearer <token>\n"
        "words:\n"
        "  work:\n"                          /* 15 */
        "    Xong: done\n"
        "    Xong muộn: done, claims_late true\n"
        "streams:\n"
        "  tasks:\n"
        "    kind: task\n"                   /* 20 */
        "    path: /api/tasks\n"
        "    list: $.data.items\n"
        "    total: $.data.total\n"
        "    paging: page\n"
        "    page-parameter: page\n"         /* 25 */
        "    size-parameter: size\n"
        "    size: 50\n"
        "    code: $.code\n"
        "    codes-per-unit: yes\n"
        "    fields:\n"                      /* 30 */
        "      lead: $.unit\n"
        "      title: $.title\n"
        "      work:\n"
        "        from: $.status\n"
        "        words: work\n";             /* 35 */

static int compile(const char *yaml, FindingList *found, Document **document, Profile **p) {
        FindingSink sink = finding_list_sink(found);
        Notices notices = { .sink = &sink };
        Err e = { 0 };
        assert_int_equal(load_text(str_of(yaml), "p.yaml", LOAD_PROFILE, &notices, document, &e), 0);
        return profile_compile((*document)->root, &sink, p, &e);
}

static void test_sound(void **state) {
        FindingList found = { 0 };
        _cleanup_(document_freep) Document *d = NULL;
        _cleanup_(profile_freep) Profile *p = NULL;
        assert_int_equal(compile(sound, &found, &d, &p), 0);
        assert_int_equal(found.n, 0);
        assert_string_equal(profile_id(p), "p");
        assert_string_equal(profile_status(p), "assumed");
        assert_int_equal(profile_streams(p), 1);
        assert_int_equal(profile_stream_kind(p, 0), KIND_TASK);
        const StreamPlan *s = profile_stream(p, "tasks");
        assert_int_equal(s->paging.size, 50);
        assert_int_equal(s->n_fields, 3);
        const FieldPlan *work = &s->fields[2];
        assert_int_equal(work->unknown, UNKNOWN_QUARANTINE);
        assert_true(work->required);
        assert_int_equal(work->n_words, 2);
        assert_int_equal(work->words[0].n_also, 1); /* what one word claims the other denies */
        assert_true(str_eq(work->words[0].also[0].text, STR("false")));
        assert_true(str_eq(work->words[1].also[0].text, STR("true")));
        finding_list_free(&found);
}

typedef struct Mistake {
        const char *from, *to;
        int line, column;
        const char *code, *nearest;
} Mistake;

static void check_mistake(const Mistake *m) {
        const char *at = strstr(sound, m->from);
        assert_non_null(at);
        _cleanup_text_ Text yaml = TEXT_INIT(10000);
        text_add(&yaml, (Str) { sound, (size_t) (at - sound) });
        text_add(&yaml, str_of(m->to));
        text_add(&yaml, str_of(at + strlen(m->from)));
        FindingList found = { 0 };
        _cleanup_(document_freep) Document *d = NULL;
        _cleanup_(profile_freep) Profile *p = NULL;
        int r = compile(yaml.at, &found, &d, &p);
        bool hit = false;
        for (size_t k = 0; k < found.n; k++)
                hit |= found.at[k].severity == SEVERITY_ERROR && found.at[k].origin.line == m->line &&
                       found.at[k].origin.column == m->column && strcmp(found.at[k].code, m->code) == 0 &&
                       (!m->nearest || (found.at[k].nearest && strcmp(found.at[k].nearest, m->nearest) == 0)) &&
                       found.at[k].vi[0];
        if (r != PROFILE_E_INVALID || !hit) {
                for (size_t k = 0; k < found.n; k++)
                        print_error("%d:%d %s %s %s (%s)\n", found.at[k].origin.line, found.at[k].origin.column,
                                    found.at[k].code, found.at[k].subject, found.at[k].en,
                                    found.at[k].nearest ? found.at[k].nearest : "");
                fail_msg("%s -> %s: expected %d:%d %s", m->from, m->to, m->line, m->column, m->code);
        }
        finding_list_free(&found);
}


static void test_mistakes(void **state) {
        static const Mistake mistakes[] = {
                { "status: assumed", "status: asumed", 2, 9, "value", "assumed" },
                { "status: assumed", "statsu: assumed", 2, 1, "key-unknown", "status" },
                { "profile: p\n", "", 1, 1, "key-missing", NULL },
                { "dates:\n", "limits:\n  pages: 20001\ndates:\n", 4, 10, "value", NULL },
                { "dates:\n", "limits:\n  body: 17 MiB\ndates:\n", 4, 9, "value", NULL },
                { "dates:\n", "limits:\n  body: 17\ndates:\n", 4, 9, "value", NULL },
                { "dates:\n", "limits:\n  page: 17\ndates:\n", 4, 3, "key-unknown", "pages" },
                { "  - dd/MM/yyyy", "  - dd/MM", 4, 3, "date-format", NULL },
                { "kind: json-login", "kind: jsonlogin", 6, 9, "value", "json-login" },
                { "login-path: /login", "login-path: login", 7, 15, "value", NULL },
                { "login-path: /login", "login-path: //evil", 7, 15, "value", NULL },
                { "p: <secret>", "p: <secrets>", 10, 8, "placeholder", NULL },
                { "value: Bearer <token>", "value: Bearer <secret>", 13, 10, "placeholder", NULL },
                { "  token: $.token\n", "", 6, 3, "key-missing", NULL },
                { "token: $.token", "token: token", 11, 10, "selector", NULL },
                { "header: Authorization", "header: A uth", 12, 11, "value", NULL },
                { "  value: Bearer <token>\n", "  value: Bearer <token>\n  hidden-fields: x\n", 14, 3, "key-useless",
                  NULL },
                { "Xong: done", "Xong: don", 16, 11, "words", "done" },
                { "Xong: done\n", "Xong: done\n    XONG: suspended\n", 17, 5, "words", NULL },
                { "claims_late true", "claims_later true", 17, 16, "field", "claims_late" },
                { "claims_late true", "claims_late maybe", 17, 16, "words", NULL },
                { "kind: task", "kind: tasks", 20, 11, "value", "task" },
                { "path: /api/tasks", "path: /api/tasks?x=1", 21, 11, "value", NULL },
                { "list: $.data.items", "list: $.data[-1]", 22, 11, "selector", NULL },
                { "list: $.data.items", "list: $..[0]", 22, 11, "selector", NULL },
                { "total: $.data.total", "total: $.data[*]", 23, 12, "selector", NULL },
                { "code: $.code", "code: $", 28, 11, "selector", NULL },
                { "code: $.code", "code: $[0]", 28, 11, "selector", NULL },
                { "code: $.code", "code: $.codes[*]", 28, 11, "selector", NULL },
                { "total: $.data.total", "total: $.data.items.n", 23, 12, "selector", NULL },
                { "paging: page", "paging: pages", 24, 13, "value", "page" },
                { "    page-parameter: page\n", "", 24, 5, "key-missing", NULL },
                { "    size: 50\n", "    size: 50\n    offset-parameter: o\n", 28, 5, "key-useless", NULL },
                { "size: 50", "size: 0", 27, 11, "value", NULL },
                { "size: 50", "size: 1e3", 27, 11, "value", NULL },
                { "codes-per-unit: yes", "codes-per-unit: ja", 29, 21, "value", NULL },
                { "      lead: $.unit\n", "", 29, 21, "field", NULL },
                { "lead: $.unit", "leads: $.unit", 31, 7, "key-unknown", "lead" },
                { "title: $.title", "title: $.title\n      actual: $.x", 33, 7, "field", NULL },
                { "title: $.title", "title: title", 32, 14, "selector", NULL },
                { "from: $.status", "form: $.status", 34, 9, "key-unknown", "from" },
                { "from: $.status", "from: $.status\n        constant: done", 34, 9, "field", NULL },
                { "from: $.status", "from: $.status\n        percent: yes", 35, 9, "key-useless", NULL },
                { "words: work", "words: works", 35, 16, "words", "work" },
                { "        words: work\n", "", 33, 7, "words", NULL },
                { "      title: $.title\n", "      claims_late: $.late\n", 32, 7, "field", NULL },
        };
        for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
                check_mistake(&mistakes[i]);
}

static void test_mistakes_of_slices_and_details(void **state) {
        static const Mistake mistakes[] = {
                { "path: /api/tasks", "path: /api/tasks\n    each: units", 22, 11, "value", "unit" },
                { "path: /api/tasks", "path: /api/<each>", 21, 11, "placeholder", NULL },
                { "path: /api/tasks", "path: /api/<period>\n    each: unit", 21, 11, "placeholder", NULL },
                { "path: /api/tasks", "path: /x\n    each:\n      period: week\n      from: 2025", 23, 15, "value",
                  NULL },
                { "path: /api/tasks", "path: /x\n    each:\n      period: month\n      from: 2025-13", 24, 13, "value",
                  NULL },
                { "path: /api/tasks", "path: /x\n    each:\n      period: month\n      from: 2025\n      to: 2024", 25,
                  11, "value", NULL },
                { "path: /api/tasks", "path: /x\n    each:\n      path: /y\n      list: $\n      paging: none", 23, 7,
                  "key-missing", NULL },
                { "path: /api/tasks", "path: /x\n    each:\n      path: /y\n      value: $.id\n      paging: none", 23,
                  7, "key-missing", NULL },
                { "path: /api/tasks",
                  "path: /x\n    each:\n      path: /y\n      list: $\n      value: $.id\n      paging: page", 26, 7,
                  "key-missing", NULL },
                { "path: /api/tasks", "path: /x\n    details:\n      path: /y/<recrod.id>", 23, 13, "placeholder",
                  NULL },
                { "path: /api/tasks", "path: /x\n    details:\n      path: /y/<record.1>", 23, 7, "placeholder", NULL },
                { "path: /api/tasks", "path: /x\n    details:\n      record: $.a", 23, 7, "key-missing", NULL },
                { "path: /api/tasks", "path: /x\n    details:\n      path: /y\n      list: $.a", 24, 7, "key-unknown",
                  NULL },
        };
        for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
                check_mistake(&mistakes[i]);
}

static void test_mistakes_of_requests(void **state) {
        static const Mistake mistakes[] = {
                { "path: /api/tasks", "path: /api/<page>\n    page-parameter: p", 22, 5, "key-useless", NULL },
                { "path: /api/tasks", "path: /api/<unit> x", 21, 11, "value", NULL },
                { "path: /api/tasks", "path: /api/<units>", 21, 11, "placeholder", NULL },
                { "path: /api/tasks", "path: /api/<unit", 21, 11, "placeholder", NULL },
                { "path: /api/tasks", "path: /api/<today:yy>", 21, 11, "placeholder", NULL },
                { "path: /api/tasks", "path: /api/<unit:iso>", 21, 11, "placeholder", NULL },
                { "path: /api/tasks", "path: /api/<cursor>", 21, 11, "placeholder", NULL },
                { "path: /api/tasks", "path: /x\n    json: '{}'", 22, 5, "key-missing", NULL },
                { "path: /api/tasks", "path: /x\n    method: PUT", 22, 13, "value", NULL },
                { "path: /api/tasks", "path: /x\n    method: POST\n    json: '{\"a\":<unit>}'", 23, 11, "json", NULL },
                { "path: /api/tasks", "path: /x\n    method: POST\n    json: '{\"a\":<page>'", 23, 11, "json", NULL },
                { "path: /api/tasks", "path: /x\n    method: POST\n    json: '{\"a\":1,\"a\":2}'", 23, 11, "json",
                  NULL },
                { "path: /api/tasks", "path: /x\n    method: POST\n    json: '[1<page>]'", 23, 11, "json", NULL },
                { "path: /api/tasks", "path: /x\n    method: POST\n    json: ''", 23, 11, "json", NULL },
                { "path: /api/tasks", "path: /x\n    method: POST\n    body: x", 23, 5, "key-missing", NULL },
                { "path: /api/tasks", "path: /x\n    method: POST\n    json: '{}'\n    form:\n      a: b", 24, 5,
                  "key-useless", NULL },
                { "path: /api/tasks", "path: /x\n    content-type: a/b", 22, 5, "key-missing", NULL },
                { "path: /api/tasks", "path: /x\n    headers:\n      Cookie: a", 23, 15, "value", NULL },
                { "paging: page", "paging: keyset", 20, 5, "key-missing", NULL },
                { "paging: page", "paging: next", 25, 5, "key-useless", NULL },
                { "    size: 50\n", "    size: 50\n    stop: flag\n", 28, 5, "key-missing", NULL },
                { "    total: $.data.total\n", "    stop: total\n", 23, 5, "key-missing", NULL },
                { "    size: 50\n", "    size: 50\n    total-header: X-Total\n", 28, 5, "key-useless", NULL },
                { "    size: 50\n", "", 26, 5, "key-missing", NULL },
                { "    size: 50\n", "    size: 50\n    stop: short\n    short-pages: yes\n", 29, 5, "key-useless",
                  NULL },
                { "    total: $.data.total\n", "    total-cap: 10\n", 23, 5, "key-useless", NULL },
        };
        for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
                check_mistake(&mistakes[i]);
}

#define CHANGES(lines) "code: $.code\n    changes:\n      by: $.at\n" lines

static void test_mistakes_of_changes(void **state) {
        static const Mistake mistakes[] = {
                { "code: $.code", "code: $.code\n    changes: yes", 29, 14, "type", NULL },
                { "code: $.code", CHANGES("      since-parameter: s"), 30, 7, "key-missing", NULL },
                { "code: $.code", CHANGES("      kind: tme\n      since-parameter: s"), 31, 13, "value", "time" },
                { "code: $.code", CHANGES("      kind: time"), 30, 7, "key-missing", NULL },
                { "code: $.code", CHANGES("      kind: id\n      since-parameter: s\n      since-format: iso"), 33, 7,
                  "key-useless", NULL },
                { "code: $.code", CHANGES("      kind: time\n      since-parameter: s\n      overlap: 5"), 33, 16,
                  "value", NULL },
                { "code: $.code", CHANGES("      kind: time\n      since-parameter: s\n      full-every: 1 week"), 33,
                  19, "value", NULL },
                { "code: $.code", CHANGES("      kind: id\n      since-parameter: s\n      overlap: 5 minutes"), 33,
                  16, "value", NULL },
                { "code: $.code", CHANGES("      kind: time\n      since-parameter: s\n      since-format: yy"), 33, 21,
                  "date-format", NULL },
                { "code: $.code", CHANGES("      kind: time\n      since-parameter: s\n      too-old-status: 200"), 33,
                  23, "value", NULL },
                { "code: $.code", CHANGES("      kind: time\n      since-parameter: s\n      since: x"), 33, 7,
                  "key-unknown", NULL },
                { "path: /api/tasks", "path: /api/<since>", 21, 11, "placeholder", NULL },
        };
        for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
                check_mistake(&mistakes[i]);
}

/* What follows from a mistake alone is not told beside it. */
static void test_one_mistake_is_one_finding(void **state) {
        static const char *const rows[][2] = {
                { "paging: page", "paging: pages" },
                { "paging: page\n    page-parameter: page", "paging: cursors\n    cursor: $.next" },
                { "kind: json-login", "kind: json-logn" },
                { "    kind: task\n", "    kind: taks\n" },
                { "    path: /api/tasks\n", "    path: /api/tasks\n    method: PSOT\n    json: '{\"a\": 1}'\n" },
                { "      lead:", "      leed:" },
                { "    list:", "    lsit:" },
                { "words: work\n", "words: wrok\n" },
                { "\nwords:\n", "\nword:\n" },
                { "\nstatus:", "\nstatsu:" },
                { "from: $.status", "form: $.status" },
                { "\n  login-path:", "\n  lgoin-path:" },
        };
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                FindingList found = { 0 };
                _cleanup_(document_freep) Document *d = NULL;
                _cleanup_(profile_freep) Profile *p = NULL;
                _cleanup_text_ Text yaml = TEXT_INIT(8000);
                const char *at = strstr(sound, rows[i][0]);
                assert_non_null(at);
                text_add(&yaml, (Str) { sound, (size_t) (at - sound) });
                text_add(&yaml, str_of(rows[i][1]));
                text_add(&yaml, str_of(at + strlen(rows[i][0])));
                assert_int_equal(compile(yaml.at, &found, &d, &p), PROFILE_E_INVALID);
                if (found.n != 1)
                        fail_msg("%s: %zu findings, the second: %s", rows[i][1], found.n, found.at[1].en);
                finding_list_free(&found);
        }
}

static void test_shipped(void **state) {
        static const char *const files[] = { "connectors/profiles/theodoiq.yaml",
                                             "connectors/profiles/nq57-daklak.yaml",
                                             "tests/fixtures/profiles/third.yaml" };
        const char *source = getenv("NQ57_SOURCE");
        uint64_t digests[3];
        for (size_t i = 0; i < 3; i++) {
                FindingList found = { 0 };
                FindingSink sink = finding_list_sink(&found);
                Notices notices = { .sink = &sink };
                _cleanup_(document_freep) Document *d = NULL;
                _cleanup_(profile_freep) Profile *p = NULL;
                Err e = { 0 };
                assert_int_equal(load_file(source ? source : ".", files[i], LOAD_PROFILE, &notices, &d, &e), 0);
                assert_int_equal(profile_compile(d->root, &sink, &p, &e), 0);
                assert_int_equal(found.n, 0);
                assert_int_equal(profile_streams(p), 2);
                digests[i] = profile_digest(p);
                finding_list_free(&found);
        }
        assert_true(digests[0] != digests[1] && digests[1] != digests[2]);
}

static void test_digest(void **state) {
        FindingList found = { 0 };
        _cleanup_(document_freep) Document *d = NULL, *e = NULL;
        _cleanup_(profile_freep) Profile *p = NULL, *q = NULL;
        _cleanup_free_ char *changed = str_dup(str_of(sound));
        memcpy(strstr(changed, "Xong:"), "Xomg:", 5);
        assert_int_equal(compile(sound, &found, &d, &p), 0);
        assert_int_equal(compile(changed, &found, &e, &q), 0);
        assert_true(profile_digest(p) != profile_digest(q));
        finding_list_free(&found);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sound),
                cmocka_unit_test(test_mistakes),
                cmocka_unit_test(test_mistakes_of_requests),
                cmocka_unit_test(test_mistakes_of_changes),
                cmocka_unit_test(test_mistakes_of_slices_and_details),
                cmocka_unit_test(test_one_mistake_is_one_finding),
                cmocka_unit_test(test_shipped),
                cmocka_unit_test(test_digest),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
