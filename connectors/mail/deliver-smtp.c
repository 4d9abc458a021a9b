/* SPDX-License-Identifier: MIT */
/* The program behind a channel of kind smtp: docs/DELIVERY.md is its contract. One message from standard input to one
 * recipient, its verdict into the attempt file on descriptor 3. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include <curl/curl.h>

#include "connectors/limits.h"
#include "connectors/mail/smtp.h"

#define ATTEMPT_FD 3
#define REPLY_SECONDS 300 /* RFC 5321 4.5.3.2 asks for five minutes a reply */
#define SECRET_BYTES 1024

/* SIGTERM and SIGINT stay blocked: asking for them needs no handler. */
static bool is_stopping(void) {
        sigset_t waiting;

        return sigpending(&waiting) == 0 && (sigismember(&waiting, SIGTERM) == 1 || sigismember(&waiting, SIGINT) == 1);
}

static void block_signals(void) {
        struct sigaction ignore = { .sa_handler = SIG_IGN };
        sigset_t stops;

        (void) sigemptyset(&stops);
        (void) sigaddset(&stops, SIGTERM);
        (void) sigaddset(&stops, SIGINT);
        (void) sigprocmask(SIG_SETMASK, &stops, NULL);
        (void) sigaction(SIGPIPE, &ignore, NULL);
}

typedef struct Job {
        SmtpOptions options;
        Str from, to;
        Text message;
        char password[SECRET_BYTES];
} Job;

static const char *env_text(const char *name) {
        const char *value = getenv(name);
        return value && value[0] ? value : NULL;
}

static int read_all(int fd, Text *ret, Err *e) {
        char buffer[16384];

        for (;;) {
                ssize_t n = read(fd, buffer, sizeof(buffer));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return err_set(e, -errno, RETRY_LATER, "cannot read the message: %s", strerror(errno));
                if (n == 0)
                        return 0;
                if (text_add(ret, (Str) { buffer, (size_t) n }) < 0)
                        return err_set(e, -E2BIG, RETRY_NEVER, "the message is larger than %u bytes", LIMIT_MAIL_BYTES);
        }
}

/* The whole file without one line end; a secret with a control character within is a broken file. */
static int read_password(char *ret, Err *e) {
        const char *folder = env_text("CREDENTIALS_DIRECTORY");
        char path[4096], secret[SECRET_BYTES];
        _cleanup_close_ int fd = -1;
        ssize_t n;

        if (!folder || snprintf(path, sizeof(path), "%s/smtp-password", folder) >= (int) sizeof(path))
                return err_set(e, -ENOENT, RETRY_RECONFIGURE, "NQ57_SMTP_USER is set, CREDENTIALS_DIRECTORY is not");
        fd = open(path, O_RDONLY | O_CLOEXEC);
        n = fd >= 0 ? read(fd, secret, sizeof(secret)) : -1;
        if (n < 0)
                return err_set(e, -errno, RETRY_RECONFIGURE, "credential smtp-password: %s", strerror(errno));
        if (n > 0 && secret[n - 1] == '\n')
                n--;
        if (n == 0 || n == (ssize_t) sizeof(secret) || memchr(secret, '\n', (size_t) n) ||
            memchr(secret, '\0', (size_t) n))
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "credential smtp-password is not one line of text");
        memcpy(ret, secret, (size_t) n);
        ret[n] = '\0';
        explicit_bzero(secret, sizeof(secret));
        return 0;
}

static int read_seconds(Job *job, Err *e) {
        const char *value = env_text("NQ57_TIMEOUT_SECONDS");

        job->options.total_seconds = 900;
        if (value && text_to_int(str_of(value), 1, 3600, &job->options.total_seconds) < 0)
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "NQ57_TIMEOUT_SECONDS is not a number from 1 to 3600");
        job->options.timeout_seconds = REPLY_SECONDS;
        return 0;
}

static int read_environment(Job *job, Err *e) {
        const char *contract = env_text("NQ57_CONTRACT");
        int r;

        if (!contract || strcmp(contract, "1") != 0)
                return err_set(e, -EPROTO, RETRY_RECONFIGURE, "NQ57_CONTRACT is not 1");
        job->from = str_of(env_text("NQ57_FROM"));
        job->to = str_of(env_text("NQ57_TO"));
        job->options.url = env_text("NQ57_SMTP_URL");
        job->options.ca_file = env_text("NQ57_SMTP_CA");
        job->options.ehlo = env_text("NQ57_SMTP_EHLO");
        job->options.user = env_text("NQ57_SMTP_USER");
        if (!job->options.url || job->from.len == 0 || job->to.len == 0)
                return err_set(e, -EINVAL, RETRY_RECONFIGURE, "NQ57_SMTP_URL, NQ57_FROM and NQ57_TO must be set");
        r = read_seconds(job, e);
        if (r >= 0 && job->options.user) {
                r = read_password(job->password, e);
                job->options.password = job->password;
        }
        return r;
}

static void failed(const Err *e, Verdict *ret) {
        *ret = (Verdict) { .phase = "connect", .outcome = e->retry == RETRY_RECONFIGURE ? OUTCOME_CHANNEL
                                                          : e->code == -E2BIG           ? OUTCOME_PERMANENT
                                                                                        : OUTCOME_TEMPORARY };
        attempt_text(str_of(e->text), ret->text, sizeof(ret->text));
}

static void deliver(Verdict *ret) {
        Job job = { .message = TEXT_INIT(LIMIT_MAIL_BYTES) };
        Err e = { 0 };
        int r;

        r = attempt_phase(ATTEMPT_FD, "connect", &e);
        if (r >= 0)
                r = read_environment(&job, &e);
        if (r >= 0)
                r = read_all(STDIN_FILENO, &job.message, &e);
        if (r < 0)
                failed(&e, ret);
        else
                (void) smtp_deliver(&job.options, job.from, job.to, text_str(&job.message), ATTEMPT_FD, is_stopping,
                                    ret, &e);
        explicit_bzero(job.password, sizeof(job.password));
        text_free(&job.message);
}

/* Read only where the attempt file could not take the verdict. */
static int exit_status(Outcome outcome) {
        switch (outcome) {
        case OUTCOME_SENT:
                return EX_OK;
        case OUTCOME_PERMANENT:
                return EX_DATAERR;
        case OUTCOME_CHANNEL:
                return EX_CONFIG;
        case OUTCOME_UNKNOWN:
                return EX_IOERR;
        default:
                return EX_TEMPFAIL;
        }
}

int main(void) {
        struct rlimit none = { 0, 0 };
        Verdict verdict = { 0 };
        Err e = { 0 };

        block_signals();
        (void) setrlimit(RLIMIT_CORE, &none); /* the password is in memory */
        if (fcntl(ATTEMPT_FD, F_GETFD) < 0) {
                (void) fprintf(stderr, "deliver-smtp is started by nq57d: descriptor 3 must be an attempt file\n");
                return EX_USAGE;
        }
        (void) fcntl(ATTEMPT_FD, F_SETFD, FD_CLOEXEC);
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
                return EX_TEMPFAIL;
        deliver(&verdict);
        if (attempt_verdict(ATTEMPT_FD, &verdict, &e) < 0)
                (void) fprintf(stderr, "%s: %s\n", e.text, verdict.text);
        return exit_status(verdict.outcome);
}
