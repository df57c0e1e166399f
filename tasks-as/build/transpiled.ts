/** Runs a component as any WASI 0.2 host would: through the glue that jco writes for it. */
import { transpile } from "@bytecodealliance/jco";
import type { CheckResult, RunResult } from "../testing/core.ts";

/** The two functions of the kernel world. */
export interface Component {
  run(input: Uint8Array, assets: readonly Uint8Array[]): RunResult;
  check(input: Uint8Array, assets: readonly Uint8Array[], output: Uint8Array, seed: bigint): CheckResult;
}

/** The glue's exports: errors are thrown as objects with the sentence as `payload`. */
interface Glue {
  run(input: Uint8Array, assets: readonly Uint8Array[]): Uint8Array<ArrayBuffer>;
  check(input: Uint8Array, assets: readonly Uint8Array[], output: Uint8Array, seed: bigint): void;
}

interface GlueModule {
  instantiate(coreModule: (name: string) => WebAssembly.Module, imports: Record<string, never>): Glue;
}

/** Transpiles a component that imports nothing and makes one instance of it. */
export async function instantiateComponent(component: Uint8Array): Promise<Component> {
  const { files } = await transpile(component, { name: "kernel", instantiation: "sync" });
  const source = files["kernel.js"];
  if (source === undefined) throw new Error("Cannot run the component: jco wrote no kernel.js");
  const glue = await importWithoutProcess(source);
  const kernel = glue.instantiate((name) => {
    const bytes = files[name];
    if (bytes === undefined) throw new Error(`Cannot run the component: it has no core module ${name}`);
    return new WebAssembly.Module(bytes.slice());
  }, {});
  return {
    run: (input, assets) => {
      try {
        return { type: "ok", output: kernel.run(input, assets) };
      } catch (error) {
        return { type: "err", message: payloadOf(error) };
      }
    },
    check: (input, assets, output, seed) => {
      try {
        kernel.check(input, assets, output, seed);
        return { type: "ok" };
      } catch (error) {
        return { type: "err", message: payloadOf(error) };
      }
    },
  };
}

/** The glue reads the environment through `process` when it finds one; what it runs must not need any. */
async function importWithoutProcess(source: Uint8Array): Promise<GlueModule> {
  const process = Object.getOwnPropertyDescriptor(globalThis, "process");
  Reflect.deleteProperty(globalThis, "process");
  try {
    return await import(`data:text/javascript;base64,${source.toBase64()}`) as GlueModule;
  } finally {
    if (process !== undefined) Object.defineProperty(globalThis, "process", process);
  }
}

/** The sentence of an `err` result; anything else, a trap for example, is thrown on. */
function payloadOf(error: unknown): string {
  if (error instanceof Error && "payload" in error && typeof error.payload === "string") return error.payload;
  throw error;
}
