// Connections to a NATS server in one queue group, without a library, each answering requests as they come.
import { answerOf } from "../stage/order.ts";
import { pack, unpack } from "./nats_batch.ts";
import { NatsLine, publicationHead } from "./nats_line.ts";

const [port, workers] = Deno.args.map(Number);
const single = "echo".length;
await Promise.all(
  Array.from(
    { length: workers! },
    () =>
      NatsLine.open(port!, ["echo", "echo.batch"], "workers", ({ subject, reply, payload }, line) => {
        if (reply === null) {
          return;
        }
        const output = subject.length === single ? answerOf(payload) : pack(unpack(payload).map(answerOf));
        line.publish(publicationHead(reply), output);
      }),
  ),
);
console.log(JSON.stringify({ type: "started" }));
// Whoever started this ends it by closing its standard input.
await Deno.stdin.readable.pipeTo(new WritableStream());
Deno.exit(0);
