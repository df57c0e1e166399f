// What steps cost, beside the same method in TypeScript and C, rapier and cannon-es: deno task bench physics [--write] [--json]
// --write draws the chart into docs/.
import { physics, type PhysicsInput } from "../../tasks-as/physics/codec.ts";
import { pile } from "../../tasks-as/physics/testing/scenes.ts";
import { stepBytes } from "../../tasks-as/physics/testing/world.ts";
import { METER_EXPORTS } from "../../sandbox/meter/mod.ts";
import { loadCore } from "../../tasks-as/testing/core.ts";
import { writeChart } from "./chart.ts";
import { compare } from "./compare.ts";
import { runNative } from "./native.ts";
import { cannonWorld, rapierWorld, type World } from "./physics_libraries.ts";
import { PlainWorld } from "./physics_plain.ts";

const BODIES = [25, 50, 100, 200, 400] as const;
/** Every engine lets its own pile fall for so long before it is timed. */
const SETTLING_STEPS = 240;
const ROUNDS = 15;
/** Steps in one timed call, so that a timer's grain does not matter. */
const STEPS_PER_CALL = 10;
/** More than any call uses. */
const FUEL = 2n ** 40n;
/** Bodies of the pit, which never move. */
const PIT = 5;

interface Row {
  readonly bodies: number;
  readonly contacts: number;
  readonly points: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly runMs: number;
  readonly checkMs: number;
  readonly rapierMs: number;
  readonly cannonMs: number;
  readonly ballsRunMs: number;
  readonly ballsPlainMs: number;
  /** Undefined where there is no compiler. */
  readonly ballsNativeMs: number | undefined;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly [METER_EXPORTS.fuel]: { value: bigint };
  cabi_realloc(old: number, oldSize: number, align: number, newSize: number): number;
  run(input: number, inputSize: number, assets: number, assetCount: number): number;
  check(
    input: number,
    inputSize: number,
    assets: number,
    assetCount: number,
    output: number,
    outputSize: number,
    seed: bigint,
  ): number;
  cabi_post_run(result: number): void;
  cabi_post_check(result: number): void;
}

const module = await loadCore(physics.id, physics.version);

/** A settled pile in the kernel: calls with the bytes in place, as a worker has them. */
function kernelWorld(start: PhysicsInput) {
  let input = physics.encodeInput(start);
  for (let step = 1; step < SETTLING_STEPS; step++) input = physics.nextInput(stepBytes(input));
  const output = stepBytes(input);
  const exports = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
  const place = (bytes: Uint8Array): number => {
    const at = exports.cabi_realloc(0, 0, 1, bytes.length);
    new Uint8Array(exports.memory.buffer).set(bytes, at);
    return at;
  };
  let seed = 0n;
  return {
    input,
    output,
    run() {
      exports[METER_EXPORTS.fuel].value = FUEL;
      exports.cabi_post_run(exports.run(place(input), input.length, 0, 0));
    },
    check() {
      exports[METER_EXPORTS.fuel].value = FUEL;
      const [given, answer] = [place(input), place(output)];
      exports.cabi_post_check(exports.check(given, input.length, 0, 0, answer, output.length, seed++));
    },
  };
}

function repeated(call: () => void): () => void {
  return () => {
    for (let i = 0; i < STEPS_PER_CALL; i++) call();
  };
}

/** Settles a library's pile and sees that it is one: bodies lie in the pit, and still. */
function settled(world: World, bodies: number): World {
  for (let step = 0; step < SETTLING_STEPS; step++) world.step();
  let inside = 0;
  for (let body = PIT; body < bodies + PIT; body++) {
    const { heightM, speedMps } = world.stateOf(body);
    if (heightM > 0 && heightM < 12 && speedMps < 2) inside++;
  }
  if (inside < 0.9 * bodies) throw new Error(`Cannot compare: ${inside} of ${bodies} bodies lie in the pit`);
  return world;
}

/** The same pile of balls as a C program at -O2 settles and steps it. */
async function nativeMs({ bodies, gravityMps2 }: PhysicsInput, balls: number): Promise<number | undefined> {
  const rows = bodies.flatMap(({ shape, massKg, positionM, friction }) => {
    const radius = shape.type === "sphere" ? shape.radiusM : 0;
    const half = shape.type === "box" ? shape.halfExtentsM : [0, 0, 0];
    const moves = massKg === 0 ? [0, 0] : [1 / massKg, 2.5 / (massKg * radius ** 2)];
    return [...positionM, radius, ...half, ...moves, friction];
  });
  const head = new Uint32Array([bodies.length, SETTLING_STEPS, ROUNDS, STEPS_PER_CALL]);
  const floats = new Float32Array([...gravityMps2, ...rows]);
  const input = new Uint8Array(head.byteLength + floats.byteLength);
  input.set(new Uint8Array(head.buffer));
  input.set(new Uint8Array(floats.buffer), head.byteLength);
  const native = await runNative(new URL("native/physics.c", import.meta.url), input);
  if (native.type === "missing") return undefined;
  if (Number(native.check) < 0.9 * balls) {
    throw new Error(`Cannot compare: ${native.check} of ${balls} balls of the C program lie in the pit`);
  }
  return native.ms;
}

