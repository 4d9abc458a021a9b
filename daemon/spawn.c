/* SPDX-License-Identifier: MIT */
#include "daemon/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

#define FIRST_FD 10       /* ours stand above the child's 0-3, so that no dup2 steps on one still needed */
#define ORPHAN_SECONDS 10 /* beyond its time limit: a program whose parent died must not hold the lock for ever */
#define ENV_BYTES (64u << 10)
#define ENV_MAX 64

typedef struct Plan {
        int input, output_in, output_out, attempt;
        const char *path; /* of the attempt file once it is ours */
        Arena arena;
        char *argv[2];
        char *env[ENV_MAX + 1];
        size_t n_env;
        unsigned alarm_seconds;
        const char *first_phase; /* line */
} Plan;

static int high(int fd) {
        int up = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD) : -1;
        int saved = errno;

        if (fd >= 0)
                (void) close(fd);
        errno = saved;
        return up;
}

static int system_error(Err *e, const char *what) {
        return err_set(e, -errno, RETRY_LATER, "%s: %s", what, strerror(errno));
}

/* ---- the environment: what docs/DELIVERY.md names and nothing of our own ---- */

static size_t find_env(const Plan *plan, const char *name) {
        size_t n = strlen(name), i = 0;

        while (i < plan->n_env && (strncmp(plan->env[i], name, n) != 0 || plan->env[i][n] != '='))
                i++;
        return i;
}

/* The last of a name counts. */
static int add_env(Plan *plan, const char *name, const char *value, Err *e) {
        size_t n = strlen(name), m = strlen(value), at = find_env(plan, name);
        char *pair;

        if (at == ENV_MAX)
                return err_set(e, -E2BIG, RETRY_RECONFIGURE, "a channel may set at most %d variables", ENV_MAX);
        pair = arena_get(&plan->arena, n + m + 2);
        if (!pair)
                return err_oom(e);
        memcpy(pair, name, n);
        pair[n] = '=';
        memcpy(pair + n + 1, value, m + 1);
        plan->env[at] = pair;
        plan->n_env += at == plan->n_env;
        return 0;
}

