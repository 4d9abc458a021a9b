/* SPDX-License-Identifier: MIT */
/* `live`: what going live would send, from the forecast with mode live. It changes nothing: a person sets the key. */
#include "daemon/ctl/forecast.h"
#include "daemon/ctl/verbs.h"

#include <stdio.h>

typedef struct LiveCounts {
        int mails, stage[STAGE_COUNT], preview;
} LiveCounts;

static void live_count(const Planner *p, LiveCounts *n) {
        *n = (LiveCounts) { .mails = (int) p->plan->n_messages };
        for (size_t i = 0; i < p->plan->n_messages; i++)
                for (size_t k = 0; k < p->plan->messages[i].n_claims; k++)
                        n->stage[p->plan->messages[i].claims[k].stage]++;
        for (size_t i = 0; i < p->input.n_claims; i++)
                n->preview += p->input.claims[i].preview;
}

static void live_print(const Ctl *c, const LiveCounts *n) {
        const MailSettings *mail = &c->settings->mail;
        bool vi = c->vi;

        printf("%s:\n", words_get(W_T_COUNTS, vi));
        printf(vi ? "  %d thư, mỗi người một thư\n" : "  %d mails, one a person\n", n->mails);
        for (int s = STAGE_T5; s < STAGE_COUNT; s++)
                if (n->stage[s] > 0)
                        printf("  %6d  %s\n", n->stage[s], stage_names[s]);
        printf(vi ? "  %d lời nhắc đã lập ở chế độ xem thử sẽ không bao giờ gửi\n"
                  : "  %d reminders claimed in preview are never sent later\n",
               n->preview);
        if (mail->batch_limit > 0 && n->mails > mail->batch_limit)
                printf(vi ? "  Nhiều hơn batch-limit (%d): phải chạy nq57ctl release\n"
                          : "  More than batch-limit (%d): they wait for nq57ctl "
                            "release\n",
                       mail->batch_limit);
        printf(vi ? "  qua %s, người gửi %s <%s>\n" : "  through %s, from %s <%s>\n", mail->relay, mail->from_name,
               mail->from_address);
}

static bool live_agreed(const Ctl *c) {
        char answer[32] = "";
        Str said;

        if (c->args->given & OPTION_YES)
                return true;
        fputs(c->vi ? "Gửi thật? [có/không] " : "Go live? [yes/no] ", stderr);
        if (!fgets(answer, sizeof answer, stdin))
                return false;
        said = str_trim(str_of(answer));
        return str_eq(said, STR("yes")) || str_eq(said, STR("có")) || str_eq(said, STR("co"));
}

int verb_live(Ctl *c) {
        _cleanup_(planner_freep) Planner *p = NULL;
        MailMode was = c->settings->plan.mode;
        LiveCounts n;
        Err e = { 0 };

        if (was == MAIL_LIVE) {
                ctl_say(c->vi ? "mail.mode đã là live" : "mail.mode is live already");
                return CTL_NOTHING;
        }
        c->settings->plan.mode = MAIL_LIVE;
        if (forecast_make(c, when_date(c->now), &p, &e) < 0)
                return ctl_fail(&e);
        live_count(p, &n);
        live_print(c, &n);
        fflush(stdout);
        if (!live_agreed(c)) {
                ctl_say(c->vi ? "giữ nguyên: %s" : "nothing changes: mail.mode stays %s", mail_modes[was]);
                return CTL_NOTHING;
        }
        printf(c->vi ? "Trong %s/nq57d.yaml đặt\n  mail:\n    mode: live\nrồi "
                       "chạy: systemctl reload nq57d\n"
                     : "In %s/nq57d.yaml set\n  mail:\n    mode: live\nthen "
                       "run: systemctl reload nq57d\n",
               c->args->config_dir);
        return CTL_OK;
}
