/** When islands fall asleep, what wakes them, and what `check` says to lies about both. */
import { assert } from "../../tests/deps.ts";
import {
  type Body,
  box,
  capsule,
  distance,
  fixedBox,
  physics,
  type PhysicsInput,
  type PhysicsOutput,
  scene,
  sphere,
  withoutBody,
} from "./codec.ts";
import { deepestOverlap, energyOf, length } from "./testing/mechanics.ts";
import { drawsFrom, ground, pile, pit, stack, turned } from "./testing/scenes.ts";
import { core, simulate, stepBytes, type Task, tasksOf } from "./testing/world.ts";

const ASLEEP = 31;

function asleep({ bodies }: PhysicsInput): boolean[] {
  return bodies.filter((body) => body.massKg !== 0).map((body) => body.quietSteps === ASLEEP);
}

function changed(state: PhysicsInput, index: number, change: Partial<Body>): PhysicsInput {
  return { ...state, bodies: state.bodies.map((body, i) => i === index ? { ...body, ...change } : body) };
}

Deno.test("run() puts a stack to sleep after half a second, and then leaves every bit as it is", () => {
  let since = 0;
  const end = simulate(stack(5), 120, (state, step) => {
    if (since === 0 && asleep(state).every((sleeps) => sleeps)) since = step;
  });
  assert.ok(since >= 30 && since < 60, `asleep after ${since} steps`);
  const bytes = physics.encodeInput(end);
  assert.deepEqual(physics.nextInput(stepBytes(bytes)), bytes);
});

Deno.test("run() lets nothing sleep where the scene says so, nor what rests on nothing", () => {
  const restless = simulate({ ...stack(3), sleeps: false }, 90);
  assert.deepEqual(restless.bodies.map((body) => body.quietSteps), [0, 0, 0, 0]);
  const floating = scene([sphere(0.5, { positionM: [0, 0, 0] }), sphere(0.5, { positionM: [1, 0, 0] })], {
    gravityMps2: [0, 0, 0],
  });
  assert.deepEqual(asleep(simulate(floating, 90)), [false, false]);
});

Deno.test("run() wakes what a body that is awake touches, all of its island and no other", () => {
  const bodies = [
    ground(),
    ...[0, 1, 2].map((i) => box([0.5, 0.5, 0.5], { positionM: [0, 0.5 + i, 0] })),
    box([0.5, 0.5, 0.5], { positionM: [10, 0.5, 0] }),
  ];
  const rest = simulate(scene(bodies), 90);
  assert.deepEqual(asleep(rest), [true, true, true, true]);
  const ball = sphere(0.2, { positionM: [-1.2, 2.5, 0], velocityMps: [6, 0, 0] });
  const hit = simulate({ ...rest, bodies: [...rest.bodies, ball] }, 10);
  assert.deepEqual(asleep(hit), [false, false, false, true, false]);
  assert.deepEqual(hit.bodies[4], rest.bodies[4]);
});

Deno.test("run() wakes an island of which the game pushes one body, or takes one away", () => {
  const rest = simulate(stack(4), 90);
  const pushed = simulate(changed(rest, 2, { quietSteps: 0, velocityMps: [1, 0, 0] }), 1);
  assert.deepEqual(asleep(pushed), [false, false, false, false]);
  const fallen = simulate(withoutBody(rest, 1), 120);
  assert.ok(Math.abs((fallen.bodies[1] as Body).positionM[1] - 0.5) < 0.01, "the others fell by one");
});

Deno.test("run() sleeps and wakes along joints", () => {
  const bodies = [
    fixedBox([0.1, 0.1, 0.1], { positionM: [0, 3, 0] }),
    sphere(0.2, { positionM: [0, 2, 0] }),
    sphere(0.2, { positionM: [0, 1, 0] }),
  ];
  const joints = [distance(bodies, [0, 1]), distance(bodies, [1, 2])];
  const rest = simulate(scene(bodies, { joints }), 90);
  assert.deepEqual(asleep(rest), [true, true]);
  const pulled = simulate(changed(rest, 1, { quietSteps: 0, velocityMps: [0.5, 0, 0] }), 20);
  assert.deepEqual(asleep(pulled), [false, false]);
  assert.ok(length((pulled.bodies[2] as Body).velocityMps) > 0.01, "the other follows");
});

