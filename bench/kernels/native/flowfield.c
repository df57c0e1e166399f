/*
 * The flowfield kernel's hot loop, Dial's buckets, in C. Standard input: width u32, height u32, goal u32 (a cell),
 * then a byte of cost per cell. Prints milliseconds of the fastest round and the sum of all distances.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BUCKETS = 512, SHIFT = 3, ROUNDS = 9 };
static const uint32_t INFINITE = 0xf0000000u;

static uint32_t stride, waiting, heads[BUCKETS];
static uint32_t *distances, *behind, *before;
static uint8_t *costs;

static void enter(uint32_t cell, uint32_t distance, uint32_t known) {
  distances[cell] = distance;
  if (known == INFINITE) waiting++;
  else {
    if (known >> SHIFT == distance >> SHIFT) return;
    uint32_t next = behind[cell], last = before[cell];
    if (last == 0) heads[(known >> SHIFT) & (BUCKETS - 1)] = next;
    else behind[last] = next;
    if (next != 0) before[next] = last;
  }
  uint32_t *head = &heads[(distance >> SHIFT) & (BUCKETS - 1)];
  behind[cell] = *head;
  before[cell] = 0;
  if (*head != 0) before[*head] = cell;
  *head = cell;
}

static inline void offer(uint32_t cell, uint32_t base, uint32_t part) {
  uint32_t cost = costs[cell], distance = base + part * cost, known = distances[cell];
  if (distance < known && cost != 0) enter(cell, distance, known);
}

static void spread(uint32_t goal, uint32_t cells) {
  for (uint32_t i = 0; i < cells; i++) distances[i] = INFINITE;
  memset(heads, 0, sizeof heads);
  waiting = 0;
  enter(goal, 0, INFINITE);
  for (uint32_t bucket = 0; waiting != 0; bucket = (bucket + 1) & (BUCKETS - 1)) {
    for (uint32_t cell = heads[bucket]; cell != 0; cell = heads[bucket]) {
      uint32_t next = behind[cell];
      heads[bucket] = next;
      if (next != 0) before[next] = 0;
      waiting--;
      uint32_t straight = distances[cell] + 5 * costs[cell], diagonal = distances[cell] + 7 * costs[cell];
      int east = costs[cell + 1], west = costs[cell - 1], south = costs[cell + stride], north = costs[cell - stride];
      offer(cell + 1, straight, 5);
      offer(cell - 1, straight, 5);
      offer(cell + stride, straight, 5);
      offer(cell - stride, straight, 5);
      if (south && east) offer(cell + stride + 1, diagonal, 7);
      if (south && west) offer(cell + stride - 1, diagonal, 7);
      if (north && east) offer(cell - stride + 1, diagonal, 7);
      if (north && west) offer(cell - stride - 1, diagonal, 7);
    }
  }
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

int main(void) {
  uint32_t head[3];
  if (fread(head, 4, 3, stdin) != 3) return 1;
  stride = head[0] + 2;
  uint32_t cells = stride * (head[1] + 2);
  costs = calloc(cells, 1);
  distances = malloc(cells * 4);
  behind = malloc(cells * 4);
  before = malloc(cells * 4);
  for (uint32_t y = 0; y < head[1]; y++) {
    if (fread(costs + (y + 1) * stride + 1, 1, head[0], stdin) != head[0]) return 1;
  }
  uint32_t goal = (head[2] / head[0] + 1) * stride + head[2] % head[0] + 1;
  double fastest = 1e9;
  for (int round = 0; round < ROUNDS; round++) {
    double start = now();
    spread(goal, cells);
    double took = now() - start;
    if (took < fastest) fastest = took;
  }
  uint64_t sum = 0;
  for (uint32_t i = 0; i < cells; i++) if (distances[i] != INFINITE) sum += distances[i];
  printf("%.6f %llu\n", fastest, (unsigned long long) sum);
  return 0;
}
