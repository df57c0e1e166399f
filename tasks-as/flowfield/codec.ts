/** Requests and fields of the flowfield kernel, and their bytes; the layout stands in README.md. */

/** A cell of the grid; x grows to the right, y downwards, both from 0. */
export interface FieldCell {
  /** Column, 0 … 2,047. */
  readonly x: number;
  /** Row, 0 … 2,047. */
  readonly y: number;
}

/** A part of the grid. */
export interface FieldWindow {
  /** Column of its left side. */
  readonly x: number;
  /** Row of its top. */
  readonly y: number;
  /** Columns, 1 … 2,048. */
  readonly width: number;
  /** Rows, 1 … 2,048; at most 838,400 cells in all. */
  readonly height: number;
}

/** Where a crowd wants to go. */
export interface FlowfieldInput {
  /** 1 … 4,096 cells of the window; blocked ones count for nothing. */
  readonly goals: readonly FieldCell[];
  /** What is looked at, as if all around it were blocked; without it the whole grid. */
  readonly window?: FieldWindow;
  /** Cells with a larger distance are left out, 1 … 4,026,531,839; without it all are reached that can be. */
  readonly reach?: number;
}

/** Distances and directions of a window, row by row. */
export interface FlowfieldOutput extends FieldWindow {
  /** Cost of the cheapest way to a goal, or {@link UNREACHED}. A straight step between cells that cost 1 costs 10. */
  readonly distances: Uint32Array;
  /** 0 … 7 for E, SE, S, SW, W, NW, N, NE; {@link AT_GOAL} or {@link NO_WAY}. */
  readonly directions: Uint8Array;
}

/** Distance of a cell from which no goal is reached. */
export const UNREACHED = 0xffffffff;
/** Direction of a goal. */
export const AT_GOAL = 8;
/** Direction of a cell from which no goal is reached. */
export const NO_WAY = 15;
/** x and y of a step in each direction. */
export const STEPS: readonly (readonly [x: number, y: number])[] = [
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
  [0, -1],
  [1, -1],
];

const SIDE_MAX = 2048;
const CELLS_MAX = 838_400;
const GOALS_MAX = 4096;
const REACH_MAX = 0xefffffff;
const INPUT_HEADER_SIZE = 12;
const GOAL_SIZE = 4;
const MAGIC = 0x31463250;
const OUTPUT_HEADER_SIZE = 16;
const SHORT_MAX = 0xfffe;

