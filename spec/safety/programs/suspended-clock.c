/*
 * Preloaded into a process, has its monotonic clock stand still for as long as a file says: eight bytes, the nanoseconds
 * it has missed so far. So does Linux's own while the computer is suspended.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

static const volatile int64_t *missed;

__attribute__((constructor)) static void open_file(void) {
  const char *path = getenv("MISSED_NANOSECONDS");
  int file = path == NULL ? -1 : open(path, O_RDONLY);
  if (file < 0) return;
  void *mapped = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
  if (mapped != MAP_FAILED) missed = mapped;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  static int (*original)(clockid_t, struct timespec *);
  if (original == NULL) original = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int result = original(clock, time);
  if (result != 0 || missed == NULL || clock != CLOCK_MONOTONIC) return result;
  int64_t now = (int64_t)time->tv_sec * 1000000000 + time->tv_nsec - *missed;
  time->tv_sec = now / 1000000000;
  time->tv_nsec = now % 1000000000;
  return result;
}
