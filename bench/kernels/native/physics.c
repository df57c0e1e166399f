/* The physics kernel's method for balls among axis-parallel walls, a whole step: sort and sweep, soft contacts in
 * eight substeps with a relaxing pass, warm start, friction in a cone (E. Catto, "Solver2D", 2024); as in
 * physics_plain.ts, in 32-bit floats. No boxes that turn, no joints, no certificate: less than the kernel does.
 * Standard input: bodies u32, settling steps u32, rounds u32, steps per round u32, gravity f32 x 3, then of each body
 * position f32 x 3, radius, half extents f32 x 3 (0 of a ball), inverse mass, inverse inertia, friction. Prints the
 * milliseconds of a step in the fastest round and how many balls lie between 0 and 12 m and slower than 2 m/s. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BODIES_MAX = 512, TOUCHES_MAX = 6144, SUBSTEPS = 8 };
static const float STEP_S = 1.0f / 60, H = 1.0f / 480, MARGIN_M = 0.02f, DAMPING_RATIO = 10, PUSH_MAX_MPS = 3;

typedef struct { float x, y, z; } vec;

typedef struct {
  vec at, v, w, moved, half;
  float radius, mass_inverse, inertia_inverse, friction, reach;
} rigid;

/* The first body is always a ball; moment arms are along the normal. */
typedef struct {
  uint32_t key, a, b;
  vec n, u, o;
  float push, rub1, rub2, arm_a, arm_b, gap, normal_mass, rub_mass, friction, rate, mass_share, impulse_share;
} touch;

static rigid rigids[BODIES_MAX];
static touch lists[2][TOUCHES_MAX];
static uint32_t body_count, counts[2], current;
static vec gravity;

