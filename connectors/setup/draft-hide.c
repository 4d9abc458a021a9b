/* SPDX-License-Identifier: MIT */
/* What was typed at a login, and what the system gave for it, stays out of a draft, however it is written there. */
#include <ctype.h>

#include "connectors/session/written.h"
#include "connectors/setup/draft-parts.h"

#define SHORTEST 3    /* bytes; a shorter word stands in every second address */
#define LONG_ENOUGH 8 /* so long a word is no part of another by chance */
#define HIDDEN STR("HIDDEN")

void draft_keep_out(Draft *d, Str word) {
        Str copy;
        if (word.len < SHORTEST)
                return;
        for (int i = 0; i < d->n_out; i++)
                if (str_eq(d->out[i], word))
                        return;
        if (d->n_out == DRAFT_OUT || arena_str(&d->arena, word, &copy) < 0)
                d->out_lost = true;
        else
                d->out[d->n_out++] = copy;
}

/* How many bytes of the text are the word, from its beginning on; 0: it does not begin so. */
static size_t word_at(Str text, Str word) {
        for (int way = 0; way < WRITTEN_WAYS; way++) {
                bool whole;
                size_t n = written_goes((WrittenWay) way, text, word, &whole);
                if (whole)
                        return n;
        }
        return 0;
}

bool draft_tells_typed(const Draft *d, const char *text) {
        for (const char *at = text; at && *at; at++)
                for (int i = 0; i < d->n_out; i++)
                        if (d->out_lost || word_at(str_of(at), d->out[i]) > 0)
                                return true;
        return false;
}

static bool letter(char c) {
        return isalnum((unsigned char) c) || (unsigned char) c >= 0x80;
}

/* A short word counts where it stands alone: the account `dat` is no part of /api/data. */
static size_t alone_at(const Draft *d, Str text, size_t at) {
        Str left = { text.at + at, text.len - at };
        for (int i = 0; i < d->n_out; i++) {
                size_t n = word_at(left, d->out[i]);
                bool apart = (at == 0 || !letter(text.at[at - 1])) && (n == left.len || !letter(left.at[n]));
                if (n > 0 && (apart || d->out[i].len >= LONG_ENOUGH))
                        return n;
        }
        return 0;
}

/* True: something was taken out. Without memory the whole text goes. */
static bool text_hide(Draft *d, const char **text) {
        _cleanup_text_ Text t = TEXT_INIT(20000);
        Str s = *text ? str_of(*text) : STR("");
        bool any = false;
        for (size_t at = 0; at < s.len;) {
                size_t n = alone_at(d, s, at);
                any = any || n > 0;
                text_add(&t, n > 0 ? HIDDEN : (Str) { s.at + at, 1 });
                at += n > 0 ? n : 1;
        }
        if (!any)
                return false;
        *text = t.failed ? NULL : arena_copy(&d->arena, text_str(&t));
        if (!*text)
                *text = "/";
        return true;
}

static void path_hide(Draft *d, const char **path) {
        if (text_hide(d, path))
                draft_note(d, true, "{}: HIDDEN stands for what was typed at the login or a token of the session",
                           "{}: HIDDEN thay cho điều đã gõ khi đăng nhập hoặc mã của phiên", *path);
}

static void pairs_hide(Draft *d, HarPairs *pairs, const char *path) {
        HarPair *at = arena_get(&d->arena, (pairs->n + 1) * sizeof *at);
        size_t n = 0;
        for (size_t i = 0; at && i < pairs->n; i++)
                if (!draft_tells_typed(d, pairs->at[i].value))
                        at[n++] = pairs->at[i];
        if (n < pairs->n)
                draft_note(d, true,
                           "{}: a value was not taken over, it holds what was typed at the login or a token of the "
                           "session",
                           "{}: có giá trị không được chép lại vì chứa điều đã gõ khi đăng nhập hoặc mã của phiên",
                           path);
        *pairs = (HarPairs) { at, n };
}

static void body_hide(Draft *d, const char **text, const char *path) {
        if (!draft_tells_typed(d, *text))
                return;
        *text = NULL;
        draft_note(d, true,
                   "{}: the body was not taken over, it holds what was typed at the login or a token of the session",
                   "{}: nội dung gửi không được chép lại vì chứa điều đã gõ khi đăng nhập hoặc mã của phiên", path);
}

/* The notes come last: they name the addresses as they were. */
void draft_hide(Draft *d) {
        DraftSession *session = &d->session;
        const char **const paths[] = { &session->login_path, &session->refresh_path, &session->proof_path,
                                       &session->csrf_path };
        for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
                path_hide(d, paths[i]);
        for (int i = 0; i < d->n_streams; i++) {
                DraftStream *s = &d->stream[i];
                path_hide(d, &s->path);
                path_hide(d, &s->detail_path);
                pairs_hide(d, &s->query, s->path);
                pairs_hide(d, &s->headers, s->path);
                body_hide(d, &s->json, s->path);
                body_hide(d, &s->form, s->path);
        }
        for (int i = 0; i < d->n_notes; i++) {
                (void) text_hide(d, &d->note[i].en);
                (void) text_hide(d, &d->note[i].vi);
        }
}
