/* SPDX-License-Identifier: MIT */
#include "daemon/app.h"
#include "daemon/clock.h"
#include "daemon/paths.h"
#include "daemon/report.h"
#include "nq57-build.h"
#include "state/model/kill.h"

#include "config/settings.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>

typedef enum Mode { MODE_RUN, MODE_CHECK, MODE_PRINT, MODE_REFERENCE, MODE_KILL_POINTS } Mode;

static void usage(FILE *to) {
        fputs("nq57d [--config DIR] [--once] [--lang en|vi]\n"
              "nq57d [--config DIR] --check | --print-config\n"
              "\n"
              "  --config DIR     configuration directory (default $CONFIGURATION_DIRECTORY or " NQ57_CONFIG_DIR ")\n"
              "  --once           one cycle: poll, reconcile, plan, deliver; 0 all well, 1 trouble (nq57ctl status)\n"
              "  --record DIR     with --once: keep what goes over the wire in a new folder, secrets taken out\n"
              "  --replay DIR     with --once: answer from such a folder, without a network, at its time\n"
              "  --state DIR      needed by both: a state directory of their own; no mail leaves\n"
              "  --check          load the configuration, say every fault; 0 fine, 78 wrong\n"
              "  --print-config   the effective configuration as YAML\n"
              "  --reference      every key of the configuration, as Markdown\n"
              "  --lang en|vi     language of findings\n"
#ifdef NQ57_TEST_BUILD
              "  --clock FILE     (test build) time is what this file says\n"
              "  --kill-points    (test build) names for NQ57_KILL_AT\n"
#endif
              "  --version, --help\n"
              "\n"
              "Signals: SIGHUP reload, SIGUSR1 poll now, SIGTERM stop. See nq57d(8).\n", to);
}

static int print_text(int (*fill)(const Settings *s, Text *t), const Settings *s) {
        _cleanup_text_ Text t = TEXT_INIT(4 << 20);

        if (fill(s, &t) < 0)
                return APP_TROUBLE;
        fwrite(t.at, 1, t.len, stdout);
        return APP_OK;
}

static int fill_reference(const Settings *s, Text *t) {
        (void) s;
        return settings_reference(t);
}

/* For a person at a terminal: the line alone, in one language, and how many there were. */
typedef struct CheckSink {
        bool vi;
        int errors;
} CheckSink;

static void check_finding(void *userdata, const Finding *f) {
        static const char *const words[][2] = { { "note", "ghi chú" }, { "warning", "cảnh báo" }, { "error", "lỗi" } };
        CheckSink *sink = userdata;
        _cleanup_text_ Text line = TEXT_INIT(8192), safe = TEXT_INIT(4 * 8192);

        sink->errors += f->severity == SEVERITY_ERROR;
        if (finding_format(f, sink->vi, &line) == 0 && text_escape(&safe, text_str(&line)) == 0)
                fprintf(stderr, "nq57d: %s: %s\n", words[f->severity][sink->vi], safe.at);
}

static int check(const AppOptions *o, bool print) {
        CheckSink seen = { .vi = o->vi };
        FindingSink sink = { .put = check_finding, .userdata = &seen };
        _cleanup_(settings_unrefp) Settings *s = NULL;
        _cleanup_clock_ Clock clock = { 0 };
        int (*load)(const char *, Date, FindingSink *, Settings **, Err *) = print ? settings_load : settings_check;
        Err e = { 0 };
        int r = 0;

        clock_system(&clock);
#ifdef NQ57_TEST_BUILD
        if (o->clock_path)
                r = clock_file(o->clock_path, &clock, &e);
#endif
        if (r >= 0)
                r = load(o->config_dir, when_date(clock_wall(&clock)), &sink, &s, &e);
        if (r < 0)
                report_err(LOG_ERR, &e, "configuration");
        if (r > 0)
                fprintf(stderr, o->vi ? "nq57d: %s: %d lỗi, chưa dùng được\n" : "nq57d: %s: %d fault%s, not usable\n",
                        o->config_dir, seen.errors, PLURAL(seen.errors));
        if (r != 0)
                return APP_CONFIG;
        if (print)
                return print_text(settings_print, s);
        if (o->vi)
                printf("%s: %zu đơn vị, %zu nguồn, %zu hạn: đúng\n", o->config_dir, s->units->n_units, s->n_sources,
                       s->n_deadlines);
        else
                printf("%s: %zu unit%s, %zu source%s, %zu deadline%s: fine\n", o->config_dir, s->units->n_units,
                       PLURAL(s->units->n_units), s->n_sources, PLURAL(s->n_sources), s->n_deadlines,
                       PLURAL(s->n_deadlines));
        return APP_OK;
}

static int print_kill_points(void) {
#ifdef NQ57_TEST_BUILD
        for (const char *const *name = kill_points; *name; name++)
                puts(*name);
#endif
        return APP_OK;
}

