/* SPDX-License-Identifier: MIT */
#include "connectors/http/gunzip.h"

#include <errno.h>
#include <zlib.h>

#define GZIP_ONLY (15 + 16) /* window bits of inflateInit2: a gzip wrapper is required */
#define PIECE 16384

struct Gunzip {
        z_stream z;
        bool inside; /* between a member's first byte and its trailer */
};

static void *zero_alloc(void *opaque, unsigned n, unsigned size) {
        return calloc(n, size);
}

static void zero_free(void *opaque, void *at) {
        free(at);
}

int gunzip_new(Gunzip **ret) {
        Gunzip *g = calloc(1, sizeof *g);
        if (!g)
                return -ENOMEM;
        g->z.zalloc = zero_alloc;
        g->z.zfree = zero_free;
        if (inflateInit2(&g->z, GZIP_ONLY) != Z_OK) {
                free(g);
                return -ENOMEM;
        }
        *ret = g;
        return 0;
}

Gunzip *gunzip_free(Gunzip *g) {
        if (!g)
                return NULL;
        inflateEnd(&g->z);
        free(g);
        return NULL;
}

static int meaning(int code) {
        return code == Z_MEM_ERROR ? -ENOMEM : GUNZIP_E_BROKEN;
}

/* One member may follow another (RFC 1952 2.2). */
static int piece_add(Gunzip *g, Text *to) {
        char out[PIECE];
        g->inside = true;
        g->z.next_out = (Bytef *) out;
        g->z.avail_out = sizeof out;
        int code = inflate(&g->z, Z_NO_FLUSH);
        if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
                return meaning(code);
        if (text_add(to, (Str) { out, sizeof out - g->z.avail_out }) < 0)
                return to->failed;
        if (code != Z_STREAM_END)
                return 0;
        g->inside = false;
        code = inflateReset(&g->z);
        return code == Z_OK ? 0 : meaning(code);
}

int gunzip_add(Gunzip *g, Str bytes, Text *to) {
        bool full;
        g->z.next_in = (Bytef *) bytes.at; /* zlib does not write to it */
        g->z.avail_in = (unsigned) bytes.len;
        do {
                if (g->z.avail_in == 0 && !g->inside)
                        return 0;
                int r = piece_add(g, to);
                if (r != 0)
                        return r;
                full = g->z.avail_out == 0;
        } while (g->z.avail_in > 0 || full);
        return 0;
}

bool gunzip_whole(const Gunzip *g) {
        return !g->inside;
}
