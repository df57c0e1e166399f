/** The lies about cheapest paths that are measured, with proofs and without. */
import type { Core } from "../../testing/core.ts";
import type { Lie, Subject } from "../../testing/detection.ts";
import { type Draw, drawBelow } from "../../testing/draws.ts";
import { type CostGrid, type PathAnswer, pathfind, type PathPair } from "../codec.ts";
import { type CostlyProblem, gameCostly, solveCostly } from "./costly_problems.ts";
import { drawFreePairs } from "./problems.ts";

type Tell = Lie<CostlyProblem>["tell"];

/** An answer with the proof that goes with it. */
interface Claim {
  readonly answer: PathAnswer;
  readonly proof: Uint8Array;
}

/** A wrong answer to pair `index`, or undefined. */
type Spoiler = (problem: CostlyProblem, index: number, core: Core, draw: Draw) => Claim | undefined;

const NO_PROOF = new Uint8Array(0);

function claimOf({ decoded }: CostlyProblem, index: number): Claim {
  return { answer: decoded.answers[index] as PathAnswer, proof: decoded.proofs?.[index] ?? NO_PROOF };
}

/** So many of the answers are spoiled. */
function some(count: (pairs: number) => number, spoiler: Spoiler): Tell {
  return (problem, { core, draw }) => {
    const claims = problem.pairs.map((_, i) => claimOf(problem, i));
    const wanted = count(claims.length);
    const spoiled = new Set<number>();
    for (let tries = 0; tries < 10 * wanted && spoiled.size < wanted; tries++) {
      const index = drawBelow(draw, claims.length);
      const claim = spoiled.has(index) ? undefined : spoiler(problem, index, core, draw);
      if (claim === undefined) continue;
      claims[index] = claim;
      spoiled.add(index);
    }
    if (spoiled.size < wanted) return undefined;
    const [answers, proofs] = [claims.map(({ answer }) => answer), claims.map(({ proof }) => proof)];
    return pathfind.encodeOutput({ answers, proofs });
  };
}

const one = (spoiler: Spoiler) => some(() => 1, spoiler);
const tenth = (spoiler: Spoiler) => some((pairs) => Math.ceil(pairs / 10), spoiler);

/** The claim that the kernel makes for another grid or another pair, with its cost on the right grid. */
function claimOn(problem: CostlyProblem, core: Core, grid: CostGrid, pair: PathPair): Claim | undefined {
  const { answer, proof } = claimOf(solveCostly(core, grid, [pair], problem.proof), 0);
  if (answer.type !== "found") return undefined;
  return { answer: { ...answer, cost: costOf(problem.grid, answer.cells) }, proof };
}

function costOf({ width, costs }: CostGrid, cells: Uint16Array): number {
  let cost = 0;
  for (let i = 2; i < cells.length; i += 2) {
    const [fromX, fromY, toX, toY] = cells.subarray(i - 2, i + 2) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const sum = (costs[fromY * width + fromX] as number) + (costs[toY * width + toX] as number);
    cost += sum * (fromX !== toX && fromY !== toY ? 7 : 5);
  }
  return cost;
}

/** Only claims that cost more than the right one are lies. */
function ifDearer(claim: Claim | undefined, { answer }: Claim): Claim | undefined {
  if (claim?.answer.type !== "found" || answer.type !== "found") return undefined;
  return (claim.answer.cost as number) > (answer.cost as number) ? claim : undefined;
}

const wrongCost: Spoiler = (problem, index) => {
  const { answer, proof } = claimOf(problem, index);
  return answer.type === "found"
    ? { answer: { ...answer, cost: (answer.cost as number) + 1 }, proof }
    : undefined;
};

const unreachable: Spoiler = (problem, index) => {
  if (claimOf(problem, index).answer.type !== "found") return undefined;
  const { startX, startY } = problem.pairs[index] as PathPair;
  return { answer: { type: "unreachable", startX, startY }, proof: NO_PROOF };
};

/** The path that is best where all cells cost the same, with the proof that would be right there. */
const costsIgnored: Spoiler = (problem, index, core) => {
  const grid = { ...problem.grid, costs: problem.map.free };
  const claim = claimOn(problem, core, grid, problem.pairs[index] as PathPair);
  return ifDearer(claim, claimOf(problem, index));
};

/** The same path with the right proof for the right path. */
const costsIgnoredProofRight: Spoiler = (problem, index, core, draw) => {
  const claim = costsIgnored(problem, index, core, draw);
  return claim && { ...claim, proof: claimOf(problem, index).proof };
};

