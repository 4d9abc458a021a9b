/* SPDX-License-Identifier: MIT */
/* nq57ctl import: what a file would tell, and, asked to, into the folder of its source with it. */
#include "connectors/files/file-preview.h"
#include "daemon/ctl/table.h"
#include "daemon/ctl/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHOWN 5        /* records, as a sample */
#define ASIDE_SHOWN 20

typedef struct Import {
        const Ctl *ctl;
        Text columns, samples, aside; /* lines */
        int n_samples, n_aside;
} Import;

static const SourceOptions *import_source(const Ctl *c) {
        const SourceOptions *found = NULL;
        int n = 0;

        for (size_t i = 0; i < c->settings->n_sources; i++) {
                const SourceOptions *o = &c->settings->sources[i];

                if (!o->files || (c->args->source && strcmp(o->id, c->args->source) != 0))
                        continue;
                found = o;
                n++;
        }
        if (n == 1)
                return found;
        ctl_say(n == 0 ? (c->vi ? "không có nguồn nào đọc tệp (sources.*.files)%s%s"
                                : "no source takes files (sources.*.files)%s%s")
                       : (c->vi ? "có hai nguồn đọc tệp: thêm --source MÃ%s%s"
                                : "two sources take files: add --source ID%s%s"),
                c->args->source ? ": " : "", c->args->source ? c->args->source : "");
        return NULL;
}

static void import_value(Text *t, const Value *v) {
        if (v->state == VALUE_SET)
                (void) text_add(t, v->text);
        else if (v->state == VALUE_INVALID)
                (void) text_addf(t, "?" STR_FMT, STR_ARG(v->raw));
        else
                (void) text_addc(t, '-');
}

static void import_record(void *userdata, int row, const RecordSide *side) {
        Import *w = userdata;

        if (w->n_samples++ >= SHOWN)
                return;
        (void) text_addf(&w->samples, "  %d  " STR_FMT, row, STR_ARG(side->identity.code));
        for (int i = 0; i < FIELD_COUNT; i++)
                if (side->field[i].state != VALUE_ABSENT) {
                        (void) text_addf(&w->samples, "; %s: ", w->ctl->vi ? field_table[i].vi : field_table[i].key);
                        import_value(&w->samples, &side->field[i]);
                }
        (void) text_addc(&w->samples, '\n');
}

static void import_put_aside(void *userdata, int row, const Quarantine *q) {
        Import *w = userdata;
        bool vi = w->ctl->vi;

        if (w->n_aside++ >= ASIDE_SHOWN)
                return;
        (void) text_addf(&w->aside, "  %s %d: %s: " STR_FMT " `" STR_FMT "`%s" STR_FMT "\n", vi ? "dòng" : "row", row,
                         vi ? fault_vn(q->fault) : fault_names[q->fault], STR_ARG(q->field), STR_ARG(q->value),
                         q->nearest.len ? (vi ? ", gần giống: " : ", nearest: ") : "", STR_ARG(q->nearest));
}

static void import_column(void *userdata, Str member, Str header, Str nearest) {
        Import *w = userdata;
        bool vi = w->ctl->vi;

        if (!member.at)
                (void) text_addf(&w->columns, "  %s " STR_FMT "\n", vi ? "(không dùng)" : "(not used)",
                                 STR_ARG(header));
        else if (header.at)
                (void) text_addf(&w->columns, "  " STR_FMT " <- " STR_FMT "\n", STR_ARG(member), STR_ARG(header));
        else
                (void) text_addf(&w->columns, "  " STR_FMT ": %s%s" STR_FMT "\n", STR_ARG(member),
                                 vi ? "KHÔNG CÓ cột" : "NO column",
                                 nearest.len == 0 ? ""
                                 : vi             ? ", gần giống: "
                                                  : ", nearest: ",
                                 STR_ARG(nearest));
}

/* What is taken for no record is said: nothing goes in silence. */
static void import_left_out(Text *t, const RowsLeft *l, bool vi) {
        _cleanup_text_ Text left = TEXT_INIT(400);

        rows_left_text(l, vi, &left);
        if (left.len > 0)
                (void) text_addf(t, vi ? "; không phải bản ghi: " STR_FMT : "; no records: " STR_FMT,
                                 STR_ARG(text_str(&left)));
        (void) text_addc(t, '\n');
}

