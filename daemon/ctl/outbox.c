/* SPDX-License-Identifier: MIT */
#include "daemon/ctl/verbs.h"

#include "connectors/limits.h"
#include "connectors/mail/message.h"
#include "state/store-plan.h"

#define OUTBOX_DAYS 30

typedef struct Outbox {
        Ctl *ctl;
        Sheet sheet;
        Date since;
        size_t older;
} Outbox;

static void outbox_outcome(Sheet *s, const Message *m) {
        _cleanup_text_ Text t = TEXT_INIT(4096);

        if (m->outcome_phase.len > 0)
                text_addf(&t, STR_FMT " %d " STR_FMT, STR_ARG(m->outcome_phase), m->outcome_code,
                          STR_ARG(m->outcome_text));
        sheet_text(s, t.len > 0 ? t.at : NULL);
}

static int outbox_row(void *userdata, const Message *m, Err *e) {
        Outbox *o = userdata;
        Sheet *s = &o->sheet;

        (void) e;
        if (m->day < o->since) {
                o->older++;
                return 0;
        }
        sheet_int(s, m->id);
        sheet_date(s, m->day);
        sheet_code(s, message_states[m->state], words_of(W_MESSAGE_FIRST, m->state, o->ctl->vi));
        sheet_str(s, m->kind);
        sheet_str(s, m->person);
        sheet_str(s, m->name);
        sheet_str(s, m->address);
        sheet_int(s, m->attempts);
        sheet_when(s, m->next_at);
        outbox_outcome(s, m);
        sheet_str(s, m->subject);
        sheet_str(s, m->message_id);
        sheet_int(s, m->sequence);
        sheet_when(s, m->created);
        sheet_when(s, m->settled);
        return 0;
}

static int outbox_list(Ctl *c) {
        static const SheetColumn columns[] = {
                { "id", W_H_ID, SHEET_RIGHT },
                { "day", W_H_DAY, 0 },
                { "state", W_H_STATE, 0 },
                { "kind", W_H_KIND, SHEET_JSON },
                { "person", W_H_PERSON, SHEET_JSON },
                { "name", W_H_PERSON, 0 },
                { "address", W_H_ADDRESS, 0 },
                { "attempts", W_H_TRIES, SHEET_RIGHT },
                { "next_at", W_H_NEXT, SHEET_JSON },
                { "outcome", W_H_OUTCOME, SHEET_ELASTIC },
                { "subject", W_H_SUBJECT, SHEET_ELASTIC },
                { "message_id", W_H_MAIL, SHEET_JSON },
                { "sequence", W_NONE, SHEET_JSON },
                { "created", W_NONE, SHEET_JSON },
                { "settled", W_NONE, SHEET_JSON },
        };
        Outbox o = { .ctl = c, .since = when_date(c->now) - OUTBOX_DAYS };
        Err e = { 0 };
        int r = c->args->since ? ctl_date(c->args->since, &o.since) : 0;

        if (r != 0)
                return r;
        out_begin(&c->out, c->args->given & OPTION_JSON, c->vi);
        SHEET_BEGIN(&o.sheet, &c->out, "messages", W_T_OUTBOX, columns);
        r = store_visit_messages(c->store, outbox_row, &o, &e);
        if (r >= 0)
                r = sheet_end(&o.sheet, &e);
        if (r < 0)
                return ctl_fail(&e);
        if (o.older > 0)
                ctl_say(c->vi ? "còn %zu thư cũ hơn: --since NGÀY" : "%zu older ones: --since DATE", o.older);
        return ctl_end(c, CTL_OK);
}

typedef struct OutboxShow {
        Ctl *ctl;
        int64_t id;
        bool found;
} OutboxShow;

static const Seat *outbox_contact(const Settings *s) {
        for (size_t i = 0; i < s->n_roles; i++)
                if (s->roles[i].kind == SEAT_CONTACT && s->roles[i].address)
                        return &s->roles[i];
        return NULL;
}

/* Before the first attempt the bytes are not fixed yet: they are made here as the daemon would make them now. */
static int outbox_bytes(const Ctl *c, const Message *m, Text *t, Err *e) {
        const Seat *contact = c->settings ? outbox_contact(c->settings) : NULL;
        _cleanup_arena_ Arena a = { 0 };

        if (m->bytes.len > 0)
                return text_add(t, m->bytes);
        return message_build(
                &(MailParts) { .from_name = c->settings ? c->settings->mail.from_name : "nq57d",
                               .from_address = c->settings ? c->settings->mail.from_address : "unknown@invalid.example",
                               .to_name = arena_copy(&a, m->name),
                               .to_address = arena_copy(&a, m->address),
                               .reply_name = contact ? contact->name : NULL,
                               .reply_address = contact ? contact->address : NULL,
                               .subject = arena_copy(&a, m->subject),
                               .message_id = arena_copy(&a, m->message_id),
                               .date = m->created,
                               .body = arena_copy(&a, m->body) },
                t, e);
}

static int outbox_show_json(Ctl *c, const Message *m, Str bytes) {
        Json *j = &c->out.j;

        out_begin(&c->out, true, c->vi);
        json_object(j, "message");
        json_int(j, "id", m->id);
        json_text(j, "state", message_states[m->state]);
        json_str(j, "subject", m->subject);
        json_str(j, "body", m->body);
        json_flag(j, "bytes_fixed", m->bytes.len > 0);
        json_str(j, "bytes", bytes);
        json_close(j);
        return ctl_end(c, CTL_OK) == CTL_OK ? 0 : -1;
}

/* Headers as they are sent, the text as it is read; --json has the exact bytes. */
static void outbox_print(const Message *m, Str bytes) {
        Str line;

        while (str_split(&bytes, '\n', &line) && str_trim(line).len > 0)
                table_lines(line.at[line.len - 1] == '\r' ? (Str) { line.at, line.len - 1 } : line, stdout);
        putchar('\n');
        table_lines(m->body, stdout);
}

static int outbox_show_visit(void *userdata, const Message *m, Err *e) {
        OutboxShow *show = userdata;
        _cleanup_text_ Text bytes = TEXT_INIT(LIMIT_MAIL_BYTES);
        int r;

        if (m->id != show->id)
                return 0;
        show->found = true;
        r = outbox_bytes(show->ctl, m, &bytes, e);
        if (r < 0)
                return r;
        if (show->ctl->args->given & OPTION_JSON)
                r = outbox_show_json(show->ctl, m, text_str(&bytes));
        else
                outbox_print(m, text_str(&bytes));
        return r < 0 ? err_oom(e) : 1;
}

static int outbox_show(Ctl *c) {
        OutboxShow show = { .ctl = c };
        Err e = { 0 };
        int r;

        if (text_to_int64(str_of(c->args->word[1]), &show.id) < 0) {
                ctl_say("`%s` is no number: nq57ctl outbox lists them", c->args->word[1]);
                return CTL_USAGE;
        }
        r = store_visit_messages(c->store, outbox_show_visit, &show, &e);
        if (r < 0)
                return ctl_fail(&e);
        if (!show.found)
                ctl_say("no message %s", c->args->word[1]);
        return show.found ? CTL_OK : CTL_NO_OBJECT;
}

int verb_outbox(Ctl *c) {
        if (c->args->n_words == 0)
                return outbox_list(c);
        if (c->args->n_words == 2 && strcmp(c->args->word[0], "show") == 0)
                return outbox_show(c);
        ctl_say("usage: nq57ctl outbox [show ID]");
        return CTL_USAGE;
}
