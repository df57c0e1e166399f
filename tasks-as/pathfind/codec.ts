/**
 * Grids, pairs and paths of the pathfind kernel, and their bytes; the layout stands in README.md.
 * Past 300 lines: why one file? It imports nothing, so that game backends can bundle it.
 */

/** A grid of cells, at most 2,048 × 2,048. */
export interface PathGrid {
  /** Cells in a row, 1 … 2,048. */
  readonly width: number;
  /** Rows, 1 … 2,048. */
  readonly height: number;
  /** Row by row from the top, 1 where a cell is free, 0 where it is blocked. */
  readonly free: Uint8Array;
}

/** A grid of cells that cost differently, at most 2,048 × 2,048. */
export interface CostGrid {
  /** Cells in a row, 1 … 2,048. */
  readonly width: number;
  /** Rows, 1 … 2,048. */
  readonly height: number;
  /**
   * Row by row from the top, 1 … 255, or 0 where a cell is blocked. A straight step between two cells costs 5
   * times the sum of their costs, a diagonal step 7 times.
   */
  readonly costs: Uint8Array;
}

/** A question: from where to where. Cells count from 0; x grows to the right, y downwards. */
export interface PathPair {
  /** Column of the start, 0 … width − 1. */
  readonly startX: number;
  /** Row of the start, 0 … height − 1. */
  readonly startY: number;
  /** Column of the goal. */
  readonly goalX: number;
  /** Row of the goal. */
  readonly goalY: number;
}

/** A batch of questions about one grid. */
export interface PathfindInput {
  /** 1 … 64 pairs. */
  readonly pairs: readonly PathPair[];
  /**
   * Whether the answer proves that no path is cheaper, so that no wrong one is ever taken; on a grid with costs
   * only. A proof has about 2 bytes for every cell that the search looked at.
   */
  readonly proof?: boolean;
}

/** The answer to one pair. On a grid without costs a path of a straight and b diagonal steps is a + b·√2 long. */
export type PathAnswer =
  | {
    /** There is a path, and this is a shortest one. */
    readonly type: "found";
    /** Number of straight steps. */
    readonly straight: number;
    /** Number of diagonal steps. */
    readonly diagonal: number;
    /** What the path costs, on a grid with costs. */
    readonly cost?: number;
    /** x and y of every cell from start to goal, both included: x₀, y₀, x₁, y₁, … */
    readonly cells: Uint16Array;
  }
  | {
    /** Why there is no path; a blocked start comes before a blocked goal. */
    readonly type: "unreachable" | "startBlocked" | "goalBlocked";
    /** Column of the start. */
    readonly startX: number;
    /** Row of the start. */
    readonly startY: number;
  };

/** The answers, in the order of the pairs. */
export interface PathfindOutput {
  /** One per pair. */
  readonly answers: readonly PathAnswer[];
  /** On a grid with costs the bytes of each pair's proof, for `check` to read; empty where there is none. */
  readonly proofs?: readonly Uint8Array[];
}

const SIDE_MAX = 2048;
const PAIRS_MAX = 64;
const PAIR_SIZE = 8;
const GRID_MAGIC = 0x31473250;
const COST_GRID_MAGIC = 0x32473250;
const GRID_HEADER_SIZE = 16;
const OUTPUT_HEADER_SIZE = 4;
const RECORD_SIZE = 16;
/** Bit of an output's first number that says that records have a cost and the size of a proof. */
const KIND_COSTLY = 0x10000;
const COSTLY_RECORD_SIZE = 24;
const OPTIONS_SIZE = 4;
const OPTION_PROOF = 1;
const RUN_SIZE = 2;
const RUN_STEPS_MAX = 2047;
const RUN_COUNT_MASK = 0x3fffffff;
const STATUSES = ["found", "unreachable", "startBlocked", "goalBlocked"] as const;
/** Directions clockwise from east: E, SE, S, SW, W, NW, N, NE. */
const STEP_X = [1, 1, 0, -1, -1, -1, 0, 1] as const;
const STEP_Y = [0, 1, 1, 1, 0, -1, -1, -1] as const;

