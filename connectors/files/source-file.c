/* SPDX-License-Identifier: MIT */
/* A source that is a folder of files: the same contract as a system that is asked. */
#include <errno.h>

#include "connectors/files/file-parts.h"

uint64_t file_now(FileSource *s) {
        uint64_t now = 0;
        sd_event_now(s->env.loop, CLOCK_MONOTONIC, &now);
        return now;
}

static void arm(FileSource *s, uint64_t at) {
        sd_event_source_set_time(s->timer, at);
        sd_event_source_set_enabled(s->timer, SD_EVENT_ONESHOT);
}

static int pump(sd_event_source *source, uint64_t usec, void *userdata) {
        FileSource *s = userdata;
        FileListing *l = s->listings;
        if (!l)
                return 0;
        if (l->state != FILE_ENDED && l->due <= file_now(s))
                file_listing_step(l);
        if (l->state == FILE_ENDED) {
                s->listings = l->next;
                utf8_mend(l->end.detail);
                l->sink.end(l->sink.userdata, l->partition, &l->end);
                file_listing_free(l);
        }
        if (s->listings)
                arm(s, s->listings->state == FILE_ENDED ? 0 : s->listings->due);
        return 0;
}

static int partitions(Source *source, const Partition **ret, size_t *ret_n, Err *e) {
        FileSource *s = (FileSource *) source;
        *ret = s->partitions;
        *ret_n = s->n_partitions;
        return 0;
}

static int list(Source *source, const Partition *p, const SourceSink *sink, Err *e) {
        FileSource *s = (FileSource *) source;
        FileListing *l = calloc(1, sizeof *l), **tail = &s->listings;
        if (!l)
                return err_oom(e);
        *l = (FileListing) { .source = s, .partition = p, .sink = *sink, .last = INSTANT_NONE };
        l->stream = profile_stream(s->o.profile, p->stream);
        l->known = l->cursor = TEXT_INIT(1u << 20);
        l->end = (ListingEnd) { .claimed = -1, .retry_after = INSTANT_NONE };
        while (*tail)
                tail = &(*tail)->next;
        *tail = l;
        arm(s, 0);
        return 0;
}

static void cancel(Source *source) {
        FileSource *s = (FileSource *) source;
        for (FileListing *l = s->listings; l; l = l->next)
                if (l->state != FILE_ENDED)
                        file_listing_stop(l, FAULT_CANCELLED, "stopped on request");
        if (s->listings)
                arm(s, 0);
}

static Source *free_source(Source *source) {
        FileSource *s = (FileSource *) source;
        while (s->listings) {
                FileListing *l = s->listings;
                s->listings = l->next;
                file_listing_free(l);
        }
        sd_event_source_disable_unref(s->timer);
        folder_free(&s->folder);
        free(s->partitions);
        free(s);
        return NULL;
}

static const SourceOps ops = { .partitions = partitions, .list = list, .cancel = cancel, .free = free_source };

static int by_stream(const void *a, const void *b) {
        return strcmp(((const Partition *) a)->stream, ((const Partition *) b)->stream);
}

static int setup(FileSource *s, Err *e) {
        const Profile *p = s->o.profile;
        s->partitions = calloc(p->n_streams + 1, sizeof *s->partitions);
        if (!s->partitions)
                return err_oom(e);
        for (size_t i = 0; i < p->n_streams; i++)
                if (p->streams[i].format.files)
                        s->partitions[s->n_partitions++] = (Partition) {
                                .source = s->o.id, .side = s->o.side, .stream = p->streams[i].name,
                                .kind = p->streams[i].kind, .account = SOURCE_FILES, .unit = "",
                        };
        if (s->n_partitions > 1)
                qsort(s->partitions, s->n_partitions, sizeof *s->partitions, by_stream);
        int r = sd_event_add_time(s->env.loop, &s->timer, CLOCK_MONOTONIC, 0, 1, pump, s);
        if (r >= 0)
                r = sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
        return r < 0 ? err_set(e, r, RETRY_NEVER, "cannot attach %s to the event loop", s->o.id) : 0;
}

int source_file_new(const SourceEnv *env, const SourceOptions *options, Source **ret, Err *e) {
        FileSource *s = calloc(1, sizeof *s);
        if (!s)
                return err_oom(e);
        *s = (FileSource) { .source.ops = &ops, .env = *env, .o = *options, .folder.path = options->files };
        int r = setup(s, e);
        if (r < 0) {
                free_source(&s->source);
                return r;
        }
        *ret = &s->source;
        return 0;
}
