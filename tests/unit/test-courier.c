/* SPDX-License-Identifier: MIT */
/* Real children on a real loop: what becomes of a delivery whatever its program does. */
#include "daemon/courier.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct Bench {
        char folder[64];
        sd_event *loop;
        Courier *courier;
        int serial;
        int calls; /* of done */
        Verdict verdict;
} Bench;

static double now_seconds(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at) {
        (void) st, (void) type, (void) at;
        return remove(path);
}

static int setup(void **state) {
        Bench *b = calloc(1, sizeof(*b));
        Err e = { 0 };

        assert_non_null(b);
        (void) snprintf(b->folder, sizeof(b->folder), "/tmp/test-courier-XXXXXX");
        assert_non_null(mkdtemp(b->folder));
        assert_true(sd_event_new(&b->loop) >= 0);
        assert_int_equal(courier_new(b->loop, &b->courier, &e), 0);
        *state = b;
        return 0;
}

static int teardown(void **state) {
        Bench *b = *state;

        b->courier = courier_free(b->courier);
        sd_event_unref(b->loop);
        (void) nftw(b->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
        free(b);
        return 0;
}

static void on_done(void *userdata, const Verdict *v) {
        Bench *b = userdata;

        b->calls++;
        b->verdict = *v;
}

static const char *in_folder(const Bench *b, const char *name, char buf[static 128]) {
        (void) snprintf(buf, 128, "%s/%s", b->folder, name);
        return buf;
}

static void write_script(const Bench *b, const char *body, char path[static 128]) {
        FILE *file = fopen(in_folder(b, "program", path), "w");

        assert_non_null(file);
        (void) fprintf(file, "#!/bin/sh\ncd '%s'\n%s\n", b->folder, body);
        assert_int_equal(fchmod(fileno(file), 0700), 0);
        (void) fclose(file);
}

static int run_program(Bench *b, const char *program, int seconds, Err *e) {
        static const char *const env[] = { "NQ57_SMTP_URL", "smtp://127.0.0.1:25", "NQ57_EMPTY", "", NULL };
        CourierChannel channel = { .name = "mail", .program = program, .credentials = b->folder, .env = env,
                                   .timeout_seconds = seconds };
        char attempt[128], name[32];
        CourierJob job = { .channel = &channel, .input = STR("Subject: x\r\n\r\nbody\r\n"),
                           .message_id = "1@example.vn", .from = "nq57@example.vn", .to = "a@xa.example.vn" };

        (void) snprintf(name, sizeof(name), "attempt-%d", b->serial++);
        job.attempt_path = in_folder(b, name, attempt);
        return courier_run(b->courier, &job, on_done, b, e);
}

static int start(Bench *b, const char *body, int seconds) {
        char program[128];
        Err e = { 0 };
        int r;

        write_script(b, body, program);
        r = run_program(b, program, seconds, &e);
        if (r < 0)
                fail_msg("%s", e.text);
        return b->serial - 1;
}

static void run_loop(Bench *b, int calls, double seconds) {
        double end = now_seconds() + seconds;

        while (b->calls < calls && now_seconds() < end)
                assert_true(sd_event_run(b->loop, 50000) >= 0);
        assert_int_equal(b->calls, calls);
}

static const Verdict *deliver(Bench *b, const char *body) {
        int calls = b->calls;

        (void) start(b, body, 20);
        run_loop(b, calls + 1, 15);
        assert_int_equal(courier_busy(b->courier), 0);
        return &b->verdict;
}

static void read_file(const Bench *b, const char *name, char *ret, size_t size) {
        char path[128];
        FILE *file = fopen(in_folder(b, name, path), "r");

        assert_non_null(file);
        ret[fread(ret, 1, size - 1, file)] = '\0';
        (void) fclose(file);
}

static void wait_for_file(Bench *b, const char *name) {
        char path[128];
        double end = now_seconds() + 10;

        while (access(in_folder(b, name, path), F_OK) < 0 && now_seconds() < end)
                assert_true(sd_event_run(b->loop, 20000) >= 0);
        assert_int_equal(access(path, F_OK), 0);
}

/* ---- what a program is given ---- */

static void test_what_a_program_gets(void **state) {
        Bench *b = *state;
        char text[4096], expected[4096];

        assert_int_equal(setenv("SECRET_OF_THE_DAEMON", "x", 1), 0);
        (void) deliver(b, "env | grep -v -e ^PWD= -e ^SHLVL= -e ^_= -e ^OLDPWD= | sort > env\ncat > input\n"
                          "ls /proc/self/fd | tr '\\n' ' ' > fds\numask > mask\n"
                          "(printf x >> /dev/stdin) 2>/dev/null || echo sealed > sealed\n"
                          "read -r pid name state parent group session rest < /proc/$$/stat\n"
                          "echo $pid $group $session > group\n"
                          "printf 'verdict\\tsent\\tdot\\t250\\tok\\n' >&3");
        assert_int_equal(b->verdict.outcome, OUTCOME_SENT);
        assert_string_equal(b->verdict.text, "ok");
        read_file(b, "env", text, sizeof(text));
        (void) snprintf(expected, sizeof(expected),
                        "CREDENTIALS_DIRECTORY=%s\nLANG=C.UTF-8\nNQ57_CHANNEL=mail\nNQ57_CONTRACT=1\nNQ57_EMPTY=\n"
                        "NQ57_FROM=nq57@example.vn\nNQ57_INPUT=mail\nNQ57_MESSAGE_ID=1@example.vn\n"
                        "NQ57_SMTP_URL=smtp://127.0.0.1:25\nNQ57_TIMEOUT_SECONDS=20\nNQ57_TO=a@xa.example.vn\n"
                        "PATH=/usr/local/bin:/usr/bin:/bin\n",
                        b->folder);
        assert_string_equal(text, expected);
        read_file(b, "input", text, sizeof(text));
        assert_string_equal(text, "Subject: x\r\n\r\nbody\r\n");
        read_file(b, "fds", text, sizeof(text));
        assert_string_equal(text, "0 1 2 3 4 "); /* 4 is the folder that ls reads */
        read_file(b, "mask", text, sizeof(text));
        assert_string_equal(text, "0077\n");
        read_file(b, "sealed", text, sizeof(text));
        assert_string_equal(text, "sealed\n");
        int pid, group, session;
        read_file(b, "group", text, sizeof(text));
        assert_int_equal(sscanf(text, "%d %d %d", &pid, &group, &session), 3);
        assert_int_equal(pid, group);
        assert_int_equal(pid, session);
}

static void test_the_attempt_file(void **state) {
        Bench *b = *state;
        char text[512], path[128];
        struct stat st;

        (void) deliver(b, "printf 'phase\\tconnect\\n' >&3\n"
                          "printf 'verdict\\ttemporary\\tconnect\\t0\\tno route\\n' >&3; exit 75");
        read_file(b, "attempt-0", text, sizeof(text));
        assert_string_equal(text, "phase\tstart\nphase\tconnect\nverdict\ttemporary\tconnect\t0\tno route\n");
        assert_int_equal(stat(in_folder(b, "attempt-0", path), &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
}

/* ---- how it ends: (program, outcome, phase, code) ---- */

typedef struct Ending {
        const char *body;
        Outcome outcome;
        const char *phase;
        int code;
} Ending;

#define PHASE(name) "printf 'phase\\t" name "\\n' >&3;"

static const Ending endings[] = {
        { "exit 0", OUTCOME_SENT, "start", 0 },
        { "exit 75", OUTCOME_TEMPORARY, "start", 75 },
        { "exit 71", OUTCOME_TEMPORARY, "start", 71 },
        { "exit 74", OUTCOME_UNKNOWN, "start", 74 },
        { "exit 64", OUTCOME_PERMANENT, "start", 64 },
        { "exit 65", OUTCOME_PERMANENT, "start", 65 },
        { "exit 67", OUTCOME_PERMANENT, "start", 67 },
        { "exit 70", OUTCOME_PERMANENT, "start", 70 },
        { "exit 76", OUTCOME_PERMANENT, "start", 76 },
        { "exit 77", OUTCOME_CHANNEL, "start", 77 },
        { "exit 78", OUTCOME_CHANNEL, "start", 78 },
        { PHASE("rcpt") "exit 65", OUTCOME_PERMANENT, "rcpt", 65 },
        { PHASE("dot") "exit 75", OUTCOME_TEMPORARY, "dot", 75 },
        /* a status that says nothing: what had been reached decides */
        { "exit 1", OUTCOME_UNKNOWN, "start", 1 },
        { PHASE("connect") "exit 1", OUTCOME_TEMPORARY, "connect", 1 },
        { PHASE("data") "exit 1", OUTCOME_UNKNOWN, "data", 1 },
        { "kill -9 $$", OUTCOME_UNKNOWN, "start", 128 + 9 },
        { PHASE("mail") "kill -9 $$", OUTCOME_TEMPORARY, "mail", 128 + 9 },
        { PHASE("dot") "kill -9 $$", OUTCOME_UNKNOWN, "dot", 128 + 9 },
        { PHASE("dot") "kill -11 $$", OUTCOME_UNKNOWN, "dot", 128 + 11 },
        /* the file is believed before the status */
        { "printf 'verdict\\tchannel\\tauth\\t535\\tno\\n' >&3; exit 0", OUTCOME_CHANNEL, "auth", 535 },
        { "printf 'verdict\\tsent\\tdot\\t250\\tok\\n' >&3; kill -9 $$", OUTCOME_SENT, "dot", 250 },
};

static void test_endings(void **state) {
        Bench *b = *state;

        for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
                const Verdict *v = deliver(b, endings[i].body);

                if (v->outcome != endings[i].outcome || v->code != endings[i].code ||
                    strcmp(v->phase, endings[i].phase) != 0)
                        fail_msg("%s: %s, phase %s, code %d, %s", endings[i].body, outcome_names[v->outcome], v->phase,
                                 v->code, v->text);
        }
}

static void test_what_it_said_is_kept(void **state) {
        Bench *b = *state;

        (void) deliver(b, "echo 'không gửi được' >&2; printf '\\033[31mred\\n'; exit 75");
        assert_string_equal(b->verdict.text, "exit status 75: không gửi được\\x0a\\x1b[31mred");
}

static void test_program_missing(void **state) {
        Bench *b = *state;
        Err e = { 0 };

        assert_int_equal(run_program(b, "/nonexistent/program", 5, &e), 0);
        run_loop(b, 1, 5);
        assert_int_equal(b->verdict.outcome, OUTCOME_CHANNEL);
        assert_string_equal(b->verdict.text, "cannot run /nonexistent/program: No such file or directory");
}

static void test_refused_before_anything_starts(void **state) {
        Bench *b = *state;
        char path[128];
        Err e = { 0 };

        assert_int_equal(run_program(b, "relative", 5, &e), -EINVAL);
        assert_int_equal(access(in_folder(b, "attempt-0", path), F_OK), -1);
        b->serial = 0;
        assert_int_equal(close(creat(in_folder(b, "attempt-0", path), 0600)), 0);
        err_clear(&e);
        assert_int_equal(run_program(b, "/bin/true", 5, &e), -EEXIST);
        assert_int_equal(access(path, F_OK), 0); /* somebody else's: left alone */
        assert_int_equal(courier_busy(b->courier), 0);
        assert_int_equal(b->calls, 0);
}

/* ---- programs that misbehave ---- */

static void test_flooding(void **state) {
        Bench *b = *state;

        (void) deliver(b, "head -c 5000000 /dev/zero | tr '\\0' y; exit 65");
        assert_int_equal(b->verdict.outcome, OUTCOME_PERMANENT);
        assert_non_null(strstr(b->verdict.text, "exit status 65: yyy"));
        assert_true(strlen(b->verdict.text) < sizeof(b->verdict.text));
}

static void test_input_ignored(void **state) {
        assert_int_equal(deliver(*state, "exec 0<&-; exit 0")->outcome, OUTCOME_SENT);
}

static void test_out_of_time(void **state) {
        Bench *b = *state;
        double began = now_seconds();

        (void) start(b, PHASE("dot") "sleep 30", 1);
        run_loop(b, 1, 8);
        assert_int_equal(b->verdict.outcome, OUTCOME_UNKNOWN);
        assert_string_equal(b->verdict.text, "out of time");
        assert_true(now_seconds() - began < 3);
}

static void test_deaf_to_sigterm(void **state) {
        Bench *b = *state;
        double began = now_seconds();

        (void) start(b, "trap '' TERM;" PHASE("connect") "while :; do sleep 0.2; done", 1);
        run_loop(b, 1, 8);
        assert_int_equal(b->verdict.outcome, OUTCOME_TEMPORARY);
        assert_true(now_seconds() - began > 3.5 && now_seconds() - began < 6);
}

static void test_children_left_behind_are_ended(void **state) {
        Bench *b = *state;
        char text[64], pid[32], status[512] = "";
        double end;
        FILE *file;

        (void) deliver(b, "sleep 60 & printf %s $! > pid; exit 0");
        assert_int_equal(b->verdict.outcome, OUTCOME_SENT);
        read_file(b, "pid", pid, sizeof(pid));
        (void) snprintf(text, sizeof(text), "/proc/%s/stat", pid);
        for (end = now_seconds() + 5; now_seconds() < end && !strstr(status, ") Z "); (void) usleep(10000)) {
                file = fopen(text, "r");
                if (!file)
                        break;
                (void) fgets(status, sizeof(status), file);
                (void) fclose(file);
        }
        assert_true(now_seconds() < end); /* gone, or waiting for init to collect it */
}

/* ---- stopping, and what survives ---- */

/* How often the lock was seen held before the verdict could be read. */
static int wait_recover(const char *path, Verdict *ret) {
        double end = now_seconds() + 10;
        Err e = { 0 };
        int r, running = 0;

        while ((r = courier_recover(path, ret, &e)) == COURIER_RUNNING && now_seconds() < end) {
                running++;
                (void) usleep(50000);
        }
        assert_int_equal(r, 0);
        return running;
}

static void test_stop(void **state) {
        Bench *b = *state;
        double began;
        Err e = { 0 };

        (void) start(b, PHASE("data") "touch one; sleep 30", 20);
        wait_for_file(b, "one");
        (void) start(b, "trap 'printf \"verdict\\ttemporary\\tmail\\t0\\tstopped\\n\" >&3; exit 75' TERM; touch two;"
                        "sleep 30 & wait", 20);
        wait_for_file(b, "two");
        assert_int_equal(courier_busy(b->courier), 2);
        began = now_seconds();
        courier_stop(b->courier);
        assert_int_equal(b->calls, 0); /* from the loop, never from within */
        run_loop(b, 2, 5);
        assert_true(now_seconds() - began < 2);
        assert_int_equal(courier_busy(b->courier), 0);
        assert_int_equal(run_program(b, "/bin/true", 5, &e), -ESHUTDOWN);
        assert_int_equal(b->calls, 2);
}

static void test_free_ends_everything(void **state) {
        Bench *b = *state;
        Verdict v;
        char path[128];
        Err e = { 0 };

        (void) start(b, "touch on; sleep 30", 20);
        wait_for_file(b, "on");
        assert_int_equal(courier_recover(in_folder(b, "attempt-0", path), &v, &e), COURIER_RUNNING);
        b->courier = courier_free(b->courier);
        assert_true(wait_recover(path, &v) < 20); /* at once, not when its sleep is over */
        assert_int_equal(v.outcome, OUTCOME_UNKNOWN);
        assert_int_equal(b->calls, 0);
}

static void on_done_free(void *userdata, const Verdict *v) {
        Bench *b = userdata;

        on_done(b, v);
        b->courier = courier_free(b->courier);
}

static void test_done_may_free_the_courier(void **state) {
        Bench *b = *state;
        CourierChannel channel = { .name = "x", .program = "/bin/true", .timeout_seconds = 5 };
        char path[128];
        CourierJob job = { .channel = &channel, .message_id = "1@b.vn", .from = "a@b.vn", .to = "c@d.vn",
                           .attempt_path = in_folder(b, "a", path) };
        Err e = { 0 };

        assert_int_equal(courier_run(b->courier, &job, on_done_free, b, &e), 0);
        run_loop(b, 1, 5);
        assert_null(b->courier);
        assert_int_equal(b->verdict.outcome, OUTCOME_SENT);
}

/* The daemon is killed: its program goes on, holds the lock, and what it wrote is found. */
static void test_orphan(void **state) {
        Bench *b = *state;
        Verdict v = { 0 };
        char path[128];
        int status;
        pid_t parent = fork();

        if (parent == 0) { /* a loop does not pass a fork */
                Err e = { 0 };

                if (sd_event_new(&b->loop) >= 0 && courier_new(b->loop, &b->courier, &e) == 0)
                        (void) start(b, PHASE("data") "sleep 1; printf 'verdict\\tsent\\tdot\\t250\\tlate\\n' >&3", 20);
                (void) raise(SIGKILL);
        }
        assert_int_equal(waitpid(parent, &status, 0), parent);
        assert_true(WIFSIGNALED(status));
        assert_true(wait_recover(in_folder(b, "attempt-0", path), &v) >= 5);
        assert_int_equal(v.outcome, OUTCOME_SENT);
        assert_string_equal(v.text, "late");
}

static void test_a_program_that_promises_phases(void **state) {
        Bench *b = *state;
        char program[128], path[128];
        CourierChannel channel = { .name = "x", .program = program, .phases = true, .timeout_seconds = 5 };
        CourierJob job = { .channel = &channel, .message_id = "1@b.vn", .from = "a@b.vn", .to = "c@d.vn",
                           .attempt_path = in_folder(b, "a", path) };
        Err e = { 0 };

        write_script(b, "kill -9 $$", program); /* before its first phase: surely nothing was sent */
        assert_int_equal(courier_run(b->courier, &job, on_done, b, &e), 0);
        run_loop(b, 1, 5);
        assert_int_equal(b->verdict.outcome, OUTCOME_TEMPORARY);
        assert_string_equal(b->verdict.phase, "connect");
}

static void test_nothing_to_recover(void **state) {
        Bench *b = *state;
        Verdict v = { .code = 7 };
        char path[128];
        Err e = { 0 };

        assert_int_equal(courier_recover(in_folder(b, "none", path), &v, &e), COURIER_ABSENT);
        assert_int_equal(v.code, 7);
        assert_int_equal(close(creat(path, 0600)), 0);
        assert_int_equal(courier_recover(path, &v, &e), 0); /* made, but the program never began */
        assert_int_equal(v.outcome, OUTCOME_TEMPORARY);
        assert_string_equal(v.text, "never started");
}

static size_t open_descriptors(void) {
        DIR *folder = opendir("/proc/self/fd");
        size_t n = 0;

        assert_non_null(folder);
        while (readdir(folder))
                n++;
        (void) closedir(folder);
        return n;
}

static void test_no_descriptor_leaks(void **state) {
        Bench *b = *state;
        size_t before;
        Err e = { 0 };

        (void) deliver(b, "exit 0");
        before = open_descriptors();
        for (int i = 0; i < 5; i++)
                (void) deliver(b, "exit 0");
        assert_true(run_program(b, "relative", 5, &e) < 0);
        b->serial = 0;
        err_clear(&e);
        assert_int_equal(run_program(b, "/bin/true", 5, &e), -EEXIST);
        assert_int_equal(open_descriptors(), before);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_what_a_program_gets, setup, teardown),
                cmocka_unit_test_setup_teardown(test_the_attempt_file, setup, teardown),
                cmocka_unit_test_setup_teardown(test_endings, setup, teardown),
                cmocka_unit_test_setup_teardown(test_what_it_said_is_kept, setup, teardown),
                cmocka_unit_test_setup_teardown(test_program_missing, setup, teardown),
                cmocka_unit_test_setup_teardown(test_refused_before_anything_starts, setup, teardown),
                cmocka_unit_test_setup_teardown(test_flooding, setup, teardown),
                cmocka_unit_test_setup_teardown(test_input_ignored, setup, teardown),
                cmocka_unit_test_setup_teardown(test_out_of_time, setup, teardown),
                cmocka_unit_test_setup_teardown(test_deaf_to_sigterm, setup, teardown),
                cmocka_unit_test_setup_teardown(test_children_left_behind_are_ended, setup, teardown),
                cmocka_unit_test_setup_teardown(test_stop, setup, teardown),
                cmocka_unit_test_setup_teardown(test_free_ends_everything, setup, teardown),
                cmocka_unit_test_setup_teardown(test_done_may_free_the_courier, setup, teardown),
                cmocka_unit_test_setup_teardown(test_orphan, setup, teardown),
                cmocka_unit_test_setup_teardown(test_a_program_that_promises_phases, setup, teardown),
                cmocka_unit_test_setup_teardown(test_nothing_to_recover, setup, teardown),
                cmocka_unit_test_setup_teardown(test_no_descriptor_leaks, setup, teardown),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
