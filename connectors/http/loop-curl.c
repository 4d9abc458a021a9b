/* SPDX-License-Identifier: MIT */
#include "connectors/http/loop-curl.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "connectors/limits.h"

/* What a handle carries while it is on the loop (CURLOPT_PRIVATE). */
typedef struct Transfer {
        LoopCurlDone *done;
        void *userdata;
        CURL *easy;
        CURLcode result;
        struct Transfer *next; /* among those that ended and were not told yet */
} Transfer;

/* A connection that curl made. Its place on the loop stays while it lies idle: to take it off and put it back is two
 * system calls a request, which were a tenth of it. curl says when it closes one (CURLOPT_CLOSESOCKETFUNCTION), so
 * that the number is never taken for another file's. */
typedef struct Watch {
        LoopCurl *loop;
        int fd;
        bool idle; /* nobody waits for it: what comes meanwhile is found when it is used again */
        sd_event_source *source;
        struct Watch *next;
} Watch;

struct LoopCurl {
        sd_event *loop;
        CURLM *multi;
        sd_event_source *timer, *soon;
        uint64_t armed, wanted; /* µs of the loop's monotonic clock; UINT64_MAX: never */
        bool at_once;           /* curl wants to be called without a wait */
        bool soon_on;
        Transfer *ended;
        Watch *watches;
};

/* ---- transfers that ended ---- */

static Transfer *transfer_of(CURL *easy) {
        Transfer *t = NULL;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &t);
        return t;
}

/* In their order, off curl's hands. */
static void collect(LoopCurl *l) {
        CURLMsg *message;
        Transfer **tail = &l->ended;
        int left;
        while ((message = curl_multi_info_read(l->multi, &left))) {
                Transfer *t = message->msg == CURLMSG_DONE ? transfer_of(message->easy_handle) : NULL;
                if (!t)
                        continue;
                t->result = message->data.result;
                curl_multi_remove_handle(l->multi, t->easy);
                while (*tail)
                        tail = &(*tail)->next;
                *tail = t;
        }
}

/* The callbacks may add and remove others. What ends while it is added waits for the next turn of the loop: a system
 * that always answers at once does not keep it from others. */
static void tell(LoopCurl *l) {
        int n = 0;
        for (const Transfer *t = l->ended; t; t = t->next)
                n++;
        for (; n > 0 && l->ended; n--) {
                Transfer t = *l->ended;
                curl_easy_setopt(t.easy, CURLOPT_PRIVATE, NULL);
                free(l->ended);
                l->ended = t.next;
                t.done(t.userdata, t.easy, t.result);
        }
}

/* ---- time ---- */

static void timer_arm(LoopCurl *l) {
        int r = sd_event_source_set_time(l->timer, l->wanted);
        if (r >= 0)
                r = sd_event_source_set_enabled(l->timer, SD_EVENT_ONESHOT);
        l->armed = r < 0 ? UINT64_MAX : l->wanted;
}

/* curl moves its time limits several times with every request: they are noted, and the loop hears of them once, after
 * curl returned. A timer that is armed for something earlier stays, and looks again when it fires. */
static void settle(LoopCurl *l) {
        bool soon = l->at_once || l->ended;
        if (soon != l->soon_on &&
            sd_event_source_set_enabled(l->soon, soon ? SD_EVENT_ONESHOT : SD_EVENT_OFF) >= 0)
                l->soon_on = soon;
        if (l->wanted < l->armed)
                timer_arm(l);
}

static int timer_wanted(CURLM *multi, long milliseconds, void *userdata) {
        LoopCurl *l = userdata;
        uint64_t now = 0;
        l->wanted = UINT64_MAX;
        l->at_once = milliseconds == 0;
        if (milliseconds > 0) {
                sd_event_now(l->loop, CLOCK_MONOTONIC, &now);
                l->wanted = now + (uint64_t) milliseconds * 1000;
        }
        return 0;
}

