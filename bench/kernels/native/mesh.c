/* The work of the mesh kernel by the same algorithm: light by rows, faces by words of bits, greedy merging.
 * Standard input: rounds u32, number of materials u32, their bytes, then the kernel's input (tasks-as/mesh/README.md).
 * Prints the milliseconds of the fastest round and the FNV-1a hash of the kernel's output. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SIDE = 32, PADDED = 34, STEP_Z = PADDED, STEP_Y = PADDED * PADDED, VOLUME = PADDED * STEP_Y, PLANE = 1024 };
enum { ORIGIN = STEP_Y + STEP_Z + 1, ROWS = PADDED * PADDED, CELLS_AT = 8, INPUT_SIZE = 8 + VOLUME + 6 * PLANE };
enum { OPAQUE = 15, FULL = 15, FACES_MOST = 2 * 6 * SIDE * SIDE * SIDE };

static uint8_t input[INPUT_SIZE], table[256];
static uint8_t loss[VOLUME], emission[VOLUME], sky[VOLUME], block[VOLUME], stale[ROWS];
static uint64_t opaque[ROWS], clear[ROWS];
static uint32_t masks[6][SIDE][SIDE], keys[SIDE][SIDE];
static uint32_t output[12 + 2 * FACES_MOST + SIDE * SIDE * SIDE / 4];
static const uint8_t *const cells = input + CELLS_AT;
static int is_any_lit, is_any_clear;

static const int FRONT[6] = {1, -1, STEP_Y, -STEP_Y, STEP_Z, -STEP_Z};
static const int SLICE[6] = {1, 1, STEP_Y, STEP_Y, STEP_Z, STEP_Z};
static const int ALONG_U[6] = {STEP_Z, STEP_Z, 1, 1, 1, 1};
static const int ALONG_V[6] = {STEP_Y, STEP_Y, STEP_Z, STEP_Z, STEP_Y, STEP_Y};

static inline uint8_t most(uint8_t a, uint8_t b) { return a > b ? a : b; }

static void classify(void) {
  uint8_t lit = 0;
  uint64_t any_clear = 0;
  for (int row = 0; row < ROWS; row++) {
    uint64_t solid = 0, filled = 0;
    for (int x = 0, at = row * PADDED; x < PADDED; x++, at++) {
      uint8_t traits = table[cells[at]];
      int is_opaque = traits >> 4 == OPAQUE;
      loss[at] = is_opaque ? 255 : (traits >> 4) + 1;
      emission[at] = traits & 15;
      lit |= traits & 15;
      solid |= (uint64_t)is_opaque << x;
      filled |= (uint64_t)(cells[at] != 0) << x;
    }
    opaque[row] = solid;
    clear[row] = filled & ~solid;
    any_clear |= clear[row];
  }
  is_any_lit = lit != 0;
  is_any_clear = any_clear != 0;
}

/* Puts the light of the planes in its place; whether any of it is block light. */
static int place_planes(void) {
  const uint8_t *planes = input + CELLS_AT + VOLUME;
  uint8_t any = 0;
  for (int v = 0; v < SIDE; v++) {
    for (int u = 0; u < SIDE; u++) {
      int by_x = (v + 1) * STEP_Y + (u + 1) * STEP_Z, by_y = (v + 1) * STEP_Z + u + 1, by_z = (v + 1) * STEP_Y + u + 1;
      int to[6] = {by_x, by_x + 33, by_y, by_y + 33 * STEP_Y, by_z, by_z + 33 * STEP_Z};
      for (int plane = 0; plane < 6; plane++) {
        uint8_t light = planes[plane * PLANE + v * SIDE + u];
        sky[to[plane]] = light >> 4;
        block[to[plane]] = light & 15;
        any |= light & 15;
      }
    }
  }
  return any != 0;
}

static void shine_down(void) {
  for (int y = SIDE; y >= 1; y--) {
    for (int z = 1; z <= SIDE; z++) {
      int at = y * STEP_Y + z * STEP_Z + 1;
      for (int x = 0; x < SIDE; x++, at++) sky[at] = sky[at + STEP_Y] == FULL && loss[at] == 1 ? FULL : 0;
    }
  }
}