static int add_channel_env(Plan *plan, const char *const *env, Err *e) {
        for (size_t i = 0; env && env[i]; i += 2) {
                int r;

                if (strncmp(env[i], "NQ57_", 5) != 0 || strchr(env[i], '='))
                        return err_set(e, -EINVAL, RETRY_RECONFIGURE, "a channel may set variables NQ57_... only");
                r = add_env(plan, env[i], env[i + 1], e);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int build_env(Plan *plan, const CourierJob *job, Err *e) {
        const CourierChannel *channel = job->channel;
        char seconds[16];
        const char *const pairs[][2] = {
                { "PATH", "/usr/local/bin:/usr/bin:/bin" },
                { "LANG", "C.UTF-8" },
                { "NQ57_CONTRACT", "1" },
                { "NQ57_INPUT", channel->json ? "json" : "mail" },
                { "NQ57_CHANNEL", channel->name },
                { "NQ57_MESSAGE_ID", job->message_id },
                { "NQ57_FROM", job->from },
                { "NQ57_TO", job->to },
                { "NQ57_TIMEOUT_SECONDS", seconds },
                { "CREDENTIALS_DIRECTORY", channel->credentials },
        };
        int r = 0;

        (void) snprintf(seconds, sizeof(seconds), "%d", channel->timeout_seconds);
        for (size_t i = 0; r >= 0 && i < sizeof(pairs) / sizeof(pairs[0]); i++)
                r = pairs[i][1] ? add_env(plan, pairs[i][0], pairs[i][1], e) : 0;
        return r < 0 ? r : add_channel_env(plan, channel->env, e);
}

/* ---- descriptors ---- */

static int write_all(int fd, Str s) {
        while (s.len > 0) {
                ssize_t n = write(fd, s.at, s.len);

                if (n < 0 && errno != EINTR)
                        return -1;
                if (n > 0)
                        s = (Str) { s.at + n, s.len - (size_t) n };
        }
        return 0;
}

static int open_input(Plan *plan, Str input, Err *e) {
        int fd = plan->input = high(memfd_create("nq57-message", MFD_CLOEXEC | MFD_ALLOW_SEALING));

        if (fd < 0 || write_all(fd, input) < 0 || lseek(fd, 0, SEEK_SET) < 0 ||
            fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
                return system_error(e, "cannot hand over the message");
        return 0;
}

static int open_output(Plan *plan, Err *e) {
        int fds[2];

        if (pipe2(fds, O_CLOEXEC) < 0)
                return system_error(e, "cannot make a pipe");
        plan->output_out = high(fds[0]);
        plan->output_in = high(fds[1]);
        if (plan->output_out < 0 || plan->output_in < 0 || fcntl(plan->output_out, F_SETFL, O_NONBLOCK) < 0)
                return system_error(e, "cannot make a pipe");
        return 0;
}

/* The name must be on disk before anything is sent: a restart that finds no file sends again. */
static int sync_folder(Plan *plan, const char *path, Err *e) {
        char *copy = arena_copy(&plan->arena, str_of(path));
        _cleanup_close_ int fd = -1;

        if (!copy)
                return err_oom(e);
        fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 || fsync(fd) < 0 ? system_error(e, "cannot sync the folder of attempts") : 0;
}

static int open_attempt(Plan *plan, const char *path, Err *e) {
        plan->attempt = high(open(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (plan->attempt < 0)
                return system_error(e, "cannot make the attempt file");
        plan->path = path;
        if (flock(plan->attempt, LOCK_EX | LOCK_NB) < 0)
                return system_error(e, "cannot lock the attempt file");
        return sync_folder(plan, path, e);
}

/* ---- the child: system calls only ---- */

static void child_say(const char *text) {
        size_t n = strlen(text);
        ssize_t written = write(3, text, n);

        if (written == (ssize_t) n)
                (void) fdatasync(3);
}

static void child_signals(void) {
        struct sigaction usual = { .sa_handler = SIG_DFL };
        sigset_t none;

        for (int i = 1; i < NSIG; i++)
                (void) sigaction(i, &usual, NULL);
        (void) sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
}

__attribute__((noreturn)) static void child_run(const Plan *plan) {
        struct rlimit none = { 0, 0 };
        const char *why;

        (void) setsid();
        child_signals();
        (void) umask(077);
        (void) setrlimit(RLIMIT_CORE, &none);
        if (dup2(plan->input, 0) < 0 || dup2(plan->output_in, 1) < 0 || dup2(plan->output_in, 2) < 0 ||
            dup2(plan->attempt, 3) < 0 || close_range(4, ~0u, 0) < 0 || chdir("/") < 0)
                _exit(EX_OSERR);
        (void) alarm(plan->alarm_seconds);
        child_say(plan->first_phase);
        (void) execve(plan->argv[0], plan->argv, plan->env);
        why = strerrordesc_np(errno);
        child_say("verdict\tchannel\tstart\t0\tcannot run ");
        child_say(plan->argv[0]);
        child_say(": ");
        child_say(why ? why : "unknown error");
        child_say("\n");
        _exit(EX_CONFIG);
}

/* ---- */

static int prepare(Plan *plan, const CourierJob *job, Err *e) {
        const CourierChannel *channel = job->channel;
        int r;

        if (channel->program[0] != '/')
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "the program of channel %s is not an absolute path",
                               channel->name);
        if (channel->timeout_seconds < 1)
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "channel %s has no time limit", channel->name);
        plan->alarm_seconds = (unsigned) channel->timeout_seconds + ORPHAN_SECONDS;
        plan->first_phase = channel->phases ? "phase\tconnect\n" : "phase\tstart\n";
        plan->argv[0] = arena_copy(&plan->arena, str_of(channel->program));
        if (!plan->argv[0])
                return err_oom(e);
        r = build_env(plan, job, e);
        if (r >= 0)
                r = open_input(plan, job->input, e);
        if (r >= 0)
                r = open_output(plan, e);
        return r < 0 ? r : open_attempt(plan, job->attempt_path, e);
}

static void plan_free(Plan *plan) {
        if (plan->path) /* never started */
                (void) unlink(plan->path);
        cleanup_closep(&plan->input);
        cleanup_closep(&plan->output_in);
        cleanup_closep(&plan->output_out);
        cleanup_closep(&plan->attempt);
        arena_free(&plan->arena);
}

static int give(int *fd) {
        int taken = *fd;

        *fd = -1;
        return taken;
}

#ifdef __s390__
#error "clone takes its arguments in another order here"
#endif

/* fork and pidfd_open in one: between the two a failure would leave a child that nobody waits for. Not clone3:
 * systemd's RestrictNamespaces= refuses that one, because a filter cannot look at its flags. */
static int start(Plan *plan, Spawned *ret, Err *e) {
        int pidfd = -1;
        long pid = syscall(SYS_clone, (unsigned long) (CLONE_PIDFD | SIGCHLD), NULL, &pidfd, NULL, NULL);

        if (pid < 0)
                return system_error(e, "cannot fork");
        if (pid == 0)
                child_run(plan);
        plan->path = NULL;
        *ret = (Spawned) { (pid_t) pid, pidfd, give(&plan->output_out), give(&plan->attempt) };
        return 0;
}

int spawn_program(const CourierJob *job, Spawned *ret, Err *e) {
        _cleanup_(plan_free) Plan plan = { .input = -1, .output_in = -1, .output_out = -1, .attempt = -1,
                                           .arena = { .max = ENV_BYTES } };
        int r = prepare(&plan, job, e);

        return r < 0 ? r : start(&plan, ret, e);
}
