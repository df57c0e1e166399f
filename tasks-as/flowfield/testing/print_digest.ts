/**
 * Prints one digest over many outputs, so that processes and compiler tiers can be compared.
 * Arguments: the number of tasks.
 */
import { instantiateCore, loadCore } from "../../testing/core.ts";
import { drawsFrom } from "../../testing/draws.ts";
import { drawFieldTask, gameFields } from "./fields.ts";

const core = instantiateCore(await loadCore("flowfield", "1.0.0"));
const draw = drawsFrom(21);
const tasks = Array.from({ length: Number(Deno.args[0]) }, () => drawFieldTask(core, draw));
const outputs = [...tasks, ...gameFields(core, 5, 192, draw)].map(({ output }) => output);
const bytes = new Uint8Array(await new Blob(outputs as Uint8Array<ArrayBuffer>[]).arrayBuffer());
console.log(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex());
