/* SPDX-License-Identifier: MIT */
#include "connectors/mail/attempt.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "connectors/limits.h"

#define LINE_BYTES 2048u /* longer lines are no lines of the contract */

const char *const outcome_names[OUTCOME_COUNT + 1] = {
        [OUTCOME_SENT] = "sent",       [OUTCOME_TEMPORARY] = "temporary", [OUTCOME_PERMANENT] = "permanent",
        [OUTCOME_CHANNEL] = "channel", [OUTCOME_UNKNOWN] = "unknown",
};

static const char *const phases[] = { "start", "connect", "greeting", "auth", "mail", "rcpt", "data", "dot" };

static size_t char_len(Str s) {
        size_t n = 1;

        while ((unsigned char) s.at[0] >= 0xc0 && n < s.len && n < 4 && ((unsigned char) s.at[n] & 0xc0) == 0x80)
                n++;
        return n;
}

void attempt_text(Str s, char *ret, size_t size) {
        static const char hex[] = "0123456789abcdef";
        size_t used = 0;

        while (s.len > 0) {
                size_t n = char_len(s);
                unsigned char c = (unsigned char) s.at[0];
                char escaped[4] = { '\\', 'x', hex[c >> 4], hex[c & 15] };
                bool control = c < 0x20 || c == 0x7f || (c == 0xc2 && n > 1 && (unsigned char) s.at[1] < 0xa0);
                bool raw = !control && utf8_valid((Str) { s.at, n });

                if (!raw)
                        n = 1;
                if (used + (raw ? n : sizeof(escaped)) >= size)
                        break;
                memcpy(ret + used, raw ? s.at : escaped, raw ? n : sizeof(escaped));
                used += raw ? n : sizeof(escaped);
                s = (Str) { s.at + n, s.len - n };
        }
        ret[used] = '\0';
}

/* One write, so that a line stands whole or is seen to be torn; what a full disk cut off is no line. */
static int append(int fd, const char *line, int len, Err *e) {
        for (int done = 0; done < len;) {
                ssize_t n = write(fd, line + done, (size_t) (len - done));

                if (n < 0 && errno != EINTR)
                        return err_set(e, -errno, RETRY_NEVER, "cannot write the attempt file: %s", strerror(errno));
                if (n > 0)
                        done += (int) n;
        }
        if (fdatasync(fd) < 0)
                return err_set(e, -errno, RETRY_NEVER, "cannot sync the attempt file: %s", strerror(errno));
        return 0;
}

int attempt_phase(int fd, const char *phase, Err *e) {
        char line[64];
        int n = snprintf(line, sizeof(line), "phase\t%s\n", phase);

        if (n >= (int) sizeof(line))
                return err_set(e, -EINVAL, RETRY_NEVER, "too long a phase name");
        return append(fd, line, n, e);
}

int attempt_verdict(int fd, const Verdict *v, Err *e) {
        char text[sizeof(v->text)], line[LINE_BYTES];
        int n;

        attempt_text(str_of(v->text), text, sizeof(text));
        n = snprintf(line, sizeof(line), "verdict\t%s\t%s\t%d\t%s\n", outcome_names[v->outcome], v->phase, v->code,
                     text);
        return append(fd, line, n, e);
}

/* ---- reading ---- */

typedef struct Reading {
        size_t phase;   /* the furthest, index into `phases` plus one; 0 none */
        bool explicit;  /* `verdict` holds the last verdict line */
        Verdict verdict;
} Reading;

static size_t phase_index(Str name) {
        for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
                if (str_eq(name, str_of(phases[i])))
                        return i + 1;
        }
        return 0;
}

static int outcome_index(Str name) {
        for (int i = 0; i < OUTCOME_COUNT; i++) {
                if (str_eq(name, str_of(outcome_names[i])))
                        return i;
        }
        return -1;
}

static void read_verdict(Reading *reading, Str rest) {
        Str outcome, phase, code, text = STR_NULL;
        Verdict v = { 0 };
        int o;

        if (!str_split(&rest, '\t', &outcome) || !str_split(&rest, '\t', &phase) || !str_split(&rest, '\t', &code))
                return;
        text = rest;
        o = outcome_index(outcome);
        if (o < 0 || phase.len >= sizeof(v.phase) || text_to_int(code, -1, 99999, &v.code) < 0)
                return;
        v.outcome = (Outcome) o;
        attempt_text(phase, v.phase, sizeof(v.phase));
        attempt_text(text, v.text, sizeof(v.text));
        reading->verdict = v;
        reading->explicit = true;
}

static void read_line(Reading *reading, Str line) {
        Str word = STR_NULL;
        size_t phase;

        if (!str_split(&line, '\t', &word))
                return;
        if (str_eq(word, STR("verdict")))
                read_verdict(reading, line);
        else if (str_eq(word, STR("phase"))) {
                phase = phase_index(line);
                if (phase > reading->phase)
                        reading->phase = phase;
        }
}

static int read_lines(int fd, Reading *reading, Err *e) {
        char buffer[LINE_BYTES];
        size_t held = 0;
        bool skip = false; /* within an overlong line */

        for (off_t at = 0; at < (off_t) LIMIT_ATTEMPT_BYTES;) {
                ssize_t n = pread(fd, buffer + held, sizeof(buffer) - held, at);
                char *line = buffer, *end;

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return err_set(e, -errno, RETRY_NEVER, "cannot read the attempt file: %s", strerror(errno));
                if (n == 0)
                        break;
                at += n;
                held += (size_t) n;
                while ((end = memchr(line, '\n', held))) {
                        if (!skip)
                                read_line(reading, (Str) { line, (size_t) (end - line) });
                        skip = false;
                        held -= (size_t) (end + 1 - line);
                        line = end + 1;
                }
                if (held == sizeof(buffer)) {
                        skip = true;
                        held = 0;
                } else
                        memmove(buffer, line, held);
        }
        return 0;
}

int attempt_read(int fd, Verdict *ret, bool *ret_explicit, Err *e) {
        Reading reading = { 0 };
        Verdict v = { 0 };
        const char *phase;
        int r;

        r = read_lines(fd, &reading, e);
        if (r < 0)
                return r;
        if (reading.explicit)
                v = reading.verdict;
        else {
                phase = reading.phase > 0 ? phases[reading.phase - 1] : "";
                v.outcome = attempt_may_be_sent(phase) ? OUTCOME_UNKNOWN : OUTCOME_TEMPORARY;
                (void) snprintf(v.phase, sizeof(v.phase), "%s", phase);
                (void) snprintf(v.text, sizeof(v.text), "%s", phase[0] ? "ended without a verdict" : "never started");
        }
        *ret = v;
        *ret_explicit = reading.explicit;
        return 0;
}

bool attempt_may_be_sent(const char *phase) {
        Str p = str_of(phase);

        return str_eq(p, STR("start")) || str_eq(p, STR("data")) || str_eq(p, STR("dot"));
}
