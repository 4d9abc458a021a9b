/* SPDX-License-Identifier: MIT */
/* Any bytes as a configuration file and as a list of accounts: what loads has text without control characters, every
 * finding has a place and both languages, and what an import writes loads again. The first byte chooses the file. */
#include "config/import.h"
#include "config/load.h"
#include "config/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_finding(void *userdata, const Finding *f) {
        if (!f->code || !f->en || !f->vi || !f->origin.file || !utf8_valid(str_of(f->en)) || !utf8_valid(str_of(f->vi)))
                abort();
        if (f->origin.line < 1 || f->origin.column < 1)
                abort();
}

static void check_tree(const Tree *t, bool flat) {
        for (const Tree *c = t->child; c; c = c->next) {
                if ((t->kind == TREE_MAP) != (c->key != NULL) || c->origin.line < 1)
                        abort();
                check_tree(c, flat);
        }
        if (t->kind == TREE_SCALAR && (!t->text || !utf8_valid(str_of(t->text))))
                abort();
}

static void fuzz_load(Str text, LoadStyle style, ConfigFile file) {
        FindingSink sink = { .put = check_finding };
        Notices n = { .sink = &sink };
        _cleanup_(document_freep) Document *d = NULL;
        if (load_text(text, "f.yaml", style, &n, &d, NULL) != 0)
                return;
        check_tree(d->root, style == LOAD_FLAT);
        if (schema_check(file, d->root, &n) < 0)
                abort();
}

static void fuzz_import(Str csv) {
        static const char units[] = "units:\n  A1:\n    name: Xã A\n    kind: commune\n    portal: a  # x\n";
        FindingSink sink = { .put = check_finding };
        ImportOptions o = { .csv_name = "f.csv", .existing_name = "f.yaml", .side = SIDE_PORTAL };
        _cleanup_text_ Text yaml = TEXT_INIT(8 << 20), again = TEXT_INIT(8 << 20);
        ImportCounts counts;
        if (import_accounts(csv, STR(units), &o, &sink, &yaml, &counts, NULL) != 0)
                return;
        if (import_accounts(csv, text_str(&yaml), &o, &sink, &again, &counts, NULL) != 0 ||
            counts.added + counts.changed > 0)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        if (size == 0)
                return 0;
        Str rest = { (const char *) data + 1, size - 1 };
        switch (data[0]) {
        case 'C':
                fuzz_import(rest);
                break;
        case 'P':
                fuzz_load(rest, LOAD_PROFILE, CONFIG_MAIN);
                break;
        default:
                fuzz_load(rest, LOAD_FLAT, (ConfigFile) (data[0] % CONFIG_FILES));
        }
        return 0;
}
