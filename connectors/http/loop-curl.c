/* SPDX-License-Identifier: MIT */
#include "connectors/http/loop-curl.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>

#include "connectors/limits.h"

/* What a handle carries while it is on the loop (CURLOPT_PRIVATE). */
typedef struct Transfer {
        LoopCurlDone *done;
        void *userdata;
} Transfer;

struct LoopCurl {
        sd_event *loop;
        CURLM *multi;
        sd_event_source *timer, *soon;
        uint64_t armed, wanted; /* µs of the loop's monotonic clock; UINT64_MAX: never */
};

/* Takes every finished transfer: curl tells of several at once, and the callbacks may add and remove others. */
static void drain(LoopCurl *l) {
        CURLMsg *message;
        int left;
        while ((message = curl_multi_info_read(l->multi, &left))) {
                if (message->msg != CURLMSG_DONE)
                        continue;
                CURL *easy = message->easy_handle;
                CURLcode result = message->data.result;
                Transfer *t = NULL;
                curl_easy_getinfo(easy, CURLINFO_PRIVATE, &t);
                curl_multi_remove_handle(l->multi, easy);
                curl_easy_setopt(easy, CURLOPT_PRIVATE, NULL);
                if (t) {
                        Transfer copy = *t;
                        free(t);
                        copy.done(copy.userdata, easy, result);
                }
        }
}

static int socket_ready(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        LoopCurl *l = userdata;
        int action = 0, running;
        if (revents & (EPOLLIN | EPOLLHUP | EPOLLRDHUP))
                action |= CURL_CSELECT_IN;
        if (revents & EPOLLOUT)
                action |= CURL_CSELECT_OUT;
        if (revents & EPOLLERR)
                action |= CURL_CSELECT_ERR;
        curl_multi_socket_action(l->multi, fd, action, &running);
        drain(l);
        return 0;
}

static uint32_t events_of(int what) {
        return what == CURL_POLL_IN      ? EPOLLIN
               : what == CURL_POLL_OUT   ? EPOLLOUT
               : what == CURL_POLL_INOUT ? EPOLLIN | EPOLLOUT
                                         : 0;
}

/* curl may have closed `fd` already, and the number may be another file's by now: a source is never turned to a new
 * descriptor but dropped and made anew, and a descriptor that is gone is curl's to notice. */
static int socket_wanted(CURL *easy, curl_socket_t fd, int what, void *userdata, void *socket_data) {
        LoopCurl *l = userdata;
        sd_event_source *source = socket_data;
        if (what == CURL_POLL_REMOVE) {
                curl_multi_assign(l->multi, fd, NULL);
                sd_event_source_disable_unref(source);
                return 0;
        }
        if (source && sd_event_source_set_io_events(source, events_of(what)) >= 0)
                return 0;
        sd_event_source_disable_unref(source);
        source = NULL;
        int r = sd_event_add_io(l->loop, &source, fd, events_of(what), socket_ready, l);
        curl_multi_assign(l->multi, fd, r < 0 ? NULL : source);
        return r < 0 && r != -EBADF ? -1 : 0;
}

static void act(LoopCurl *l) {
        int running;
        curl_multi_socket_action(l->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        drain(l);
}

static int soon_ready(sd_event_source *source, void *userdata) {
        act(userdata);
        return 0;
}

static int timer_arm(LoopCurl *l) {
        int r = sd_event_source_set_time(l->timer, l->wanted);
        if (r >= 0)
                r = sd_event_source_set_enabled(l->timer, SD_EVENT_ONESHOT);
        l->armed = r < 0 ? UINT64_MAX : l->wanted;
        return r;
}

static int timer_ready(sd_event_source *source, uint64_t usec, void *userdata) {
        LoopCurl *l = userdata;
        uint64_t now = 0;
        sd_event_now(l->loop, CLOCK_MONOTONIC, &now);
        l->armed = UINT64_MAX;
        if (l->wanted <= now)
                act(l);
        else if (l->wanted != UINT64_MAX)
                return timer_arm(l);
        return 0;
}

/* curl moves its time limits with every request: a timer that is armed for something earlier stays, and looks again
 * when it fires. A limit of now needs no timer. */
static int timer_wanted(CURLM *multi, long milliseconds, void *userdata) {
        LoopCurl *l = userdata;
        uint64_t now = 0;
        l->wanted = UINT64_MAX;
        if (milliseconds <= 0)
                return sd_event_source_set_enabled(l->soon, milliseconds == 0 ? SD_EVENT_ONESHOT : SD_EVENT_OFF) < 0
                               ? -1
                               : 0;
        if (sd_event_source_set_enabled(l->soon, SD_EVENT_OFF) < 0)
                return -1;
        sd_event_now(l->loop, CLOCK_MONOTONIC, &now);
        l->wanted = now + (uint64_t) milliseconds * 1000;
        return l->armed <= l->wanted ? 0 : timer_arm(l) < 0 ? -1 : 0;
}

static int multi_setup(LoopCurl *l, int connections) {
        bool fine = curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, socket_wanted) == CURLM_OK &&
                    curl_multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l) == CURLM_OK &&
                    curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, timer_wanted) == CURLM_OK &&
                    curl_multi_setopt(l->multi, CURLMOPT_TIMERDATA, l) == CURLM_OK &&
                    curl_multi_setopt(l->multi, CURLMOPT_MAXCONNECTS, (long) connections) == CURLM_OK &&
                    curl_multi_setopt(l->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long) connections) == CURLM_OK;
        return fine ? 0 : -EINVAL;
}

