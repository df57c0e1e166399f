// Load on a NATS server without a library: core request-reply, each slot with a reply subject of its own.
// `--batched`: what one turn of the event loop asks for goes out eight to a message, as this project's frames do,
// packed by hand: what a team could get out of NATS with some work of its own.
import { setImmediate } from "node:timers";
import { type Ends, type Road, serveOrders } from "../stage/load.ts";
import { pack, unpack } from "./nats_batch.ts";
import { NatsLine, publicationHead } from "./nats_line.ts";

const [port = "", mode] = Deno.args;
/** Most tasks in one message, and so in one worker's hands. */
const batchMax = 8;
const inbox = `_INBOX.${crypto.randomUUID().slice(0, 8)}`;

/** The number behind the last dot. */
function lastNumber(subject: Uint8Array): number {
  let number = 0;
  for (let at = subject.lastIndexOf(46) + 1; at < subject.length; at++) {
    number = number * 10 + subject[at]! - 48;
  }
  return number;
}

async function openSingle(ends: Ends): Promise<Road> {
  const heads: Uint8Array[] = [];
  const line = await NatsLine.open(
    Number(port),
    [`${inbox}.*`],
    null,
    ({ subject, payload }) => ends.answered(lastNumber(subject), payload),
  );
  return {
    send: (slot, input) => line.publish(heads[slot] ??= publicationHead("echo", `${inbox}.${slot}`), input),
  };
}

async function openBatched(ends: Ends): Promise<Road> {
  const batches = new Map<number, readonly number[]>();
  let batchNo = 0;
  let waiting: { readonly slot: number; readonly input: Uint8Array }[] = [];
  const line = await NatsLine.open(Number(port), [`${inbox}.*`], null, ({ subject, payload }) => {
    const no = lastNumber(subject);
    const slots = batches.get(no) ?? [];
    batches.delete(no);
    for (const [at, output] of unpack(payload).entries()) ends.answered(slots[at]!, output);
  });
  const sendAll = () => {
    const all = waiting;
    waiting = [];
    for (let at = 0; at < all.length; at += batchMax) {
      const some = all.slice(at, at + batchMax);
      batches.set(++batchNo, some.map(({ slot }) => slot));
      line.publish(
        publicationHead("echo.batch", `${inbox}.${batchNo}`),
        pack(some.map(({ input }) => input)),
      );
    }
  };
  return {
    send(slot, input) {
      waiting.push({ slot, input });
      if (waiting.length === 1) setImmediate(sendAll);
    },
  };
}

await serveOrders(mode === "--batched" ? openBatched : openSingle);
Deno.exit(0);