static int run(const AppOptions *o) {
        _cleanup_(app_freep) App *app = NULL;
        Err e = { 0 };
        int status;

        if (app_new(o, &app, &status, &e) < 0) {
                report_err(LOG_ERR, &e, "cannot start");
                report_notify("STATUS=%s\nERRNO=%d", e.text, -e.code);
                return status;
        }
        return app_run(app);
}

/* Blocked before any thread starts, so that only the loop sees them; a secret must not reach a core file. */
static void prepare_process(void) {
        sigset_t set;

        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGHUP);
        sigaddset(&set, SIGUSR1);
        sigaddset(&set, SIGCHLD);
        sigprocmask(SIG_BLOCK, &set, NULL);
        signal(SIGPIPE, SIG_IGN);
        (void) prctl(PR_SET_DUMPABLE, 0);
}

enum { OPTION_ONCE = 256, OPTION_CHECK, OPTION_PRINT, OPTION_REFERENCE, OPTION_LANG, OPTION_CLOCK, OPTION_KILL_POINTS,
       OPTION_RECORD, OPTION_REPLAY, OPTION_STATE };

/* What belongs together. */
static int parse_tape(const AppOptions *o) {
        bool tape = o->record_dir || o->replay_dir;

        if (o->record_dir && o->replay_dir)
                fputs("nq57d: either --record or --replay\n", stderr);
        else if (tape && (!o->once || !o->state_dir))
                fputs("nq57d: --record and --replay need --once and --state DIR\n", stderr);
        else if (o->state_dir && !tape)
                fputs("nq57d: --state goes with --record or --replay; else paths.state in nq57d.yaml\n", stderr);
        else if (o->replay_dir && o->clock_path)
                fputs("nq57d: a replay has its own clock\n", stderr);
        else
                return 0;
        return -1;
}

static int parse(int argc, char **argv, AppOptions *o, Mode *mode) {
        static const struct option options[] = {
                { "config", required_argument, NULL, 'c' },
                { "once", no_argument, NULL, OPTION_ONCE },
                { "record", required_argument, NULL, OPTION_RECORD },
                { "replay", required_argument, NULL, OPTION_REPLAY },
                { "state", required_argument, NULL, OPTION_STATE },
                { "check", no_argument, NULL, OPTION_CHECK },
                { "print-config", no_argument, NULL, OPTION_PRINT },
                { "reference", no_argument, NULL, OPTION_REFERENCE },
                { "lang", required_argument, NULL, OPTION_LANG },
#ifdef NQ57_TEST_BUILD
                { "clock", required_argument, NULL, OPTION_CLOCK },
                { "kill-points", no_argument, NULL, OPTION_KILL_POINTS },
#endif
                { "version", no_argument, NULL, 'V' },
                { "help", no_argument, NULL, 'h' },
                { 0 },
        };
        int c;

        while ((c = getopt_long(argc, argv, "c:hV", options, NULL)) >= 0)
                switch (c) {
                case 'c': o->config_dir = optarg; break;
                case OPTION_ONCE: o->once = true; break;
                case OPTION_RECORD: o->record_dir = optarg; break;
                case OPTION_REPLAY: o->replay_dir = optarg; break;
                case OPTION_STATE: o->state_dir = optarg; break;
                case OPTION_CHECK: *mode = MODE_CHECK; break;
                case OPTION_PRINT: *mode = MODE_PRINT; break;
                case OPTION_REFERENCE: *mode = MODE_REFERENCE; break;
                case OPTION_LANG: o->vi = strcmp(optarg, "vi") == 0; break;
                case OPTION_CLOCK: o->clock_path = optarg; break;
                case OPTION_KILL_POINTS: *mode = MODE_KILL_POINTS; break;
                case 'V': puts("nq57d " NQ57_VERSION); return 1;
                case 'h': usage(stdout); return 1;
                default: usage(stderr); return -1;
                }
        if (optind < argc) {
                fprintf(stderr, "nq57d: unexpected argument `%s`\n", argv[optind]);
                return -1;
        }
        return parse_tape(o);
}

int main(int argc, char **argv) {
        AppOptions o = { .config_dir = paths_config() };
        Mode mode = MODE_RUN;
        int r = parse(argc, argv, &o, &mode);

        if (r != 0)
                return r < 0 ? APP_USAGE : APP_OK;
        prepare_process();
        if (paths_profiles() < 0)
                return APP_TROUBLE;
        switch (mode) {
        case MODE_CHECK: return check(&o, false);
        case MODE_PRINT: return check(&o, true);
        case MODE_REFERENCE: return print_text(fill_reference, NULL);
        case MODE_KILL_POINTS: return print_kill_points();
        default: return run(&o);
        }
}
