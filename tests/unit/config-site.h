/* SPDX-License-Identifier: MIT */
/* A configuration folder for one test: a copy of the shipped one, changed as the test says, and its findings. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/load.h"
#include "config/settings.h"
#include "tests/unit/scratch.h"

static const char *const site_files[] = { "nq57d.yaml", "accounts.yaml", "links.yaml", "calendar-vn.yaml" };
enum { SITE_FILES = 4 };

typedef struct Site {
        char folder[64];
        char *text[SITE_FILES]; /* the shipped texts */
        FindingList findings;
        Settings *settings;
        Err err;
} Site;

static char *site_source(const char *path) {
        const char *root = getenv("NQ57_SOURCE");
        assert_non_null(root);
        Text whole = TEXT_INIT(4096), bytes = { 0 };
        assert_int_equal(text_addf(&whole, "%s/%s", root, path), 0);
        assert_int_equal(load_bytes(whole.at, 16 << 20, &bytes, NULL), 0);
        text_free(&whole);
        return text_take(&bytes);
}

static void site_write(const Site *s, const char *name, Str text) {
        char path[200];
        (void) snprintf(path, sizeof path, "%s/%s", s->folder, name);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        assert_int_equal(fwrite(text.at, 1, text.len, f), text.len);
        assert_int_equal(fclose(f), 0);
}

static void site_open(Site *s) {
        *s = (Site) { .folder = "/tmp/nq57-config-XXXXXX" };
        scratch_make(s->folder);
        for (int i = 0; i < SITE_FILES; i++) {
                char path[100];
                (void) snprintf(path, sizeof path, "config/%s", site_files[i]);
                s->text[i] = site_source(path);
                site_write(s, site_files[i], str_of(s->text[i]));
        }
        Text profiles = TEXT_INIT(4096);
        assert_int_equal(text_addf(&profiles, "%s/connectors/profiles", getenv("NQ57_SOURCE")), 0);
        assert_int_equal(setenv("NQ57_PROFILE_DIR", profiles.at, 1), 0);
        text_free(&profiles);
        unsetenv("STATE_DIRECTORY");
        unsetenv("CREDENTIALS_DIRECTORY");
}

static void site_forget(Site *s) {
        s->settings = settings_unref(s->settings);
        finding_list_free(&s->findings);
        err_clear(&s->err);
}

static void site_close(Site *s) {
        site_forget(s);
        for (int i = 0; i < SITE_FILES; i++)
                free(s->text[i]);
        scratch_remove(s->folder);
}

/* The whole of one file, restored to what is shipped when `text` is NULL. */
static void site_file(Site *s, const char *name, const char *text) {
        for (int i = 0; i < SITE_FILES; i++)
                if (strcmp(site_files[i], name) == 0) {
                        site_write(s, name, str_of(text ? text : s->text[i]));
                        return;
                }
        fail_msg("no file %s", name);
}

static const char *site_text(const Site *s, const char *name) {
        for (int i = 0; i < SITE_FILES; i++)
                if (strcmp(site_files[i], name) == 0)
                        return s->text[i];
        fail_msg("no file %s", name);
        return "";
}

/* Replaces the first `from` of a shipped file; returns the line it begins on, from 1. */
static int site_edit(Site *s, const char *name, Str from, Str to) {
        const char *text = site_text(s, name);
        const char *at = memmem(text, strlen(text), from.at, from.len);
        if (!at) {
                fail_msg("%s does not hold: " STR_FMT, name, STR_ARG(from));
                return 0;
        }
        Text out = TEXT_INIT(16 << 20);
        text_add(&out, (Str) { text, (size_t) (at - text) });
        text_add(&out, to);
        text_add(&out, str_of(at + from.len));
        assert_int_equal(out.failed, 0);
        site_write(s, name, text_str(&out));
        text_free(&out);
        int line = 1;
        for (const char *c = text; c < at; c++)
                line += *c == '\n';
        return line;
}

static int site_load(Site *s, int year, int month, int day) {
        Date today;
        assert_true(date_from_ymd(year, month, day, &today));
        site_forget(s);
        FindingSink sink = finding_list_sink(&s->findings);
        return settings_load(s->folder, today, &sink, &s->settings, &s->err);
}

static const Finding *site_first_error(const Site *s) {
        for (size_t i = 0; i < s->findings.n; i++)
                if (s->findings.at[i].severity == SEVERITY_ERROR)
                        return &s->findings.at[i];
        return NULL;
}
