// BullMQ workers: so many, each with so many jobs in hand at most.
import { Buffer } from "node:buffer";
import { Worker } from "bullmq";
import { Redis } from "ioredis";
import { answerOf } from "../stage/order.ts";

const [port, queue = "", workers, concurrency] = Deno.args;
const connection = new Redis(Number(port), "127.0.0.1", { maxRetriesPerRequest: null });
const running = Array.from({ length: Number(workers) }, () =>
  new Worker<{ readonly input: string }, string>(
    queue,
    ({ data }) =>
      Promise.resolve(Buffer.from(answerOf(Buffer.from(data.input, "base64"))).toString("base64")),
    { connection, concurrency: Number(concurrency) },
  ));
await Promise.all(running.map((worker) => worker.waitUntilReady()));
console.log(JSON.stringify({ type: "started" }));
// Whoever started this ends it by closing its standard input.
await Deno.stdin.readable.pipeTo(new WritableStream());
await Promise.all(running.map((worker) => worker.close(true)));
Deno.exit(0);
