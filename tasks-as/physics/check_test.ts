/**
 * `check` accepts every honest answer, catches lies, and survives anything. Past 300 lines: a third of it are the lies
 * that must be named.
 */
import { assert } from "../../tests/deps.ts";
import { campaignSizes, honestTrial, lieTrial } from "../testing/trials.ts";
import {
  type Body,
  box,
  type Contact,
  distance,
  type Impulses,
  physics,
  type PhysicsInput,
  type PhysicsOutput,
  pointCountOf,
  scene,
  sphere,
  type Vector,
} from "./codec.ts";
import { otherMaterial, silentGhosts } from "./testing/lawful_lies.ts";
import { subject } from "./testing/lies.ts";
import { bridge, chain, drawsFrom, ground, pile, stack, tangle, tower, turmoil } from "./testing/scenes.ts";
import { core, stepBytes, type Task, tasksOf } from "./testing/world.ts";

/** Every tenth step of falling and resting piles. */
function pileTasks(): Task[] {
  return [1, 2, 3].flatMap((seed) => tasksOf(pile(200, seed), 360).filter((_, i) => i >= 60 && i % 10 === 0));
}

/** Honest steps of all kinds of scenes, one after the other, again and again with other seeds. */
function* honestSteps(): Generator<Task> {
  for (let round = 0;; round++) {
    const seed = 1000 * round;
    const scenes = [
      ...Array.from({ length: 12 }, (_, i) => ({ start: turmoil(seed + 100 + i), steps: 40 })),
      ...Array.from({ length: 8 }, (_, i) => ({ start: tangle(seed + 100 + i), steps: 60 })),
      { start: pile(120, seed + 4), steps: 240 },
      { start: pile(300, seed + 5, 1), steps: 60 },
      { start: pile(500, seed + 6, 0), steps: 40 },
      { start: tower(10), steps: 120 },
      { start: bridge(12, 5), steps: 120 },
      { start: chain(6), steps: 60 },
      { start: stack(10), steps: 120 },
      { start: stack(12, 0.2, drawsFrom(seed + 2)), steps: 120 },
      { start: scene([]), steps: 1 },
    ];
    for (const { start, steps } of scenes) yield* tasksOf(start, steps);
  }
}

Deno.test("check() accepts every honest step", () => {
  const steps = honestSteps();
  const { honest } = campaignSizes();
  honestTrial(
    core,
    () => ({ ...(steps.next().value as Task), assets: [] }),
    honest,
    1,
  );
});

Deno.test("check() catches each kind of lie as often as promised", () => {
  lieTrial(subject, core, pileTasks(), 30, 3);
});

