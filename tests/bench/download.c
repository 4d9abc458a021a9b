/* SPDX-License-Identifier: MIT */
/* The bytes alone: every page of a list of addresses (curl multi, eight connections), read whole into memory, counted
 * and thrown away. What a sync costs beyond this is its own doing.
 *
 * download LIST; LIST holds one request a line: ADDRESS, a tab, one header.
 * Prints: pages N bytes N */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS = 8, LINE_MAX_BYTES = 1024 };

typedef struct Slot {
        CURL *easy;
        struct curl_slist *headers;
        char *body;
        size_t length, room;
        bool busy;
} Slot;

static _Noreturn void die(const char *what, const char *why) {
        fprintf(stderr, "download: %s: %s\n", what, why);
        exit(1);
}

static size_t take_bytes(char *data, size_t size, size_t count, void *user) {
        Slot *slot = user;
        size_t n = size * count;
        if (slot->length + n > slot->room) {
                slot->room = (slot->length + n) * 2;
                slot->body = realloc(slot->body, slot->room);
                if (!slot->body)
                        die("page", "out of memory");
        }
        memcpy(slot->body + slot->length, data, n);
        slot->length += n;
        return n;
}

static bool start_page(CURLM *multi, Slot *slot, FILE *list) {
        char line[LINE_MAX_BYTES];
        if (!fgets(line, sizeof(line), list))
                return false;
        char *header = strchr(line, '\t');
        if (!header)
                die(line, "expected an address, a tab and a header");
        *header++ = '\0';
        header[strcspn(header, "\n")] = '\0';
        curl_slist_free_all(slot->headers);
        slot->headers = curl_slist_append(NULL, header);
        slot->length = 0;
        slot->busy = true;
        curl_easy_setopt(slot->easy, CURLOPT_URL, line);
        curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, slot->headers);
        curl_multi_add_handle(multi, slot->easy);
        return true;
}

static size_t finish_page(CURLM *multi, CURLMsg *message) {
        Slot *slot = NULL;
        long status = 0;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
        curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        if (message->data.result != CURLE_OK || status != 200)
                die("page", message->data.result ? curl_easy_strerror(message->data.result) : "not 200");
        curl_multi_remove_handle(multi, slot->easy);
        slot->busy = false;
        return slot->length;
}

static void download(CURLM *multi, Slot *slots, FILE *list) {
        size_t pages = 0, bytes = 0;
        for (;;) {
                int running = 0, left = 0, busy = 0;
                for (size_t i = 0; i < CONNECTIONS; i++)
                        busy += slots[i].busy || start_page(multi, &slots[i], list);
                if (!busy)
                        break;
                curl_multi_perform(multi, &running);
                CURLMsg *message = curl_multi_info_read(multi, &left);
                if (!message)
                        curl_multi_poll(multi, NULL, 0, 1000, NULL);
                for (; message; message = curl_multi_info_read(multi, &left)) {
                        bytes += finish_page(multi, message);
                        pages++;
                }
        }
        printf("pages %zu bytes %zu\n", pages, bytes);
}

int main(int argc, char **argv) {
        FILE *list = argc == 2 ? fopen(argv[1], "re") : NULL;
        if (!list)
                die("usage", "download LIST");
        curl_global_init(CURL_GLOBAL_DEFAULT);
        CURLM *multi = curl_multi_init();
        Slot slots[CONNECTIONS] = { 0 };
        for (size_t i = 0; i < CONNECTIONS; i++) {
                slots[i].easy = curl_easy_init();
                curl_easy_setopt(slots[i].easy, CURLOPT_PRIVATE, &slots[i]);
                curl_easy_setopt(slots[i].easy, CURLOPT_WRITEFUNCTION, take_bytes);
                curl_easy_setopt(slots[i].easy, CURLOPT_WRITEDATA, &slots[i]);
        }
        download(multi, slots, list);
        for (size_t i = 0; i < CONNECTIONS; i++) {
                curl_easy_cleanup(slots[i].easy);
                curl_slist_free_all(slots[i].headers);
                free(slots[i].body);
        }
        curl_multi_cleanup(multi);
        curl_global_cleanup();
        fclose(list);
        return 0;
}