/* curl looks at its clock. */
static void look(LoopCurl *l) {
        int running;
        l->at_once = false;
        curl_multi_socket_action(l->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        collect(l);
}

static int soon_ready(sd_event_source *source, void *userdata) {
        LoopCurl *l = userdata;
        l->soon_on = false;
        if (l->at_once)
                look(l);
        tell(l);
        settle(l);
        return 0;
}

static int timer_ready(sd_event_source *source, uint64_t usec, void *userdata) {
        LoopCurl *l = userdata;
        uint64_t now = 0;
        sd_event_now(l->loop, CLOCK_MONOTONIC, &now);
        l->armed = UINT64_MAX;
        if (l->wanted <= now) {
                look(l);
                tell(l);
        }
        settle(l);
        return 0;
}

/* ---- descriptors ---- */

static void act(LoopCurl *l, int fd, uint32_t revents) {
        int action = 0, running;
        if (revents & (EPOLLIN | EPOLLHUP | EPOLLRDHUP))
                action |= CURL_CSELECT_IN;
        if (revents & EPOLLOUT)
                action |= CURL_CSELECT_OUT;
        if (revents & EPOLLERR)
                action |= CURL_CSELECT_ERR;
        curl_multi_socket_action(l->multi, fd, action, &running);
        collect(l);
        tell(l);
        settle(l);
}

static int watch_ready(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        Watch *w = userdata;
        if (w->idle)
                return sd_event_source_set_enabled(source, SD_EVENT_OFF);
        act(w->loop, fd, revents);
        return 0;
}

static int socket_ready(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        act(userdata, fd, revents);
        return 0;
}

static uint32_t events_of(int what) {
        return what == CURL_POLL_IN      ? EPOLLIN
               : what == CURL_POLL_OUT   ? EPOLLOUT
               : what == CURL_POLL_INOUT ? EPOLLIN | EPOLLOUT
                                         : 0;
}

static int watch_turn(Watch *w, int what) {
        w->idle = what == CURL_POLL_REMOVE;
        if (w->idle)
                return 0;
        if (!w->source)
                return sd_event_add_io(w->loop->loop, &w->source, w->fd, events_of(what), watch_ready, w) < 0 ? -1 : 0;
        int r = sd_event_source_set_io_events(w->source, events_of(what));
        return r < 0 || sd_event_source_set_enabled(w->source, SD_EVENT_ON) < 0 ? -1 : 0;
}

/* Of what else curl waits for (a thread that resolves a name), it does not say when it is closed: a source is never
 * turned to a new descriptor but dropped and made anew, and a descriptor that is gone is curl's to notice. */
static int other_turn(LoopCurl *l, int fd, int what, sd_event_source *source) {
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

static Watch **watch_find(LoopCurl *l, int fd) {
        Watch **at = &l->watches;
        while (*at && (*at)->fd != fd)
                at = &(*at)->next;
        return at;
}

static int socket_wanted(CURL *easy, curl_socket_t fd, int what, void *userdata, void *socket_data) {
        LoopCurl *l = userdata;
        Watch *w = *watch_find(l, fd);
        return w ? watch_turn(w, what) : other_turn(l, fd, what, socket_data);
}

static void watch_drop(Watch **at) {
        Watch *w = *at;
        *at = w->next;
        sd_event_source_disable_unref(w->source);
        free(w);
}

static curl_socket_t socket_open(void *userdata, curlsocktype purpose, struct curl_sockaddr *a) {
        LoopCurl *l = userdata;
        Watch *w = calloc(1, sizeof *w);
        int fd = w ? socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol) : -1;
        if (fd < 0) {
                free(w);
                return CURL_SOCKET_BAD;
        }
        *w = (Watch) { .loop = l, .fd = fd, .idle = true, .next = l->watches };
        l->watches = w;
        return fd;
}

static int socket_close(void *userdata, curl_socket_t fd) {
        Watch **at = watch_find(userdata, fd);
        if (*at)
                watch_drop(at);
        return close(fd);
}

/* ---- the whole ---- */

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
                curl_multi_cleanup(l->multi); /* closes what is open */
        while (l->watches)
                watch_drop(&l->watches);
        sd_event_source_disable_unref(l->timer);
        sd_event_source_disable_unref(l->soon);
        sd_event_unref(l->loop);
        free(l);
        return NULL;
}

static bool sockets_set(LoopCurl *l, CURL *c) {
        return curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, socket_open) == CURLE_OK &&
               curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, l) == CURLE_OK &&
               curl_easy_setopt(c, CURLOPT_CLOSESOCKETFUNCTION, socket_close) == CURLE_OK &&
               curl_easy_setopt(c, CURLOPT_CLOSESOCKETDATA, l) == CURLE_OK;
}

CURL *loop_curl_easy(LoopCurl *l, bool loopback, int timeout_seconds) {
        CURL *c = curl_easy_init();
        if (!c)
                return NULL;
        const char *protocols = loopback ? "http,https" : "https";
        bool fine = sockets_set(l, c) && curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
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
        *t = (Transfer) { .done = done, .userdata = userdata, .easy = easy };
        curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
        CURLMcode code = curl_multi_add_handle(l->multi, easy);
        if (code == CURLM_OK) {
                look(l); /* it leaves now: a turn of the loop less */
                settle(l);
                return 0;
        }
        curl_easy_setopt(easy, CURLOPT_PRIVATE, NULL);
        free(t);
        return code == CURLM_OUT_OF_MEMORY ? err_oom(e)
                                           : err_set(e, -EIO, RETRY_LATER, "%s", curl_multi_strerror(code));
}

void loop_curl_remove(LoopCurl *l, CURL *easy) {
        Transfer *t = transfer_of(easy);
        Transfer **at = &l->ended;
        while (*at && *at != t)
                at = &(*at)->next;
        if (*at)
                *at = t->next;
        else
                curl_multi_remove_handle(l->multi, easy);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, NULL);
        free(t);
        settle(l);
}
