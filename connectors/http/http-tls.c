/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>

#include "connectors/http/http-call.h"

static void wipe(Text *t) {
        if (t->at)
                explicit_bzero(t->at, t->len);
        text_free(t);
}

void http_tls_close(Http *h) {
        wipe(&h->key);
        wipe(&h->passphrase);
        wipe(&h->proxy_password);
}

static int secret(const Http *h, const char *name, bool needed, Text *ret, Err *e) {
        int r = h->o.secret ? h->o.secret(h->o.secret_userdata, h->o.source, name, ret, e) : 1;
        if (r == 0 || (r > 0 && !needed))
                return 0;
        if (r > 0)
                return err_set(e, -ENOKEY, RETRY_RECONFIGURE, "there is no secret %s.%s", h->o.source, name);
        if (r != -ENOMEM && e)
                e->code = r = -ENOKEY;
        return r;
}

/* Read when the first request needs them, and kept: each connection anew asks for them. */
static int secrets_read(Http *h, Err *e) {
        const TlsOptions *t = &h->o.tls;
        if (h->tls_ready)
                return 0;
        http_tls_close(h);
        int r = t->client_certificate ? secret(h, TLS_KEY_SECRET, true, &h->key, e) : 0;
        if (r == 0 && t->client_certificate)
                r = secret(h, TLS_PASSPHRASE_SECRET, false, &h->passphrase, e);
        if (r == 0 && t->proxy && t->proxy_user)
                r = secret(h, TLS_PROXY_SECRET, true, &h->proxy_password, e);
        h->tls_ready = r == 0;
        return r;
}

/* A private CA stands alone. Of the system's two forms one is enough, and only a bundle is parsed once for all
 * connections (CURLOPT_CA_CACHE_TIMEOUT). */
static bool authorities_set(const TlsOptions *t, CURL *easy) {
        const char *bundle = t->ca_file ? t->ca_file : curl_version_info(CURLVERSION_NOW)->cainfo;
        return !bundle || (curl_easy_setopt(easy, CURLOPT_CAINFO, bundle) == CURLE_OK &&
                           curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK &&
                           curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, bundle) == CURLE_OK &&
                           curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL) == CURLE_OK);
}

static bool identity_set(const Http *h, CURL *easy) {
        const TlsOptions *t = &h->o.tls;
        struct curl_blob key = { .data = h->key.at, .len = h->key.len, .flags = CURL_BLOB_NOCOPY };
        return !t->client_certificate ||
               (curl_easy_setopt(easy, CURLOPT_SSLCERT, t->client_certificate) == CURLE_OK &&
                curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &key) == CURLE_OK &&
                /* never asked for on a terminal */
                curl_easy_setopt(easy, CURLOPT_KEYPASSWD, h->passphrase.at ? h->passphrase.at : "") == CURLE_OK);
}

/* Always a tunnel, so that the proxy sees no request; its own headers are none of the answer's. "" as a list of
 * exceptions keeps the environment's out. */
static bool proxy_set(const Http *h, CURL *easy) {
        const TlsOptions *t = &h->o.tls;
        if (!t->proxy)
                return curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
                       curl_easy_setopt(easy, CURLOPT_NOPROXY, "") == CURLE_OK; /* nor is it looked up */
        bool fine = curl_easy_setopt(easy, CURLOPT_PROXY, t->proxy) == CURLE_OK &&
                    curl_easy_setopt(easy, CURLOPT_NOPROXY, "") == CURLE_OK &&
                    curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L) == CURLE_OK &&
                    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) == CURLE_OK &&
                    curl_easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2) == CURLE_OK;
        if (!fine || !t->proxy_user)
                return fine;
        return curl_easy_setopt(easy, CURLOPT_PROXYAUTH, (long) (CURLAUTH_BASIC | CURLAUTH_DIGEST)) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, t->proxy_user) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, h->proxy_password.at) == CURLE_OK;
}

int http_tls_set(Http *h, CURL *easy, Err *e) {
        const TlsOptions *t = &h->o.tls;
        int r = secrets_read(h, e);
        if (r < 0)
                return r;
        long version = t->tls13 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2;
        long http = t->http1 ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS;
        bool fine = authorities_set(t, easy) && identity_set(h, easy) && proxy_set(h, easy) &&
                    curl_easy_setopt(easy, CURLOPT_SSLVERSION, version) == CURLE_OK &&
                    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, http) == CURLE_OK &&
                    (!t->pin || curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, t->pin) == CURLE_OK);
        return fine ? 0 : err_oom(e);
}
