/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/probe.h"

#include "daemon/ctl/words.h"

#include <stdio.h>

#define SAY(c, en, vn) ((c)->vi ? (vn) : (en))

/* Everything that came from outside was escaped and cut when it was kept. */
static void steps(const Ctl *c, const ProbeReport *r, const ProbeVault *v) {
        bool logged = false;

        printf("%s\n", SAY(c, "Requests", "Yêu cầu"));
        for (int i = 0; i < r->n_steps; i++) {
                const ProbeStep *s = &r->step[i];

                printf("  %-4s %.100s  ", s->method, s->target);
                if (s->fault != FAULT_NONE)
                        printf("%s: %s\n", c->vi ? fault_vn(s->fault) : fault_names[s->fault], s->detail);
                else
                        printf("%d, %d ms, %zu %s%s%s%s\n", s->status, s->milliseconds, s->bytes,
                               SAY(c, "bytes", "byte"), s->type[0] ? ", " : "", s->type,
                               s->login ? SAY(c, "  (login)", "  (đăng nhập)") : "");
                logged = logged || s->login;
        }
        if (logged && !v->store && v->logins == 0)
                printf("  %s\n", SAY(c, "nobody listened: no login was made",
                                     "không kết nối được: chưa đăng nhập lần nào"));
        else if (logged && !v->store)
                printf("  %s\n", SAY(c, "no vault is there yet: the login was made once and could not be counted",
                                     "chưa có kho phiên: chỉ đăng nhập một lần và không đếm được"));
        else if (logged && v->counted == 0)
                printf("  %s\n", SAY(c, "nobody listened: no login was counted",
                                     "không kết nối được: không tính lần đăng nhập nào"));
        else if (logged)
                printf("  %s\n", SAY(c, "the login was counted among those of this hour (logins-per-hour)",
                                     "lần đăng nhập này đã tính vào số lần trong giờ (logins-per-hour)"));
        else if (v->reused)
                printf("  %s\n", SAY(c, "the session that nq57d keeps was used", "đã dùng phiên mà nq57d đang giữ"));
        if (r->too_many)
                printf("  %s\n", SAY(c, "stopped: the most requests or the longest time of one probe was reached",
                                     "đã dừng: đạt số yêu cầu hoặc thời gian tối đa"));
}

static const char *types(const Ctl *c, unsigned mask, char *buf, size_t size) {
        static const char *const names[][2] = { { "null", "null" },   { "text", "chữ" },        { "number", "số" },
                                                { "flag", "đúng/sai" }, { "list", "danh sách" }, { "object", "nhóm" } };

        buf[0] = '\0';
        for (int i = 0; i < 6; i++)
                if (mask >> i & 1 && (i > 0 || mask == LOOK_NULL))
                        snprintf(buf + strlen(buf), size - strlen(buf), "%s%s", buf[0] ? "/" : "", names[i][c->vi]);
        return buf;
}

static void member(const Ctl *c, const LookMember *m) {
        char type[80], shape[160] = "";

        if (m->date)
                snprintf(shape, sizeof shape, SAY(c, ", dates %s (%d of %d)", ", ngày %s (%d trên %d)"), m->date,
                         m->dates, m->texts);
        else if (m->texts > 0 && m->integers + m->points + m->commas == m->texts)
                snprintf(shape, sizeof shape, "%s%s",
                         m->commas  ? SAY(c, ", decimals with a comma", ", số thập phân dấu phẩy")
                         : m->points ? SAY(c, ", decimals with a point", ", số thập phân dấu chấm")
                                     : SAY(c, ", whole numbers", ", số nguyên"),
                         m->percents ? ", %" : "");
        printf("      %-28s %s%s", m->path, types(c, m->types, type, sizeof type), shape);
        if (m->nulls || m->empty)
                printf(SAY(c, ", %d null, %d empty", ", %d null, %d rỗng"), m->nulls, m->empty);
        if (m->sample)
                printf("  `%s`", m->sample);
        printf("\n");
}

static void seen(const Ctl *c, const ProbeStream *s) {
        if (!s->looked)
                return;
        printf(SAY(c, "  On the page: %s\n", "  Trên trang: %s\n"), s->look.outline);
        for (int i = 0; i < s->look.n_lists; i++) {
                const LookList *l = &s->look.list[i];

                printf("    %s %s: %d %s, %d %s%s\n", SAY(c, "list", "danh sách"), l->path, l->records,
                       SAY(c, l->records == 1 ? "record" : "records", "bản ghi"), l->n_members,
                       SAY(c, l->n_members == 1 ? "member" : "members", "trường"),
                       s->list && strcmp(l->path, s->list) == 0 ? SAY(c, " (the profile's)", " (profile đọc)") : "");
                for (int k = 0; k < l->n_members && i == 0; k++)
                        member(c, &l->members[k]);
        }
        if (s->detail.n_members > 0)
                printf(SAY(c, "    details: %d, %d members\n", "    chi tiết: %d, %d trường\n"), s->detail.records,
                       s->detail.n_members);
        for (int k = 0; k < s->detail.n_members; k++)
                member(c, &s->detail.members[k]);
        for (int i = 0; i < s->look.n_hints; i++)
                printf("    %s: %s = %s\n", look_hint_names[s->look.hint[i].kind], s->look.hint[i].path,
                       s->look.hint[i].value);
        if (s->total_header)
                printf("    %s\n", s->total_header);
        if (s->link)
                printf("    link: %s\n", s->link);
}

