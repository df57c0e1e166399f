// Kernels that import WASI and take it for a way out: they exit, flood what they print, and lie about handles and places.
import { echo, EXPORTS, type KernelParts } from "../kernels.ts";
import { kind, op, type } from "../wasm_builder.ts";
import { type HostileCase, INPUT, MEMORY_BYTES } from "./case.ts";

interface Import {
  readonly module: string;
  readonly name: string;
  readonly params?: readonly number[];
  readonly results?: readonly number[];
}

const { i32, i64 } = type;
const VERSION = "@0.2.3";
const EXIT: Import = { module: `wasi:cli/exit${VERSION}`, name: "exit", params: [i32] };
const STDOUT: Import = { module: `wasi:cli/stdout${VERSION}`, name: "get-stdout", results: [i32] };
const STREAMS = `wasi:io/streams${VERSION}`;
const WRITE: Import = {
  module: STREAMS,
  name: "[method]output-stream.blocking-write-and-flush",
  params: [i32, i32, i32, i32],
};
const ZEROES: Import = {
  module: STREAMS,
  name: "[method]output-stream.blocking-write-zeroes-and-flush",
  params: [i32, i64, i32],
};
const DROP: Import = { module: STREAMS, name: "[resource-drop]output-stream", params: [i32] };
const RANDOM: Import = {
  module: `wasi:random/random${VERSION}`,
  name: "get-random-u64",
  results: [i64],
};

/** A kernel that calls the imports by their place in the list: numbers 0, 1, …, the ABI's functions behind them. */
function importing(imports: readonly Import[], parts: KernelParts): KernelParts {
  return {
    ...parts,
    module: {
      rawTypes: imports.map(({ params = [], results = [] }) => [
        ...[0x60, params.length, ...params, results.length, ...results],
      ]),
      imports: imports.map(({ module, name }, i) => ({ module, name, type: i })),
      exports: EXPORTS.map((one) =>
        one.kind === kind.func ? { ...one, index: one.index + imports.length } : one
      ),
    },
  };
}

const names = (imports: readonly Import[]) => [...new Set(imports.map(({ module }) => module))].sort();

function wasi(
  name: string,
  imports: readonly Import[],
  parts: KernelParts,
  codes: readonly string[],
  says?: RegExp,
) {
  return {
    name,
    parts: importing(imports, parts),
    task: {
      wallMs: 60,
      // The host's work is charged; enough for a few calls.
      manifest: { imports: names(imports), limits: { fuelMax: 10_000_000 } },
    },
    codes,
    ...(says === undefined ? {} : { says }),
  };
}

const TRAPPED = ["kernel.trapped"];
/** What the host does is paid for in fuel where it is not over before. */
const SPENT = ["kernel.late", "kernel.exhausted"];
const exit = (status: number) => [...op.i32(status), ...op.call(0)];
/** Writes `length` bytes from `at` to the stream on the stack, the result to `result`. */
const write = (at: number, length: number, result = 512) => [
  ...[...op.i32(at), ...op.i32(length), ...op.i32(result), ...op.call(1)],
];
const forever = (body: readonly number[]) => [...op.loop, ...body, ...op.br(0), ...op.end, ...op.unreachable];

/** The closed world, tried at its edges. */
export const wasiCases: readonly HostileCase[] = [
  wasi("an exit with success", [EXIT], { run: [...exit(0), ...echo] }, TRAPPED, /exited with success/),
  wasi("an exit with failure", [EXIT], { run: [...exit(1), ...echo] }, TRAPPED, /exited with failure/),
  wasi("an exit from the allocator", [EXIT], { realloc: [...exit(0), ...op.unreachable] }, TRAPPED, /exited/),
  {
    ...wasi("a line on standard output", [STDOUT, WRITE], {
      run: [...op.call(0), ...write(1024, 8), ...echo],
    }, [
      "output",
    ]),
    output: [...INPUT],
  },
  wasi("a flood on standard output", [STDOUT, WRITE], {
    run: [...op.call(0), ...op.set(4), ...forever([...op.get(4), ...write(0, 4096)])],
  }, SPENT),
  wasi("a flood of zeroes on standard output", [STDOUT, ZEROES], {
    run: [
      ...[...op.call(0), ...op.set(4)],
      ...forever([...op.get(4), ...op.i64(4096), ...op.i32(512), ...op.call(1)]),
    ],
  }, SPENT),
  wasi("a write from outside the memory", [STDOUT, WRITE], {
    run: [...op.call(0), ...write(MEMORY_BYTES - 4, 8), ...echo],
  }, TRAPPED),
  wasi("a write whose end wraps around", [STDOUT, WRITE], {
    run: [...op.call(0), ...write(1024, -512), ...echo],
  }, TRAPPED),
  wasi("a result outside the memory", [STDOUT, WRITE], {
    run: [...op.call(0), ...write(1024, 8, MEMORY_BYTES - 4), ...echo],
  }, TRAPPED),
  wasi("a result that is not aligned", [STDOUT, WRITE], {
    run: [...op.call(0), ...write(1024, 8, 513), ...echo],
  }, TRAPPED),
  wasi(
    "a handle that nobody gave",
    [STDOUT, WRITE],
    { run: [...op.i32(77), ...write(1024, 8), ...echo] },
    TRAPPED,
  ),
  wasi("a negative handle", [STDOUT, WRITE], { run: [...op.i32(-1), ...write(1024, 8), ...echo] }, TRAPPED),
  wasi("a handle given back twice", [STDOUT, DROP], {
    run: [...op.call(0), ...op.tee(4), ...op.call(1), ...op.get(4), ...op.call(1), ...echo],
  }, TRAPPED),
  wasi("a hoard of handles", [STDOUT], { run: forever([...op.call(0), ...op.drop]) }, [...TRAPPED, ...SPENT]),
  wasi("randomness without end", [RANDOM], { run: forever([...op.call(0), 0xa7, ...op.drop]) }, SPENT),
  wasi("the host called from an allocator", [STDOUT], {
    realloc: [...forever([...op.call(0), ...op.drop])],
  }, [...TRAPPED, ...SPENT]),
  wasi("a function of WASI with another type", [{ ...EXIT, params: [i64] }], {}, [
    "bundle.imports",
    "bundle.malformed",
  ]),
  wasi("a function that WASI does not have", [{ ...EXIT, name: "exit-everything" }], {}, ["bundle.imports"]),
  wasi("an interface of another version", [{ ...EXIT, module: "wasi:cli/exit@0.3.0" }], {}, [
    "bundle.imports",
    "bundle.malformed",
  ]),
  { ...wasi("an interface that the manifest does not name", [EXIT], {}, ["bundle.imports"]), task: {} },
];
