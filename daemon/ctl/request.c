/* SPDX-License-Identifier: MIT */
/* The verbs that ask the daemon for something (daemon/requests.h). What cannot be right is refused here already. */
#include "daemon/ctl/verbs.h"

#include "daemon/requests.h"
#include "state/model/due.h"
#include "state/store-listing.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_WAIT_MS 10000
#define REQUEST_LOOK_MS 50

/* Prints the daemon's answer; the exit status that it means. */
static int request_answer(FILE *from) {
        char line[1024] = "";
        Str answer;
        int released;

        if (!fgets(line, sizeof line, from))
                return -1;
        answer = str_trim(str_of(line));
        if (str_starts(answer, STR("refused "))) {
                ctl_say(STR_FMT, STR_ARG(((Str) { answer.at + 8, answer.len - 8 })));
                return CTL_TROUBLE;
        }
        printf(STR_FMT "\n", STR_ARG(answer));
        if (str_starts(answer, STR("ok ")) &&
            text_to_int((Str) { answer.at + 3, answer.len - 3 }, 0, INT32_MAX, &released) == 0 && released == 0)
                return CTL_NOTHING;
        return CTL_OK;
}

static int request_wait(const Ctl *c, const char *path) {
        const struct timespec pause = { .tv_nsec = REQUEST_LOOK_MS * 1000000L };
        _cleanup_text_ Text done = TEXT_INIT(8192);

        if (text_addf(&done, "%s.done", path) < 0)
                return CTL_TROUBLE;
        if (!c->running) {
                ctl_say(c->vi ? "nq57d không chạy; yêu cầu sẽ được nhận khi nó khởi động"
                              : "nq57d is not running; the request is taken at its next "
                                "start");
                return CTL_OK;
        }
        for (int waited = 0; waited < REQUEST_WAIT_MS; waited += REQUEST_LOOK_MS) {
                FILE *from = fopen(done.at, "re");

                if (from) {
                        int status = request_answer(from);

                        fclose(from);
                        unlink(done.at);
                        return status < 0 ? CTL_TROUBLE : status;
                }
                nanosleep(&pause, NULL);
        }
        ctl_say("nq57d has not answered within %d s; the request waits for it", REQUEST_WAIT_MS / 1000);
        return CTL_TROUBLE;
}

static int request_send(const Ctl *c, const char *const *words) {
        _cleanup_text_ Text path = TEXT_INIT(8192);
        Err e = { 0 };

        if (requests_put(c->state_dir, words, &path, &e) < 0)
                return ctl_fail(&e);
        return request_wait(c, path.at);
}

/* ---- accept, reject ---- */

typedef struct RefusalSearch {
        int64_t id;
        bool found;
} RefusalSearch;

static int refusal_visit(void *userdata, const PartitionState *p, Err *e) {
        RefusalSearch *s = userdata;

        (void) e;
        s->found = s->found || p->refusal == s->id;
        return 0;
}

static int request_refusal(Ctl *c, const char *verb) {
        const char *id = c->args->word[0];
        RefusalSearch s = { 0 };
        Err e = { 0 };

        if (text_to_int64(str_of(id), &s.id) < 0 || s.id <= 0) {
                ctl_say("`%s` is no number: nq57ctl status lists the refused listings", id);
                return CTL_USAGE;
        }
        if (store_visit_partitions(c->store, refusal_visit, &s, &e) < 0)
                return ctl_fail(&e);
        if (!s.found) {
                ctl_say("no open refusal %s: nq57ctl status lists them", id);
                return CTL_NO_OBJECT;
        }
        return request_send(c, (const char *const[]) { verb, id, NULL });
}

int verb_accept(Ctl *c) {
        return request_refusal(c, "accept");
}

int verb_reject(Ctl *c) {
        return request_refusal(c, "reject");
}

/* ---- settle ---- */

