/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/verbs.h"

#include "config/import.h"
#include "config/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define ACCOUNTS_BYTES (4u << 20)

/* Written aside, synced and renamed: a power cut leaves the old file or the new one. */
static int accounts_write(const char *path, Str yaml, Err *e) {
        _cleanup_text_ Text temp = TEXT_INIT(8192);
        _cleanup_close_ int fd = -1;
        struct stat st;
        size_t done = 0;

        if (text_addf(&temp, "%s.new", path) < 0)
                return err_oom(e);
        fd = open(temp.at, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd < 0)
                return err_set(e, -errno, RETRY_NEVER, "cannot write %s", temp.at);
        if (stat(path, &st) == 0 && fchmod(fd, st.st_mode & 0777) < 0)
                return err_set(e, -errno, RETRY_NEVER, "cannot set the mode of %s", temp.at);
        while (done < yaml.len) {
                ssize_t n = write(fd, yaml.at + done, yaml.len - done);

                if (n <= 0)
                        return err_set(e, -EIO, RETRY_NEVER, "cannot write %s", temp.at);
                done += (size_t) n;
        }
        if (fsync(fd) < 0 || rename(temp.at, path) < 0)
                return err_set(e, -errno, RETRY_NEVER, "cannot write %s", path);
        return 0;
}

static int accounts_read(const char *path, const char *csv, Text *existing, Text *rows, Err *e) {
        int r = load_bytes(path, ACCOUNTS_BYTES, existing, e);

        if (r < 0)
                return r;
        r = load_bytes(csv, ACCOUNTS_BYTES, rows, e);
        return r == LOAD_E_NONE ? err_set(e, -ENOENT, RETRY_NEVER, "no file %s", csv) : r;
}

/* Whose a column is that only says `account`: the one system's there is. */
static Side accounts_side(const char *directory) {
        Notices quiet = { 0 };
        _cleanup_(document_freep) Document *d = NULL;
        const Tree *sources, *role = NULL;

        if (load_file(directory, "nq57d.yaml", LOAD_FLAT, &quiet, &d, NULL) != 0)
                return SIDE_COUNT;
        sources = tree_get(d->root, "sources");
        if (tree_count(sources) == 1)
                role = tree_get(sources->child, "role");
        for (int side = 0; side < SIDE_COUNT; side++)
                if (role && role->text && strcmp(role->text, side_names[side]) == 0)
                        return (Side) side;
        return SIDE_COUNT;
}

static void accounts_findings(const Ctl *c, const FindingList *found) {
        for (size_t i = 0; i < found->n; i++) {
                _cleanup_text_ Text line = TEXT_INIT(4096);

                if (finding_format(&found->at[i], c->vi, &line) == 0)
                        ctl_say("%s", line.at);
        }
}

static int accounts_finish(const Ctl *c, const char *path, const Text *yaml, const ImportCounts *n) {
        Err e = { 0 };

        if (c->vi)
                ctl_say("%zu dòng: thêm %zu, đổi %zu, giữ nguyên %zu", n->rows, n->added, n->changed, n->same);
        else
                ctl_say("%zu row%s: %zu unit%s added, %zu changed, %zu as before", n->rows, PLURAL(n->rows), n->added,
                        PLURAL(n->added), n->changed, n->same);
        if (c->args->given & OPTION_DRY_RUN) {
                fwrite(yaml->at, 1, yaml->len, stdout);
                return CTL_OK;
        }
        if (n->added + n->changed == 0)
                return CTL_NOTHING;
        if (accounts_write(path, text_str(yaml), &e) < 0)
                return ctl_fail(&e);
        ctl_say(c->vi ? "đã ghi %s; kiểm tra: nq57d --config %s --check"
                      : "wrote %s; check it: nq57d --config %s --check",
                path, c->args->config_dir);
        return CTL_OK;
}

int verb_accounts(Ctl *c) {
        const char *csv = c->args->word[1];
        _cleanup_text_ Text path = TEXT_INIT(4096), existing = TEXT_INIT(ACCOUNTS_BYTES),
                            rows = TEXT_INIT(ACCOUNTS_BYTES), yaml = TEXT_INIT(ACCOUNTS_BYTES);
        FindingList found = { 0 };
        FindingSink sink = finding_list_sink(&found);
        ImportOptions o = { .csv_name = csv, .side = accounts_side(c->args->config_dir) };
        ImportCounts counts = { 0 };
        Err e = { 0 };
        int r;

        if (strcmp(c->args->word[0], "import") != 0) {
                ctl_say("usage: nq57ctl accounts import FILE.csv");
                return CTL_USAGE;
        }
        if (c->args->into)
                text_addf(&path, "%s", c->args->into);
        else
                text_addf(&path, "%s/accounts.yaml", c->args->config_dir);
        r = path.failed ? err_oom(&e) : accounts_read(path.at, csv, &existing, &rows, &e);
        o.existing_name = path.at;
        if (r >= 0)
                r = import_accounts(text_str(&rows), text_str(&existing), &o, &sink, &yaml, &counts, &e);
        accounts_findings(c, &found);
        finding_list_free(&found);
        if (r == IMPORT_E_INVALID)
                ctl_say(c->vi ? "không ghi gì" : "nothing was written");
        if (r == -ENOENT) {
                ctl_say("%s", e.text);
                return CTL_NO_OBJECT;
        }
        if (r != 0)
                return r < 0 ? ctl_fail(&e) : CTL_TROUBLE;
        return accounts_finish(c, path.at, &yaml, &counts);
}
