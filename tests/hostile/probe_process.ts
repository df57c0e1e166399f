// Runs the probes in a process that is started as a cell is: the port comes as a line, the report goes as one.
import { probe } from "./probes.ts";

const line = new Uint8Array(16);
const length = Deno.stdin.readSync(line) ?? 0;
// Deno would end this program on the spot: what it takes to choose a thread's permissions is not switched on.
const without = ["start a thread with permissions"];
const report = await probe(Number(new TextDecoder().decode(line.subarray(0, length))), without);
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(report)));
// Threads that the probes have started would go on.
Deno.exit();