static void import_show(const Ctl *c, const SourceOptions *o, const FilePreview *p, const Import *w) {
        _cleanup_text_ Text t = TEXT_INIT(1u << 20);
        char as_of[WHEN_TEXT];
        bool vi = c->vi;

        (void) text_addf(&t, vi ? "nguồn %s, luồng %s; số liệu lúc %s\n" : "source %s, stream %s; data as of %s\n",
                         o->id, p->stream, words_when(p->as_of, vi, as_of));
        if (p->header_row > 0)
                (void) text_addf(&t, "%s %d%s%s%s\n", vi ? "tiêu đề đến dòng" : "header up to row", p->header_row,
                                 p->sheet[0] == '\0' ? "" : vi ? " của trang tính `" : " of sheet `", p->sheet,
                                 p->sheet[0] == '\0' ? "" : "`");
        if (w->columns.len > 0)
                (void) text_addf(&t, "%s:\n%s", vi ? "cột" : "columns", w->columns.at);
        (void) text_addf(&t, vi ? "%zu dòng: đọc được %lld, để riêng %lld" : "%zu rows: %lld read, %lld put aside",
                         p->rows, (long long) p->taken, (long long) p->put_aside);
        import_left_out(&t, &p->left, vi);
        if (w->aside.len > 0)
                (void) text_addf(&t, "%s:\n%s", vi ? "để riêng" : "put aside", w->aside.at);
        if (w->samples.len > 0)
                (void) text_addf(&t, "%s:\n%s", vi ? "ví dụ" : "for example", w->samples.at);
        table_lines(text_str(&t), stdout);
}

static int import_write(int fd, Str bytes, const char *path, Err *e) {
        struct stat st;
        size_t done = 0;

        while (done < bytes.len) {
                ssize_t n = write(fd, bytes.at + done, bytes.len - done);

                if (n <= 0)
                        return err_set(e, -EIO, RETRY_NEVER, "cannot write into the folder");
                done += (size_t) n;
        }
        if (stat(path, &st) == 0) /* of when its data may be */
                (void) futimens(fd, (const struct timespec[2]) { st.st_atim, st.st_mtim });
        return fsync(fd) < 0 ? err_set(e, -errno, RETRY_NEVER, "cannot write into the folder") : 0;
}

/* Under a name that is never read, then renamed: the daemon sees the whole file or none. */
static int import_hand_over(const char *folder, const char *path, Str bytes, Err *e) {
        const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
        _cleanup_text_ Text temp = TEXT_INIT(8192), target = TEXT_INIT(8192);
        _cleanup_close_ int fd = -1;
        int r;

        (void) text_addf(&temp, "%s/.%s.part", folder, name);
        (void) text_addf(&target, "%s/%s", folder, name);
        if (temp.failed || target.failed)
                return err_oom(e);
        fd = open(temp.at, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd < 0)
                return err_set(e, -errno, RETRY_NEVER, "cannot write %s: %s", temp.at, strerror(errno));
        r = import_write(fd, bytes, path, e);
        if (r == 0 && rename(temp.at, target.at) < 0)
                r = err_set(e, -errno, RETRY_NEVER, "cannot write %s: %s", target.at, strerror(errno));
        if (r < 0)
                (void) unlink(temp.at);
        return r;
}

static int import_finish(const Ctl *c, const SourceOptions *o, const FilePreview *p) {
        const char *path = c->args->word[0];
        Err e = { 0 };

        if (c->args->given & OPTION_DRY_RUN)
                return CTL_OK;
        if (!p->name_fits) {
                ctl_say(c->vi ? "luồng %s chỉ nhận tệp tên `%s`: đổi tên tệp rồi chạy lại"
                              : "the stream %s takes files named `%s`: rename it and try again",
                        p->stream, p->names);
                return CTL_TROUBLE;
        }
        if (import_hand_over(o->files, path, text_str(&p->bytes), &e) < 0)
                return ctl_fail(&e);
        ctl_say(c->vi ? "đã đưa vào %s; lần đọc tới sẽ nhận (đọc ngay: nq57ctl sync)"
                      : "put into %s; the next reading takes it (at once: nq57ctl sync)",
                o->files);
        return CTL_OK;
}

int verb_import(Ctl *c) {
        Import w = { .ctl = c, .samples = TEXT_INIT(1u << 16), .aside = TEXT_INIT(1u << 16),
                     .columns = TEXT_INIT(1u << 17) };
        const PreviewSink sink = { import_column, import_record, import_put_aside, &w };
        const SourceOptions *o = import_source(c);
        FilePreview p = { 0 };
        int r, status;

        if (!o)
                return CTL_NO_OBJECT;
        r = file_preview(o->profile, c->args->stream, o->side, c->settings->units, c->args->word[0], &sink, &p);
        if (r < 0)
                status = CTL_TROUBLE;
        else if (r == PREVIEW_E_STREAM) {
                ctl_say(c->vi ? "profile không có luồng `%s` đọc tệp"
                              : "the profile has no stream `%s` that takes files",
                        c->args->stream ? c->args->stream : "");
                status = CTL_NO_OBJECT;
        } else if (p.fault != FAULT_NONE) {
                ctl_say("%s: %s: %s", c->args->word[0], c->vi ? fault_vn(p.fault) : fault_names[p.fault], p.detail);
                status = p.fault == FAULT_FILE_NONE ? CTL_NO_OBJECT : CTL_TROUBLE;
        } else {
                import_show(c, o, &p, &w);
                status = import_finish(c, o, &p);
        }
        file_preview_free(&p);
        text_free(&w.columns);
        text_free(&w.samples);
        text_free(&w.aside);
        return fflush(stdout) == 0 ? status : CTL_TROUBLE;
}
