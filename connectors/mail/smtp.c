/* SPDX-License-Identifier: MIT */
#include "connectors/mail/smtp.h"

#include "connectors/http/loopback.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "connectors/limits.h"
#include "connectors/mail/message.h"

#define DOT_SECONDS 600 /* RFC 5321 4.5.3.2.6: after the final dot */
#define SOCKETS 8
#define SEND_BUFFER 32768 /* bytes that "have left" but lie in our own kernel make an outcome unknown: few of them */

typedef enum Phase { PHASE_CONNECT, PHASE_GREETING, PHASE_AUTH, PHASE_MAIL, PHASE_RCPT, PHASE_DATA, PHASE_DOT } Phase;
static const char *const phase_names[] = {
        "connect", "greeting", "auth", "mail", "rcpt", "data", "dot",
};

/* One delivery. libcurl's own last code goes stale (a drop after MAIL reads as 56 with 250), so replies and commands
 * are followed here: `code` is the reply to the last command, 0 while there is none. */
typedef struct Session {
        const SmtpOptions *options;
        bool (*stopping)(void);
        Str message;
        size_t sent; /* bytes handed to libcurl */
        int attempt_fd;
        Phase phase;
        int code;
        Text reply; /* its whole text, lines joined */
        bool authenticated, timed_out, stopped, unauthenticated, unwritten;
        bool over; /* libcurl says QUIT, also after a refusal: what follows belongs to no step */
        int64_t began, active; /* monotonic seconds */
        int sockets[SOCKETS];
        char error[CURL_ERROR_SIZE];
        Err *e;
} Session;

static int64_t monotonic(void) {
        struct timespec t = { 0 };

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return t.tv_sec;
}

static int reach(Session *s, Phase phase) {
        if (attempt_phase(s->attempt_fd, phase_names[phase], s->e) < 0) {
                s->unwritten = true;
                return -1;
        }
        s->phase = phase;
        return 0;
}

/* ---- what libcurl tells while it works ---- */

static void clear_reply(Session *s) {
        s->code = 0;
        text_clear(&s->reply);
        s->active = monotonic();
}

static bool command_is(Str line, const char *verb) {
        size_t n = strlen(verb);

        return line.len >= n && strncasecmp(line.at, verb, n) == 0;
}

/* Each command only from the one before it: a base64 line of AUTH is never taken for a command. */
static void see_command(Session *s, Str line) {
        s->over = s->over || command_is(line, "QUIT\r\n");
        if (s->over)
                return;
        clear_reply(s);
        if (s->phase <= PHASE_GREETING && command_is(line, "AUTH "))
                (void) reach(s, PHASE_AUTH);
        else if (s->phase <= PHASE_AUTH && command_is(line, "MAIL FROM:"))
                (void) reach(s, PHASE_MAIL);
        else if (s->phase == PHASE_MAIL && command_is(line, "RCPT TO:"))
                (void) reach(s, PHASE_RCPT);
        else if (s->phase == PHASE_RCPT && command_is(line, "DATA\r\n"))
                (void) reach(s, PHASE_DATA);
}

static int on_debug(CURL *curl, curl_infotype type, char *data, size_t size, void *userdata) {
        (void) curl;
        if (type == CURLINFO_HEADER_OUT)
                see_command(userdata, (Str) { data, size });
        return 0;
}

static size_t on_reply(char *data, size_t size, size_t count, void *userdata) {
        Session *s = userdata;
        Str line = str_trim((Str) { data, size * count });
        bool last = line.len == 3 || (line.len > 3 && line.at[3] == ' ');
        int code;

        if (s->over)
                return size * count;
        s->active = monotonic();
        if (s->phase == PHASE_CONNECT && reach(s, PHASE_GREETING) < 0)
                return 0;
        if (s->reply.len > 0 && s->reply.len + line.len < s->reply.max)
                (void) text_addc(&s->reply, ' ');
        (void) text_add(&s->reply, (Str) { line.at, line.len < s->reply.max / 2 ? line.len : s->reply.max / 2 });
        if (last && text_to_int((Str) { line.at, 3 }, 100, 599, &code) == 0) {
                s->code = code;
                s->authenticated = s->authenticated || (s->phase == PHASE_AUTH && code == 235);
        }
        return size * count;
}

/* The last two bytes go alone: they are asked for only when all before them left, so "dot" is not told early. */
static size_t on_read(char *buffer, size_t size, size_t count, void *userdata) {
        Session *s = userdata;
        size_t room = size * count, tail = s->message.len - 2, n;

        if (s->unwritten)
                return CURL_READFUNC_ABORT;
        s->active = monotonic();
        n = s->sent < tail ? tail - s->sent : s->message.len - s->sent;
        if (n > room)
                n = room;
        if (s->sent + n == s->message.len && s->phase != PHASE_DOT) {
                if (reach(s, PHASE_DOT) < 0)
                        return CURL_READFUNC_ABORT;
                clear_reply(s);
        }
        memcpy(buffer, s->message.at + s->sent, n);
        s->sent += n;
        return n;
}