/** The kernel's name, version and the bytes of its inputs, assets and outputs. */
export const pathfind = {
  id: "pathfind",
  version: "1.2.0",

  /**
   * @throws {RangeError} when there are no pairs, too many, or a coordinate is not an integer in 0 … 2,047.
   */
  encodeInput(input: PathfindInput): Uint8Array<ArrayBuffer> {
    checkPairCount(input.pairs.length);
    const size = input.pairs.length * PAIR_SIZE;
    const bytes = new Uint8Array(input.proof ? size + OPTIONS_SIZE : size);
    const view = new DataView(bytes.buffer);
    if (input.proof) view.setUint32(size, OPTION_PROOF, true);
    input.pairs.forEach((pair, i) => {
      [pair.startX, pair.startY, pair.goalX, pair.goalY].forEach((value, k) => {
        checkInteger(value, 0, SIDE_MAX - 1, `coordinate of pair ${i}`);
        view.setUint16(i * PAIR_SIZE + k * 2, value, true);
      });
    });
    return bytes;
  },

  /** @throws {RangeError} when the bytes are not 1 to 64 pairs, with or without options. */
  decodeInput(bytes: Uint8Array): PathfindInput {
    const rest = bytes.length % PAIR_SIZE;
    if (rest !== 0 && rest !== OPTIONS_SIZE) {
      throw new RangeError(`Cannot decode: an input of ${bytes.length} bytes is not a list of pairs`);
    }
    const end = bytes.length - rest;
    checkPairCount(end / PAIR_SIZE);
    const view = viewOf(bytes);
    const options = rest === 0 ? 0 : view.getUint32(end, true);
    if (options > OPTION_PROOF) throw new RangeError(`Cannot decode: options ${options} are unknown`);
    const pairs: PathPair[] = [];
    for (let at = 0; at < end; at += PAIR_SIZE) {
      pairs.push({
        startX: view.getUint16(at, true),
        startY: view.getUint16(at + 2, true),
        goalX: view.getUint16(at + 4, true),
        goalY: view.getUint16(at + 6, true),
      });
    }
    return options === OPTION_PROOF ? { pairs, proof: true } : { pairs };
  },

  /**
   * @throws {RangeError} when neighbouring cells of a path are not one step apart or a number does not fit.
   */
  encodeOutput({ answers, proofs }: PathfindOutput): Uint8Array<ArrayBuffer> {
    const runs = answers.map((answer) => answer.type === "found" ? runsOf(answer.cells) : []);
    const recordSize = proofs === undefined ? RECORD_SIZE : COSTLY_RECORD_SIZE;
    const runsStart = OUTPUT_HEADER_SIZE + answers.length * recordSize;
    const runsEnd = runsStart + runs.flat().length * RUN_SIZE;
    const proofsStart = proofs === undefined ? runsEnd : Math.ceil(runsEnd / 4) * 4;
    const proofSize = (proofs ?? []).reduce((sum, proof) => sum + proof.length, 0);
    const bytes = new Uint8Array(proofsStart + proofSize);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, answers.length + (proofs === undefined ? 0 : KIND_COSTLY), true);
    answers.forEach((answer, i) => {
      const record = OUTPUT_HEADER_SIZE + i * recordSize;
      writeRecord(view, record, answer, (runs[i] as number[]).length);
      if (proofs !== undefined) writeCost(view, record + RECORD_SIZE, answer, proofs[i]);
    });
    runs.flat().forEach((run, i) => view.setUint16(runsStart + i * RUN_SIZE, run, true));
    let at = proofsStart;
    for (const proof of proofs ?? []) {
      bytes.set(proof, at);
      at += proof.length;
    }
    return bytes;
  },

  /**
   * Reads an output; whether its paths are right is the check's business.
   *
   * @throws {RangeError} when the bytes are not records, runs and proofs, or a path leaves 0 … 2,047.
   */
  decodeOutput(bytes: Uint8Array): PathfindOutput {
    const view = viewOf(bytes);
    const first = bytes.length < OUTPUT_HEADER_SIZE ? 0 : view.getUint32(0, true);
    const isCostly = (first & KIND_COSTLY) !== 0;
    const count = isCostly ? first - KIND_COSTLY : first;
    checkPairCount(count);
    const recordSize = isCostly ? COSTLY_RECORD_SIZE : RECORD_SIZE;
    const runsStart = OUTPUT_HEADER_SIZE + count * recordSize;
    if (bytes.length < runsStart) {
      throw new RangeError(`Cannot decode: ${bytes.length} bytes are too few for ${count} records`);
    }
    const answers: PathAnswer[] = [];
    let at = runsStart;
    for (let i = 0; i < count; i++) {
      const record = OUTPUT_HEADER_SIZE + i * recordSize;
      const size = (view.getUint32(record + 12, true) & RUN_COUNT_MASK) * RUN_SIZE;
      if (at + size > bytes.length) {
        throw new RangeError(`Cannot decode: the runs of answer ${i} are cut off`);
      }
      const answer = readAnswer(view, record, at, at + size);
      const cost = isCostly ? view.getUint32(record + RECORD_SIZE, true) : 0;
      answers.push(isCostly && answer.type === "found" ? { ...answer, cost } : answer);
      at += size;
    }
    const proofs = isCostly ? readProofs(bytes, view, count, Math.ceil(at / 4) * 4) : undefined;
    const end = proofs === undefined ? at : bytes.length;
    if (end !== bytes.length) {
      throw new RangeError(`Cannot decode: ${bytes.length - end} bytes are left behind the runs`);
    }
    return proofs === undefined ? { answers } : { answers, proofs };
  },

  /**
   * The bytes of a grid, to be uploaded as an asset.
   *
   * @throws {RangeError} when a side is not in 1 … 2,048 or the cells are not width × height.
   */
  encodeGrid(grid: PathGrid): Uint8Array<ArrayBuffer> {
    checkSides(grid.width, grid.height);
    if (grid.free.length !== grid.width * grid.height) {
      throw new RangeError(
        `Cannot encode: a grid of ${grid.width} × ${grid.height} has ${grid.free.length} cells`,
      );
    }
    const rowSize = rowSizeOf(grid.width);
    const bytes = new Uint8Array(GRID_HEADER_SIZE + rowSize * grid.height);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, GRID_MAGIC, true);
    view.setUint32(4, grid.width, true);
    view.setUint32(8, grid.height, true);
    for (let y = 0; y < grid.height; y++) {
      const row = GRID_HEADER_SIZE + y * rowSize;
      for (let x = 0; x < grid.width; x++) {
        if (grid.free[y * grid.width + x] === 0) continue;
        bytes[row + (x >> 3)] = (bytes[row + (x >> 3)] as number) | (1 << (x & 7));
      }
    }
    return bytes;
  },

  /** @throws {RangeError} when the bytes are not exactly a grid. */
  decodeGrid(bytes: Uint8Array): PathGrid {
    const view = viewOf(bytes);
    if (
      bytes.length < GRID_HEADER_SIZE || view.getUint32(0, true) !== GRID_MAGIC ||
      view.getUint32(12, true) !== 0
    ) {
      throw new RangeError("Cannot decode: the bytes do not begin like a grid");
    }
    const width = view.getUint32(4, true);
    const height = view.getUint32(8, true);
    checkSides(width, height);
    const rowSize = rowSizeOf(width);
    if (bytes.length !== GRID_HEADER_SIZE + rowSize * height) {
      throw new RangeError(`Cannot decode: ${bytes.length} bytes are no grid of ${width} × ${height}`);
    }
    const free = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < rowSize * 8; x++) {
        const bit = ((bytes[GRID_HEADER_SIZE + y * rowSize + (x >> 3)] as number) >> (x & 7)) & 1;
        if (x < width) free[y * width + x] = bit;
        else if (bit !== 0) throw new RangeError(`Cannot decode: row ${y} has cells behind its end`);
      }
    }
    return { width, height, free };
  },

  /**
   * The bytes of a grid with costs, to be uploaded as an asset.
   *
   * @throws {RangeError} when a side is not in 1 … 2,048 or the costs are not width × height.
   */
  encodeCostGrid({ width, height, costs }: CostGrid): Uint8Array<ArrayBuffer> {
    checkSides(width, height);
    if (costs.length !== width * height) {
      throw new RangeError(`Cannot encode: a grid of ${width} × ${height} has ${costs.length} costs`);
    }
    const bytes = new Uint8Array(GRID_HEADER_SIZE + costs.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, COST_GRID_MAGIC, true);
    view.setUint32(4, width, true);
    view.setUint32(8, height, true);
    bytes.set(costs, GRID_HEADER_SIZE);
    return bytes;
  },

  /** @throws {RangeError} when the bytes are not exactly a grid with costs. */
  decodeCostGrid(bytes: Uint8Array): CostGrid {
    const view = viewOf(bytes);
    if (
      bytes.length < GRID_HEADER_SIZE || view.getUint32(0, true) !== COST_GRID_MAGIC ||
      view.getUint32(12, true) !== 0
    ) {
      throw new RangeError("Cannot decode: the bytes do not begin like a grid with costs");
    }
    const width = view.getUint32(4, true);
    const height = view.getUint32(8, true);
    checkSides(width, height);
    if (bytes.length !== GRID_HEADER_SIZE + width * height) {
      throw new RangeError(`Cannot decode: ${bytes.length} bytes are no grid of ${width} × ${height} costs`);
    }
    return { width, height, costs: bytes.slice(GRID_HEADER_SIZE) };
  },
} as const;

