/* SPDX-License-Identifier: MIT */
#include "connectors/mail/message.h"

#include <errno.h>

#include "connectors/limits.h"

#define LINE_MAX_ENCODED 76 /* RFC 2045 6.7 (5) and RFC 2047 2: of a line that holds encoded text */
#define WORD_OVERHEAD 12    /* =?UTF-8?B??= */
#define WORD_MAX 75         /* RFC 2047 2 */
#define ADDRESS_MAX 254     /* RFC 5321 4.5.3.1.3, without the angle brackets */
#define LOCAL_MAX 64
#define LABEL_MAX 63
#define ID_MAX 250
#define TOO_BIG "the mail is larger than the limit of 1 MiB"

static bool is_alnum(char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_atext(char c) { /* RFC 5322 3.2.3 */
        return is_alnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool dot_atom_valid(Str s, size_t max) {
        if (s.len == 0 || s.len > max || s.at[0] == '.' || s.at[s.len - 1] == '.')
                return false;
        for (size_t i = 0; i < s.len; i++) {
                if (s.at[i] == '.' ? s.at[i - 1] == '.' : !is_atext(s.at[i]))
                        return false;
        }
        return true;
}

static bool label_valid(Str label) {
        if (label.len == 0 || label.len > LABEL_MAX || label.at[0] == '-' || label.at[label.len - 1] == '-')
                return false;
        for (size_t i = 0; i < label.len; i++) {
                if (!is_alnum(label.at[i]) && label.at[i] != '-')
                        return false;
        }
        return true;
}

static bool all_digits(Str s) {
        for (size_t i = 0; i < s.len; i++) {
                if (s.at[i] < '0' || s.at[i] > '9')
                        return false;
        }
        return true;
}

static bool domain_valid(Str domain) {
        Str label = STR_NULL;
        size_t labels = 0, at = 0;

        for (size_t i = 0; i <= domain.len; i++) {
                if (i < domain.len && domain.at[i] != '.')
                        continue;
                label = (Str) { domain.at + at, i - at };
                if (!label_valid(label))
                        return false;
                labels++;
                at = i + 1;
        }
        return labels >= 2 && !all_digits(label);
}

bool address_valid(Str address) {
        const char *at = address.len > 0 && address.len <= ADDRESS_MAX ? memrchr(address.at, '@', address.len) : NULL;

        if (!at)
                return false;

        Str local = { address.at, (size_t) (at - address.at) };
        return dot_atom_valid(local, LOCAL_MAX) && domain_valid((Str) { at + 1, address.len - local.len - 1 });
}

/* ---- header text ---- */

/* C0, DEL, C1 and the two Unicode line ends: whatever a reader might take for the end of a header or for a command. */
static bool is_control(const char *at, size_t left) {
        unsigned char c = (unsigned char) at[0], next = left > 1 ? (unsigned char) at[1] : 0;

        return c < 0x20 || c == 0x7f || (c == 0xc2 && next >= 0x80 && next < 0xa0) ||
               (c == 0xe2 && left > 2 && next == 0x80 && ((unsigned char) at[2] & 0xfe) == 0xa8);
}

/* One line of header text in NFC, so that the same name has the same bytes whoever typed it. */
static int header_text(Arena *arena, const char *what, const char *text, Str *ret, Err *e) {
        Str s = str_of(text);
        int r;

        if (!utf8_valid(s))
                return err_set(e, -EINVAL, RETRY_NEVER, "%s is not valid UTF-8", what);
        for (size_t i = 0; i < s.len; i++) {
                if (is_control(s.at + i, s.len - i))
                        return err_set(e, -EINVAL, RETRY_NEVER, "%s holds a control character, byte %zu", what, i + 1);
        }
        r = text_normalise(arena, s, ret);
        return r == -ENOMEM ? err_oom(e) : r;
}

static size_t char_bytes(Str s, size_t at) {
        size_t n = 1;

        while (at + n < s.len && ((unsigned char) s.at[at + n] & 0xc0) == 0x80)
                n++;
        return n;
}

/* U+0300..U+036F, the marks of Vietnamese and its neighbours: kept with their letter when a word is cut, since readers
 * draw each word by itself. */
static bool is_mark(Str s, size_t at) {
        unsigned char c = (unsigned char) s.at[at];

        return at + 1 < s.len && (c == 0xcc || (c == 0xcd && (unsigned char) s.at[at + 1] < 0xb0));
}

/* How many bytes from `at` on fit into `room` bytes, at least one character, never cut inside one. */
static size_t word_bytes(Str s, size_t at, size_t room) {
        size_t n = 0, kept = 0;

        while (at + n < s.len) {
                size_t step = char_bytes(s, at + n);

                if (n > 0 && !is_mark(s, at + n))
                        kept = n;
                if (n > 0 && n + step > room)
                        return kept > 0 ? kept : n;
                n += step;
        }
        return n;
}

/* `column` is where the line stands; returns where it stands afterwards. */
static size_t add_words(Text *t, Str s, size_t column) {
        for (size_t at = 0; at < s.len;) {
                size_t width = LINE_MAX_ENCODED - column < WORD_MAX ? LINE_MAX_ENCODED - column : WORD_MAX;
                size_t n = word_bytes(s, at, (width - WORD_OVERHEAD) / 4 * 3);

                text_add(t, STR("=?UTF-8?B?"));
                text_add_base64(t, (Str) { s.at + at, n });
                text_add(t, STR("?="));
                column += WORD_OVERHEAD + (n + 2) / 3 * 4;
                at += n;
                if (at < s.len) {
                        text_add(t, STR("\r\n "));
                        column = 1;
                }
        }
        return column;
}

/* Text that may stand as it is: ASCII, short enough for one line, nothing that looks like an encoded word. */
static bool is_plain(Str s, size_t room) {
        if (s.len > room || memmem(s.at ? s.at : "", s.len, "=?", 2))
                return false;
        for (size_t i = 0; i < s.len; i++) {
                if ((unsigned char) s.at[i] > 0x7e)
                        return false;
        }
        return true;
}

static void add_phrase(Text *t, Str name) { /* RFC 5322 3.2.5: atoms, else a quoted string */
        bool atoms = true;

        for (size_t i = 0; i < name.len; i++)
                atoms = atoms && (is_atext(name.at[i]) || name.at[i] == ' ');
        if (atoms) {
                text_add(t, name);
                return;
        }
        text_addc(t, '"');
        for (size_t i = 0; i < name.len; i++) {
                if (name.at[i] == '"' || name.at[i] == '\\')
                        text_addc(t, '\\');
                text_addc(t, name.at[i]);
        }
        text_addc(t, '"');
}

/* `label` is also the field's name: "From: " */
static int add_mailbox(Text *t, Arena *arena, Str label, const char *name, const char *address, Err *e) {
        size_t column = label.len + 2;
        Str display = STR_NULL, a = str_of(address);
        int r;

        if (!address_valid(a))
                return err_set(e, -EINVAL, RETRY_NEVER, "the %.*s address is not of the form name@domain.tld",
                               STR_ARG(label));
        r = header_text(arena, "a display name", name, &display, e);
        if (r < 0)
                return r;

        text_add(t, label);
        text_add(t, STR(": "));
        if (display.len == 0) {
                text_add(t, a);
                text_add(t, STR("\r\n"));
                return 0;
        }
        if (is_plain(display, 30)) { /* doubled by quoting it still fits beside the field's name */
                size_t from = t->len;

                add_phrase(t, display);
                column += t->len - from;
        } else
                column = add_words(t, display, column);
        text_add(t, column + a.len + 3 > LINE_MAX_ENCODED ? STR("\r\n <") : STR(" <"));
        text_add(t, a);
        text_add(t, STR(">\r\n"));
        return 0;
}

static int add_subject(Text *t, Arena *arena, const char *subject, Err *e) {
        Str label = STR("Subject: "), s = STR_NULL;
        int r;

        r = header_text(arena, "the subject", subject, &s, e);
        if (r < 0)
                return r;
        text_add(t, label);
        if (is_plain(s, LINE_MAX_ENCODED - label.len))
                text_add(t, s);
        else
                (void) add_words(t, s, label.len);
        text_add(t, STR("\r\n"));
        return 0;
}

static int add_message_id(Text *t, const char *id, Err *e) {
        Str s = str_of(id);
        const char *at = s.len > 0 ? memchr(s.at, '@', s.len) : NULL;

        if (!at || !dot_atom_valid((Str) { s.at, (size_t) (at - s.at) }, ID_MAX) ||
            !dot_atom_valid((Str) { at + 1, s.len - (size_t) (at - s.at) - 1 }, ID_MAX) || s.len > ID_MAX)
                return err_set(e, -EINVAL, RETRY_NEVER, "the Message-ID is not of the form name@domain");
        text_addf(t, "Message-ID: <%.*s>\r\n", STR_ARG(s));
        return 0;
}

/* ---- the body: quoted-printable, RFC 2045 6.7 ---- */

static void add_qp_byte(Text *t, unsigned char c, bool literal) {
        static const char hex[] = "0123456789ABCDEF";

        if (literal) {
                text_addc(t, (char) c);
                return;
        }
        text_addc(t, '=');
        text_addc(t, hex[c >> 4]);
        text_addc(t, hex[c & 15]);
}

/* Beyond the rule: a dot at the start of a line (SMTP) and an F (mbox "From ") never stand as they are, so no store or
 * relay on the way has a reason to touch a line. */
static bool qp_literal(Str line, size_t at, size_t column) {
        char c = line.at[at];

        if (c == ' ' || c == '\t')
                return at + 1 < line.len;
        if (column == 0 && (c == '.' || c == 'F'))
                return false;
        return c > 0x20 && c < 0x7f && c != '=';
}

static void add_qp_line(Text *t, Str line) {
        size_t column = 0;

        for (size_t at = 0; at < line.len;) {
                size_t n = char_bytes(line, at), width = 0;

                for (size_t i = 0; i < n; i++)
                        width += qp_literal(line, at + i, column + i) ? 1 : 3;
                if (column + width > LINE_MAX_ENCODED - 1) { /* one is for the soft break; characters stay whole */
                        text_add(t, STR("=\r\n"));
                        column = 0;
                        continue;
                }
                for (size_t i = 0; i < n; i++)
                        add_qp_byte(t, (unsigned char) line.at[at + i], qp_literal(line, at + i, column + i));
                column += width;
                at += n;
        }
        text_add(t, STR("\r\n"));
}

/* In a body a control character is not worth losing the mail for (titles come from outside), but it reaches nobody's
 * terminal: U+FFFD stands in its place. */
static int body_clean(Text *clean, Str line) {
        for (size_t i = 0; i < line.len;) {
                size_t n = char_bytes(line, i);

                if (line.at[i] != '\t' && is_control(line.at + i, line.len - i))
                        text_add(clean, STR("\xef\xbf\xbd"));
                else
                        text_add(clean, (Str) { line.at + i, n });
                i += n;
        }
        return clean->failed;
}

static int add_body(Text *t, const char *body, Err *e) {
        _cleanup_text_ Text clean = TEXT_INIT(LIMIT_MAIL_BYTES);
        Str rest = str_of(body);

        if (!utf8_valid(rest))
                return err_set(e, -EINVAL, RETRY_NEVER, "the text of the mail is not valid UTF-8");
        while (rest.len > 0) {
                const char *end = memchr(rest.at, '\n', rest.len);
                Str line = { rest.at, end ? (size_t) (end - rest.at) : rest.len };
                size_t used = line.len + (end ? 1 : 0);

                if (line.len > 0 && line.at[line.len - 1] == '\r')
                        line.len--;
                text_clear(&clean);
                if (body_clean(&clean, line) < 0)
                        return clean.failed == -ENOMEM ? err_oom(e) : err_set(e, -E2BIG, RETRY_NEVER, TOO_BIG);
                add_qp_line(t, text_str(&clean));
                rest = (Str) { rest.at + used, rest.len - used };
        }
        return 0;
}

static int add_headers(Text *t, Arena *arena, const MailParts *p, Err *e) {
        char date[WHEN_TEXT];
        int r;

        text_addf(t, "Date: %s\r\n", when_rfc5322(p->date, date));
        r = add_mailbox(t, arena, STR("From"), p->from_name, p->from_address, e);
        if (r >= 0)
                r = add_mailbox(t, arena, STR("To"), p->to_name, p->to_address, e);
        if (r >= 0 && p->reply_address)
                r = add_mailbox(t, arena, STR("Reply-To"), p->reply_name, p->reply_address, e);
        if (r >= 0)
                r = add_subject(t, arena, p->subject, e);
        if (r >= 0)
                r = add_message_id(t, p->message_id, e);
        if (r < 0)
                return r;
        text_add(t, STR("MIME-Version: 1.0\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\n"
                        "Content-Transfer-Encoding: quoted-printable\r\n"
                        "Auto-Submitted: auto-generated\r\n"
                        "X-Auto-Response-Suppress: All\r\n"
                        "\r\n"));
        return 0;
}

int message_build(const MailParts *parts, Text *ret, Err *e) {
        _cleanup_text_ Text mail = TEXT_INIT(LIMIT_MAIL_BYTES);
        _cleanup_arena_ Arena arena = { 0 };
        int r;

        r = add_headers(&mail, &arena, parts, e);
        if (r < 0)
                return r;
        r = add_body(&mail, parts->body, e);
        if (r < 0)
                return r;
        if (mail.failed == -ENOMEM)
                return err_oom(e);
        if (mail.failed < 0)
                return err_set(e, -E2BIG, RETRY_NEVER, TOO_BIG);

        *ret = mail;
        mail = (Text) { 0 };
        return 0;
}
