/* SPDX-License-Identifier: MIT */
/* curl's multi interface on sd-event. Knows no HTTP. Transfers end in a callback from the event loop, never from inside
 * a call made here. */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <systemd/sd-event.h>

#include "state/model/cleanup.h"
#include "state/model/err.h"

typedef struct LoopCurl LoopCurl;

/* The transfer is over and its handle already taken off the loop; the callback may add others. */
typedef void LoopCurlDone(void *userdata, CURL *easy, CURLcode result);

int loop_curl_new(sd_event *loop, int connections, LoopCurl **ret, Err *e);
LoopCurl *loop_curl_free(LoopCurl *l); /* remove every transfer before; connections are closed without waiting */
DEFINE_CLEANUP(LoopCurl, loop_curl_free)

/* A handle for that loop alone, with the settings that no transfer goes without: no signals, no wait for a resolver
 * thread at the end (QUICK_EXIT), https alone unless `loopback` (then http too), TLS 1.2 at least and verified, no
 * redirects, time, size and low-speed limits. NULL: out of memory. */
CURL *loop_curl_easy(LoopCurl *l, bool loopback, int timeout_seconds);

/* The request leaves at once where a connection lets it; `done` is called from the loop all the same. */
int loop_curl_add(LoopCurl *l, CURL *easy, LoopCurlDone *done, void *userdata, Err *e);
void loop_curl_remove(LoopCurl *l, CURL *easy); /* no callback; the handle stays the caller's */