function writeRecord(view: DataView, at: number, answer: PathAnswer, runCount: number): void {
  const [startX, startY] = answer.type === "found" ? answer.cells : [answer.startX, answer.startY];
  checkInteger(startX, 0, SIDE_MAX - 1, "start");
  checkInteger(startY, 0, SIDE_MAX - 1, "start");
  view.setUint16(at, startX, true);
  view.setUint16(at + 2, startY, true);
  view.setUint32(at + 12, runCount + STATUSES.indexOf(answer.type) * (RUN_COUNT_MASK + 1), true);
  if (answer.type !== "found") return;
  checkInteger(answer.straight, 0, 0xffffffff, "number of straight steps");
  checkInteger(answer.diagonal, 0, 0xffffffff, "number of diagonal steps");
  view.setUint32(at + 4, answer.straight, true);
  view.setUint32(at + 8, answer.diagonal, true);
}

function writeCost(view: DataView, at: number, answer: PathAnswer, proof: Uint8Array | undefined): void {
  const cost = answer.type === "found" ? answer.cost : 0;
  checkInteger(cost, 0, 0xffffffff, "cost");
  checkInteger(proof?.length, 0, 0xffffffff, "size of a proof");
  view.setUint32(at, cost, true);
  view.setUint32(at + 4, proof?.length ?? 0, true);
}