async function measure(bodies: number): Promise<Row> {
  const scene = { ...pile(bodies, 1), sleeps: false };
  const balls = { ...pile(bodies, 1, 0), sleeps: false };
  const kernel = kernelWorld(scene);
  const kernelBalls = kernelWorld(balls);
  const rapier = settled(await rapierWorld(scene), bodies);
  const cannon = settled(cannonWorld(scene), bodies);
  const plain = new PlainWorld(balls);
  settled({
    step: () => plain.step(),
    stateOf(index) {
      const { y = NaN, vx = NaN, vy = NaN, vz = NaN } = plain.rigids[index] ?? {};
      return { heightM: y, speedMps: Math.hypot(vx, vy, vz) };
    },
  }, bodies);
  const timings = compare([
    { name: "run", call: repeated(kernel.run) },
    { name: "check", call: repeated(kernel.check) },
    { name: "rapier", call: repeated(() => rapier.step()) },
    { name: "cannon", call: repeated(() => cannon.step()) },
    { name: "balls", call: repeated(kernelBalls.run) },
    { name: "plain", call: repeated(() => plain.step()) },
  ], ROUNDS);
  const [runMs, checkMs, rapierMs, cannonMs, ballsRunMs, ballsPlainMs] = timings.map(({ ms }) =>
    ms / STEPS_PER_CALL
  );
  const { contacts } = physics.decodeOutput(kernel.output).state;
  return {
    bodies,
    contacts: contacts.length,
    points: contacts.reduce((sum, contact) => sum + contact.normals.length, 0),
    inputBytes: kernel.input.length,
    outputBytes: kernel.output.length,
    runMs: runMs ?? NaN,
    checkMs: checkMs ?? NaN,
    rapierMs: rapierMs ?? NaN,
    cannonMs: cannonMs ?? NaN,
    ballsRunMs: ballsRunMs ?? NaN,
    ballsPlainMs: ballsPlainMs ?? NaN,
    ballsNativeMs: await nativeMs(balls, bodies),
  };
}

const rows: Row[] = [];
for (const bodies of BODIES) rows.push(await measure(bodies));
if (Deno.args.includes("--json")) console.log(JSON.stringify({ rows }));
else {
  const beside = (ms: number, run: number): string => `${ms.toFixed(3)} (${(ms / run).toFixed(2)} ×)`;
  console.table(rows.map((row) => ({
    bodies: row.bodies,
    contacts: row.contacts,
    points: row.points,
    "state, bytes": row.inputBytes,
    "output, bytes": row.outputBytes,
    "run, ms": row.runMs.toFixed(3),
    "check, ms": row.checkMs.toFixed(4),
    "check / run": `${(100 * row.checkMs / row.runMs).toFixed(1)} %`,
    "rapier, ms": beside(row.rapierMs, row.runMs),
    "cannon-es, ms": beside(row.cannonMs, row.runMs),
    "balls: run, ms": row.ballsRunMs.toFixed(3),
    "balls: TypeScript, ms": beside(row.ballsPlainMs, row.ballsRunMs),
    "balls: C -O2, ms": row.ballsNativeMs === undefined ? "" : beside(row.ballsNativeMs, row.ballsRunMs),
  })));
}
if (Deno.args.includes("--write")) {
  const line = (name: string, of: (row: Row) => number) => ({
    name,
    points: rows.map((row) => [row.bodies, of(row)] as const),
  });
  await writeChart("physics-cost", {
    title: "A step of a settled pile, half balls and half boxes",
    sizeLabel: "bodies",
    costLabel: "ms",
    series: [
      line("run", (row) => row.runMs),
      line("check", (row) => row.checkMs),
      line("rapier", (row) => row.rapierMs),
      line("cannon-es", (row) => row.cannonMs),
      line("balls only: run", (row) => row.ballsRunMs),
      line("balls only: TypeScript", (row) => row.ballsPlainMs),
    ],
  });
}
