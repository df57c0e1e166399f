// Paths beside libraries and plain TypeScript, on maps of growing size: the same pairs, the same lengths, one run.
import { pathfind, type PathPair } from "../../tasks-as/pathfind/codec.ts";
import { withCosts } from "../../tasks-as/pathfind/testing/costly_problems.ts";
import { caveMap, mazeMap, roomMap, type TestMap } from "../../tasks-as/pathfind/testing/maps.ts";
import { drawFreePairs, solvePairs } from "../../tasks-as/pathfind/testing/problems.ts";
import type { Core } from "../../tasks-as/testing/core.ts";
import { drawsFrom } from "../../tasks-as/testing/draws.ts";
import { compare } from "./compare.ts";
import { type LengthOf, ngraphPath, pathFindingJs } from "./pathfind_libraries.ts";
import { PlainSearch } from "./pathfind_plain.ts";

const PAIRS = 16;
const ROUNDS = 3;
/** The libraries take seconds per pair beyond that. */
const LIBRARY_SIDE_MAX = 512;
const COST_MAX = 10;

/** What a pair costs by each way of finding it, µs; undefined where it was not measured. */
export interface ContestRow {
  readonly map: string;
  readonly side: number;
  readonly hasCosts: boolean;
  readonly kernelUs: number;
  readonly provedUs?: number;
  readonly proofBytes?: number;
  readonly checkShare: number;
  readonly provedCheckShare?: number;
  readonly plainUs?: number;
  readonly pathFindingJsUs?: number;
  readonly ngraphUs?: number;
}

/** All rows. */
export function contest(core: Core): ContestRow[] {
  const rows: ContestRow[] = [];
  for (const side of [128, 256, 512, 1024]) {
    const draw = drawsFrom(side);
    const maps: [string, TestMap][] = [["caves", caveMap(side, side, draw)]];
    if (side === 256) {
      maps.push(["rooms", roomMap(side, side, 16, draw)], ["maze", mazeMap(side, side, 4, 0.05, draw)]);
    }
    for (const [name, map] of maps) {
      const pairs = connectedPairs(core, map, drawFreePairs(map, 4 * PAIRS, draw));
      rows.push(onBitmap(core, name, map, pairs), onCosts(core, name, map, pairs, side));
    }
  }
  return rows;
}

function connectedPairs(core: Core, map: TestMap, pairs: readonly PathPair[]): PathPair[] {
  const { answers } = solvePairs(core, map, pathfind.encodeGrid(map), pairs);
  return pairs.filter((_, i) => answers[i]?.type === "found").slice(0, PAIRS);
}

function onBitmap(core: Core, map: string, grid: TestMap, pairs: readonly PathPair[]): ContestRow {
  const assets = [pathfind.encodeGrid(grid)];
  const input = pathfind.encodeInput({ pairs });
  const output = outputOf(core, input, assets);
  const lengths = pathfind.decodeOutput(output).answers.map((answer) =>
    answer.type === "found" ? answer.straight + answer.diagonal * Math.SQRT2 : Infinity
  );
  const octile = (_from: number, _to: number, isDiagonal: boolean) => isDiagonal ? Math.SQRT2 : 1;
  const libraries = grid.width > LIBRARY_SIDE_MAX ? [] : [
    asContender("PathFinding.js", pathFindingJs(grid, "JumpPointFinder"), pairs, lengths),
    asContender("ngraph", ngraphPath(grid, octile, { straight: 1, diagonal: Math.SQRT2 }), pairs, lengths),
  ];
  const [run, check, jumps, links] = compare([
    { name: "run", call: () => core.run(input, assets) },
    { name: "check", call: () => core.check(input, assets, output, 1n) },
    ...libraries,
  ], ROUNDS);
  return {
    map,
    side: grid.width,
    hasCosts: false,
    kernelUs: perPairUs(run?.ms, pairs),
    checkShare: (check?.ms ?? NaN) / (run?.ms ?? NaN),
    ...(jumps === undefined ? {} : { pathFindingJsUs: perPairUs(jumps.ms, pairs) }),
    ...(links === undefined ? {} : { ngraphUs: perPairUs(links.ms, pairs) }),
  };
}

