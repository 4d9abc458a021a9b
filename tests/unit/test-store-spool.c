/* SPDX-License-Identifier: MIT */
/* The temporary file of a listing: what was written is read again, and whatever the disk or the file system does, the
 * error says it, nothing is left open and what was written before is still there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "state/store-pages.h"
#include "tests/unit/scratch.h"

#define BLOCKS (4 * SPOOL_BLOCK)

/* What a signal or another file system does to the library's calls; the calls of this program stand before it. */
static int interrupted, piecemeal, no_unnamed_file;

int open(const char *path, int flags, ...) {
        va_list more;
        mode_t mode;

        va_start(more, flags);
        mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
        va_end(more);
        if (no_unnamed_file != 0 && (flags & O_TMPFILE) == O_TMPFILE) {
                errno = no_unnamed_file;
                return -1;
        }
        return (int) syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static size_t let_through(size_t len) {
        return piecemeal != 0 && len > 1000 ? 1000 : len;
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at) {
        if (interrupted-- > 0) {
                errno = EINTR;
                return -1;
        }
        return syscall(SYS_pwrite64, fd, bytes, let_through(len), at);
}

ssize_t pread(int fd, void *bytes, size_t len, off_t at) {
        if (interrupted-- > 0) {
                errno = EINTR;
                return -1;
        }
        return syscall(SYS_pread64, fd, bytes, let_through(len), at);
}

static char folder[64], block[BLOCKS];

static int open_files(void) {
        DIR *d = opendir("/proc/self/fd");
        int n = 0;

        assert_non_null(d);
        while (readdir(d))
                n++;
        assert_int_equal(closedir(d), 0);
        return n;
}

static int entries(void) {
        DIR *d = opendir(folder);
        int n = 0;

        assert_non_null(d);
        while (readdir(d))
                n++;
        assert_int_equal(closedir(d), 0);
        return n - 2;
}

static int make(void **state) {
        (void) state;
        interrupted = piecemeal = no_unnamed_file = 0;
        (void) snprintf(folder, sizeof folder, "/tmp/nq57-spool-XXXXXX");
        scratch_make(folder);
        for (size_t i = 0; i < sizeof block; i++)
                block[i] = (char) (i * 31 + i / SPOOL_BLOCK);
        return 0;
}

static int clear(void **state) {
        (void) state;
        scratch_remove(folder);
        return 0;
}

static void expect_blocks(const Spool *sp, size_t n) {
        _cleanup_text_ Text all = TEXT_INIT(2 * BLOCKS);
        Err e = { 0 };

        interrupted = 2;
        assert_int_equal(sp->size, n * SPOOL_BLOCK);
        for (size_t at = 0; at < sp->size; at += SPOOL_BLOCK)
                assert_int_equal(spool_read(sp, at, &all, &e), 0);
        assert_int_equal(all.len, n * SPOOL_BLOCK);
        assert_memory_equal(all.at, block, all.len);
}

/* Only whole blocks are taken, and the file has no name. */
static void round_trip(void) {
        Spool sp = { 0 };
        Err e = { 0 };
        size_t written = 7;
        int before = open_files();

        assert_int_equal(spool_add(&sp, folder, (Str) { block, SPOOL_BLOCK - 1 }, &written, &e), 0);
        assert_int_equal(written, 0);
        assert_int_equal(open_files(), before);
        assert_int_equal(spool_add(&sp, folder, (Str) { block, SPOOL_BLOCK + 5 }, &written, &e), 0);
        assert_int_equal(written, SPOOL_BLOCK);
        assert_int_equal(spool_add(&sp, folder, (Str) { block + SPOOL_BLOCK, 3 * SPOOL_BLOCK }, &written, &e), 0);
        assert_int_equal(written, 3 * SPOOL_BLOCK);
        assert_int_equal(entries(), 0);
        expect_blocks(&sp, 4);
        spool_free(&sp);
        assert_int_equal(open_files(), before);
        assert_int_equal(sp.size, 0);
}

static void test_round_trip(void **state) {
        (void) state;
        round_trip();
}

static void test_interrupted_and_in_pieces(void **state) {
        (void) state;
        interrupted = 3;
        piecemeal = 1;
        round_trip();
}

static void test_file_system_without_unnamed_files(void **state) {
        static const int answers[] = { EOPNOTSUPP, EISDIR, EINVAL };

        (void) state;
        for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
                no_unnamed_file = answers[i];
                round_trip();
        }
}

