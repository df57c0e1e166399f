// What the campaign runs: all kernels on their vectors and changes of them, a kernel that makes NaN and denormals, and
// one that ends in all ways there are.
import { casesOf, type KernelName, versionOf } from "../../tasks-as/testing/cases.ts";
import { meter } from "../../sandbox/meter/mod.ts";
import { answer, echo, fn, kernel } from "../hostile/kernels.ts";
import { op, unsigned } from "../hostile/wasm_builder.ts";
import type { Subject } from "./campaign.ts";

/** Of a hundred inputs: dear kernels get fewer. */
const SHARES = {
  flowfield: 15,
  mesh: 2,
  pathfind: 25,
  physics: 25,
  terrain: 3,
  floats: 15,
  nans: 10,
  endings: 5,
} as const;

/** All subjects, `count` inputs together. */
export async function subjectsOf(count: number): Promise<Subject[]> {
  const names = Object.keys(versionOf) as KernelName[];
  const kernels = names.map(async (name) => {
    const folder = new URL(`../../tasks-as/bundles/${name}/${versionOf[name]}/`, import.meta.url);
    const core = await Deno.readFile(new URL("core.wasm", folder));
    const cases = (await casesOf[name]()).map(({ input, assets }) => ({
      input: input.toBase64(),
      assets: assets.map((asset) => asset.toBase64()),
    }));
    return { name, core: core.toBase64(), cases, count: Math.ceil(count * SHARES[name] / 100) };
  });
  const shareOf = (name: keyof typeof SHARES) => Math.ceil(count * SHARES[name] / 100);
  return [
    ...await Promise.all(kernels),
    floats(shareOf("floats")),
    nans(shareOf("nans")),
    endings(shareOf("endings")),
  ];
}

/** Pairs of doubles: infinities, zeros, denormals, the ends of the range, and whatever a changed byte makes of them. */
const DOUBLES = [0, -0, 1, -1, Infinity, -Infinity, NaN, 5e-324, -2.2e-308, 1.8e308, 1e-45, 1 / 3];

function floats(count: number): Subject {
  const cases = DOUBLES.flatMap((a) => DOUBLES.map((b) => new Uint8Array(new Float64Array([a, b]).buffer)));
  const core = meter(kernel({ run: floatCode() }));
  return {
    name: "floats",
    core: core.toBase64(),
    cases: cases.map((input) => ({ input: input.toBase64(), assets: [] })),
    count,
  };
}

/** The same without a word about NaN: that is left to the meter. */
function nans(count: number): Subject {
  const core = meter(kernel({ run: nanCode() }));
  return { ...floats(count), name: "nans", core: core.toBase64() };
}

/** Every operation on the input's doubles and floats, in scalars. */
function floatResults(): number[][] {
  const double = (offset: number) => [...op.get(0), 0x2b, 0, offset];
  const single = (offset: number) => [...double(offset), 0xb6];
  const results: number[][] = [];
  for (let code = 0xa0; code <= 0xa5; code++) results.push([...double(0), ...double(8), code]);
  for (let code = 0x99; code <= 0x9f; code++) results.push([...double(0), code]);
  for (let code = 0x92; code <= 0x97; code++) results.push([...single(0), ...single(8), code, 0xbb]);
  for (let code = 0x8b; code <= 0x91; code++) results.push([...single(8), code, 0xbb]);
  return results;
}

/** Answers with the results, stored, in vectors, with their signs copied, and through a local. */
function nanCode(): number[] {
  const at = (i: number) => op.i32(4096 + 8 * i);
  const results = floatResults();
  const stores = results.flatMap((result, i) => [...at(i), ...result, 0x39, 0, 0]);
  const next = results.length;
  // f64x2 and f32x4: add, sub, mul, div, sqrt of the input's two doubles, whole.
  const vectors = [0xf0, 0xf1, 0xf2, 0xf3, 0xe4, 0xe5, 0xe6, 0xe7].flatMap((code, i) => [
    ...[...at(next + 2 * i), ...op.get(0), 0xfd, 0x00, 0, 0, ...op.get(0), 0xfd, 0x0a, 0, 8],
    ...[0xfd, ...unsigned(code), 0xfd, 0x0b, 0, 0],
  ]);
  const behind = next + 16;
  const divided = [...op.get(0), 0x2b, 0, 0, ...op.get(0), 0x2b, 0, 8, 0xa3];
  const signs = [...at(behind), 0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, ...divided, 0xa6, 0x39, 0, 0];
  const bits = [...at(behind + 1), ...divided, 0xbd, 0x37, 0, 0];
  return [...stores, ...vectors, ...signs, ...bits, ...answer(0, at(0), op.i32(8 * (behind + 2)))];
}

/** Answers with the results, each with one NaN for all. */
function floatCode(): number[] {
  const stores = floatResults().flatMap((result, i) => {
    const place = op.i32(4096 + 8 * i);
    const oneNan = [...place, ...result, 0x39, 0, 0];
    const isNan = [...place, 0x2b, 0, 0, ...place, 0x2b, 0, 0, 0x62];
    const replace = [...op.if, ...place, 0x44, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f, 0x39, 0, 0, ...op.end];
    return [...oneNan, ...isNan, ...replace];
  });
  return [...stores, ...answer(0, op.i32(4096), op.i32(8 * floatResults().length))];
}

/** The input's first byte says how a call ends. */
function endings(count: number): Subject {
  const core = meter(kernel({ run: endingCode(), memory: { initial: 1, maximum: 2 } }));
  const cases = Array.from({ length: 8 }, (_, way) => Uint8Array.of(way, 7));
  return {
    name: "endings",
    core: core.toBase64(),
    cases: cases.map((input) => ({ input: input.toBase64(), assets: [] })),
    count,
  };
}

/** Local 4 counts down from 100. Every way but the last two ends the call. */
function endingCode(): number[] {
  const { get, set, i32 } = op;
  // A loop with two ways out is charged turn by turn; a trap in it leaves what was written back.
  const turns = (inside: readonly number[]) => [
    ...[...i32(100), ...set(4), ...op.block, ...op.loop, ...get(4), ...op.eqz, ...op.brIf(1)],
    ...[...get(4), ...i32(1000), ...op.eq, ...op.brIf(1), ...get(4), ...i32(1), ...op.sub, ...set(4)],
    ...[...inside, ...op.br(0), ...op.end, ...op.end],
  ];
  const atThree = (then: readonly number[]) => [...get(4), ...i32(3), ...op.eq, ...op.if, ...then, ...op.end];
  const counted = [
    ...[...i32(0), ...set(4), ...op.loop, ...get(4), ...i32(-1), ...op.ltU, ...op.if],
    ...[...get(4), ...i32(1), ...op.add, ...set(4), ...op.br(1), ...op.end, ...op.end],
  ];
  const ways: readonly (readonly number[])[] = [
    turns(atThree([...i32(1), ...i32(0), ...op.divU, ...op.drop])),
    turns(atThree([...i32(-1), ...op.load8(), ...op.drop])),
    turns(atThree(op.unreachable)),
    [...get(0), ...get(1), ...get(2), ...get(3), ...op.call(fn.run), ...op.drop],
    counted,
    [...i32(0), ...i32(0), ...i32(-1), ...op.fill],
    [...i32(9), ...op.memoryGrow, ...op.drop, ...turns([])],
  ];
  const branches = ways.flatMap((code, way) => [
    ...[...get(0), ...op.load8(), ...i32(7), ...op.and, ...i32(way), ...op.eq, ...op.if, ...code, ...op.end],
  ]);
  return [...branches, ...echo];
}
