/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/ctl.h"

#include "config/load.h"
#include "daemon/clock.h"
#include "daemon/ctl/judge.h"
#include "daemon/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

void ctl_say(const char *format, ...) {
        char line[2048];
        _cleanup_text_ Text safe = TEXT_INIT(4 * sizeof line);
        va_list ap;

        va_start(ap, format);
        vsnprintf(line, sizeof line, format, ap);
        va_end(ap);
        fprintf(stderr, "nq57ctl: %s\n", text_escape(&safe, str_of(line)) == 0 && safe.at ? safe.at : "");
}

/* Every number of a Vietnamese document has a `/`. */
int ctl_no_record(const char *key) {
        const char *kind = strchr(key, '/'), *code = kind ? strchr(kind + 1, '/') : NULL;

        ctl_say("no record `%s`: nq57ctl list tasks (or indicators) --search TEXT finds keys%s", key,
                code && strchr(code + 1, '/') ? "; a `/` inside a code is written %2F" : "");
        return CTL_NO_OBJECT;
}

int ctl_fail(const Err *e) {
        ctl_say("%s", e->text[0] ? e->text : "failed");
        return e->code == -EACCES || e->code == -EPERM ? CTL_DENIED : CTL_TROUBLE;
}

int ctl_end(Ctl *c, int status) {
        if (out_end(&c->out) == 0)
                return status;
        ctl_say("the output could not be written");
        return CTL_TROUBLE;
}

/* Enough of a configuration that does not load to find the store: one key of one file. */
static bool open_state_of_file(const char *config_dir, char *ret, size_t size) {
        Notices silent = { 0 };
        Document *d = NULL;
        const Tree *state = NULL;
        Err e = { 0 };

        if (load_file(config_dir, "nq57d.yaml", LOAD_FLAT, &silent, &d, &e) == 0)
                state = tree_get(tree_get(d->root, "paths"), "state");
        if (state && state->kind == TREE_SCALAR && state->text[0])
                snprintf(ret, size, "%s", state->text);
        else
                state = NULL;
        document_free(d);
        return state != NULL;
}

static void open_state_dir(Ctl *c) {
        const char *environment = getenv("STATE_DIRECTORY");

        if (c->args->state_dir)
                snprintf(c->state_dir, sizeof c->state_dir, "%s", c->args->state_dir);
        else if (c->settings)
                snprintf(c->state_dir, sizeof c->state_dir, "%s", c->settings->state_dir);
        else if (!open_state_of_file(c->args->config_dir, c->state_dir, sizeof c->state_dir))
                snprintf(c->state_dir, sizeof c->state_dir, "%s", environment ? environment : "/var/lib/nq57d");
}

static void open_faults(const Ctl *c, const FindingList *found, bool all) {
        size_t errors = 0;

        for (size_t i = 0; i < found->n && (all || errors == 0); i++) {
                _cleanup_text_ Text line = TEXT_INIT(4096);

                if (found->at[i].severity != SEVERITY_ERROR || finding_format(&found->at[i], c->vi, &line) < 0)
                        continue;
                errors++;
                ctl_say("%s", line.at);
        }
        ctl_say("the configuration in %s is wrong (%zu fault%s): nq57d --config %s --check", c->args->config_dir,
                found->errors, PLURAL(found->errors), c->args->config_dir);
}

static int open_settings(Ctl *c, unsigned needs) {
        FindingList found = { 0 };
        FindingSink sink = finding_list_sink(&found);
        Err e = { 0 };
        int r = settings_load(c->args->config_dir, when_date(c->now), &sink, &c->settings, &e);

        merge_policy_default(&c->policy);
        if (r == 0) {
                c->policy = c->settings->merge;
        } else {
                c->settings = NULL;
                c->faults = found.errors > 0 ? (int) found.errors : 1;
                if (r < 0)
                        ctl_say("%s", e.text);
                else
                        open_faults(c, &found, needs & NEED_SETTINGS);
        }
        finding_list_free(&found);
        if (r == 0 || !(needs & NEED_SETTINGS))
                return 0;
        return e.code == -EACCES || e.code == -EPERM ? CTL_DENIED : CTL_CONFIG;
}

/* The store's lock says which process has it. The lock itself is never tried:
 * the moment of trying could refuse a daemon that starts. */
static bool open_running(const char *lock) {
        _cleanup_close_ int fd = open(lock, O_RDONLY | O_CLOEXEC);
        _cleanup_close_ int comm = -1;
        char text[24] = "", path[64], name[32] = "";
        int pid;

        if (fd < 0 || read(fd, text, sizeof text - 1) <= 0 ||
            text_to_int(str_trim(str_of(text)), 1, INT32_MAX, &pid) < 0)
                return false;
        snprintf(path, sizeof path, "/proc/%d/comm", pid);
        comm = open(path, O_RDONLY | O_CLOEXEC);
        if (comm < 0)
                return kill(pid, 0) == 0 || errno == EPERM;
        return read(comm, name, sizeof name - 1) > 0 && strcmp(name, "nq57d\n") == 0;
}

