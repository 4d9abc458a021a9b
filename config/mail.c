/* SPDX-License-Identifier: MIT */
/* How mail leaves, and the words in it that are configuration. */
#include "config/build.h"

static KeyValue value(const Tree *t, const char *pattern) {
        return schema_value(CONFIG_MAIN, t, pattern);
}

static int fill_mail(Build *b, const Tree *t, Err *e) {
        Arena *a = &b->own->arena;
        KeyValue from = value(t, "mail.from"), redirect = value(t, "mail.redirect-to");
        bool failed = false;
        MailSettings *m = &b->settings->mail;
        *m = (MailSettings) {
                .from_name = build_text(a, from.text, &failed),
                .from_address = build_text(a, from.address, &failed),
                .relay = value(t, "mail.relay").whole,
                .ca_file = value(t, "mail.ca-file").whole,
                .ehlo = value(t, "mail.ehlo").whole,
                .user = value(t, "mail.user").whole,
                .redirect_name = build_text(a, redirect.text, &failed),
                .redirect_address = build_text(a, redirect.address, &failed),
                .program = value(t, "mail.program").whole,
                .program_json = value(t, "mail.program-input").number == 1,
                .timeout_seconds = (int) value(t, "mail.timeout").number,
                .batch_limit = (int) value(t, "mail.batch-limit").number,
                .unknown_hold = value(t, "mail.on-unknown").number == 1,
                .clock_plausible = value(t, "mail.clock-check").number == 1,
                .stuck_minutes = (int) (value(t, "mail.stuck-after").number / 60),
        };
        const char *at = m->from_address ? strchr(m->from_address, '@') : NULL;
        m->message_domain = at ? at + 1 : "";
        return failed ? err_oom(e) : 0;
}

/* The contact's unit: the one that gives the same address a seat. */
static const char *contact_unit(const Settings *s, const Seat *contact) {
        for (size_t i = 0; i < s->units->n_units; i++)
                for (size_t k = 0; k < s->units->units[i].n_seats; k++) {
                        const char *address = s->units->units[i].seats[k].address;
                        if (address && strcasecmp(address, contact->address) == 0)
                                return s->units->units[i].name;
                }
        for (size_t i = 0; i < s->n_deadlines; i++)
                for (size_t k = 0; s->deadlines[i].coordinator && k < s->units->n_units; k++)
                        if (strcmp(s->units->units[k].id, s->deadlines[i].coordinator) == 0)
                                return s->units->units[k].name;
        return NULL;
}

static void fill_letter(Settings *s, const Tree *t) {
        s->letter = (LetterOptions) { .mark = value(t, "mail.subject-mark").whole, .province = s->province };
        for (size_t i = 0; i < s->n_roles; i++) {
                const Seat *seat = &s->roles[i];
                if (seat->kind != SEAT_CONTACT || !seat->address)
                        continue;
                s->letter.contact_name = seat->name;
                s->letter.contact_phone = seat->phone;
                s->letter.contact_unit = contact_unit(s, seat);
        }
}

int build_mail(Build *b, Err *e) {
        Settings *s = b->settings;
        const Tree *root = build_root(b, CONFIG_MAIN), *t = tree_get(root, "mail");
        s->province = value(root, "province").whole;
        int r = fill_mail(b, t, e);
        if (r < 0)
                return r;

        KeyValue mode = value(t, "mail.mode"), at = value(t, "mail.send-at");
        s->plan = (PlanPolicy) {
                .mode = (MailMode) mode.number,
                .send_hour = (int) (at.number / 60),
                .send_minute = (int) (at.number % 60),
                .distance_days = (int) value(t, "mail.distance").number,
                .items_max = (int) value(t, "mail.items-max").number,
        };
        if (mode.given && s->plan.mode == MAIL_REDIRECT && !tree_get(t, "redirect-to"))
                notice_put(b->notices,
                           &(Notice) { .id = NOTICE_MAIL_REDIRECT, .at = mode.at, .subject = "mail.redirect-to" });
        fill_letter(s, t);
        return 0;
}
