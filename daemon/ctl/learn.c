/* SPDX-License-Identifier: MIT */
/* nq57ctl learn: a browser's recording to the draft of a profile. Works without a configuration and a daemon. */
#include "daemon/ctl/learn.h"

#include "config/load.h"
#include "daemon/ctl/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define DRAFT_BYTES (1u << 20)

static int learn_status(const char *why) {
        ctl_say("%s", why);
        return CTL_TROUBLE;
}

/* The file's own name, else the host's first part: what a profile may be called. */
static void learn_id(const Ctl *c, const Draft *d, char *ret, size_t size) {
        const char *name = c->args->out ? c->args->out : d->origin, *slash;
        size_t n = 0;

        if (!c->args->out && (slash = strstr(name, "://")))
                name = slash + 3;
        if (c->args->out && (slash = strrchr(name, '/')))
                name = slash + 1;
        for (; *name && *name != '.' && n + 1 < size && n < 32; name++)
                if ((*name >= 'a' && *name <= 'z') || (*name >= '0' && *name <= '9') || *name == '-')
                        ret[n++] = *name;
        ret[n] = '\0';
        if (n == 0 || (ret[0] >= '0' && ret[0] <= '9'))
                snprintf(ret, size, "learned");
}

static int learn_put(const char *path, Str yaml, Err *e) {
        _cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);

        if (fd < 0 && errno == EEXIST)
                return err_set(e, -EEXIST, RETRY_NEVER, "%s is there already", path);
        if (fd < 0 || write(fd, yaml.at, yaml.len) != (ssize_t) yaml.len || fsync(fd) < 0)
                return err_set(e, -EIO, RETRY_NEVER, "cannot write %s: %s", path, strerror(errno));
        return 0;
}

static void learn_told(const Ctl *c, const Draft *d) {
        static const char *const kinds[DRAFT_KINDS][2] = {
                [DRAFT_NONE] = { "no login", "không đăng nhập" },
                [DRAFT_BASIC] = { "account and password with each request", "tài khoản, mật khẩu ở mỗi yêu cầu" },
                [DRAFT_BEARER] = { "a token with each request", "mã ở mỗi yêu cầu" },
                [DRAFT_KEY_HEADER] = { "a key in a header", "khóa trong tiêu đề" },
                [DRAFT_KEY_QUERY] = { "a key in the address", "khóa trong địa chỉ" },
                [DRAFT_JSON_LOGIN] = { "a JSON login", "đăng nhập JSON" },
                [DRAFT_HTML_FORM] = { "a login form", "biểu mẫu đăng nhập" },
                [DRAFT_STEPS] = { "a login by a script of the page", "đăng nhập bằng mã của trang" },
        };

        if (d->origin)
                ctl_say(c->vi ? "địa chỉ %s (ghi vào url trong nq57d.yaml); %s"
                              : "address %s (for `url` in nq57d.yaml); %s",
                        d->origin, kinds[d->session.kind][c->vi]);
        for (int i = 0; i < d->n_streams; i++)
                ctl_say(c->vi ? "%s %s: %d %s, phân trang %s" : "%s %s: %d %s, paging %s", d->stream[i].method,
                        d->stream[i].path, d->stream[i].list->records,
                        c->vi                                ? "bản ghi"
                        : d->stream[i].list->records == 1 ? "record"
                                                             : "records",
                        d->stream[i].paging);
        for (int i = 0; i < d->n_notes; i++)
                ctl_say("%s%s", d->note[i].decide ? "? " : "", c->vi ? d->note[i].vi : d->note[i].en);
}

/* The draft goes through the same compiler as any profile: what it says is for the person who goes on from here. */
static int learn_check(const Ctl *c, const char *name, Str yaml, Err *e) {
        FindingList found = { 0 };
        FindingSink sink = finding_list_sink(&found);
        Notices notices = { .sink = &sink };
        _cleanup_(document_freep) Document *document = NULL;
        _cleanup_(profile_freep) Profile *profile = NULL;
        int r = load_text(yaml, name, LOAD_PROFILE, &notices, &document, e);

        if (r == 0)
                r = profile_compile(document->root, &sink, &profile, e);
        for (size_t i = 0; i < found.n; i++) {
                _cleanup_text_ Text line = TEXT_INIT(4096);

                if (finding_format(&found.at[i], c->vi, &line) == 0)
                        ctl_say("%s", line.at);
        }
        finding_list_free(&found);
        return r;
}

static int learn_finish(const Ctl *c, const Draft *d) {
        _cleanup_text_ Text yaml = TEXT_INIT(DRAFT_BYTES);
        const char *out = c->args->out, *recording = strrchr(c->args->word[0], '/');
        char id[40];
        Err e = { 0 };
        int r;

        learn_id(c, d, id, sizeof id);
        r = learn_write(d, id, recording ? recording + 1 : c->args->word[0], c->vi, &yaml);
        if (r < 0)
                return learn_status("the draft does not fit");
        r = learn_check(c, out ? out : "profile", text_str(&yaml), &e);
        if (r >= 0 && !out)
                fwrite(yaml.at, 1, yaml.len, stdout);
        else if (r >= 0 && learn_put(out, text_str(&yaml), &e) < 0)
                r = -1;
        if (r < 0)
                return ctl_fail(&e);
        if (out)
                ctl_say(c->vi ? "đã ghi %s; xem các dòng có `# ?`, rồi nq57d --check" :
                                "wrote %s; look at the lines with `# ?`, then nq57d --check", out);
        return r == 0 && fflush(stdout) == 0 ? CTL_OK : CTL_TROUBLE;
}

int verb_learn(Ctl *c) {
        _cleanup_text_ Text file = TEXT_INIT(HAR_BYTES);
        HarLog log = { 0 };
        Draft draft = { 0 };
        char why[200] = "";
        Err e = { 0 };
        int r = load_bytes(c->args->word[0], HAR_BYTES, &file, &e), status;

        if (r != 0) {
                ctl_say("%s", r < 0 ? e.text : "no such file");
                return r < 0 ? CTL_TROUBLE : CTL_NO_OBJECT;
        }
        r = har_read(text_str(&file), &log, why);
        if (r != 0)
                return learn_status(r < 0 ? "out of memory" : why);
        text_free(&file);
        r = draft_make(&log, &draft);
        if (r < 0)
                status = learn_status("out of memory");
        else {
                learn_told(c, &draft);
                status = r == DRAFT_E_NOTHING ? CTL_NOTHING : learn_finish(c, &draft);
        }
        draft_free(&draft);
        har_free(&log);
        return status;
}