static int on_progress(void *userdata, curl_off_t dt, curl_off_t dn, curl_off_t ut, curl_off_t un) {
        Session *s = userdata;
        int64_t now = monotonic();
        int limit = s->phase == PHASE_DOT ? DOT_SECONDS : s->options->timeout_seconds;

        (void) dt, (void) dn, (void) ut, (void) un;
        if (s->over)
                return 1;
        s->stopped = s->stopped || s->stopping();
        s->timed_out = s->timed_out || now - s->active >= limit ||
                       (s->options->total_seconds > 0 && now - s->began >= s->options->total_seconds);
        return s->stopped || s->timed_out || s->unwritten;
}

/* Between the login and MAIL. libcurl goes on without a login when the relay offers none. */
static int on_session(void *userdata, char *ip, char *local_ip, int port, int local_port) {
        Session *s = userdata;

        (void) ip, (void) local_ip, (void) port, (void) local_port;
        s->unauthenticated = s->options->user && !s->authenticated;
        return s->unauthenticated ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static curl_socket_t on_open(void *userdata, curlsocktype purpose, struct curl_sockaddr *address) {
        Session *s = userdata;
        const int buffer = SEND_BUFFER;
        int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

        if (fd >= 0)
                (void) setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));

        (void) purpose;
        for (size_t i = 0; fd >= 0 && i < SOCKETS; i++) {
                if (s->sockets[i] < 0) {
                        s->sockets[i] = fd;
                        return fd;
                }
        }
        if (fd >= 0)
                (void) close(fd);
        return CURL_SOCKET_BAD;
}

static int on_close(void *userdata, curl_socket_t fd) {
        Session *s = userdata;

        for (size_t i = 0; i < SOCKETS; i++) {
                if (s->sockets[i] == fd)
                        s->sockets[i] = -1;
        }
        return close(fd);
}

/* Cleanup sends QUIT and would wait for its reply as long as for any other. After a success the QUIT still leaves. */
static void hang_up(const Session *s) {
        for (size_t i = 0; i < SOCKETS; i++) {
                if (s->sockets[i] >= 0)
                        (void) shutdown(s->sockets[i], s->phase == PHASE_DOT && s->code == 250 ? SHUT_RD : SHUT_RDWR);
        }
}

/* ---- the verdict ---- */

static Outcome by_code(int code) {
        return code >= 500 ? OUTCOME_PERMANENT : OUTCOME_TEMPORARY;
}

static Outcome channel_by_code(int code) {
        return code >= 400 && code < 500 ? OUTCOME_TEMPORARY : OUTCOME_CHANNEL;
}

/* Before a recipient was named. A relay that wants TLS or a login first is set up wrongly (RFC 3207, RFC 4954), and so
 * is one that answers the greeting or the login with 5xx. */
static Outcome classify_session(const Session *s, CURLcode r) {
        switch (r) {
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_URL_MALFORMAT:
        case CURLE_NOT_BUILT_IN:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        case CURLE_SSL_INVALIDCERTSTATUS:
        case CURLE_SSL_ENGINE_NOTFOUND:
                return OUTCOME_CHANNEL;
        case CURLE_USE_SSL_FAILED:  /* 454 to STARTTLS passes, its absence does not */
        case CURLE_LOGIN_DENIED:
        case CURLE_AUTH_ERROR:
                return channel_by_code(s->code);
        default:
                return s->code >= 400 ? channel_by_code(s->code) : OUTCOME_TEMPORARY;
        }
}

static Outcome classify(const Session *s, CURLcode r) {
        bool login_wanted = s->code == 530 || s->code == 534 || s->code == 535 || s->code == 538;

        if (s->unauthenticated)
                return OUTCOME_CHANNEL;
        switch (s->phase) {
        case PHASE_CONNECT:
        case PHASE_GREETING:
        case PHASE_AUTH:
                return classify_session(s, r);
        case PHASE_MAIL:
        case PHASE_RCPT:
        case PHASE_DATA:
                return login_wanted ? OUTCOME_CHANNEL : by_code(s->code);
        case PHASE_DOT:
                break;
        }
        if (s->code >= 400)
                return by_code(s->code);
        /* RFC 5321 4.2.1: the first digit tells */
        return s->code >= 200 && s->code < 300 ? OUTCOME_SENT : OUTCOME_UNKNOWN;
}

