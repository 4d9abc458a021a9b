/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "connectors/listing/source-parts.h"
#include "state/model/strmap.h"

static int by_stream_and_account(const void *a, const void *b) {
        const Partition *x = a, *y = b;
        int order = strcmp(x->stream, y->stream);
        if (order == 0)
                order = strcmp(x->account, y->account);
        return order ? order : strcmp(x->unit, y->unit);
}

static bool any_supervised(const HttpSource *s) {
        for (size_t i = 0; i < s->env.units->n_units; i++)
                if (s->env.units->units[i].access[s->o.side].mode == ACCOUNT_SUPERVISED)
                        return true;
        return false;
}

static Partition partition_of(const HttpSource *s, const StreamPlan *stream, const char *account, const char *unit) {
        return (Partition) { .source = s->o.id, .side = s->o.side, .stream = stream->name, .kind = stream->kind,
                             .account = account, .unit = unit };
}

static void accounts_add(HttpSource *s, const StreamPlan *stream, bool supervised) {
        const UnitTable *t = s->env.units;
        if (supervised)
                s->partitions[s->n_partitions++] = partition_of(s, stream, s->o.supervisor, "");
        for (size_t i = 0; i < t->n_units; i++) {
                const UnitAccess *access = &t->units[i].access[s->o.side];
                if (access->mode == ACCOUNT_OWN)
                        s->partitions[s->n_partitions++] = partition_of(s, stream, access->account, t->units[i].id);
        }
}

/* An account that is a unit's own and the supervising one too is read once, for all of them. */
static void doubles_drop(HttpSource *s) {
        size_t kept = 0;
        for (size_t i = 0; i < s->n_partitions; i++) {
                const Partition *p = &s->partitions[i], *last = kept ? &s->partitions[kept - 1] : NULL;
                if (!last || strcmp(last->stream, p->stream) != 0 || strcmp(last->account, p->account) != 0)
                        s->partitions[kept++] = *p;
        }
        s->n_partitions = kept;
}

static int sessions_add(HttpSource *s) {
        StrMap by_account = { 0 };
        int r = strmap_reserve(&by_account, s->n_partitions);
        for (size_t i = 0; i < s->n_partitions && r == 0; i++) {
                const char *account = s->partitions[i].account;
                uint32_t at = (uint32_t) s->n_sessions;
                r = strmap_put(&by_account, str_of(account), at, &at);
                if (r == 0)
                        session_init(&s->sessions[s->n_sessions++], &s->session_env, account);
                s->session_at[i] = at;
                r = r == -EEXIST ? 0 : r;
        }
        strmap_free(&by_account);
        return r;
}

int source_partitions_build(HttpSource *s, Err *e) {
        const Profile *p = s->o.profile;
        size_t most = p->n_streams * (s->env.units->n_units + 1);
        bool supervised = s->o.supervisor && any_supervised(s);
        s->partitions = calloc(most ? most : 1, sizeof *s->partitions);
        s->sessions = calloc(s->env.units->n_units + 1, sizeof *s->sessions);
        s->session_at = calloc(most ? most : 1, sizeof *s->session_at);
        if (!s->partitions || !s->sessions || !s->session_at)
                return err_oom(e);
        for (size_t i = 0; i < p->n_streams; i++)
                if (p->streams[i].path) /* else it is of files alone */
                        accounts_add(s, &p->streams[i], supervised);
        qsort(s->partitions, s->n_partitions, sizeof *s->partitions, by_stream_and_account);
        doubles_drop(s);
        return sessions_add(s) < 0 ? err_oom(e) : 0;
}
