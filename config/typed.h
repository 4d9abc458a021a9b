/* SPDX-License-Identifier: MIT */
/* The readers behind key_read, one a type (schema.h). Pure; texts are slices of what was typed. */
#pragma once

#include "config/schema.h"
#include "state/model/unit.h"

bool typed_word(Str s);
bool typed_code(Str s, size_t max);
KeyFault typed_date(Str s, Date *ret);
KeyFault typed_duration(Str s, int64_t *ret_seconds);
KeyFault typed_workdays(Str s, const char *tail, int64_t *ret);
KeyFault typed_finish(Str s, int64_t *ret);
KeyFault typed_before(Str s, KeyValue *ret);
KeyFault typed_time(Str s, int64_t *ret_minutes);
KeyFault typed_pins(Str s, Str *ret_seen);
KeyFault typed_hours(Str s, Str *ret_seen);
KeyFault typed_flag(Str s, int64_t *ret);
KeyFault typed_person(Str s, KeyValue *ret, Str *ret_rest, Str *ret_seen);
KeyFault typed_seat(Str s, KeyValue *ret, Str *ret_seen);
KeyFault typed_access(Str s, KeyValue *ret, const char **ret_nearest);

/* host, host:port, [::1]:port; false: none. */
bool typed_host_port(Str s, Str *ret_host);
KeyFault typed_url(Str s);   /* https, or http to a loopback literal; no user, query or fragment */
KeyFault typed_proxy(Str s); /* http, https or socks5h, host and port only */
KeyFault typed_relay(Str s); /* smtp or smtps, host and port only */