/* Brings one row up to date; whether it changed. */
static int settle_row(uint8_t *light, int at, int is_sky) {
  int is_changed = 0;
  for (;;) {
    uint8_t next[SIDE], change = 0;
    const uint8_t *here = light + at;
    for (int x = 0; x < SIDE; x++) {
      uint8_t beside = most(most(here[x - 1], here[x + 1]), most(here[x - STEP_Z], here[x + STEP_Z]));
      uint8_t largest = most(beside, most(here[x - STEP_Y], here[x + STEP_Y]));
      uint8_t passed = largest > loss[at + x] ? largest - loss[at + x] : 0;
      uint8_t own = is_sky ? (here[x + STEP_Y] == FULL && loss[at + x] == 1 ? FULL : 0) : emission[at + x];
      next[x] = most(passed, own);
    }
    for (int x = 0; x < SIDE; x++) change |= next[x] ^ here[x];
    if (change == 0) return is_changed;
    memcpy(light + at, next, SIDE);
    is_changed = 1;
  }
}

/* Brings rows up to date until none is stale, downwards and upwards in turn. */
static void settle(uint8_t *light, int is_sky) {
  memset(stale, 1, sizeof stale);
  for (int is_down = 1, is_any = 1; is_any; is_down = !is_down) {
    is_any = 0;
    for (int i = 0; i < SIDE; i++) {
      for (int k = 0; k < SIDE; k++) {
        int row = (is_down ? SIDE - i : i + 1) * PADDED + (is_down ? k + 1 : SIDE - k);
        if (!stale[row]) continue;
        stale[row] = 0;
        if (!settle_row(light, row * PADDED + 1, is_sky)) continue;
        stale[row - 1] = stale[row + 1] = stale[row - PADDED] = stale[row + PADDED] = 1;
        is_any = 1;
      }
    }
  }
}

static void spread_light(void) {
  memset(sky, 0, sizeof sky);
  memset(block, 0, sizeof block);
  int is_any_block = place_planes();
  shine_down();
  settle(sky, 1);
  if (is_any_block || is_any_lit) settle(block, 0);
  for (int at = 0; at < VOLUME; at++) sky[at] = (uint8_t)(sky[at] << 4 | block[at]);
}

static uint32_t differing(int at, int step) {
  uint32_t bits = 0;
  for (int x = 0; x < SIDE; x++) bits |= (uint32_t)(cells[at + x] != cells[at + x + step]) << x;
  return bits;
}

static void find_faces(int is_clear) {
  memset(masks, 0, sizeof masks);
  for (int y = 0; y < SIDE; y++) {
    for (int z = 0; z < SIDE; z++) {
      const uint64_t *row = opaque + (y + 1) * PADDED + z + 1;
      uint32_t own = (uint32_t)((is_clear ? clear[(y + 1) * PADDED + z + 1] : *row) >> 1);
      if (own == 0) continue;
      uint32_t faces[6] = {(uint32_t)(*row >> 2), (uint32_t)*row, (uint32_t)(row[PADDED] >> 1),
                           (uint32_t)(row[-PADDED] >> 1), (uint32_t)(row[1] >> 1), (uint32_t)(row[-1] >> 1)};
      for (int face = 0; face < 6; face++) {
        faces[face] = own & ~faces[face];
        if (is_clear) faces[face] &= differing(ORIGIN + y * STEP_Y + z * STEP_Z, FRONT[face]);
      }
      for (int face = 0; face < 2; face++) {
        for (uint32_t bits = faces[face]; bits != 0; bits &= bits - 1) masks[face][__builtin_ctz(bits)][y] |= 1u << z;
      }
      masks[2][y][z] = faces[2];
      masks[3][y][z] = faces[3];
      masks[4][z][y] = faces[4];
      masks[5][z][y] = faces[5];
    }
  }
}

/* Occlusion of a corner from (both sides, and the cell between them). */
static uint32_t corner(uint32_t side, uint32_t other, uint32_t between) {
  return side & other ? 0 : 3 - side - other - between;
}

/* Four corners from three rows of three cells in front of a face, u in bits 0 to 2. */
static uint32_t occlusion_of(uint32_t before, uint32_t beside, uint32_t behind) {
  if ((before | (beside & 5) | behind) == 0) return 0xff;
  uint32_t low = beside & 1, high = beside >> 2 & 1, first = before >> 1 & 1, last = behind >> 1 & 1;
  return corner(low, first, before & 1) | corner(high, first, before >> 2) << 2 | corner(low, last, behind & 1) << 4 |
         corner(high, last, behind >> 2) << 6;
}

static uint32_t three_bits(const uint64_t *rows, int bit) {
  return (uint32_t)((rows[0] >> bit & 1) | (rows[1] >> bit & 1) << 1 | (rows[2] >> bit & 1) << 2);
}

