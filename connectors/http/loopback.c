/* SPDX-License-Identifier: MIT */
#include "connectors/http/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>

bool url_loopback(Str host) {
        struct in6_addr six;
        struct in_addr four;
        char bare[INET6_ADDRSTRLEN];
        bool bracketed = host.len > 2 && host.at[0] == '[' && host.at[host.len - 1] == ']';
        Str literal = bracketed ? (Str) { host.at + 1, host.len - 2 } : host;

        if (literal.len == 0 || literal.len >= sizeof bare)
                return false;
        memcpy(bare, literal.at, literal.len);
        bare[literal.len] = '\0';
        if (bracketed)
                return inet_pton(AF_INET6, bare, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
        return inet_pton(AF_INET, bare, &four) == 1 && (ntohl(four.s_addr) >> 24) == 127;
}