Deno.test("run() lays a heap of capsules, and piles of all shapes, to rest", () => {
  const draw = drawsFrom(5);
  const bodies = [
    ...pit(1.5),
    ...Array.from({ length: 60 }, (_, i) =>
      capsule(0.1 + 0.1 * draw(), 0.1 + 0.3 * draw(), {
        positionM: [(i % 3 - 1) * 0.95, 0.6 + Math.floor(i / 9) * 1.2, (Math.floor(i / 3) % 3 - 1) * 0.95],
        orientation: turned(draw),
      })),
  ];
  const start = scene(bodies);
  const allowed = energyOf(start) * 1.01;
  const end = simulate(start, 600, (state) => assert.ok(energyOf(state) <= allowed));
  const still = end.bodies.filter((body) => body.quietSteps >= 30).length;
  assert.ok(still >= 57, `${still} of 60 lie still`);
  assert.ok(deepestOverlap(end) < 0.02, `${deepestOverlap(end)} m`);
  // Most of the balls and boxes of a pile are slow for long before the last has rolled out.
  const quiet = simulate(pile(120, 3), 600).bodies.filter((body) => body.quietSteps >= 30).length;
  assert.ok(quiet > 110, `${quiet} quiet`);
});

Deno.test("run() lets a capsule lie on the ground, on an edge and on another without rocking", () => {
  const lying: [number, number, number, number] = [0, 0, Math.SQRT1_2, Math.SQRT1_2];
  const end = simulate(
    scene([
      ground(),
      capsule(0.2, 0.6, { positionM: [0, 0.2, 0], orientation: lying }),
      capsule(0.2, 0.6, { positionM: [0.1, 0.6, 0], orientation: lying }),
      fixedBox([0.3, 0.3, 0.3], { positionM: [5, 0.3, 0] }),
      capsule(0.2, 0.6, { positionM: [5, 0.8, 0], orientation: lying }),
    ]),
    40,
  );
  [0.2, 0.6, 0.8].forEach((height, i) => {
    const body = end.bodies[[1, 2, 4][i] as number] as Body;
    assert.ok(Math.abs(body.positionM[1] - height) < 0.005, `capsule ${i}: ${body.positionM}`);
    assert.ok(length(body.spinRadps) < 0.01, `capsule ${i} turns`);
  });
});

Deno.test("check() holds a heap asleep to the contacts it fell asleep with, in every word", () => {
  const { input, output } = tasksOf(stack(6), 90).at(-1) as Task;
  const honest = physics.decodeOutput(output);
  assert.ok(honest.state.bodies.every(({ massKg, quietSteps }) => massKg === 0 || quietSteps === 31));
  const { contacts } = honest.state;
  const lies: PhysicsOutput[] = [
    { ...honest, state: { ...honest.state, contacts: [] }, rest: [], mean: [] },
    {
      ...honest,
      state: {
        ...honest.state,
        contacts: contacts.map((one, i) => i === 2 ? { ...one, rubs: [0, 1, 0] } : one),
      },
    },
    ...(["rest", "mean"] as const).map((part) => ({
      ...honest,
      [part]: honest[part].map((one, i) =>
        i === contacts.length - 1 ? { ...one, normals: one.normals.with(-1, 1) } : one
      ),
    })),
  ];
  for (const lie of lies) {
    const verdict = core.check(input, [], physics.encodeOutput(lie), 1n);
    assert.ok(verdict.type === "err");
    assert.match(verdict.message, /a contact between sleepers changed/);
  }
  assert.equal(core.check(input, [], output, 1n).type, "ok");
});

Deno.test("check() wakes crates one by the other, and takes none for asleep that is not", () => {
  // Three crates asleep in a row and one aside; the first is pushed: only what is touched wakes, one by the other.
  const crates = [0, 1.02, 2.04, 6].map((x) => box([0.5, 0.5, 0.5], { positionM: [x, 0.5, 0] }));
  const rest = physics.decodeInput(tasksOf(scene([ground(), ...crates]), 120).at(-1)?.input as Uint8Array);
  assert.ok(rest.bodies.slice(1).every(({ quietSteps }) => quietSteps === 31));
  const pushed = {
    ...rest,
    bodies: rest.bodies.map((one, i): Body =>
      i === 1 ? { ...one, quietSteps: 0, velocityMps: [3, 0, 0] } : one
    ),
  };
  const { input, output } = tasksOf(pushed, 1).at(-1) as Task;
  const honest = physics.decodeOutput(output);
  assert.deepEqual(honest.state.bodies.slice(1).map(({ quietSteps }) => quietSteps === 31), [
    false,
    false,
    false,
    true,
  ]);
  for (let seed = 0n; seed < 20n; seed++) assert.equal(core.check(input, [], output, seed << 40n).type, "ok");
  const slept = physics.encodeOutput({
    ...honest,
    state: {
      ...honest.state,
      bodies: honest.state.bodies.map((one, i) => i === 3 ? rest.bodies[3] as Body : one),
    },
  });
  const verdict = core.check(input, [], slept, 1n);
  assert.ok(verdict.type === "err");
  assert.match(verdict.message, /other bodies sleep/);
});
