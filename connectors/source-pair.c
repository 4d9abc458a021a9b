/* SPDX-License-Identifier: MIT */
/* One system that is both asked and told of by files: two channels, one source. */
#include <errno.h>

#include "connectors/source.h"

typedef struct PairSource {
        Source source;
        Source *http, *files;
        Partition *partitions; /* of both, in one order */
        size_t n;
} PairSource;

static int order(const void *a, const void *b) {
        const Partition *x = a, *y = b;
        int r = strcmp(x->stream, y->stream);
        return r ? r : strcmp(x->account, y->account);
}

static int partitions(Source *source, const Partition **ret, size_t *ret_n, Err *e) {
        PairSource *s = (PairSource *) source;
        *ret = s->partitions;
        *ret_n = s->n;
        return 0;
}

/* The channel's own partition, which it knows by its address. */
static int list_on(Source *channel, const Partition *p, const SourceSink *sink, Err *e) {
        const Partition *at = NULL;
        size_t n = 0;
        int r = channel->ops->partitions(channel, &at, &n, e);
        for (size_t i = 0; i < n && r >= 0; i++)
                if (order(&at[i], p) == 0)
                        return channel->ops->list(channel, &at[i], sink, e);
        return r < 0 ? r : err_set(e, -ENOENT, RETRY_NEVER, "no such partition");
}

static int list(Source *source, const Partition *p, const SourceSink *sink, Err *e) {
        PairSource *s = (PairSource *) source;
        return list_on(strcmp(p->account, SOURCE_FILES) == 0 ? s->files : s->http, p, sink, e);
}

static void cancel(Source *source) {
        PairSource *s = (PairSource *) source;
        s->http->ops->cancel(s->http);
        s->files->ops->cancel(s->files);
}

static Source *free_source(Source *source) {
        PairSource *s = (PairSource *) source;
        source_free(s->http);
        source_free(s->files);
        free(s->partitions);
        free(s);
        return NULL;
}

static const SourceOps ops = { .partitions = partitions, .list = list, .cancel = cancel, .free = free_source };

static int setup(PairSource *s, const SourceEnv *env, const SourceOptions *o, Err *e) {
        const Partition *at[2];
        size_t n[2];
        int r = source_http_new(env, o, &s->http, e);
        if (r >= 0)
                r = source_file_new(env, o, &s->files, e);
        if (r >= 0)
                r = s->http->ops->partitions(s->http, &at[0], &n[0], e);
        if (r >= 0)
                r = s->files->ops->partitions(s->files, &at[1], &n[1], e);
        if (r < 0)
                return r;
        s->partitions = calloc(n[0] + n[1] + 1, sizeof *s->partitions);
        if (!s->partitions)
                return err_oom(e);
        for (int i = 0; i < 2; i++)
                for (size_t k = 0; k < n[i]; k++)
                        s->partitions[s->n++] = at[i][k];
        qsort(s->partitions, s->n, sizeof *s->partitions, order);
        return 0;
}

int source_new(const SourceEnv *env, const SourceOptions *o, Source **ret, Err *e) {
        if (!o->files)
                return source_http_new(env, o, ret, e);
        if (!o->base_url)
                return source_file_new(env, o, ret, e);
        PairSource *s = calloc(1, sizeof *s);
        if (!s)
                return err_oom(e);
        s->source.ops = &ops;
        int r = setup(s, env, o, e);
        if (r < 0) {
                free_source(&s->source);
                return r;
        }
        *ret = &s->source;
        return 0;
}
