/* SPDX-License-Identifier: MIT */
/* How a source is reached over TLS, and whether the files for it are there: found out when the configuration is read,
 * not at night by a daemon. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "config/build.h"
#include "config/secret.h"

#define PEM_LOOK (256u << 10) /* a certificate stands within so many bytes */

static void put(Build *b, NoticeId id, const KeyValue *v, const char *source, const char *key, const char *seen) {
        NoticePath path = notice_path("sources", source, key);
        notice_put(b->notices, &(Notice) { .id = id, .at = v->at, .subject = path.text, .seen = seen });
}

/* NULL: there is a certificate in it. */
static const char *pem_fault(const char *path) {
        static const char begin[] = "-----BEGIN CERTIFICATE-----";
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        _cleanup_free_ char *at = malloc(PEM_LOOK);
        if (fd < 0)
                return strerror(errno);
        ssize_t n = at ? read(fd, at, PEM_LOOK) : 0;
        if (n < 0)
                return strerror(errno);
        return n > 0 && memmem(at, (size_t) n, begin, sizeof begin - 1) ? NULL : "no certificate in it (PEM)";
}

static const char *pem_file(Build *b, const Tree *t, const char *pattern) {
        KeyValue v = schema_value(CONFIG_MAIN, t, pattern);
        const char *wrong = v.given ? pem_fault(v.whole) : NULL;
        char seen[400];
        if (wrong) {
                snprintf(seen, sizeof seen, "%.250s: %s", v.whole, wrong);
                put(b, NOTICE_SOURCE_FILE, &v, t->key, strrchr(pattern, '.') + 1, seen);
        }
        return v.whole;
}

/* Of secrets only that they are there, and private; where none can be seen yet nothing is said. */
static void secret_check(Build *b, const KeyValue *v, const Tree *t, const char *key, const char *name) {
        _cleanup_(secret_wipe) Text secret = { 0 };
        char file[128], seen[700];
        Err e = { 0 };
        snprintf(file, sizeof file, "%.60s.%s", t->key, name);
        int r = b->settings->secrets_dir ? secret_file(b->settings->secrets_dir, file, &secret, &e) : 0;
        if (r < 0)
                snprintf(seen, sizeof seen, "%s", e.text);
        else
                snprintf(seen, sizeof seen, "%s", file);
        if (r != 0)
                put(b, NOTICE_SOURCE_SECRET_FILE, v, t->key, key, seen);
}

/* Commas in the file, semicolons for libcurl. */
static int pins(Build *b, const Tree *t, const char **ret, Err *e) {
        KeyValue v = schema_value(CONFIG_MAIN, t, "sources.*.pin");
        _cleanup_text_ Text out = TEXT_INIT(4096);
        Str rest = str_of(v.whole), part;
        if (!v.given)
                return 0;
        while (str_split(&rest, ',', &part))
                text_addf(&out, "%s" STR_FMT, out.len ? ";" : "", STR_ARG(str_trim(part)));
        *ret = out.failed ? NULL : arena_copy(&b->own->arena, text_str(&out));
        return *ret ? 0 : err_oom(e);
}

int build_source_tls(Build *b, TlsOptions *o, const Tree *t, Err *e) {
        KeyValue proxy = schema_value(CONFIG_MAIN, t, "sources.*.proxy");
        KeyValue user = schema_value(CONFIG_MAIN, t, "sources.*.proxy-user");
        o->ca_file = pem_file(b, t, "sources.*.ca-file");
        o->client_certificate = pem_file(b, t, "sources.*.client-certificate");
        o->proxy = proxy.whole;
        o->proxy_user = user.whole;
        o->tls13 = schema_value(CONFIG_MAIN, t, "sources.*.tls-minimum").number == 1;
        o->http1 = schema_value(CONFIG_MAIN, t, "sources.*.http2").number == 0;
        if (user.given && !proxy.given)
                put(b, NOTICE_SOURCE_PROXY_USER, &user, t->key, "proxy-user", user.whole);
        return pins(b, t, &o->pin, e);
}

int build_source_secrets(Build *b, Err *e) {
        const Tree *section = tree_get(build_root(b, CONFIG_MAIN), "sources");
        for (const Tree *t = section ? section->child : NULL; t; t = t->next) {
                KeyValue certificate = schema_value(CONFIG_MAIN, t, "sources.*.client-certificate");
                KeyValue user = schema_value(CONFIG_MAIN, t, "sources.*.proxy-user");
                if (certificate.given)
                        secret_check(b, &certificate, t, "client-certificate", TLS_KEY_SECRET);
                if (user.given)
                        secret_check(b, &user, t, "proxy-user", TLS_PROXY_SECRET);
        }
        return 0;
}
