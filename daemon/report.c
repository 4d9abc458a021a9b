/* SPDX-License-Identifier: MIT */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "daemon/report.h"

#include "state/model/text.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#include <time.h>

const char *const report_ids[REPORT_ID_COUNT] = {
        [REPORT_NONE] = NULL,
        [REPORT_LISTING] = "6f0f5c3a6d2e4a51b3a1c96c0ad1e001",
        [REPORT_REFUSED] = "6f0f5c3a6d2e4a51b3a1c96c0ad1e002",
        [REPORT_BLIND] = "6f0f5c3a6d2e4a51b3a1c96c0ad1e003",
        [REPORT_SEEING] = "6f0f5c3a6d2e4a51b3a1c96c0ad1e004",
        [REPORT_STUCK] = "6f0f5c3a6d2e4a51b3a1c96c0ad1e005",
        [REPORT_UNSTUCK] = "6f0f5c3a6d2e4a51b3a1c96c0ad1e006",
        [REPORT_SESSION] = "6f0f5c3a6d2e4a51b3a1c96c0ad1e007",
        [REPORT_SESSION_OK] = "6f0f5c3a6d2e4a51b3a1c96c0ad1e008",
        [REPORT_CLOCK] = "6f0f5c3a6d2e4a51b3a1c96c0ad1e009",
        [REPORT_CLOCK_OK] = "6f0f5c3a6d2e4a51b3a1c96c0ad1e00a",
        [REPORT_RELOADED] = "6f0f5c3a6d2e4a51b3a1c96c0ad1e00b",
        [REPORT_RELOAD_FAILED] = "6f0f5c3a6d2e4a51b3a1c96c0ad1e00c",
        [REPORT_SENT] = "6f0f5c3a6d2e4a51b3a1c96c0ad1e00d",
        [REPORT_UNDELIVERED] = "6f0f5c3a6d2e4a51b3a1c96c0ad1e00e",
        [REPORT_PLANNED] = "6f0f5c3a6d2e4a51b3a1c96c0ad1e00f",
        [REPORT_CALENDAR] = "6f0f5c3a6d2e4a51b3a1c96c0ad1e010",
        [REPORT_QUARANTINE] = "6f0f5c3a6d2e4a51b3a1c96c0ad1e011",
};

#define REPORT_LINE 2048
#define REPORT_FIELDS 16

/* Journal entries only where stderr is the journal's: a person who starts the daemon by hand wants to see its lines. */
static bool report_to_journal(void) {
        const char *stream = getenv("JOURNAL_STREAM");
        unsigned long long device, inode;
        struct stat st;

        return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(2, &st) == 0 &&
               st.st_dev == device && st.st_ino == inode;
}

static void report_journal(int priority, ReportId id, const ReportField *fields, const char *line) {
        char text[REPORT_FIELDS][REPORT_LINE];
        struct iovec iov[REPORT_FIELDS];
        int n = 0;

        snprintf(text[n++], REPORT_LINE, "MESSAGE=%s", line);
        snprintf(text[n++], REPORT_LINE, "PRIORITY=%d", priority);
        snprintf(text[n++], REPORT_LINE, "SYSLOG_IDENTIFIER=nq57d");
        if (report_ids[id])
                snprintf(text[n++], REPORT_LINE, "MESSAGE_ID=%s", report_ids[id]);
        for (const ReportField *f = fields; f && f->key && n < REPORT_FIELDS; f++)
                if (f->value)
                        snprintf(text[n++], REPORT_LINE, "%s=%s", f->key, f->value);
        for (int i = 0; i < n; i++)
                iov[i] = (struct iovec) { text[i], strlen(text[i]) };
        (void) sd_journal_sendv(iov, n);
}

static void report_stderr(int priority, const ReportField *fields, const char *line) {
        static const char *const words[] = { "emerg", "alert", "crit", "error", "warning", "notice", "info", "debug" };
        bool any = false;

        if (priority == LOG_DEBUG && !secure_getenv("NQ57_DEBUG"))
                return;
        fprintf(stderr, "nq57d: %s: %s", words[priority & 7], line);
        for (const ReportField *f = fields; f && f->key; f++)
                if (f->value) {
                        _cleanup_text_ Text safe = TEXT_INIT(REPORT_LINE);

                        (void) text_escape(&safe, str_of(f->value));
                        fprintf(stderr, "%s%s=%s", any ? " " : " [", f->key, safe.at ? safe.at : "");
                        any = true;
                }
        fputs(any ? "]\n" : "\n", stderr);
}

void report(int priority, ReportId id, const ReportField *fields, const char *format, ...) {
        char line[REPORT_LINE - 16];
        _cleanup_text_ Text safe = TEXT_INIT(4 * sizeof(line));
        va_list ap;

        va_start(ap, format);
        vsnprintf(line, sizeof(line), format, ap);
        va_end(ap);
        if (text_escape(&safe, str_of(line)) < 0)
                return;
        if (report_to_journal())
                report_journal(priority, id, fields, safe.at);
        else if (priority < LOG_DEBUG)
                report_stderr(priority, fields, safe.at);
}

void report_err(int priority, const Err *e, const char *what) {
        report(priority, REPORT_NONE, NULL, "%s: %s", what, e->text[0] ? e->text : "unknown error");
}

static void finding_log(bool vi, const Finding *f) {
        static const int priorities[] = { LOG_NOTICE, LOG_WARNING, LOG_ERR };
        _cleanup_text_ Text line = TEXT_INIT(REPORT_LINE);

        if (finding_format(f, vi, &line) < 0)
                return;
        report(priorities[f->severity], REPORT_NONE,
               (ReportField[]) { { "NQ57_FINDING", f->code }, { "NQ57_SUBJECT", f->subject }, { 0 } }, "%s", line.at);
}

static void finding_log_en(void *userdata, const Finding *f) {
        (void) userdata;
        finding_log(false, f);
}

static void finding_log_vi(void *userdata, const Finding *f) {
        (void) userdata;
        finding_log(true, f);
}

FindingSink report_findings(bool vi) {
        return (FindingSink) { .put = vi ? finding_log_vi : finding_log_en };
}

void report_notify(const char *format, ...) {
        char line[1024];
        va_list ap;

        va_start(ap, format);
        vsnprintf(line, sizeof(line), format, ap);
        va_end(ap);
        (void) sd_notify(0, line);
}

void report_status(const char *format, ...) {
        char line[900];
        va_list ap;

        va_start(ap, format);
        vsnprintf(line, sizeof(line), format, ap);
        va_end(ap);
        report_notify("STATUS=%s", line);
}

void report_reloading(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        report_notify("RELOADING=1\nMONOTONIC_USEC=%llu",
                      (unsigned long long) t.tv_sec * 1000000ull + (unsigned long long) t.tv_nsec / 1000);
}
