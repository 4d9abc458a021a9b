/* SPDX-License-Identifier: MIT */
/* The effective configuration as YAML, and the reference page: both walk the table of keys. */
#include "config/build.h"
#include "config/emit.h"
#include "config/import-list.h"

static void add_line(Text *t, int indent, const char *key, Str value) {
        text_addf(t, "%*s%s: ", indent, "", key);
        emit_scalar(t, value);
        text_addc(t, '\n');
}

/* The keys below one map, in the order of the table: as typed, else the default. */
static void add_keys(Text *t, const Tree *map, const char *prefix, int indent) {
        size_t len = strlen(prefix);
        for (size_t i = 0; i < key_count; i++) {
                const Key *k = &key_table[i];
                if (k->file != CONFIG_MAIN || strncmp(k->path, prefix, len) != 0 || strchr(k->path + len, '.') ||
                    k->path[len] == '*')
                        continue;
                KeyValue v = schema_value(CONFIG_MAIN, map, k->path);
                if (v.whole)
                        add_line(t, indent, k->path + len, str_of(v.whole));
        }
}

static void add_named(Text *t, const Tree *section, const char *prefix) {
        for (const Tree *named = section ? section->child : NULL; named; named = named->next) {
                text_addf(t, "  %s:\n", named->key);
                add_keys(t, named, prefix, 4);
        }
}

int settings_print(const Settings *s, Text *t) {
        const Tree *root = s->private_->document[CONFIG_MAIN]->root, *fields = tree_get(root, "fields");
        text_addf(t, "# nq57d.yaml as it is in effect, defaults written out; read from %s\n", s->directory);
        text_addf(t, "# accounts.yaml: %zu units; links.yaml: %zu links; calendar-vn.yaml: %zu days, %d to %d\n",
                  s->units->n_units, s->links->n_links, s->calendar.n_days, s->calendar.first_year,
                  s->calendar.last_year);
        add_line(t, 0, "province", str_of(s->province));
        text_add(t, STR("sources:\n"));
        add_named(t, tree_get(root, "sources"), "sources.*.");
        text_add(t, STR("deadlines:\n"));
        add_named(t, tree_get(root, "deadlines"), "deadlines.*.");
        text_add(t, STR("mail:\n"));
        add_keys(t, tree_get(root, "mail"), "mail.", 2);
        text_add(t, STR("guards:\n"));
        add_keys(t, tree_get(root, "guards"), "guards.", 2);
        text_add(t, STR("fields:\n"));
        for (const Tree *f = fields ? fields->child : NULL; f; f = f->next)
                add_line(t, 2, f->key, str_of(f->text));
        text_add(t, STR("paths:\n"));
        add_line(t, 2, "state", str_of(s->state_dir));
        if (s->secrets_dir)
                add_line(t, 2, "secrets", str_of(s->secrets_dir));
        return t->failed;
}

static void add_cell(Text *t, Str s) {
        for (size_t i = 0; i < s.len; i++) {
                if (s.at[i] == '|')
                        text_addc(t, '\\');
                text_addc(t, s.at[i]);
        }
}

static void add_both(Text *t, const char *en, const char *vi) {
        add_cell(t, str_of(en));
        text_add(t, STR("<br>"));
        add_cell(t, str_of(vi));
}

static void reference_keys(Text *t, ConfigFile file) {
        text_add(t, STR("| Key | Value | Default | Meaning |\n|---|---|---|---|\n"));
        for (size_t i = 0; i < key_count; i++) {
                const Key *k = &key_table[i];
                if (k->file != file)
                        continue;
                text_addf(t, "| `%s` | ", k->path);
                key_expected(k, false, t);
                text_add(t, STR(" | "));
                if (k->required)
                        text_add(t, STR("required"));
                else if (k->fallback && k->fallback[0])
                        text_addf(t, "`%s`", k->fallback);
                text_add(t, STR(" | "));
                add_both(t, k->en, k->vi);
                text_add(t, STR(" |\n"));
        }
}

static void reference_file(Text *t, ConfigFile file) {
        text_addf(t, "\n## %s\n\n| Section | Meaning |\n|---|---|\n", config_files[file]);
        for (size_t i = 0; i < key_section_count; i++) {
                const KeySection *s = &key_sections[i];
                if (s->file != file)
                        continue;
                text_addf(t, "| `%s`%s | ", s->path, s->required ? " (required)" : "");
                add_both(t, s->en, s->vi);
                text_add(t, STR(" |\n"));
        }
        text_addc(t, '\n');
        reference_keys(t, file);
}

static void reference_messages(Text *t) {
        static const char *const severities[] = { "note", "warning", "error" };
        text_add(t, STR("\n## What can be wrong\n\n| Code | Kind | Message |\n|---|---|---|\n"));
        for (int i = 0; i < NOTICE_COUNT; i++) {
                text_addf(t, "| `%s` | %s | ", notice_code((NoticeId) i), severities[notice_severity((NoticeId) i)]);
                add_both(t, notice_text((NoticeId) i, false), notice_text((NoticeId) i, true));
                text_add(t, STR(" |\n"));
        }
}

int settings_reference(Text *t) {
        text_add(t, STR("# Configuration\n\n"
                        "Generated from the table of keys (`config/keys.c`) and the table of messages "
                        "(`config/notices.h`); do "
                        "not edit.\n\n"
                        "Four YAML files stand in one folder. They are flat: a section, a name in it, and one line a "
                        "key, "
                        "indented with spaces. There are\n"
                        "no lists, braces or quotes to write; a value that begins with a special character, or holds "
                        "`: ` or ` "
                        "#`, goes in double quotes.\n"
                        "A comment takes two spaces before its `#`. Every value is read as the text that was typed. "
                        "`nq57d "
                        "--config DIR --check` names\n"
                        "every fault with file:line:column; the daemon keeps its old configuration while the new one "
                        "has "
                        "faults.\n\n"
                        "In the keys below `*` is a name that the file gives, and `-N` a number from 2 to 9.\n\n"
                        "Passwords never stand in YAML. Each source has a file `ID.secrets`, one line "
                        "`account<TAB>password` "
                        "each, in\n"
                        "`$CREDENTIALS_DIRECTORY` (systemd's LoadCredential=) or in `paths.secrets`; nobody but its "
                        "owner may "
                        "read it (mode 0600).\n\n"
                        "How a unit is read on a system: an account's name; `supervised`, through the supervising "
                        "account of "
                        "the source; `parent`, with the\n"
                        "account of the unit above; `none (reason)`, not at all: it is then unknown there. Each unit "
                        "says one "
                        "of these for every configured\n"
                        "source. Two kinds may leave it out: a sub-unit, which then has its parent's, and a province, "
                        "which "
                        "reports nothing itself.\n"));
        for (int i = 0; i < CONFIG_FILES; i++)
                reference_file(t, (ConfigFile) i);
        text_add(t, STR("\n## Lists of accounts\n\n"
                        "`nq57ctl accounts import FILE.csv` writes `accounts.yaml` from a list as an office keeps it: "
                        "UTF-8, cells between `,`, `;` or tabs;\n"
                        "the first row names the columns, in any order, with or without diacritics. Needed are a code "
                        "or a name, and an account. A unit\n"
                        "that stands in the file keeps its name, its people and comments; a seat of which nothing is "
                        "said there yet is filled. `--dry-run` prints\n"
                        "the whole new file. When any row is wrong nothing is written.\n\n"));
        import_list_reference(t);
        reference_messages(t);
        return t->failed;
}