static vec add(vec a, vec b) { return (vec){a.x + b.x, a.y + b.y, a.z + b.z}; }
static vec sub(vec a, vec b) { return (vec){a.x - b.x, a.y - b.y, a.z - b.z}; }
static vec scale(vec a, float s) { return (vec){a.x * s, a.y * s, a.z * s}; }
static float dot(vec a, vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static vec cross(vec a, vec b) { return (vec){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
static float held(float value, float limit) { return fmaxf(fminf(value, limit), -limit); }
static int is_wall(const rigid *r) { return r->half.x > 0; }

/* Geometry and masses; 0 when the bodies do not come near each other. */
static int place(touch *t) {
  const rigid *a = &rigids[t->a], *b = &rigids[t->b];
  vec d = sub(b->at, a->at);
  if (is_wall(b)) d = add(d, (vec){held(-d.x, b->half.x), held(-d.y, b->half.y), held(-d.z, b->half.z)});
  float length = sqrtf(dot(d, d));
  vec closing = sub(b->v, a->v);
  float gap = length - a->radius - b->radius;
  float speed = fabsf(closing.x) + fabsf(closing.y) + fabsf(closing.z);
  if (gap > MARGIN_M + STEP_S * speed || length == 0) return 0;
  t->gap = gap;
  t->n = scale(d, 1 / length);
  t->arm_a = a->radius + gap / 2;
  t->arm_b = is_wall(b) ? 0 : b->radius + gap / 2;
  if (fabsf(t->n.y) > 0.7f) {
    float across = sqrtf(t->n.y * t->n.y + t->n.z * t->n.z);
    t->u = (vec){0, t->n.z / across, -t->n.y / across};
  } else {
    float across = sqrtf(t->n.x * t->n.x + t->n.z * t->n.z);
    t->u = (vec){-t->n.z / across, 0, t->n.x / across};
  }
  t->o = cross(t->n, t->u);
  float linear = a->mass_inverse + b->mass_inverse;
  t->normal_mass = 1 / linear;
  t->rub_mass =
      1 / (linear + t->arm_a * t->arm_a * a->inertia_inverse + t->arm_b * t->arm_b * b->inertia_inverse);
  t->friction = sqrtf(a->friction * b->friction);
  float omega = 2 * 3.14159265f * (b->mass_inverse == 0 ? 120 : 60);
  float a1 = 2 * DAMPING_RATIO + H * omega, a2 = H * omega * a1;
  t->rate = omega / a1;
  t->mass_share = a2 / (1 + a2);
  t->impulse_share = 1 / (1 + a2);
  return 1;
}

static int by_low_end(const void *p, const void *q) {
  const rigid *a = &rigids[*(const uint32_t *)p], *b = &rigids[*(const uint32_t *)q];
  float low_a = a->at.x - a->reach, low_b = b->at.x - b->reach;
  return low_a < low_b ? -1 : low_a > low_b;
}

static int by_key(const void *p, const void *q) {
  uint32_t a = ((const touch *)p)->key, b = ((const touch *)q)->key;
  return a < b ? -1 : a > b;
}

/* All touches, ascending; those of the step before lend their impulses. */
static void find_touches(void) {
  static uint32_t order[BODIES_MAX];
  const touch *old = lists[current];
  uint32_t old_count = counts[current], count = 0;
  touch *list = lists[current ^= 1];
  for (uint32_t i = 0; i < body_count; i++) order[i] = i;
  qsort(order, body_count, sizeof *order, by_low_end);
  for (uint32_t i = 0; i < body_count; i++) {
    const rigid *one = &rigids[order[i]];
    float until = one->at.x + one->reach + MARGIN_M;
    for (uint32_t j = i + 1; j < body_count && count < TOUCHES_MAX; j++) {
      const rigid *other = &rigids[order[j]];
      if (other->at.x - other->reach > until) break;
      if (is_wall(one) && is_wall(other)) continue;
      int first = !is_wall(one) && (is_wall(other) || order[i] < order[j]);
      touch *t = &list[count];
      t->a = first ? order[i] : order[j];
      t->b = first ? order[j] : order[i];
      t->key = t->a * BODIES_MAX + t->b;
      t->push = t->rub1 = t->rub2 = 0;
      if (place(t)) count++;
    }
  }
  qsort(list, count, sizeof *list, by_key);
  for (uint32_t i = 0, k = 0; i < count; i++) {
    while (k < old_count && old[k].key < list[i].key) k++;
    if (k == old_count || old[k].key != list[i].key) continue;
    list[i].push = old[k].push;
    list[i].rub1 = old[k].rub1;
    list[i].rub2 = old[k].rub2;
  }
  counts[current] = count;
}

/* An impulse along the normal and the two tangents, on the second body and the opposite on the first. */
static void apply(const touch *t, float push, float rub1, float rub2) {
  rigid *a = &rigids[t->a], *b = &rigids[t->b];
  vec rub = add(scale(t->u, rub1), scale(t->o, rub2));
  vec impulse = add(scale(t->n, push), rub);
  a->v = sub(a->v, scale(impulse, a->mass_inverse));
  b->v = add(b->v, scale(impulse, b->mass_inverse));
  vec moment = cross(t->n, rub);
  a->w = sub(a->w, scale(moment, t->arm_a * a->inertia_inverse));
  b->w = sub(b->w, scale(moment, t->arm_b * b->inertia_inverse));
}

static void solve(touch *t, int soft) {
  const rigid *a = &rigids[t->a], *b = &rigids[t->b];
  float gap = t->gap + dot(t->n, sub(b->moved, a->moved));
  float speed = dot(t->n, sub(b->v, a->v));
  float push = t->push - t->normal_mass * speed;
  if (gap > 0) push = t->push - t->normal_mass * (speed + gap / H);
  else if (soft) {
    float bias = fmaxf(t->rate * gap, -PUSH_MAX_MPS);
    push = t->push - t->normal_mass * t->mass_share * (speed + bias) - t->impulse_share * t->push;
  }
  push = fmaxf(push, 0);
  apply(t, push - t->push, 0, 0);
  t->push = push;
  vec turning = add(scale(a->w, t->arm_a), scale(b->w, t->arm_b));
  vec slide = sub(sub(b->v, a->v), cross(turning, t->n));
  float rub1 = t->rub1 - t->rub_mass * dot(t->u, slide);
  float rub2 = t->rub2 - t->rub_mass * dot(t->o, slide);
  float limit = t->friction * push, length = sqrtf(rub1 * rub1 + rub2 * rub2);
  if (length > limit) {
    rub1 *= limit / length;
    rub2 *= limit / length;
  }
  apply(t, 0, rub1 - t->rub1, rub2 - t->rub2);
  t->rub1 = rub1;
  t->rub2 = rub2;
}

static void step(void) {
  find_touches();
  touch *list = lists[current];
  uint32_t count = counts[current];
  for (uint32_t i = 0; i < body_count; i++) rigids[i].moved = (vec){0, 0, 0};
  for (int substep = 0; substep < SUBSTEPS; substep++) {
    for (uint32_t i = 0; i < body_count; i++) {
      if (rigids[i].mass_inverse != 0) rigids[i].v = add(rigids[i].v, scale(gravity, H));
    }
    for (uint32_t i = 0; i < count; i++) apply(&list[i], list[i].push, list[i].rub1, list[i].rub2);
    for (uint32_t i = 0; i < count; i++) solve(&list[i], 1);
    for (uint32_t i = 0; i < body_count; i++) rigids[i].moved = add(rigids[i].moved, scale(rigids[i].v, H));
    for (uint32_t i = count; i-- > 0;) solve(&list[i], 0);
  }
  for (uint32_t i = 0; i < body_count; i++) rigids[i].at = add(rigids[i].at, rigids[i].moved);
}

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static int read_words(void *to, size_t words) { return fread(to, 4, words, stdin) == words; }

int main(void) {
  uint32_t head[4];
  float row[10];
  if (!read_words(head, 4) || head[0] > BODIES_MAX || head[3] == 0 || !read_words(&gravity, 3)) return 1;
  body_count = head[0];
  for (uint32_t i = 0; i < body_count; i++) {
    if (!read_words(row, 10)) return 1;
    rigids[i] = (rigid){.at = {row[0], row[1], row[2]}, .radius = row[3], .half = {row[4], row[5], row[6]},
                        .mass_inverse = row[7], .inertia_inverse = row[8], .friction = row[9],
                        .reach = row[4] > 0 ? row[4] : row[3]};
  }
  for (uint32_t i = 0; i < head[1]; i++) step();
  double fastest = 1e9;
  for (uint32_t round = 0; round < head[2]; round++) {
    double start = now_ms();
    for (uint32_t i = 0; i < head[3]; i++) step();
    fastest = fmin(fastest, (now_ms() - start) / head[3]);
  }
  uint32_t inside = 0;
  for (uint32_t i = 0; i < body_count; i++) {
    const rigid *r = &rigids[i];
    if (r->mass_inverse != 0 && r->at.y > 0 && r->at.y < 12 && dot(r->v, r->v) < 4) inside++;
  }
  printf("%.6f %u\n", fastest, inside);
  return 0;
}
