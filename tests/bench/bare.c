/* SPDX-License-Identifier: MIT */
/* The least that a conditional request costs anybody who asks through libcurl: one handle, one kept connection, and a
 * loop around curl_easy_perform. What poll.c is held against.
 *
 * bare URL ETAG COUNT PAUSE-MS
 * Prints: requests N cpu_us N.N (CPU of the process per request, the first one left out) */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "state/model/text.h"

static double cpu_us(void) {
        struct rusage u;
        getrusage(RUSAGE_SELF, &u);
        return (double) (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
               (double) (u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static size_t dropped(char *at, size_t size, size_t n, void *userdata) {
        return size * n;
}

int main(int argc, char **argv) {
        char line[200];
        double from = 0;
        CURL *easy = curl_easy_init();
        int count, pause;
        if (argc != 5 || !easy || text_to_int(str_of(argv[3]), 2, INT32_MAX, &count) < 0 ||
            text_to_int(str_of(argv[4]), 0, 60000, &pause) < 0) {
                fprintf(stderr, "bare URL ETAG COUNT PAUSE-MS\n");
                return 1;
        }
        snprintf(line, sizeof line, "If-None-Match: %s", argv[2]);
        struct curl_slist *headers = curl_slist_append(curl_slist_append(NULL, line), "Accept-Encoding: gzip");
        curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(easy, CURLOPT_USERAGENT, "nq57d");
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_TIMEOUT, 10L);
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, dropped);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, dropped);
        for (int i = 0; i < count; i++) {
                long status = 0;
                if (i > 0 && pause > 0)
                        usleep((useconds_t) pause * 1000);
                if (curl_easy_perform(easy) != CURLE_OK ||
                    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status != 304) {
                        fprintf(stderr, "bare: the answer is no 304\n");
                        return 1;
                }
                if (i == 0)
                        from = cpu_us();
        }
        printf("requests %d cpu_us %.1f\n", count - 1, (cpu_us() - from) / (count - 1));
        curl_slist_free_all(headers);
        curl_easy_cleanup(easy);
        return 0;
}