function onCosts(
  core: Core,
  map: string,
  free: TestMap,
  pairs: readonly PathPair[],
  seed: number,
): ContestRow {
  const grid = withCosts(free, COST_MAX, drawsFrom(seed + 1));
  const assets = [pathfind.encodeCostGrid(grid)];
  const input = pathfind.encodeInput({ pairs });
  const output = outputOf(core, input, assets);
  const costs = pathfind.decodeOutput(output).answers.map((answer) =>
    answer.type === "found" ? answer.cost ?? NaN : Infinity
  );
  const plain = new PlainSearch(grid);
  const stepCost = (from: number, to: number, isDiagonal: boolean) =>
    (isDiagonal ? 7 : 5) * ((grid.costs[from] ?? NaN) + (grid.costs[to] ?? NaN));
  const library = free.width > LIBRARY_SIDE_MAX / 2 ? [] : [
    asContender("ngraph", ngraphPath(free, stepCost, { straight: 10, diagonal: 14 }), pairs, costs),
  ];
  const [run, check, typescript, links] = compare([
    { name: "run", call: () => core.run(input, assets) },
    { name: "check", call: () => core.check(input, assets, output, 1n) },
    asContender("TypeScript", (pair) => plain.cost(pair), pairs, costs),
    ...library,
  ], ROUNDS);
  return {
    map,
    side: free.width,
    hasCosts: true,
    kernelUs: perPairUs(run?.ms, pairs),
    checkShare: (check?.ms ?? NaN) / (run?.ms ?? NaN),
    plainUs: perPairUs(typescript?.ms, pairs),
    ...(links === undefined ? {} : { ngraphUs: perPairUs(links.ms, pairs) }),
    ...proved(core, assets, pairs),
  };
}

/** With proofs a pair at a time, so that they fit; nothing where one does not. */
function proved(core: Core, assets: readonly Uint8Array[], pairs: readonly PathPair[]): Partial<ContestRow> {
  const inputs = pairs.map((pair) => pathfind.encodeInput({ pairs: [pair], proof: true }));
  const answers = inputs.map((input) => core.run(input, assets));
  const outputs = answers.flatMap((answer) => answer.type === "ok" ? [answer.output] : []);
  if (outputs.length < inputs.length) return {};
  const [run, check] = compare([
    { name: "run", call: () => inputs.forEach((input) => core.run(input, assets)) },
    {
      name: "check",
      call: () => inputs.forEach((input, i) => core.check(input, assets, outputs[i] ?? input, 1n)),
    },
  ], ROUNDS);
  return {
    provedUs: perPairUs(run?.ms, pairs),
    provedCheckShare: (check?.ms ?? NaN) / (run?.ms ?? NaN),
    proofBytes: outputs.reduce((sum, output) => sum + output.length, 0) / outputs.length,
  };
}

function outputOf(core: Core, input: Uint8Array, assets: readonly Uint8Array[]): Uint8Array {
  const answer = core.run(input, assets);
  if (answer.type === "err") throw new Error(answer.message);
  return answer.output;
}

/** A way of finding paths, once it has shown that it finds the same lengths. */
function asContender(
  name: string,
  lengthOf: LengthOf,
  pairs: readonly PathPair[],
  expected: readonly number[],
) {
  pairs.forEach((pair, i) => {
    const length = lengthOf(pair);
    if (Math.abs(length - (expected[i] ?? NaN)) > 1e-6) {
      throw new Error(`Cannot compare: ${name} finds ${length}, the kernel ${expected[i]}`);
    }
  });
  return { name, call: () => pairs.forEach((pair) => lengthOf(pair)) };
}

function perPairUs(ms: number | undefined, pairs: readonly PathPair[]): number {
  return 1000 * (ms ?? NaN) / pairs.length;
}