static void conclude(const Session *s, CURLcode r, Verdict *ret) {
        const char *why = s->unauthenticated ? "the relay offers no login that fits, though a user is set"
                          : s->timed_out     ? "no reply in time"
                          : s->stopped       ? "stopped while waiting"
                          : s->unwritten     ? "the attempt file cannot be written"
                          : s->error[0]      ? s->error
                                             : curl_easy_strerror(r);
        bool answered = s->code >= 400 || (s->phase == PHASE_DOT && s->code > 0);

        *ret = (Verdict) { .outcome = classify(s, r), .code = s->code };
        (void) snprintf(ret->phase, sizeof(ret->phase), "%s", phase_names[s->phase]);
        attempt_text(answered && !s->unauthenticated ? text_str(&s->reply) : str_of(why), ret->text, sizeof(ret->text));
}

static int refuse(Verdict *ret, Outcome outcome, const char *why) {
        *ret = (Verdict) { .outcome = outcome, .phase = "connect" };
        (void) snprintf(ret->text, sizeof(ret->text), "%s", why);
        return 0;
}

/* ---- setting up ---- */

static bool ehlo_valid(Str name) {
        for (size_t i = 0; i < name.len; i++) {
                char c = name.at[i];

                if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr(".-[]:", c)))
                        return false;
        }
        return name.len > 0 && name.len <= 253;
}

static bool url_has(CURLU *url, CURLUPart part) {
        char *text = NULL;
        bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;

        curl_free(text);
        return has;
}

/* libcurl takes the EHLO name from the path. Anything in the URL that we would not expect there is an error. */
static int build_url(const SmtpOptions *o, Str from, CURLU *url, bool *ret_plain) {
        const char *at = memrchr(from.at, '@', from.len);
        Str ehlo = o->ehlo ? str_of(o->ehlo) : (Str) { at + 1, from.len - (size_t) (at + 1 - from.at) };
        char *host = NULL, *scheme = NULL, *path = NULL, target[260];
        bool bad;

        if (!ehlo_valid(ehlo) || curl_url_set(url, CURLUPART_URL, o->url, 0) != CURLUE_OK)
                return -EINVAL;
        bad = curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
              curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
              curl_url_get(url, CURLUPART_PATH, &path, 0) != CURLUE_OK ||
              (strcmp(scheme, "smtp") != 0 && strcmp(scheme, "smtps") != 0) || strcmp(path, "/") != 0 ||
              url_has(url, CURLUPART_USER) || url_has(url, CURLUPART_PASSWORD) || url_has(url, CURLUPART_OPTIONS) ||
              url_has(url, CURLUPART_QUERY) || url_has(url, CURLUPART_FRAGMENT);
        *ret_plain = !bad && url_loopback(str_of(host)) && strcmp(scheme, "smtp") == 0 && !o->ca_file;
        curl_free(host);
        curl_free(scheme);
        curl_free(path);
        if (bad)
                return -EINVAL;
        (void) snprintf(target, sizeof(target), "/%.*s", STR_ARG(ehlo));
        return curl_url_set(url, CURLUPART_PATH, target, 0) == CURLUE_OK ? 0 : -EINVAL;
}

static bool message_sound(Str m) { /* CRLF only and 7-bit: a bare LF is refused by some relays and smuggles on others */
        size_t line = 0;

        if (m.len < 4 || m.len > LIMIT_MAIL_BYTES || m.at[m.len - 1] != '\n')
                return false;
        for (size_t i = 0; i < m.len; i++) {
                char c = m.at[i];

                if (c == '\0' || (unsigned char) c > 0x7f || (c == '\n' && (i == 0 || m.at[i - 1] != '\r')) ||
                    (c == '\r' && (i + 1 == m.len || m.at[i + 1] != '\n')))
                        return false;
                line = c == '\n' ? 0 : line + 1;
                if (line > 999) /* 998 and the CR, RFC 5322 2.1.1 */
                        return false;
        }
        return true;
}

#define SET(curl, option, value) (curl_easy_setopt((curl), (option), (value)) != CURLE_OK)

static bool set_callbacks(CURL *curl, Session *s) {
        return SET(curl, CURLOPT_ERRORBUFFER, s->error) ||
               SET(curl, CURLOPT_VERBOSE, 1L) || /* on_debug sees the commands; nothing is printed */
               SET(curl, CURLOPT_DEBUGFUNCTION, on_debug) || SET(curl, CURLOPT_DEBUGDATA, s) ||
               SET(curl, CURLOPT_HEADERFUNCTION, on_reply) || SET(curl, CURLOPT_HEADERDATA, s) ||
               SET(curl, CURLOPT_READFUNCTION, on_read) || SET(curl, CURLOPT_READDATA, s) ||
               SET(curl, CURLOPT_NOPROGRESS, 0L) ||
               SET(curl, CURLOPT_XFERINFOFUNCTION, on_progress) || SET(curl, CURLOPT_XFERINFODATA, s) ||
               SET(curl, CURLOPT_PREREQFUNCTION, on_session) || SET(curl, CURLOPT_PREREQDATA, s) ||
               SET(curl, CURLOPT_OPENSOCKETFUNCTION, on_open) || SET(curl, CURLOPT_OPENSOCKETDATA, s) ||
               SET(curl, CURLOPT_CLOSESOCKETFUNCTION, on_close) || SET(curl, CURLOPT_CLOSESOCKETDATA, s);
}

