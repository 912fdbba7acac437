/* The disk port on real files: moves bytes, tells full from broken, keeps a second opener out. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "assert_code.h"
#include "failing_allocator.h"
#include "posix_disk.h"
#include "posix_system.h"

static char directory[64];

static int make_directory(void **state)
{
    (void)state;
    (void)snprintf(directory, sizeof directory, "/tmp/fk-posix-disk-XXXXXX");
    return mkdtemp(directory) != NULL ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    static const char *const names[] = { "pages", "log0",   "log1", "super0", "super1", "keys",
                                         "tries", "pages2", "log2", "log3",   "super2", "super3" };
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        (void)unlink(path);
    }
    return rmdir(directory);
}

static fk_posix_disk *open_disk(void)
{
    fk_posix_disk *disk = NULL;
    fk_error error = { "" };
    assert_code(fk_posix_disk_open(&fk_allocator_libc, directory, &disk, &error), FK_OK);
    return disk;
}

static void posix_disk__keeps_what_was_written(void **state)
{
    (void)state;
    fk_posix_disk *opened = open_disk();
    const fk_disk *disk = fk_posix_disk_port(opened);
    uint8_t read_back[8] = { 0 };
    for (int file = 0; file < FK_FILE_COUNT; file++) {
        const uint8_t bytes[4] = { 'f', 'i', 'l', (uint8_t)file };
        assert_int_equal(disk->size(disk->ctx, (fk_vault_file)file), 0);
        assert_int_equal(disk->write(disk->ctx, (fk_vault_file)file, bytes, 4, 3), 4);
        assert_int_equal(disk->flush(disk->ctx, (fk_vault_file)file), 0);
    }
    fk_posix_disk_close(opened);
    opened = open_disk();
    disk = fk_posix_disk_port(opened);
    for (int file = 0; file < FK_FILE_COUNT; file++) {
        assert_int_equal(disk->size(disk->ctx, (fk_vault_file)file), 7);
        assert_int_equal(disk->read(disk->ctx, (fk_vault_file)file, read_back, 8, 3), 4); /* short at the end */
        assert_int_equal(read_back[3], file);
        assert_int_equal(disk->read(disk->ctx, (fk_vault_file)file, read_back, 8, 7), 0);
    }
    assert_int_equal(disk->truncate(disk->ctx, FK_FILE_LOG_1, 5), 0);
    assert_int_equal(disk->size(disk->ctx, FK_FILE_LOG_1), 5);
    fk_posix_disk_close(opened);
}

static void posix_disk__keeps_a_second_opener_out(void **state)
{
    (void)state;
    fk_posix_disk *first = open_disk();
    fk_posix_disk *second = NULL;
    fk_error error = { "" };
    assert_code(fk_posix_disk_open(&fk_allocator_libc, directory, &second, &error), FK_ERR_WRONG_STATE);
    assert_null(second);
    assert_string_equal(error.detail, "vault-in-use");
    pid_t child = fork();
    if (child == 0) {
        /* Another process gets the same answer, even while it inherited the descriptors. */
        _exit(fk_posix_disk_open(&fk_allocator_libc, directory, &second, &error).code);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), FK_ERR_WRONG_STATE);
    fk_posix_disk_close(first);
    fk_posix_disk_close(open_disk());
}

static void posix_disk__makes_files_for_their_owner_only(void **state)
{
    (void)state;
    fk_posix_disk_close(open_disk());
    char path[128];
    struct stat status;
    (void)snprintf(path, sizeof path, "%s/keys", directory);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void posix_disk__says_a_full_disk_is_short(void **state)
{
    (void)state;
    /* A file size limit is the full disk that a test can make without a file system of its own. */
    fk_posix_disk *opened = open_disk();
    const fk_disk *disk = fk_posix_disk_port(opened);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit low = { 100, before.rlim_max };
    (void)signal(SIGXFSZ, SIG_IGN);
    static const uint8_t bytes[256] = { 1 };
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    int64_t first = disk->write(disk->ctx, FK_FILE_PAGES, bytes, sizeof bytes, 0);
    int64_t second = disk->write(disk->ctx, FK_FILE_PAGES, bytes, sizeof bytes, 100);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(first, 100);
    assert_int_equal(second, 0);
    fk_posix_disk_close(opened);
}

static void posix_disk_open__names_what_cannot_be_opened(void **state)
{
    (void)state;
    fk_posix_disk *disk = NULL;
    fk_error error = { "" };
    assert_code(fk_posix_disk_open(&fk_allocator_libc, "/nonexistent/vault", &disk, &error), FK_ERR_IO);
    assert_string_equal(error.detail, "directory: No such file or directory");
    /* A link where a file should be is not followed. */
    char path[128];
    (void)snprintf(path, sizeof path, "%s/log0", directory);
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_code(fk_posix_disk_open(&fk_allocator_libc, directory, &disk, &error), FK_ERR_IO);
    assert_memory_equal(error.detail, "log0:", 5);
    assert_null(disk);
    failing_allocator failing;
    failing_allocator_init(&failing, 0);
    assert_code(fk_posix_disk_open(&failing.allocator, directory, &disk, &error), FK_ERR_NO_MEMORY);
}

static void posix_system__gives_time_and_random_bytes(void **state)
{
    (void)state;
    fk_clock clock = fk_posix_clock();
    assert_true(clock.now_ms(clock.ctx) > 1700000000000u);
    uint64_t earlier = clock.monotonic_ms(clock.ctx);
    assert_true(clock.monotonic_ms(clock.ctx) >= earlier);
    fk_random random = fk_posix_random();
    static uint8_t draws[2][1000];
    random.fill(random.ctx, draws[0], sizeof draws[0]);
    random.fill(random.ctx, draws[1], sizeof draws[1]);
    assert_memory_not_equal(draws[0], draws[1], 16);
    assert_memory_not_equal(draws[0] + 984, draws[1] + 984, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(posix_disk__keeps_what_was_written, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(posix_disk__keeps_a_second_opener_out, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(posix_disk__makes_files_for_their_owner_only, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(posix_disk__says_a_full_disk_is_short, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(posix_disk_open__names_what_cannot_be_opened, make_directory, remove_directory),
        cmocka_unit_test(posix_system__gives_time_and_random_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
