// A kernel's core with one byte changed, such that it computes something else.
import { type Bundle, createIsolate, lendMemory } from "../../sandbox/mod.ts";
import type { CreateIsolate } from "../../worker/isolates.ts";
import { bundleOf, Checks, type KernelName, type Referee, sha256 } from "./real_kernels.ts";
import type { Work } from "./work.ts";

/** One byte of the core: where, and what it becomes. */
interface Change {
  readonly at: number;
  readonly is: number;
}

/** Whether the kernel's own check sees that outputs are false. */
export type Corruption = "unnoticed" | "noticed";

/** A bundle that claims to be the kernel and is not quite. */
export interface CorruptCore {
  readonly bundle: Bundle;
  /** Tasks that it answers wrongly, all with that corruption; none claims more fuel than the first one is worth. */
  readonly inputs: Uint8Array[];
}

/** A change must show in so many tasks. */
const samples = 4;
/** A changed comparison may never end. */
const wallMs = 500;
const headerBytes = 8;
const codeSectionId = 10;

/** Changes one byte of a kernel's core so that it answers wrongly, and finds so many tasks in which that shows. */
export async function corruptCore(
  referee: Referee,
  work: Work,
  corruption: Corruption,
  inputsWanted: number,
): Promise<CorruptCore> {
  const honest = bundleOf(work.kernel);
  const tasks = Array.from({ length: samples }, () => work.next());
  await using checks = new Checks(honest, work.asset);
  const shows = async (bundle: Bundle, input: Uint8Array): Promise<boolean> => {
    const outcome = await referee.run(bundle, input, work.asset, wallMs);
    if (outcome.type === "failure") return false;
    const right = await referee.output(work.kernel, input, work.asset);
    if (sameBytes(outcome.output, right)) return false;
    return await checks.pass(input, outcome.output) === (corruption === "unnoticed");
  };
  for (const change of changes(work.kernel, honest.core)) {
    const bundle = await changed(honest, change);
    if (bundle === null) continue;
    const inputs: Uint8Array[] = [];
    for (const input of tasks) {
      if (!await shows(bundle, input)) break;
      inputs.push(input);
    }
    if (inputs.length < samples) continue;
    while (inputs.length < inputsWanted) {
      const input = work.next();
      if (await shows(bundle, input)) inputs.push(input);
    }
    return { bundle, inputs: await dearestFirst(referee, work, [honest, bundle], inputs) };
  }
  throw new Error(`No change of one byte of ${work.kernel} changes its outputs, ${corruption} by the check`);
}

/** The input that is worth most fuel, and after it those for which no more is claimed. */
async function dearestFirst(
  referee: Referee,
  { asset }: Work,
  [honest, corrupt]: readonly [Bundle, Bundle],
  inputs: readonly Uint8Array[],
): Promise<Uint8Array[]> {
  const each: { readonly input: Uint8Array; readonly worth: number; readonly claimed: number }[] = [];
  for (const input of inputs) {
    const [worth, claimed] = [
      await referee.run(honest, input, asset),
      await referee.run(corrupt, input, asset),
    ];
    each.push({ input, worth: worth.fuel, claimed: claimed.fuel });
  }
  const dearest = each.reduce((one, other) => other.worth > one.worth ? other : one);
  const others = each.filter((other) => other !== dearest && other.claimed <= dearest.worth);
  return [dearest, ...others].map(({ input }) => input);
}

/** An isolate that computes honestly until `corrupted` is set. */
export class TurningIsolates {
  corrupted = false;
  readonly #bundle: Bundle;

  constructor(bundle: Bundle) {
    this.#bundle = bundle;
  }

  readonly create: CreateIsolate = (stock) => {
    const isolate = createIsolate({ stock });
    return {
      run: (task) => {
        const turns = this.corrupted && task.bundle.manifest.id === this.#bundle.manifest.id;
        return isolate.run(turns ? { ...task, bundle: this.#bundle } : task);
      },
      close: () => isolate.close(),
    };
  };
}

/** Whether two byte strings are equal. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** Comparisons of integers that become another one, as in a search that stops one step early. */
const comparisons = [[0x48, 0x4c], [0x4c, 0x48]] as const;
/** The opcode before a 32-bit float. */
const floatConstant = 0x43;
/** Which byte of it changes, and by what: by 0.001 to 0.4 %, as in a noise that turns to stone a little too early. */
const floatChanges = [[1, 0x80], [2, 0x01], [2, 0x04], [2, 0x10], [2, 0x40], [2, 0x20], [2, 0x08]] as const;

function* changes(kernel: KernelName, core: Uint8Array): Generator<Change> {
  const [start, end] = codeSection(core);
  if (kernel === "pathfind") {
    for (const [was, is] of comparisons) {
      for (let at = start; at < end; at++) if (core[at] === was) yield { at, is };
    }
  } else {
    for (const [byte, bits] of floatChanges) {
      for (let at = start; at + 4 < end; at++) {
        if (core[at] === floatConstant) yield { at: at + byte, is: core[at + byte]! ^ bits };
      }
    }
  }
}

/** Where a module's functions are: a section is its number, its size as LEB128, and so many bytes. */
function codeSection(core: Uint8Array): readonly [start: number, end: number] {
  for (let at = headerBytes; at < core.length;) {
    const section = core[at++];
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = core[at++]!;
      size |= (byte & 0x7f) << shift;
      more = byte >= 0x80;
    }
    if (section === codeSectionId) return [at, at + size];
    at += size;
  }
  throw new Error("A core without code");
}

async function changed(honest: Bundle, { at, is }: Change): Promise<Bundle | null> {
  const core = honest.core.slice();
  core[at] = is;
  if (!WebAssembly.validate(core)) return null;
  const [digest, module, lent] = [
    await sha256(core),
    await WebAssembly.compile(core),
    await lendMemory(core),
  ];
  return { ...honest, digest, core, module, lent };
}