/* Our own clock judges each reply (on_progress); libcurl's limits stand behind it, set because its default changes with
 * its version. */
static bool set_limits(CURL *curl) {
        return SET(curl, CURLOPT_NOSIGNAL, 1L) || SET(curl, CURLOPT_QUICK_EXIT, 1L) ||
               SET(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps") || SET(curl, CURLOPT_PROXY, "") ||
               SET(curl, CURLOPT_CONNECTTIMEOUT, (long) DOT_SECONDS) ||
               SET(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long) DOT_SECONDS);
}

static bool set_security(CURL *curl, bool plain, const SmtpOptions *o) {
        return SET(curl, CURLOPT_USE_SSL, plain ? (long) CURLUSESSL_NONE : (long) CURLUSESSL_ALL) ||
               SET(curl, CURLOPT_SSL_VERIFYPEER, 1L) || SET(curl, CURLOPT_SSL_VERIFYHOST, 2L) ||
               SET(curl, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2) ||
               (o->ca_file && SET(curl, CURLOPT_CAINFO, o->ca_file)) ||
               (o->user && SET(curl, CURLOPT_USERNAME, o->user)) ||
               (o->user && SET(curl, CURLOPT_PASSWORD, o->password ? o->password : ""));
}

static bool set_envelope(CURL *curl, CURLU *url, Str from, struct curl_slist *to, size_t size) {
        char sender[260];

        (void) snprintf(sender, sizeof(sender), "%.*s", STR_ARG(from));
        return SET(curl, CURLOPT_CURLU, url) || SET(curl, CURLOPT_MAIL_FROM, sender) ||
               SET(curl, CURLOPT_MAIL_RCPT, to) || SET(curl, CURLOPT_UPLOAD, 1L) ||
               SET(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t) size);
}

static int transfer(Session *s, CURLU *url, bool plain, Str from, Str to, Verdict *ret) {
        char recipient[260];
        struct curl_slist *list;
        CURL *curl = curl_easy_init();
        CURLcode r;

        (void) snprintf(recipient, sizeof(recipient), "%.*s", STR_ARG(to));
        list = curl_slist_append(NULL, recipient);
        if (!curl || !list || set_callbacks(curl, s) || set_limits(curl) || set_security(curl, plain, s->options) ||
            set_envelope(curl, url, from, list, s->message.len)) {
                curl_easy_cleanup(curl);
                curl_slist_free_all(list);
                (void) refuse(ret, OUTCOME_TEMPORARY, "libcurl cannot be set up");
                return err_oom(s->e);
        }
        r = curl_easy_perform(curl);
        conclude(s, r, ret);
        hang_up(s);
        curl_easy_cleanup(curl);
        curl_slist_free_all(list);
        return s->unwritten ? -EIO : 0;
}

int smtp_deliver(const SmtpOptions *o, Str from, Str to, Str message, int attempt_fd, bool (*stopping)(void),
                 Verdict *ret, Err *e) {
        Session s = { .options = o, .stopping = stopping, .message = message, .attempt_fd = attempt_fd, .e = e,
                      .reply = TEXT_INIT(2048) };
        CURLU *url;
        bool plain;
        int r;

        if (!address_valid(from))
                return refuse(ret, OUTCOME_CHANNEL, "the sender's address is not of the form name@domain.tld");
        if (!address_valid(to))
                return refuse(ret, OUTCOME_PERMANENT, "the recipient's address is not of the form name@domain.tld");
        if (!message_sound(message))
                return refuse(ret, OUTCOME_PERMANENT, "the message is not 7-bit text with CRLF line ends");
        (void) refuse(ret, OUTCOME_TEMPORARY, "not started");
        url = curl_url();
        if (!url)
                return err_oom(e);
        for (size_t i = 0; i < SOCKETS; i++)
                s.sockets[i] = -1;
        s.began = s.active = monotonic();
        if (build_url(o, from, url, &plain) < 0)
                r = refuse(ret, OUTCOME_CHANNEL, "the relay is not written as smtp://host:port or smtps://host:port");
        else
                r = transfer(&s, url, plain, from, to, ret);
        text_free(&s.reply);
        curl_url_cleanup(url);
        return r;
}