static void fill_keys(int face, int slice) {
  int ahead = face & 1 ? slice : slice + 2;
  for (int v = 0; v < SIDE; v++) {
    int at = ORIGIN + slice * SLICE[face] + v * ALONG_V[face];
    const uint64_t *rows = face < 4 ? opaque + ahead * PADDED + v + 1 : opaque + (v + 1) * PADDED + ahead;
    int step = face < 4 ? 1 : PADDED;
    for (uint32_t bits = masks[face][slice][v]; bits != 0; bits &= bits - 1) {
      int u = __builtin_ctz(bits), cell = at + u * ALONG_U[face];
      uint32_t occlusion;
      if (face < 2) {
        const uint64_t *beside = opaque + v * PADDED + u;
        occlusion = occlusion_of(three_bits(beside, ahead), three_bits(beside + PADDED, ahead),
                                 three_bits(beside + 2 * PADDED, ahead));
      } else {
        occlusion = occlusion_of(rows[-step] >> u & 7, rows[0] >> u & 7, rows[step] >> u & 7);
      }
      keys[v][u] = cells[cell] | (uint32_t)sky[cell + FRONT[face]] << 8 | occlusion << 16;
    }
  }
}

/* Whether a row goes on with the same faces; takes them if so. */
static int is_row_same(uint32_t *mask, const uint32_t *row, uint32_t span, int width, uint32_t key) {
  if ((*mask & span) != span) return 0;
  for (int i = 0; i < width; i++) {
    if (row[i] != key) return 0;
  }
  *mask &= ~span;
  return 1;
}

static uint32_t *merge_slice(int face, int slice, int edge_most, uint32_t *target) {
  uint32_t *mask = masks[face][slice];
  for (int v = 0; v < SIDE; v++) {
    while (mask[v] != 0) {
      int u = __builtin_ctz(mask[v]), width = 1, height = 1;
      uint32_t key = keys[v][u], left = mask[v] >> u;
      if (((key ^ key >> 2) & 0x330000) == 0) {
        while (width < edge_most && u + width < SIDE && left >> width & 1 && keys[v][u + width] == key) width++;
      }
      uint32_t span = (width == SIDE ? UINT32_MAX : (1u << width) - 1) << u;
      mask[v] &= ~span;
      if (((key ^ key >> 4) & 0x0f0000) == 0) {
        while (height < edge_most && v + height < SIDE &&
               is_row_same(mask + v + height, keys[v + height] + u, span, width, key)) {
          height++;
        }
      }
      int place = face < 2 ? slice | v << 5 | u << 10 : face < 4 ? u | slice << 5 | v << 10 : u | v << 5 | slice << 10;
      *target++ = (uint32_t)(place | (width - 1) << 15 | (height - 1) << 20 | face << 25);
      *target++ = key;
    }
  }
  return target;
}

static uint32_t *merge_all(int edge_most, uint32_t *counts, uint32_t *target) {
  for (int face = 0; face < 6; face++) {
    uint32_t *start = target;
    for (int slice = 0; slice < SIDE; slice++) {
      uint32_t any = 0;
      for (int v = 0; v < SIDE; v++) any |= masks[face][slice][v];
      if (any == 0) continue;
      fill_keys(face, slice);
      target = merge_slice(face, slice, edge_most, target);
    }
    counts[face] = (uint32_t)(target - start) / 2;
  }
  return target;
}

/* The kernel's output; its size in bytes. */
static size_t build_mesh(void) {
  classify();
  spread_light();
  memset(output, 0, 12 * sizeof *output);
  find_faces(0);
  uint32_t *target = merge_all(input[0], output, output + 12);
  if (is_any_clear) {
    find_faces(1);
    target = merge_all(input[0], output + 6, target);
  }
  uint8_t *light = (uint8_t *)target;
  for (int y = 0; y < SIDE; y++) {
    for (int z = 0; z < SIDE; z++, light += SIDE) memcpy(light, sky + ORIGIN + y * STEP_Y + z * STEP_Z, SIDE);
  }
  return (size_t)(light - (uint8_t *)output);
}

int main(void) {
  struct { uint32_t rounds, materials; } in;
  if (fread(&in, sizeof in, 1, stdin) != 1 || in.materials > sizeof table) return 1;
  if (fread(table, 1, in.materials, stdin) != in.materials || fread(input, 1, sizeof input, stdin) != sizeof input) return 1;
  double fastest = 1e9;
  size_t size = 0;
  for (uint32_t round = 0; round < in.rounds; round++) {
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    size = build_mesh();
    clock_gettime(CLOCK_MONOTONIC, &to);
    double ms = (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
    if (ms < fastest) fastest = ms;
  }
  uint32_t hash = 0x811c9dc5u;
  for (size_t i = 0; i < size; i++) hash = (hash ^ ((uint8_t *)output)[i]) * 0x01000193u;
  printf("%.6f %u\n", fastest, hash);
  return 0;
}
