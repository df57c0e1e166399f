// Tasks that ask for more than the kernel's manifest allows: refused before the kernel, which would trap, sees them.
import { op } from "../wasm_builder.ts";
import type { HostileCase, HostileTask } from "./case.ts";

const limits = { inputBytesMax: 8, assetsMax: 1, assetBytesMax: 4 };

function demand(name: string, task: HostileTask, code: string): HostileCase {
  return { name, parts: { run: op.unreachable }, task: { ...task, manifest: { limits } }, codes: [code] };
}

/** One side of each limit, and the other. */
export const demands: readonly HostileCase[] = [
  demand("an input as large as allowed", { input: new Uint8Array(8) }, "kernel.trapped"),
  demand("an input that is too large", { input: new Uint8Array(9) }, "kernel.refused"),
  demand("as many assets as allowed", { assets: [Uint8Array.of(1)] }, "kernel.trapped"),
  demand("too many assets", { assets: [Uint8Array.of(1), Uint8Array.of(2)] }, "kernel.refused"),
  demand("an asset as large as allowed", { assets: [new Uint8Array(4)] }, "kernel.trapped"),
  demand("an asset that is too large", { assets: [new Uint8Array(5)] }, "kernel.refused"),
];
