/* SPDX-License-Identifier: MIT */
/* What one conditional request costs in nq57d's own HTTP layer, on its loop, answered 304 over a kept connection.
 *
 * poll BASE-URL PATH ETAG COUNT PAUSE-MS
 * Prints: requests N cpu_us N.N (CPU of the process per request, the first one left out) */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "connectors/http/http.h"

typedef struct Poll {
        sd_event *loop;
        sd_event_source *timer, *soon;
        Http *http;
        HttpCall *call;
        HttpRequest request;
        int left, done;
        uint64_t pause;
        double from;
} Poll;

static Instant wall_now(void *userdata) {
        struct timespec t;
        (void) userdata;
        clock_gettime(CLOCK_REALTIME, &t);
        return t.tv_sec * US_SECOND + t.tv_nsec / 1000;
}

static double cpu_us(void) {
        struct rusage u;
        getrusage(RUSAGE_SELF, &u);
        return (double) (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
               (double) (u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static _Noreturn void die(const char *what) {
        fprintf(stderr, "poll: %s\n", what);
        exit(1);
}

static void answered(void *userdata, HttpResponse *r) {
        Poll *p = userdata;
        p->call = NULL;
        if (r->fault != FAULT_NONE || r->status != 304)
                die(r->fault != FAULT_NONE ? r->detail : "the answer is no 304");
        if (p->done++ == 0)
                p->from = cpu_us();
        if (--p->left == 0) {
                sd_event_exit(p->loop, 0);
                return;
        }
        if (p->pause > 0)
                sd_event_source_set_time_relative(p->timer, p->pause);
        sd_event_source_set_enabled(p->pause > 0 ? p->timer : p->soon, SD_EVENT_ONESHOT);
}

static int poll_send(Poll *p) {
        Err e = { 0 };
        if (http_send(p->http, &p->request, answered, p, &p->call, &e) < 0)
                die(e.text);
        return 0;
}

static int timer_ready(sd_event_source *source, uint64_t usec, void *userdata) {
        return poll_send(userdata);
}

static int soon_ready(sd_event_source *source, void *userdata) {
        return poll_send(userdata);
}

int main(int argc, char **argv) {
        static const Clock clock = { .wall = wall_now, .boottime = wall_now };
        Poll p = { .request = { .body_max = LIMIT_BODY_BYTES } };
        Err e = { 0 };
        int pause;
        if (argc != 6 || text_to_int(str_of(argv[4]), 2, INT32_MAX, &p.left) < 0 ||
            text_to_int(str_of(argv[5]), 0, 60000, &pause) < 0)
                die("poll BASE-URL PATH ETAG COUNT PAUSE-MS");
        p.request.target = argv[2];
        p.request.etag = argv[3];
        p.pause = (uint64_t) pause * 1000;
        if (sd_event_new(&p.loop) < 0)
                die("no event loop");
        HttpOptions o = { .loop = p.loop, .clock = &clock, .base_url = argv[1], .concurrency = 1, .timeout_seconds = 10,
                          .source = "poll" };
        if (http_new(&o, &p.http, &e) < 0)
                die(e.text);
        if (sd_event_add_time_relative(p.loop, &p.timer, CLOCK_MONOTONIC, 0, 1, timer_ready, &p) < 0 ||
            sd_event_add_defer(p.loop, &p.soon, soon_ready, &p) < 0 ||
            sd_event_source_set_enabled(p.soon, SD_EVENT_OFF) < 0 || sd_event_loop(p.loop) < 0)
                die("the loop failed");
        printf("requests %d cpu_us %.1f\n", p.done - 1, (cpu_us() - p.from) / (p.done > 1 ? p.done - 1 : 1));
        sd_event_source_disable_unref(p.timer);
        sd_event_source_disable_unref(p.soon);
        http_free(p.http);
        sd_event_unref(p.loop);
        return 0;
}
