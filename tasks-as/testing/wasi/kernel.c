// A kernel that tries everything WASI has to offer a C program, and answers with what it got. The first byte of its input
// says what to try; tests compare the answers of different machines.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LOOK = 0, FLOOD = 1, EXIT_WELL = 2, EXIT_BADLY = 3, ABORT = 4, SLEEP = 5 };

extern char **environ;

// The canonical ABI's result: tag, address, length.
static struct {
  uint8_t is_error;
  const void *address;
  size_t length;
} result;

static char text[4096];
static size_t used;

__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  (void)old_size;
  return size == 0 ? (void *)align : realloc(old, size);
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...) {
  va_list list;
  va_start(list, format);
  used += vsnprintf(text + used, sizeof text - used, format, list);
  va_end(list);
}

static void say_open(const char *path, int flags) {
  errno = 0;
  int file = open(path, flags, 0600);
  say("open %s: %d %s\n", path, file, strerror(errno));
}

static void look(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  say("wall %lld.%09ld\n", (long long)now.tv_sec, now.tv_nsec);
  clock_gettime(CLOCK_MONOTONIC, &now);
  say("monotonic %lld.%09ld\n", (long long)now.tv_sec, now.tv_nsec);
  unsigned char bytes[16];
  say("entropy %d ", getentropy(bytes, sizeof bytes));
  for (size_t i = 0; i < sizeof bytes; i++) say("%02x", bytes[i]);
  int variables = 0;
  while (environ != NULL && environ[variables] != NULL) variables++;
  char folder[256];
  say("\nenvironment %d, HOME %s\n", variables, getenv("HOME") == NULL ? "none" : getenv("HOME"));
  say("folder %s\n", getcwd(folder, sizeof folder) == NULL ? "none" : folder);
  say_open("/etc/passwd", O_RDONLY);
  say_open("made.txt", O_WRONLY | O_CREAT);
  say_open(".", O_RDONLY);
  errno = 0;
  DIR *root = opendir("/");
  say("folder /: %s %s\n", root == NULL ? "none" : "there", strerror(errno));
  struct stat status;
  say("stat: %d\n", stat("/", &status));
  say("stdin: %d\n", (int)read(0, bytes, sizeof bytes));
  for (int file = 3; file < 8; file++) say("file %d: %d\n", file, (int)read(file, bytes, sizeof bytes));
}

__attribute__((export_name("run"))) const void *run(const uint8_t *input, size_t length, const void *assets, size_t count) {
  (void)assets;
  (void)count;
  used = 0;
  switch (length == 0 ? LOOK : input[0]) {
    case FLOOD:
      for (int i = 0; i < 20000; i++) printf("flood %d\n", i);
      fflush(stdout);
      say("flooded\n");
      break;
    case EXIT_WELL:
      exit(0);
    case EXIT_BADLY:
      exit(7);
    case ABORT:
      abort();
    case SLEEP:
      say("slept %d\n", (int)sleep(1000));
      break;
    default:
      look();
      printf("looked around\n");
      fflush(stdout);
      fprintf(stderr, "and saw nothing\n");
  }
  result.is_error = 0;
  result.address = text;
  result.length = used;
  return &result;
}

__attribute__((export_name("check"))) const void *check(
    const uint8_t *input, size_t length, const void *assets, size_t count, const uint8_t *output, size_t output_length,
    uint64_t seed) {
  (void)input, (void)length, (void)assets, (void)count, (void)output, (void)seed;
  result.is_error = output_length == 0;
  result.address = "nothing was found";
  result.length = 17;
  return &result;
}