/**
 * The best path on a grid on which a disc of radius 1 … 6 blocks the right one, with the proof that is right
 * there: it fails nowhere but at the disc.
 */
const otherRoute: Spoiler = (problem, index, core, draw) => {
  const right = claimOf(problem, index);
  if (right.answer.type !== "found" || right.answer.cells.length < 24) return undefined;
  const at = 2 * Math.floor(right.answer.cells.length / 2 * (0.2 + 0.6 * draw()));
  const [centreX, centreY] = right.answer.cells.subarray(at, at + 2) as unknown as [number, number];
  const radius = 1 + drawBelow(draw, 6);
  const { width, costs } = problem.grid;
  const blocked = costs.map((cost, i) =>
    (i % width - centreX) ** 2 + (Math.floor(i / width) - centreY) ** 2 <= radius ** 2 ? 0 : cost
  );
  const claim = claimOn(problem, core, { ...problem.grid, costs: blocked }, problem.pairs[index] as PathPair);
  return ifDearer(claim, right);
};

/** One cell of the proof costs less to come to than it does: the search would have stopped too early there. */
const proofBit: Spoiler = (problem, index, _core, draw) => {
  const { answer, proof } = claimOf(problem, index);
  if (proof.length === 0) return undefined;
  const bytes = proof.slice();
  const at = drawBelow(draw, bytes.length);
  bytes[at] = (bytes[at] as number) ^ (1 << drawBelow(draw, 8));
  return { answer, proof: bytes };
};

const oneBit: Tell = (problem, { draw }) => {
  const bytes = problem.output.slice();
  const at = drawBelow(draw, Math.min(bytes.length, 4 + 26 * problem.pairs.length));
  bytes[at] = (bytes[at] as number) ^ (1 << drawBelow(draw, 8));
  return bytes;
};

const staleAnswer: Tell = (problem, { core, draw }) => {
  const pairs = drawFreePairs(problem.map, problem.pairs.length, draw);
  return solveCostly(core, problem.grid, pairs, problem.proof).output;
};

/** What tests hold check to where paths are legal and only too dear: one, a tenth, all of them blind to costs. */
interface Least {
  readonly one: number;
  readonly tenth: number;
  readonly blind: number;
}

function liesHeldTo(d: Least): readonly Lie<CostlyProblem>[] {
  return [
    {
      name: "one path with a wrong cost",
      kind: "random element",
      weight: "gross",
      least: 1,
      tell: one(wrongCost),
    },
    {
      name: "answer to another task on the map",
      kind: "stale answer",
      weight: "gross",
      least: 1,
      tell: staleAnswer,
    },
    {
      name: "one pair said to be unreachable",
      kind: "lazy answer",
      weight: "gross",
      least: 1,
      tell: one(unreachable),
    },
    {
      name: "costs not looked at, all paths",
      kind: "lazy answer",
      weight: "matters",
      least: d.blind,
      tell: some((pairs) => Math.ceil(pairs / 2), costsIgnored),
    },
    {
      name: "costs not looked at, one path",
      kind: "suboptimal",
      weight: "fine",
      least: d.one,
      tell: one(costsIgnoredProofRight),
    },
    {
      name: "one path by another route",
      kind: "suboptimal",
      weight: "fine",
      least: d.one,
      tell: one(otherRoute),
    },
    {
      name: "a tenth of the paths by other routes",
      kind: "a tenth wrong",
      weight: "matters",
      least: d.tenth,
      tell: tenth(otherRoute),
    },
    { name: "one bit of records and runs", kind: "last bit", weight: "fine", least: 0.95, tell: oneBit },
  ];
}

/** What is measured of the check where paths come with proofs. */
export const provedSubject: Subject<CostlyProblem> = {
  kernel: pathfind.id,
  title: "pathfind on costs, with proofs",
  version: pathfind.version,
  about: "up to 10 pairs at most 60 apart on maps of 256 × 256, costs 1 to 10, with proofs",
  honestTasks: (core, count, draw) => gameCostly(core, Math.min(count, 60), true, draw),
  lies: [
    ...liesHeldTo({ one: 1, tenth: 1, blind: 1 }),
    { name: "one bit of a proof", kind: "last bit", weight: "fine", least: 0.3, tell: one(proofBit) },
  ],
};

/** The same without. */
export const costlySubject: Subject<CostlyProblem> = {
  ...provedSubject,
  title: "pathfind on costs, without proofs",
  about: "the same without proofs",
  honestTasks: (core, count, draw) => gameCostly(core, Math.min(count, 60), false, draw),
  lies: liesHeldTo({ one: 0.7, tenth: 0.7, blind: 1 }),
};