typedef struct Settle {
        FieldId field;
        const char *word;
        bool differs;
        Text value;
} Settle;

/* What a person types, in the canonical form of the field's type; false: it cannot be that. */
static bool settle_typed(FieldId field, Str typed, Text *ret) {
        _cleanup_arena_ Arena a = { 0 };
        char text[WHEN_TEXT];
        Str canonical = STR_NULL;
        Date day;

        switch (field_table[field].type) {
        case TYPE_DECIMAL:
                return decimal_read(&a, typed, memchr(typed.at, ',', typed.len) ? ',' : '.', 0, &canonical) == 0 &&
                       text_add(ret, canonical) == 0;
        case TYPE_DUE:
                return due_read(&a, typed, &canonical) == 0 && text_add(ret, canonical) == 0;
        case TYPE_DATE:
                return (date_parse_iso(typed, &day) == 0 || date_parse_vn(typed, &day) == 0) &&
                       text_add(ret, str_of(date_iso(day, text))) == 0;
        case TYPE_WORK_STATE:
                return word_known(work_states, typed) && text_add(ret, typed) == 0;
        case TYPE_REVIEW_STATE:
                return word_known(review_states, typed) && text_add(ret, typed) == 0;
        case TYPE_FLAG:
                return (str_eq(typed, STR("true")) || str_eq(typed, STR("false"))) && text_add(ret, typed) == 0;
        case TYPE_TEXT:
        case TYPE_UNIT:
                return text_normalise(&a, typed, &canonical) == 0 && text_add(ret, canonical) == 0;
        default:
                return false;
        }
}

static int settle_side(Settle *s, const RecordView *v, Side side, Err *e) {
        const Value *said = v->side[side].present ? &v->side[side].field[s->field] : NULL;

        if (!said || !value_opinion(said))
                return err_set(e, -EINVAL, RETRY_NEVER, "the %s system says nothing there", side_names[side]);
        return said->state == VALUE_SET && text_add(&s->value, said->text) < 0 ? err_oom(e) : 0;
}

static int settle_visit(void *userdata, const RecordView *v, Err *e) {
        Settle *s = userdata;

        for (size_t i = 0; i < v->n_differences; i++)
                s->differs = s->differs || (v->difference[i].field == s->field && v->difference[i].result.differs);
        for (int side = 0; side < SIDE_COUNT; side++)
                if (strcmp(s->word, side_names[side]) == 0)
                        return settle_side(s, v, side, e);
        if (!settle_typed(s->field, str_of(s->word), &s->value))
                return err_set(e, -EINVAL, RETRY_NEVER, "`%s` cannot be a value of %s", s->word,
                               field_table[s->field].key);
        return 0;
}

int verb_settle(Ctl *c) {
        const char *key = c->args->word[0], *name = c->args->word[1];
        Settle s = { .word = c->args->word[2], .value = TEXT_INIT(3000) };
        _cleanup_text_ Text value = { 0 };
        Err e = { 0 };
        int r;

        if (field_find(str_of(name), &s.field) < 0) {
                ctl_say("no field `%s`: nq57ctl show %s lists them", name, key);
                return CTL_NO_OBJECT;
        }
        r = store_visit_key(c->store, str_of(key), &c->policy, settle_visit, &s, &e);
        value = s.value;
        if (r == STORE_E_ABSENT)
                return ctl_no_record(key);
        if (r < 0) {
                ctl_say("%s", e.text);
                return CTL_USAGE;
        }
        if (!s.differs) {
                ctl_say("the systems do not differ there");
                return CTL_NOTHING;
        }
        return request_send(
                c, (const char *const[]) { "settle", key, field_table[s.field].key, value.at ? value.at : "", NULL });
}

int verb_release(Ctl *c) {
        return request_send(c, (const char *const[]) { "release", NULL });
}

int verb_sync(Ctl *c) {
        return request_send(c, (const char *const[]) { "sync", NULL });
}
