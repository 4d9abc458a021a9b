/* SPDX-License-Identifier: MIT */
/* Runs a fuzz entry over every file of the given folders (and plain files), and over each file cut short and with
 * single bytes changed, so that the corpus is part of the normal suite and needs no fuzzer. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "state/model/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILE_MAX (1024 * 1024)
#define MUTATED_MAX 2048 /* larger files are run as they are and cut at a few places */

/* A block of exactly the size, so that a sanitizer sees a read behind its end. */
static int run_exact(const uint8_t *data, size_t size) {
        uint8_t *copy = malloc(size ? size : 1);
        if (!copy)
                return -ENOMEM;
        if (size > 0)
                memcpy(copy, data, size);
        LLVMFuzzerTestOneInput(copy, size);
        free(copy);
        return 0;
}

static int run_variants(uint8_t *data, size_t size) {
        static const uint8_t marks[] = { 0x00, '"', '\\', '{', ']', ' ', '0', 0x80, 0xFF };
        size_t step = size > MUTATED_MAX ? size / 16 : 1;
        int r = run_exact(data, size);
        for (size_t i = 0; i < size && r == 0; i += step) {
                uint8_t kept = data[i];
                r = run_exact(data, i);
                for (size_t m = 0; m < sizeof marks && r == 0; m++) {
                        data[i] = marks[m];
                        r = run_exact(data, size);
                }
                data[i] = kept;
        }
        return r;
}

static int run_file(const char *path) {
        FILE *file = fopen(path, "rbe");
        if (!file)
                return -errno;
        uint8_t *data = malloc(FILE_MAX);
        size_t size = data ? fread(data, 1, FILE_MAX, file) : 0;
        int r = !data ? -ENOMEM : ferror(file) ? -EIO : run_variants(data, size);
        free(data);
        fclose(file);
        return r;
}

/* The number of files run, or a negative error. */
static int run_path(const char *path) {
        struct stat info;
        if (stat(path, &info) < 0)
                return -errno;
        if (!S_ISDIR(info.st_mode)) {
                int r = run_file(path);
                return r < 0 ? r : 1;
        }

        DIR *folder = opendir(path);
        if (!folder)
                return -errno;
        int files = 0;
        for (struct dirent *entry; files >= 0 && (entry = readdir(folder));) {
                if (entry->d_name[0] == '.')
                        continue;
                _cleanup_text_ Text inner = TEXT_INIT(4096);
                int r = text_addf(&inner, "%s/%s", path, entry->d_name);
                r = r < 0 ? r : run_path(inner.at);
                files = r < 0 ? r : files + r;
        }
        closedir(folder);
        return files;
}

int main(int argc, char **argv) {
        int files = 0;
        for (int i = 1; i < argc; i++) {
                int r = run_path(argv[i]);
                if (r < 0) {
                        fprintf(stderr, "%s: %s\n", argv[i], strerror(-r));
                        return 1;
                }
                files += r;
        }
        if (files == 0) {
                fprintf(stderr, "usage: %s CORPUS...: no file was run\n", argv[0]);
                return 1;
        }
        printf("%d files\n", files);
        return 0;
}
