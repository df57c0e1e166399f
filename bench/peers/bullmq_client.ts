// Load on BullMQ: a job per task, its return value awaited over the queue's events.
import { Buffer } from "node:buffer";
import { Queue, QueueEvents } from "bullmq";
import { callRoad, serveOrders } from "../stage/load.ts";

const [port, queue = ""] = Deno.args;
const connection = { host: "127.0.0.1", port: Number(port) };
const timeoutMs = 30_000;
/** A job that is removed at once may be gone before its end is waited for. */
const keep = { count: 10_000 };
const jobs = new Queue(queue, {
  connection,
  defaultJobOptions: { removeOnComplete: keep, removeOnFail: keep },
});
const events = new QueueEvents(queue, { connection });
await events.waitUntilReady();

await serveOrders(callRoad(async (input) => {
  // Jobs are JSON: bytes travel as base64.
  const job = await jobs.add("echo", { input: Buffer.from(input.buffer).toString("base64") });
  const output: unknown = await job.waitUntilFinished(events, timeoutMs);
  return Buffer.from(String(output), "base64");
}));
await Promise.all([events.close(), jobs.close()]);
Deno.exit(0);
