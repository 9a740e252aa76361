/* Writes, truncations, syncs, renames and removals of files under $RECORD_UNDER, one after the other, to $RECORD_TO.

   Loaded before the C library (LD_PRELOAD). Each entry is a line, "W offset length", "T length", "S", "R" or "U" and
   the file's path, for R a tab and the new path, too; the bytes written follow a W. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static const char *under;
static int log_fd = -1;
static ssize_t (*real_write)(int, const void *, size_t);

__attribute__((constructor)) static void begin(void) {
    under = getenv("RECORD_UNDER");
    real_write = dlsym(RTLD_NEXT, "write");
    if (under && getenv("RECORD_TO")) log_fd = open(getenv("RECORD_TO"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int is_ours(const char *path) {
    size_t length = under ? strlen(under) : 0;
    return log_fd >= 0 && strncmp(path, under, length) == 0 && (path[length] == '/' || !path[length]);
}

static int of_ours(int fd, char *path) {
    char link[64];
    if (log_fd < 0 || fd == log_fd) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_ours(path);
}

static void put(const void *bytes, size_t length) {
    for (const char *at = bytes; length;) {
        ssize_t done = real_write(log_fd, at, length);
        if (done <= 0) abort();
        at += done, length -= done;
    }
}

static void note(const char *format, ...) {
    char line[2 * PATH_MAX + 64];
    va_list values;
    va_start(values, format);
    put(line, vsnprintf(line, sizeof line, format, values));
    va_end(values);
}

static ssize_t written(int fd, const void *bytes, off_t offset, ssize_t done, const char *path) {
    if (done > 0) {
        note("W %lld %zd %s\n", (long long)offset, done, path);
        put(bytes, done);
    }
    (void)fd;
    return done;
}

#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define RECORDED(type, call, entry)             \
    pthread_mutex_lock(&turn);                  \
    type done = call;                           \
    entry;                                      \
    pthread_mutex_unlock(&turn);                \
    return done

ssize_t write(int fd, const void *bytes, size_t length) {
    char path[PATH_MAX];
    struct stat found;
    if (!real_write) real_write = dlsym(RTLD_NEXT, "write");
    if (!of_ours(fd, path)) return real_write(fd, bytes, length);
    off_t offset = lseek(fd, 0, SEEK_CUR);
    if (fcntl(fd, F_GETFL) & O_APPEND && !fstat(fd, &found)) offset = found.st_size;
    RECORDED(ssize_t, real_write(fd, bytes, length), written(fd, bytes, offset, done, path));
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    char path[PATH_MAX];
    REAL(pwrite64);
    if (!of_ours(fd, path)) return real(fd, bytes, length, offset);
    RECORDED(ssize_t, real(fd, bytes, length, offset), written(fd, bytes, offset, done, path));
}

#define SHORTENS(name, type)                                              \
    int name(int fd, type length) {                                       \
        char path[PATH_MAX];                                              \
        REAL(name);                                                       \
        if (!of_ours(fd, path)) return real(fd, length);                  \
        RECORDED(int, real(fd, length), if (!done) note("T %lld %s\n", (long long)length, path)); \
    }
SHORTENS(ftruncate64, off64_t)
SHORTENS(ftruncate, off_t)

#define SYNCS(name)                                                       \
    int name(int fd) {                                                    \
        char path[PATH_MAX];                                              \
        REAL(name);                                                       \
        if (!of_ours(fd, path)) return real(fd);                          \
        RECORDED(int, real(fd), if (!done) note("S %s\n", path));         \
    }
SYNCS(fsync)
SYNCS(fdatasync)

int rename(const char *from, const char *to) {
    REAL(rename);
    if (!is_ours(from)) return real(from, to);
    RECORDED(int, real(from, to), if (!done) note("R %s\t%s\n", from, to));
}

int unlink(const char *path) {
    REAL(unlink);
    if (!is_ours(path)) return real(path);
    RECORDED(int, real(path), if (!done) note("U %s\n", path));
}