/** The kernel's name, version and the bytes of its inputs and outputs; its asset is one of pathfind's grids. */
export const flowfield = {
  id: "flowfield",
  version: "1.0.0",

  /**
   * @throws {RangeError} when there are no goals or too many, or a number is not in its range; whether goals
   * and window lie in the grid is the kernel's to say.
   */
  encodeInput({ goals, window, reach }: FlowfieldInput): Uint8Array<ArrayBuffer> {
    checkInteger(goals.length, 1, GOALS_MAX, "number of goals");
    const bytes = new Uint8Array(INPUT_HEADER_SIZE + goals.length * GOAL_SIZE);
    const view = new DataView(bytes.buffer);
    if (window !== undefined) writeWindow(view, 0, window);
    if (reach !== undefined) {
      checkInteger(reach, 1, REACH_MAX, "reach");
      view.setUint32(8, reach, true);
    }
    goals.forEach(({ x, y }, i) => {
      checkInteger(x, 0, SIDE_MAX - 1, `column of goal ${i}`);
      checkInteger(y, 0, SIDE_MAX - 1, `row of goal ${i}`);
      view.setUint16(INPUT_HEADER_SIZE + i * GOAL_SIZE, x, true);
      view.setUint16(INPUT_HEADER_SIZE + i * GOAL_SIZE + 2, y, true);
    });
    return bytes;
  },

  /** @throws {RangeError} when the bytes are not a header and goals. */
  decodeInput(bytes: Uint8Array): FlowfieldInput {
    const view = viewOf(bytes);
    const count = (bytes.length - INPUT_HEADER_SIZE) / GOAL_SIZE;
    checkInteger(count, 1, GOALS_MAX, "number of goals");
    const goals: FieldCell[] = [];
    for (let at = INPUT_HEADER_SIZE; at < bytes.length; at += GOAL_SIZE) {
      goals.push({ x: view.getUint16(at, true), y: view.getUint16(at + 2, true) });
    }
    const window = readWindow(view, 0);
    const reach = view.getUint32(8, true);
    const isWhole = window.x + window.y + window.width + window.height === 0;
    return { goals, ...(isWhole ? {} : { window }), ...(reach === 0 ? {} : { reach }) };
  },

  /** @throws {RangeError} when there are not as many distances and directions as cells. */
  encodeOutput(output: FlowfieldOutput): Uint8Array<ArrayBuffer> {
    const { width, height, distances, directions } = output;
    const cells = width * height;
    checkInteger(cells, 1, CELLS_MAX, "number of cells");
    checkInteger(distances.length, cells, cells, "number of distances");
    checkInteger(directions.length, cells, cells, "number of directions");
    const isShort = distances.every((distance) => distance <= SHORT_MAX || distance === UNREACHED);
    const distanceSize = isShort ? 2 : 4;
    const rowSize = Math.ceil(width / 2);
    const bytes = new Uint8Array(OUTPUT_HEADER_SIZE + cells * distanceSize + rowSize * height);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, MAGIC, true);
    writeWindow(view, 4, output);
    view.setUint32(12, distanceSize, true);
    distances.forEach((distance, i) => {
      if (isShort) view.setUint16(OUTPUT_HEADER_SIZE + i * 2, distance & 0xffff, true);
      else view.setUint32(OUTPUT_HEADER_SIZE + i * 4, distance, true);
    });
    const packed = bytes.subarray(OUTPUT_HEADER_SIZE + cells * distanceSize);
    directions.forEach((direction, i) => {
      checkInteger(direction, 0, 15, "direction");
      const x = i % width;
      const at = Math.floor(i / width) * rowSize + (x >> 1);
      packed[at] = (packed[at] as number) | (direction << ((x & 1) * 4));
    });
    return bytes;
  },

  /**
   * Reads an output; whether it is right is the check's business.
   *
   * @throws {RangeError} when the bytes are not a field.
   */
  decodeOutput(bytes: Uint8Array): FlowfieldOutput {
    const view = viewOf(bytes);
    if (bytes.length < OUTPUT_HEADER_SIZE || view.getUint32(0, true) !== MAGIC) {
      throw new RangeError("Cannot decode: the bytes do not begin like a field");
    }
    const window = readWindow(view, 4);
    const { width, height } = window;
    const cells = width * height;
    const distanceSize = view.getUint32(12, true);
    const rowSize = Math.ceil(width / 2);
    if (
      (distanceSize !== 2 && distanceSize !== 4) || cells === 0 ||
      bytes.length !== OUTPUT_HEADER_SIZE + cells * distanceSize + rowSize * height
    ) {
      throw new RangeError(`Cannot decode: ${bytes.length} bytes are no field of ${width} × ${height}`);
    }
    const distances = new Uint32Array(cells);
    for (let i = 0; i < cells; i++) {
      const at = OUTPUT_HEADER_SIZE + i * distanceSize;
      const distance = distanceSize === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
      distances[i] = distanceSize === 2 && distance > SHORT_MAX ? UNREACHED : distance;
    }
    const directions = new Uint8Array(cells);
    const packed = bytes.subarray(OUTPUT_HEADER_SIZE + cells * distanceSize);
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        directions[i] = ((packed[y * rowSize + (x >> 1)] as number) >> ((x & 1) * 4)) & 15;
      }
    }
    return { ...window, distances, directions };
  },
} as const;

function writeWindow(view: DataView, at: number, { x, y, width, height }: FieldWindow): void {
  checkInteger(x, 0, SIDE_MAX - 1, "column of the window");
  checkInteger(y, 0, SIDE_MAX - 1, "row of the window");
  checkInteger(width, 1, SIDE_MAX, "width of the window");
  checkInteger(height, 1, SIDE_MAX, "height of the window");
  checkInteger(width * height, 1, CELLS_MAX, "number of cells of the window");
  [x, y, width, height].forEach((value, i) => view.setUint16(at + i * 2, value, true));
}

function readWindow(view: DataView, at: number): FieldWindow {
  const [x, y, width, height] = [0, 2, 4, 6].map((offset) => view.getUint16(at + offset, true));
  return { x: x as number, y: y as number, width: width as number, height: height as number };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkInteger(value: number, min: number, max: number, what: string): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`Cannot convert: ${what} is ${value}, expected an integer from ${min} to ${max}`);
}