/** The proofs of all answers, which end the output. */
function readProofs(bytes: Uint8Array, view: DataView, count: number, start: number): Uint8Array[] {
  const proofs: Uint8Array[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    const size = view.getUint32(OUTPUT_HEADER_SIZE + i * COSTLY_RECORD_SIZE + RECORD_SIZE + 4, true);
    proofs.push(bytes.slice(at, at + size));
    at += size;
  }
  if (at !== bytes.length) throw new RangeError("Cannot decode: the proofs do not end with the output");
  return proofs;
}

/** Runs of equal steps: direction in bits 0 … 2, number of steps above. */
function runsOf(cells: Uint16Array): number[] {
  const runs: number[] = [];
  let directionBefore = -1;
  for (let i = 2; i < cells.length; i += 2) {
    const dx = (cells[i] as number) - (cells[i - 2] as number);
    const dy = (cells[i + 1] ?? NaN) - (cells[i - 1] as number);
    const direction = STEP_X.findIndex((x, k) => x === dx && STEP_Y[k] === dy);
    if (direction < 0) {
      throw new RangeError(`Cannot encode: cells ${i / 2 - 1} and ${i / 2} are not one step apart`);
    }
    if (direction === directionBefore) runs.push((runs.pop() as number) + 8);
    else runs.push(direction + 8);
    directionBefore = direction;
  }
  return runs;
}

function readAnswer(view: DataView, record: number, runsStart: number, runsEnd: number): PathAnswer {
  const startX = view.getUint16(record, true);
  const startY = view.getUint16(record + 2, true);
  const type = STATUSES[view.getUint8(record + 15) >> 6] as PathAnswer["type"];
  if (type !== "found") {
    if (runsStart !== runsEnd) throw new RangeError("Cannot decode: an answer without a path has runs");
    return { type, startX, startY };
  }
  let cellCount = 1;
  for (let at = runsStart; at < runsEnd; at += RUN_SIZE) cellCount += stepsAt(view, at);
  const cells = new Uint16Array(cellCount * 2);
  let x = startX;
  let y = startY;
  let next = 0;
  cells[next++] = x;
  cells[next++] = y;
  for (let at = runsStart; at < runsEnd; at += RUN_SIZE) {
    const direction = view.getUint16(at, true) & 7;
    const dx = STEP_X[direction] as number;
    const dy = STEP_Y[direction] as number;
    for (let left = stepsAt(view, at); left > 0; left--) {
      x += dx;
      y += dy;
      cells[next++] = x;
      cells[next++] = y;
    }
    if (x < 0 || y < 0 || x >= SIDE_MAX || y >= SIDE_MAX) {
      throw new RangeError(`Cannot decode: a path leaves the grid at ${x}, ${y}`);
    }
  }
  return {
    type,
    straight: view.getUint32(record + 4, true),
    diagonal: view.getUint32(record + 8, true),
    cells,
  };
}

function stepsAt(view: DataView, at: number): number {
  const steps = view.getUint16(at, true) >> 3;
  if (steps < 1 || steps > RUN_STEPS_MAX) throw new RangeError(`Cannot decode: a run has ${steps} steps`);
  return steps;
}

function rowSizeOf(width: number): number {
  return Math.ceil(width / 64) * 8;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkSides(width: number, height: number): void {
  checkInteger(width, 1, SIDE_MAX, "width");
  checkInteger(height, 1, SIDE_MAX, "height");
}

function checkPairCount(count: number): void {
  checkInteger(count, 1, PAIRS_MAX, "number of pairs");
}

function checkInteger(
  value: number | undefined,
  min: number,
  max: number,
  what: string,
): asserts value is number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return;
  throw new RangeError(`Cannot convert: ${what} is ${value}, expected an integer from ${min} to ${max}`);
}
