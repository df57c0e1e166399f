// Kernels that bring along what no kernel may have. Their bundles are refused before anything of them runs.
import { EXPORTS, type KernelParts, spin } from "../kernels.ts";
import { kind, type ModuleParts, op, type } from "../wasm_builder.ts";
import type { HostileCase } from "./case.ts";

const importing = (module: string, name: string): KernelParts => ({
  module: {
    rawTypes: [[0x60, 0, 0]],
    imports: [{ module, name }],
    exports: EXPORTS.map((one) => one.kind === kind.func ? { ...one, index: one.index + 1 } : one),
  },
});

const of = (module: Partial<ModuleParts>): KernelParts => ({ module });
const starting = (body: readonly number[]): KernelParts => ({
  module: { start: 5 },
  more: [{ params: [], results: [], body }],
});

const refused: Readonly<Record<string, readonly [code: string, parts: KernelParts]>> = {
  "a foreign import": ["bundle.imports", importing("env", "print")],
  "a foreign import of an empty name": ["bundle.imports", importing("", "")],
  "a foreign import of a name without end": ["bundle.imports", importing("x".repeat(5000), "y")],
  "a foreign import that looks like a prototype": ["bundle.imports", importing("__proto__", "constructor")],
  "memory without a maximum": ["bundle.memory", { memory: { initial: 4 } }],
  "a maximum of memory above the manifest's": ["bundle.memory", { memory: { initial: 4, maximum: 5 } }],
  "all memory there can be": ["bundle.memory", { memory: { initial: 0, maximum: 65_536 } }],
  "shared memory": ["bundle.feature", { memory: { initial: 1, maximum: 4, flags: 3 } }],
  "two memories": [
    "bundle.feature",
    of({ memories: [{ initial: 4, maximum: 4 }, { initial: 1, maximum: 60_000 }] }),
  ],
  "a table without a maximum": ["bundle.memory", of({ tables: [{ initial: 1 }] })],
  "a table for ten million": ["bundle.memory", of({ tables: [{ initial: 1, maximum: 10_000_000 }] })],
  "many tables": [
    "bundle.memory",
    of({ tables: Array.from({ length: 3 }, () => ({ initial: 1, maximum: 30_000 })) }),
  ],
  "a type of collected objects": ["bundle.feature", of({ rawTypes: [[0x5e, type.i32, 1]] })],
  "exceptions of its own": [
    "bundle.feature",
    of({ rawTypes: [[0x60, 0, 0]], rawSections: [{ id: 13, body: [1, 0, 0] }] }),
  ],
  "no function that runs": [
    "bundle.malformed",
    of({ exports: EXPORTS.filter(({ name }) => name !== "run") }),
  ],
  "code that does not validate": ["bundle.malformed", { run: [...op.loop, ...op.i32(0)] }],
  "a function that takes what another one gives": ["bundle.malformed", { run: op.i64(0) }],
};

/** A start function runs before any limit of a task is set, where it is not refused. */
const starts: Readonly<Record<string, KernelParts>> = {
  "a start function that spins": starting(spin),
  "a start function that recurses": starting([...op.call(5), ...op.call(5)]),
  "a start function that traps": starting(op.unreachable),
};

/** What is refused, or contained where it is not. */
export const modules: readonly HostileCase[] = [
  ...Object.entries(refused).map(([name, [code, parts]]) => ({ name, parts, codes: [code] })),
  ...Object.entries(starts).map(([name, parts]) => ({
    name,
    parts,
    task: { wallMs: 60 },
    codes: ["bundle.malformed", "kernel.late", "kernel.exhausted", "kernel.trapped", "kernel.environment"],
  })),
];
