// Instances of a kernel's core module: what it imports is given by a task's own WASI host, what it exports is the ABI's.
import { LENT_MEMORY } from "../bundle/lent_core.ts";
import { P2c2rError } from "../../protocol/errors.ts";
import { Gauge, METER_EXPORTS } from "../meter/mod.ts";
import {
  type Callable,
  droppedBy,
  functionIn,
  type GuestPorts,
  HOST_REALLOC,
  type HostFunction,
  readImportName,
  type ResourceKind,
  WasiHost,
} from "../wasi/mod.ts";

/** The exports of one instance. Pointers and lengths go in and come out as 32-bit integers, signed as JavaScript sees them. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly cabi_realloc: (old: number, oldSize: number, align: number, newSize: number) => number;
  readonly run: (inPtr: number, inLen: number, assetsPtr: number, assetsLen: number) => number;
  readonly check: (
    inPtr: number,
    inLen: number,
    assetsPtr: number,
    assetsLen: number,
    outPtr: number,
    outLen: number,
    seed: bigint,
  ) => number;
  readonly cabi_post_check: (result: number) => void;
  /** What was the module's start function before the meter moved it: to be called once, before anything else. */
  readonly [METER_EXPORTS.start]?: () => void;
}

/** A compiled core module and the functions of the host that it imports, looked up once. */
export interface PreparedCore {
  readonly module: WebAssembly.Module;
  /** Empty for a kernel that needs nothing of the world. */
  readonly imports: readonly HostImport[];
  /** Whether it has to be lent a memory. */
  readonly isLent: boolean;
}

/** One import. */
interface HostImport {
  readonly module: string;
  readonly name: string;
  readonly bind: (host: WasiHost, ports: (realloc: number) => GuestPorts) => Callable;
}

/** Looks up what a module imports. @throws {P2c2rError} bundle.imports for what the host does not have */
export function prepareCore(module: WebAssembly.Module): PreparedCore {
  const all = WebAssembly.Module.imports(module);
  const ofHost = all.filter((one) => !isLentMemory(one));
  const imports = ofHost.map(({ module: from, name, kind }) => {
    const bind = kind === "function" ? binding(from, name) : undefined;
    if (bind !== undefined) return { module: from, name, bind };
    const shown = `${from}.${name}`.replaceAll(/[^ -~]/g, "?").slice(0, 100);
    throw new P2c2rError("bundle.imports", `Cannot use core.wasm: it imports ${shown}`);
  });
  return { module, imports, isLent: ofHost.length < all.length };
}

function isLentMemory({ module, name, kind }: WebAssembly.ModuleImportDescriptor): boolean {
  return module === LENT_MEMORY.module && name === LENT_MEMORY.name && kind === "memory";
}

/** An instance and its account. */
export interface KernelInstance {
  readonly exports: KernelExports;
  readonly gauge: Gauge;
}

/**
 * A fresh instance with a budget. What was its start function has not run yet.
 *
 * @param host the world of the task at hand; needed where the code imports functions
 * @param memory every byte of it zero; needed where the code is lent its memory
 * @throws {RangeError} where the machine has no memory for it
 */
export function instantiate(
  core: PreparedCore,
  host: WasiHost | undefined,
  fuelLimit: number,
  memory?: WebAssembly.Memory,
): KernelInstance {
  const exports = exportsOf(core, host, memory);
  const gauge = new Gauge([exports]);
  gauge.fill(fuelLimit);
  return { exports: exports as unknown as KernelExports, gauge };
}

function exportsOf(
  { module, imports, isLent }: PreparedCore,
  host: WasiHost | undefined,
  memory: WebAssembly.Memory | undefined,
): WebAssembly.Exports {
  if (isLent !== (memory !== undefined)) {
    throw new Error("Bug: a memory is lent to the core that imports one");
  }
  const lent = memory === undefined ? {} : { [LENT_MEMORY.module]: { [LENT_MEMORY.name]: memory } };
  if (imports.length === 0) return new WebAssembly.Instance(module, lent).exports;
  if (host === undefined) throw new Error("Bug: a kernel that imports WASI is run without a host");
  const given: Record<string, Record<string, WebAssembly.ImportValue>> = Object.assign(
    Object.create(null),
    lent,
  );
  const made: { exports?: WebAssembly.Exports } = {};
  const ports = (realloc: number): GuestPorts => ({
    memory: () => made.exports?.["memory"] as WebAssembly.Memory,
    realloc: (...args) =>
      (made.exports?.[`${HOST_REALLOC}${realloc}`] as KernelExports["cabi_realloc"])(...args),
  });
  for (const { module: from, name, bind } of imports) {
    (given[from] ??= Object.create(null) as Record<string, WebAssembly.ImportValue>)[name] = bind(
      host,
      ports,
    );
  }
  made.exports = new WebAssembly.Instance(module, given).exports;
  return made.exports;
}

function binding(from: string, name: string): HostImport["bind"] | undefined {
  const read = readImportName(name);
  if (read === undefined) return undefined;
  const dropped: ResourceKind | undefined = droppedBy(read.of);
  if (dropped !== undefined) return (host) => host.bindDrop(dropped);
  const of: HostFunction | undefined = functionIn(from, read.of);
  return of && ((host, ports) => host.bind(of, ports(read.realloc)));
}