int loop_curl_new(sd_event *loop, int connections, LoopCurl **ret, Err *e) {
        _cleanup_(loop_curl_freep) LoopCurl *l = calloc(1, sizeof *l);
        if (!l)
                return err_oom(e);
        l->loop = sd_event_ref(loop);
        l->multi = curl_multi_init();
        if (!l->multi)
                return err_oom(e);
        int r = sd_event_add_time_relative(loop, &l->timer, CLOCK_MONOTONIC, 0, 1, timer_ready, l);
        if (r >= 0)
                r = sd_event_source_set_enabled(l->timer, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_add_defer(loop, &l->soon, soon_ready, l);
        if (r >= 0)
                r = sd_event_source_set_enabled(l->soon, SD_EVENT_OFF);
        l->armed = l->wanted = UINT64_MAX;
        if (r >= 0)
                r = multi_setup(l, connections);
        if (r < 0)
                return err_set(e, r, RETRY_NEVER, "cannot attach HTTP to the event loop");
        *ret = TAKE_PTR(l);
        return 0;
}

LoopCurl *loop_curl_free(LoopCurl *l) {
        if (!l)
                return NULL;
        if (l->multi)
                curl_multi_cleanup(l->multi);
        sd_event_source_disable_unref(l->timer);
        sd_event_source_disable_unref(l->soon);
        sd_event_unref(l->loop);
        free(l);
        return NULL;
}

CURL *loop_curl_easy(bool loopback, int timeout_seconds) {
        CURL *c = curl_easy_init();
        if (!c)
                return NULL;
        const char *protocols = loopback ? "http,https" : "https";
        bool fine = curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
                    curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
                    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, protocols) == CURLE_OK &&
                    curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, protocols) == CURLE_OK &&
                    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
                    curl_easy_setopt(c, CURLOPT_MAXREDIRS, 0L) == CURLE_OK &&
                    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
                    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
                    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
                    curl_easy_setopt(c, CURLOPT_TIMEOUT, (long) timeout_seconds) == CURLE_OK &&
                    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long) LIMIT_CONNECT_SECONDS) == CURLE_OK &&
                    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long) LIMIT_LOW_SPEED_BYTES) == CURLE_OK &&
                    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long) LIMIT_LOW_SPEED_SECONDS) == CURLE_OK &&
                    curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t) LIMIT_BODY_BYTES) == CURLE_OK;
        if (!fine) {
                curl_easy_cleanup(c);
                return NULL;
        }
        return c;
}

int loop_curl_add(LoopCurl *l, CURL *easy, LoopCurlDone *done, void *userdata, Err *e) {
        Transfer *t = malloc(sizeof *t);
        if (!t)
                return err_oom(e);
        *t = (Transfer) { done, userdata };
        curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
        CURLMcode code = curl_multi_add_handle(l->multi, easy);
        if (code == CURLM_OK)
                return 0;
        curl_easy_setopt(easy, CURLOPT_PRIVATE, NULL);
        free(t);
        return code == CURLM_OUT_OF_MEMORY ? err_oom(e)
                                           : err_set(e, -EIO, RETRY_LATER, "%s", curl_multi_strerror(code));
}

void loop_curl_remove(LoopCurl *l, CURL *easy) {
        Transfer *t = NULL;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &t);
        curl_multi_remove_handle(l->multi, easy);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, NULL);
        free(t);
}