static void paging(const Ctl *c, const ProbeStream *s) {
        if (s->pages == 0)
                return;
        printf(SAY(c, "  Pages: %d record%s on the first", "  Phân trang: trang đầu %d bản ghi"), s->page_records[0],
               PLURAL(s->page_records[0]));
        if (s->size_asked > 0)
                printf(SAY(c, ", %d asked for", ", đã hỏi %d"), s->size_asked);
        if (s->lowered)
                printf("%s", SAY(c, ": THE SIZE IS LOWERED", ": HỆ THỐNG HẠ SỐ BẢN GHI MỖI TRANG"));
        if (s->pages > 1 && s->page_records[1] < 0)
                printf("%s", SAY(c, "; the second came too", "; trang hai cũng có"));
        else if (s->pages > 1)
                printf(SAY(c, "; the second brings %d", "; trang hai có %d"), s->page_records[1]);
        else if (s->end.fault == FAULT_CANCELLED)
                printf("%s", SAY(c, "; the second was not reached", "; chưa tới trang hai"));
        else
                printf("%s", SAY(c, "; no second was needed", "; không cần trang hai"));
        printf("\n");
        if (s->etag || s->modified)
                printf(SAY(c, "  Validators: %s %s, %s\n", "  Dấu phiên bản: %s %s, %s\n"),
                       s->etag ? "ETag" : "Last-Modified", s->etag ? s->etag : s->modified,
                       s->not_modified  ? SAY(c, "honoured (304)", "có tác dụng (304)")
                       : s->asked_again ? SAY(c, "not honoured", "không có tác dụng")
                                        : SAY(c, "not asked by", "không dùng"));
}

static void fields(const Ctl *c, const ProbeStream *s) {
        if (s->records == 0 && s->put_aside == 0)
                return;
        printf("  %s %d %s, %d %s:\n", SAY(c, "Fields over", "Các trường qua"), s->records,
               SAY(c, s->records == 1 ? "record" : "records", "bản ghi"), s->put_aside,
               SAY(c, "put aside", "để riêng"));
        for (int i = 0; i < FIELD_COUNT; i++) {
                const ProbeField *f = &s->field[i];

                if (!s->mapped[i])
                        continue;
                printf("    %-18s %4d", field_table[i].key, f->set);
                if (probe_found_nothing(s, i))
                        printf("%s", SAY(c, "  NOTHING FOUND by its selector", "  KHÔNG TÌM THẤY GÌ"));
                else if (f->null + f->empty + f->absent > 0)
                        printf(SAY(c, "  (%d null, %d empty, %d missing)", "  (%d null, %d rỗng, %d thiếu)"), f->null,
                               f->empty, f->absent);
                if (f->invalid)
                        printf(SAY(c, "  %d UNREADABLE, like `%s`", "  %d KHÔNG ĐỌC ĐƯỢC, như `%s`"), f->invalid,
                               f->bad);
                printf(f->sample ? "  `%s`\n" : "\n", f->sample);
        }
        if (s->n_nothing > 0) {
                printf("%s", SAY(c, "    FOUND NOTHING in any record:", "    KHÔNG TÌM THẤY GÌ ở bản ghi nào:"));
                for (int i = 0; i < FIELD_COUNT; i++)
                        if (probe_found_nothing(s, i))
                                printf(" %s", field_table[i].key);
                printf("\n");
        }
        for (int i = 0; i < s->n_aside; i++)
                printf("    %s: %s `%s`%s%s (%d)\n",
                       c->vi ? fault_vn(s->aside[i].fault) : fault_names[s->aside[i].fault], s->aside[i].field,
                       s->aside[i].value, s->aside[i].nearest[0] ? SAY(c, ", nearest ", ", gần nhất ") : "",
                       s->aside[i].nearest, s->aside[i].records);
        if (s->n_unread > 0) {
                printf("%s", SAY(c, "    nobody reads:", "    chưa ai đọc:"));
                for (int i = 0; i < s->n_unread; i++)
                        printf(" %s", s->unread[i]);
                printf("\n");
        }
}

typedef struct Told {
        const Ctl *c;
        bool any;
} Told;

static void advice(void *userdata, const char *yaml, const char *reason) {
        Told *t = userdata;

        if (!t->any)
                printf("%s\n", SAY(t->c, "  Lines to think about:", "  Các dòng nên cân nhắc:"));
        t->any = true;
        printf("    %-40s  # %s\n", yaml, reason);
}

void probe_show(const Ctl *c, const ProbeReport *r, const ProbeVault *v) {
        steps(c, r, v);
        for (int i = 0; i < r->n_streams; i++) {
                const ProbeStream *s = &r->stream[i];
                Told told = { .c = c };

                printf(SAY(c, "\n%s (%s, account %s)\n", "\n%s (%s, tài khoản %s)\n"), s->name, s->path, s->account);
                if (!s->enough && s->end.fault != FAULT_NONE)
                        printf("  %s: %s\n", c->vi ? fault_vn(s->end.fault) : fault_names[s->end.fault], s->end.detail);
                seen(c, s);
                paging(c, s);
                fields(c, s);
                probe_advise(s, c->vi, advice, &told);
        }
        fflush(stdout);
}
