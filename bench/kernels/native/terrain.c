/* The hot loop of the terrain kernel: gradient noise at every cell of a chunk, row by row, and a threshold.
 * Standard input: seed u32, log2 of the period u32, threshold f32, first cell x, y, z i32, rounds u32, and the
 * three offsets i32 of the octave. Prints the milliseconds of the fastest round and the number of cells above. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SIDE = 32 };

static const int8_t GRAD_X[16] = {1, -1, 1, -1, 1, -1, 1, -1, 0, 0, 0, 0, 1, 0, -1, 0};
static const int8_t GRAD_Y[16] = {1, 1, -1, -1, 0, 0, 0, 0, 1, -1, 1, -1, 1, -1, 1, -1};
static const int8_t GRAD_Z[16] = {0, 0, 0, 0, 1, 1, -1, -1, 1, 1, -1, -1, 0, 1, 0, -1};

static uint32_t mix(uint32_t bits) {
  bits ^= bits >> 16;
  bits *= 0x7feb352du;
  bits ^= bits >> 15;
  bits *= 0x846ca68bu;
  return bits ^ (bits >> 16);
}

static uint32_t hash_at(uint32_t seed, int32_t x, int32_t y, int32_t z) {
  return mix(seed ^ ((uint32_t)x * 0x8da6b343u + (uint32_t)y * 0xd8163841u + (uint32_t)z * 0xcb1ab31fu));
}

static float fade(float f) { return f * f * f * (f * (f * 6 - 15) + 10); }

/* a + b f along the row beside one lattice plane. */
static void row(uint32_t seed, int32_t x, int32_t y, int32_t z, float fy, float fz, float *a, float *b) {
  float v = fade(fy), w = fade(fz);
  *a = *b = 0;
  for (int corner = 0; corner < 4; corner++) {
    int j = corner & 1, k = corner >> 1;
    uint32_t g = hash_at(seed, x, y + j, z + k) & 15;
    float weight = (j ? v : 1 - v) * (k ? w : 1 - w);
    *a += weight * (GRAD_Y[g] * (fy - j) + GRAD_Z[g] * (fz - k));
    *b += weight * GRAD_X[g];
  }
}

int main(void) {
  struct { uint32_t seed, shift; float threshold; int32_t x, y, z; uint32_t rounds; int32_t ox, oy, oz; } in;
  if (fread(&in, sizeof in, 1, stdin) != 1) return 1;
  static uint8_t cells[SIDE * SIDE * SIDE];
  int32_t mask = (1 << in.shift) - 1;
  float step = 1.0f / (float)(1 << in.shift);
  double fastest = 1e9;
  uint32_t above = 0;
  for (uint32_t round = 0; round < in.rounds; round++) {
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    above = 0;
    for (int y = 0; y < SIDE; y++) {
      for (int z = 0; z < SIDE; z++) {
        int32_t sy = in.y + y + in.oy, sz = in.z + z + in.oz, kept = INT32_MIN;
        float fy = (sy & mask) * step, fz = (sz & mask) * step, a0 = 0, b0 = 0, a1 = 0, b1 = 0;
        for (int x = 0; x < SIDE; x++) {
          int32_t sx = in.x + x + in.ox, lattice = sx >> in.shift;
          if (lattice != kept) {
            row(in.seed, lattice, sy >> in.shift, sz >> in.shift, fy, fz, &a0, &b0);
            row(in.seed, lattice + 1, sy >> in.shift, sz >> in.shift, fy, fz, &a1, &b1);
            kept = lattice;
          }
          float f = (sx & mask) * step, near = a0 + b0 * f, far = a1 + b1 * (f - 1);
          uint8_t is_above = near + fade(f) * (far - near) > in.threshold;
          cells[(y * SIDE + z) * SIDE + x] = is_above;
          above += is_above;
        }
      }
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    double ms = (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
    if (ms < fastest) fastest = ms;
  }
  printf("%.6f %u\n", fastest, above + 0 * cells[0]);
  return 0;
}