static void test_folder_that_takes_none(void **state) {
        Spool sp = { 0 };
        Err e = { 0 };
        size_t written;
        int before = open_files();

        (void) state;
        no_unnamed_file = EACCES;
        assert_int_equal(spool_add(&sp, folder, (Str) { block, BLOCKS }, &written, &e), -EACCES);
        assert_int_equal(e.retry, RETRY_LATER);
        assert_non_null(strstr(e.text, folder));
        err_clear(&e);
        no_unnamed_file = EOPNOTSUPP;
        assert_int_equal(rmdir(folder), 0);
        assert_int_equal(spool_add(&sp, folder, (Str) { block, BLOCKS }, &written, &e), -ENOENT);
        assert_int_equal(written, 0);
        assert_int_equal(sp.size, 0);
        assert_int_equal(open_files(), before);
        spool_free(&sp);
}

/* A full disk, by a limit of the process: the first block or a later one does not fit. */
static void test_full_disk(void **state) {
        struct sigaction ignore = { .sa_handler = SIG_IGN }, was;
        struct rlimit before, small;
        int files = open_files();

        (void) state;
        assert_int_equal(sigaction(SIGXFSZ, &ignore, &was), 0);
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
        for (size_t fits = 0; fits <= 2; fits++) {
                Spool sp = { 0 };
                Err e = { 0 };
                size_t written;
                int r = 0;

                small = before;
                small.rlim_cur = fits * SPOOL_BLOCK + (fits > 0 ? 100 : 0);
                assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
                for (size_t at = 0; at < 4 && r == 0; at++)
                        r = spool_add(&sp, folder, (Str) { block + at * SPOOL_BLOCK, SPOOL_BLOCK }, &written, &e);
                assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
                assert_int_equal(r, -EFBIG);
                assert_int_equal(written, 0);
                assert_int_equal(e.retry, RETRY_LATER);
                assert_non_null(strstr(e.text, "writing a temporary file: File too large"));
                expect_blocks(&sp, fits);
                spool_free(&sp);
                assert_int_equal(open_files(), files);
        }
        assert_int_equal(sigaction(SIGXFSZ, &was, NULL), 0);
}

static void test_what_is_not_there_is_not_read(void **state) {
        _cleanup_text_ Text into = TEXT_INIT(2 * BLOCKS), little = TEXT_INIT(SPOOL_BLOCK / 2);
        Spool sp = { 0 };
        Err e = { 0 };
        size_t written;

        (void) state;
        assert_int_equal(spool_add(&sp, folder, (Str) { block, SPOOL_BLOCK }, &written, &e), 0);
        assert_int_equal(ftruncate(sp.fd, SPOOL_BLOCK - 1), 0);
        assert_int_equal(spool_read(&sp, 0, &into, &e), -EIO);
        assert_int_equal(into.len, 0);
        assert_non_null(strstr(e.text, "reading a temporary file: Input/output error"));
        err_clear(&e);
        assert_int_equal(spool_read(&sp, 0, &little, &e), -ENOMEM);
        spool_free(&sp);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_round_trip, make, clear),
                cmocka_unit_test_setup_teardown(test_interrupted_and_in_pieces, make, clear),
                cmocka_unit_test_setup_teardown(test_file_system_without_unnamed_files, make, clear),
                cmocka_unit_test_setup_teardown(test_folder_that_takes_none, make, clear),
                cmocka_unit_test_setup_teardown(test_full_disk, make, clear),
                cmocka_unit_test_setup_teardown(test_what_is_not_there_is_not_read, make, clear),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