Deno.test("check() says what is wrong", () => {
  const { input, output } = tasksOf(pile(60, 1), 200).at(-1) as Task;
  const honest = physics.decodeOutput(output);
  const loaded = honest.state.contacts.findIndex(({ normals }) => normals.every((normal) => normal > 1));
  assert.ok(loaded >= 0);
  const withMean = (index: number, mean: Impulses): PhysicsOutput => ({
    ...honest,
    mean: honest.mean.map((one, i) => i === index ? mean : one),
  });
  const { rubs, normals } = honest.mean[loaded] as Impulses;
  const push = normals.reduce((sum, normal) => sum + normal, 0);
  const inState = (change: (state: PhysicsInput) => Partial<PhysicsInput>): PhysicsOutput => ({
    ...honest,
    state: { ...honest.state, ...change(honest.state) },
  });
  const body = (change: (body: Body) => Partial<Body>) => ({ bodies }: PhysicsInput) => ({
    bodies: bodies.map((one, i) => i === 20 ? { ...one, ...change(one) } : one),
  });
  const drop = { ...honest.state, contacts: honest.state.contacts.filter((_, i) => i !== loaded) };
  const cases: [PhysicsOutput, RegExp][] = [
    [withMean(loaded, { rubs, normals: normals.map((normal) => -normal) }), /a contact pulls/],
    [withMean(loaded, { rubs: [8 * push, 0, 0], normals }), /body \d+ is not where/],
    [withMean(loaded, { rubs: [0, 0, 65536 * push], normals }), /body \d+ is not where/],
    [withMean(loaded, { rubs, normals: normals.map((normal) => 2 * normal) }), /body \d+ is not where/],
    [withMean(loaded, { rubs: [0.1, 0, 0], normals }), /contacts are not well formed/],
    [inState(() => ({ gravityMps2: [0, 0, 0] })), /gravity, damping or a body's shape changed/],
    [inState(body(() => ({ massKg: 1 }))), /gravity, damping or a body's shape changed/],
    [inState(body(({ spinRadps: [x, y, z] }) => ({ spinRadps: [x, y + 1, z] }))), /body 20 is not where/],
    [inState(({ bodies }) => ({ bodies: bodies.slice(0, -1), contacts: [] })), /number of bodies changed/],
    [
      { ...honest, state: drop, rest: without(honest.rest, loaded), mean: without(honest.mean, loaded) },
      /body \d+ (is not where|lost a contact)/,
    ],
  ];
  for (const [lie, message] of cases) {
    const same = lie.state.contacts.length === lie.mean.length;
    const bytes = physics.encodeOutput(same ? lie : { ...lie, rest: [], mean: [] });
    assert.match(firstRefusal(input, bytes), message);
  }
});

/** The first sentence with which some seed refuses. */
function firstRefusal(input: Uint8Array, output: Uint8Array): string {
  for (let seed = 0n; seed < 100n; seed++) {
    const verdict = core.check(input, [], output, seed << 40n);
    if (verdict.type === "err") return verdict.message;
  }
  return "accepted";
}

Deno.test("check() computes what was shaken most and what nothing touches, under every seed", () => {
  const { input, output } = tasksOf(pile(200, 1), 300).at(-1) as Task;
  const honest = physics.decodeOutput(output);
  const refused = (lie: Uint8Array, at: Uint8Array): number =>
    Array.from({ length: 40 }, (_, seed) => core.check(at, [], lie, BigInt(seed) << 40n))
      .filter(({ type }) => type === "err").length;
  // In a pile at rest one body gets a metre a second, or is moved by three millimetres.
  for (let body = 10; body < 200; body += 38) {
    const cheated = (change: (one: Body) => Partial<Body>): Uint8Array =>
      physics.encodeOutput({
        ...honest,
        state: {
          ...honest.state,
          bodies: honest.state.bodies.map((one, i) => i === body ? { ...one, ...change(one) } : one),
        },
      });
    assert.equal(
      refused(cheated(({ velocityMps: [x, y, z] }) => ({ velocityMps: [x, y + 1, z] })), input),
      40,
    );
    assert.equal(
      refused(cheated(({ positionM: [x, y, z] }) => ({ positionM: [x + 0.003, y, z] })), input),
      40,
    );
  }
  // Of bodies in flight every bit.
  const flying = tasksOf(pile(200, 1), 10).at(-1) as Task;
  const met = physics.decodeOutput(flying.output).state.contacts.flatMap((
    { first, second },
  ) => [first, second]);
  const flyer = [...Array(50).keys()].map((i) => 8 + 4 * i).find((i) =>
    met.every((one) => one >> 2 !== i >> 2)
  );
  assert.ok(flyer !== undefined);
  const words = new Uint32Array(flying.output.slice().buffer);
  const stride = Math.ceil((words[1] as number) / 4) * 4;
  const at = 12 + 6 * stride + flyer;
  words[at] = (words[at] as number) ^ 1;
  assert.equal(refused(new Uint8Array(words.buffer), flying.input), 40);
});

Deno.test("check() sees a pile at rest that falls through the ground as one, under every seed", () => {
  const tasks = tasksOf(pile(200, 1), 300);
  const task = tasks.at(-1) as Task;
  const lie = silentGhosts(1)(task, { core, others: tasks, draw: drawsFrom(1) });
  assert.ok(lie !== undefined);
  for (let seed = 0n; seed < 60n; seed++) {
    assert.equal(core.check(task.input, [], lie, seed << 40n).type, "err", `seed ${seed}`);
  }
});

Deno.test("check() sees dead bodies that bounce in a pile at rest, under every seed: it looks at who is shaken", () => {
  const bouncy = otherMaterial(() => ({ restitution: 0.5 }));
  const tasks = tasksOf(pile(200, 1), 300);
  for (const task of [tasks.at(-1) as Task, tasks.at(-40) as Task]) {
    const lie = bouncy(task, { core, others: tasks, draw: drawsFrom(1) });
    assert.ok(lie !== undefined);
    const seen = Array.from({ length: 60 }, (_, seed) => core.check(task.input, [], lie, BigInt(seed) << 40n))
      .filter(({ type }) => type === "err").length;
    assert.ok(seen >= 57, `${seen} of 60`);
  }
});

Deno.test("check() sees more friction than the material has, and too little, though all else is consistent", () => {
  const { input } = tasksOf(pile(120, 1), 90).at(-1) as Task;
  const told = (factor: number): Uint8Array => {
    const state = physics.decodeInput(input);
    const bodies = state.bodies.map((one) => ({ ...one, friction: one.friction * factor }));
    const output = physics.decodeOutput(stepBytes(physics.encodeInput({ ...state, bodies })));
    return physics.encodeOutput({
      ...output,
      state: {
        ...output.state,
        bodies: output.state.bodies.map((one) => ({ ...one, friction: one.friction / factor })),
      },
    });
  };
  const messages = (lie: Uint8Array): string[] =>
    Array.from({ length: 20 }, (_, seed) => {
      const verdict = core.check(input, [], lie, BigInt(seed) << 40n);
      return verdict.type === "err" ? verdict.message : "";
    });
  assert.ok(
    messages(told(2)).filter((text) => /contact \d+ rubs more than its friction allows/.test(text)).length >
      15,
  );
  assert.ok(messages(told(0.5)).filter((text) => /a step computed anew is another/.test(text)).length > 15);
});

Deno.test("check() sees joints that let go, and sleepers that are moved, woken or put to sleep", () => {
  const bodies = [
    ground(),
    ...[0, 1, 2, 3].map((i) => sphere(0.2, { positionM: [i, 9, 0], velocityMps: [0, 0, i] })),
  ];
  const joints = [0, 1, 2].map((i) => distance(bodies, [i + 1, i + 2]));
  const { input, output } = tasksOf(scene(bodies, { joints: [distance(bodies, [0, 1]), ...joints] }), 30).at(
    -1,
  ) as Task;
  const state = physics.decodeInput(input);
  const free = physics.decodeOutput(stepBytes(physics.encodeInput({ ...state, joints: [] })));
  const none = { impulse: [0, 0, 0], momentFirst: [0, 0, 0], momentSecond: [0, 0, 0] } as const;
  const silent = state.joints.map(() => none);
  const letGo = physics.encodeOutput({
    ...free,
    state: { ...free.state, joints: state.joints },
    jointTotals: silent,
    jointMeans: silent,
  });
  const verdict = core.check(input, [], letGo, 3n);
  assert.ok(verdict.type === "err");
  assert.match(verdict.message, /a step computed anew is another/);
  assert.equal(core.check(input, [], output, 3n).type, "ok");

  const resting = tasksOf(stack(4), 60).at(-1) as Task;
  const asleep = physics.decodeOutput(resting.output);
  assert.equal(asleep.state.bodies[2]?.quietSteps, 31);
  const withBody = (change: Partial<Body>): Uint8Array =>
    physics.encodeOutput({
      ...asleep,
      state: {
        ...asleep.state,
        bodies: asleep.state.bodies.map((one, i) => i === 2 ? { ...one, ...change } : one),
      },
    });
  const sentences = [{ positionM: [0, 1.6, 0] as Vector }, { quietSteps: 0 }, { quietSteps: 30 }].map(
    (change) => {
      const answer = core.check(resting.input, [], withBody(change), 1n);
      return answer.type === "err" ? answer.message : "accepted";
    },
  );
  assert.match(sentences[0] as string, /out of range, or moved in its sleep/);
  assert.match(sentences[1] as string, /other bodies sleep/);
  assert.match(sentences[2] as string, /other bodies sleep/);
});

Deno.test("check() finds a new contact that was left out, by searching at drawn bodies", () => {
  const ball = sphere(0.5, { positionM: [0, 2, 0] });
  const tasks = tasksOf(scene([ground(), ball]), 60);
  const touching = tasks.find(({ output }) => physics.decodeOutput(output).state.contacts.length > 0);
  assert.ok(touching !== undefined);
  const { input } = touching;
  assert.equal(physics.decodeInput(input).contacts.length, 0);
  const before = physics.decodeInput(input);
  const alone = stepBytes(physics.encodeInput({ ...before, bodies: before.bodies.slice(1) }));
  const fallen = physics.decodeOutput(alone).state.bodies[0] as Body;
  const state = { ...before, bodies: [...before.bodies.slice(0, 1), fallen] };
  const verdict = core.check(
    input,
    [],
    physics.encodeOutput({ state, rest: [], mean: [], jointTotals: [], jointMeans: [] }),
    1n,
  );
  assert.ok(verdict.type === "err");
  assert.match(verdict.message, /has other contacts/);
});

Deno.test("check() refuses a contact point that touches nothing, though no impulse acts there", () => {
  // A box that lands on an edge, in a crowd so large that the drawn bodies are others.
  const crowd = Array.from({ length: 400 }, (_, i) => sphere(0.1, { positionM: [100 + i, 50, 0] }));
  const crate = box([0.5, 0.5, 0.5], {
    positionM: [0, 0.7, 0],
    orientation: [0, 0, Math.sin(0.3), Math.cos(0.3)],
  });
  const { input, output } = tasksOf(scene([ground(), crate, ...crowd]), 3).at(-1) as Task;
  const honest = physics.decodeOutput(output);
  assert.equal(honest.state.contacts.length, 1);
  const { code } = honest.state.contacts[0] as Contact;
  assert.equal(pointCountOf(code), 2);
  const features = [code >>> 5 & 31, code >>> 10 & 31];
  const third = [1, 2, 3, 4].find((corner) => corner > Math.max(...features)) ?? 1;
  const all = [...features, third].sort((a, b) => a - b);
  const longer = all.reduce((sum, feature, i) => sum + feature * 32 ** (i + 1), code & 31);
  const place = all.indexOf(third);
  const widened = <T extends Impulses>(list: readonly T[]): T[] =>
    list.map((one) => ({ ...one, normals: one.normals.toSpliced(place, 0, 0) }));
  const state = {
    ...honest.state,
    contacts: widened(honest.state.contacts).map((one) => ({ ...one, code: longer })),
  };
  const lie = physics.encodeOutput({
    ...honest,
    state,
    rest: widened(honest.rest),
    mean: widened(honest.mean),
  });
  for (let seed = 0n; seed < 20n; seed++) {
    const verdict = core.check(input, [], lie, seed);
    assert.ok(verdict.type === "err");
    assert.match(verdict.message, /contact 0 does not touch/);
  }
});

function without<T>(list: readonly T[], index: number): T[] {
  return list.filter((_, i) => i !== index);
}

Deno.test("check() accepts no bytes too few, too many or none", () => {
  const { input, output } = tasksOf(pile(30, 1), 90).at(-1) as Task;
  const longer = new Uint8Array(output.length + 4);
  longer.set(output);
  for (const bytes of [new Uint8Array(0), output.subarray(0, output.length - 4), longer, input]) {
    assert.equal(core.check(input, [], bytes, 1n).type, "err");
  }
  assert.equal(core.check(input.subarray(0, 40), [], output, 1n).type, "err");
  assert.equal(core.check(input, [new Uint8Array(4)], output, 1n).type, "err");
  assert.equal(core.check(input, [], output, 1n).type, "ok");
});

Deno.test("check() refuses an answer to an input that run() refuses", () => {
  const { input, output } = tasksOf(pile(30, 1), 90).at(-1) as Task;
  const bad = input.slice();
  new DataView(bad.buffer).setFloat32(16, Infinity, true);
  assert.equal(core.run(bad, []).type, "err");
  assert.equal(core.check(bad, [], output, 1n).type, "err");
});

Deno.test("check() gives the same verdict for the same seed, and leaves nothing behind", () => {
  const { input, output } = tasksOf(pile(60, 2), 100).at(-1) as Task;
  const wrong = output.slice();
  wrong[wrong.length - 1] = (wrong.at(-1) as number) ^ 0x40;
  const first = core.check(input, [], wrong, 5n);
  for (let i = 0; i < 20; i++) {
    assert.deepEqual(core.check(input, [], wrong, 5n), first);
    assert.equal(core.check(input, [], output, BigInt(i)).type, "ok");
    assert.deepEqual(stepBytes(input), output);
  }
  assert.deepEqual(physics.decodeOutput(output).state, physics.decodeInput(physics.nextInput(output)));
});