/* Whether an authority decides depends on which source is blind. */
static int open_fresh(Ctl *c, Err *e) {
        _cleanup_coverage_ Coverage coverage = { 0 };
        bool fresh[SIDE_COUNT] = { true, true };
        int r = coverage_read(c->store, c->settings, &coverage, e);

        if (r < 0)
                return r;
        for (int side = 0; side < SIDE_COUNT; side++)
                fresh[side] = !coverage_source_blind(&coverage, side, ctl_known(c));
        store_set_fresh(c->store, fresh);
        return 0;
}

static int open_store(Ctl *c, unsigned needs) {
        char path[4200], lock[4300];
        Err e = { 0 };
        int r;

        snprintf(path, sizeof path, "%s/nq57.db", c->state_dir);
        snprintf(lock, sizeof lock, "%s.lock", path);
        c->running = open_running(lock);
        if (access(path, R_OK) < 0 && errno == EACCES) {
                ctl_say("no permission to read %s (the group of the service may)", path);
                return CTL_DENIED;
        }
        r = store_open(path, STORE_READ, &c->clock, &c->store, &e);
        if (r == STORE_E_ABSENT && !(needs & NEED_STORE))
                return 0;
        if (r == STORE_E_ABSENT) {
                ctl_say("there is no store in %s: nq57d has not run yet", c->state_dir);
                return CTL_NO_OBJECT;
        }
        if (r == 0)
                r = store_last_tick(c->store, &c->tick, &e);
        if (r == 0 && c->settings)
                r = open_fresh(c, &e);
        return r == 0 ? 0 : ctl_fail(&e);
}

static void open_tell_down(const Ctl *c) {
        char text[WHEN_TEXT];

        if (c->running || !c->store)
                return;
        ctl_say(c->vi ? "nq57d không chạy; dưới đây là trạng thái lúc %s"
                      : "nq57d is not running; shown is the state of %s",
                words_when(c->tick, c->vi, text));
}

static int open_clock(Ctl *c) {
        clock_system(&c->clock);
#ifdef NQ57_TEST_BUILD
        Err e = { 0 };

        if (c->args->clock_path && clock_file(c->args->clock_path, &c->clock, &e) < 0)
                return ctl_fail(&e);
#endif
        c->now = clock_wall(&c->clock);
        return 0;
}

int ctl_open(Ctl *c, const CtlArgs *args, unsigned needs) {
        int r;

        *c = (Ctl) { .args = args, .tick = INSTANT_NONE, .vi = words_vi(args->lang) };
        r = open_clock(c);
        if (r != 0 || (needs & NEED_NOTHING))
                return r;
        r = open_settings(c, needs);
        if (r != 0)
                return r;
        open_state_dir(c);
        r = open_store(c, needs);
        if (r == 0 && !(needs & NEED_QUIET_DAEMON))
                open_tell_down(c);
        return r;
}

void ctl_close(Ctl *c) {
        c->store = store_close(c->store);
        c->settings = settings_unref(c->settings);
        clock_end(&c->clock);
}

/* ---- units and searching ---- */

bool ctl_matches(Str text, const char *needle) {
        _cleanup_arena_ Arena a = { 0 };
        Str haystack, wanted;

        if (text_fold_loose(&a, text, &haystack) < 0 || text_fold_loose(&a, str_of(needle), &wanted) < 0)
                return false;
        return wanted.len == 0 || (haystack.len > 0 && memmem(haystack.at, haystack.len, wanted.at, wanted.len));
}

static const Unit *unit_loosely(const UnitTable *t, const char *text) {
        const Unit *found = NULL;

        for (size_t i = 0; i < t->n_units; i++)
                if (ctl_matches(str_of(t->units[i].name), text)) {
                        if (found)
                                return NULL;
                        found = &t->units[i];
                }
        return found;
}

const Unit *ctl_unit(const Ctl *c, const char *text) {
        const UnitTable *t = c->settings ? c->settings->units : NULL;
        const Unit *u = t ? unit_by_id(t, str_of(text)) : NULL, *near;

        if (t && !u)
                u = unit_by_name(t, str_of(text));
        if (t && !u)
                u = unit_loosely(t, text);
        if (u)
                return u;
        near = t ? unit_near(t, str_of(text)) : NULL;
        ctl_say("no unit `%s`%s%s%s%s", text, near ? "; did you mean " : "", near ? near->id : "", near ? " " : "",
                near ? near->name : "");
        return NULL;
}

const char *ctl_unit_name(const Ctl *c, Str id) {
        const Unit *u = c->settings ? unit_by_id(c->settings->units, id) : NULL;

        return u ? u->name : "";
}

int ctl_date(const char *text, Date *ret) {
        if (date_parse_iso(str_of(text), ret) == 0 || date_parse_vn(str_of(text), ret) == 0)
                return 0;
        ctl_say("`%s` is no date: 2026-06-20 or 20/6/2026", text);
        return CTL_USAGE;
}
