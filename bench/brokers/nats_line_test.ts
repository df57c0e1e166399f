import { assert } from "../../tests/deps.ts";
import { pack, unpack } from "./nats_batch.ts";
import { NatsLine, publicationHead } from "./nats_line.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function readUntil(conn: Deno.Conn, end: string): Promise<string> {
  const buffer = new Uint8Array(4_096);
  let got = "";
  while (!got.endsWith(end)) {
    const bytes = await conn.read(buffer);
    if (bytes === null) throw new Error(`ended behind ${JSON.stringify(got)}`);
    got += text(buffer.subarray(0, bytes));
  }
  return got;
}

Deno.test("NatsLine subscribes, takes messages that come in pieces, and publishes a turn's answers in one write", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const heard: (readonly string[])[] = [];
  const all = Promise.withResolvers<void>();
  const opened = NatsLine.open(listener.addr.port, ["echo"], "workers", (message, line) => {
    const { subject, reply, payload } = message;
    heard.push([text(subject), reply === null ? "" : text(reply), text(payload)]);
    if (reply !== null) line.publish(publicationHead(reply), payload);
    if (heard.length === 3) all.resolve();
  });
  using server = await listener.accept();
  const hello = await readUntil(server, "PING\r\n");
  assert.match(hello, /^CONNECT \{.*\}\r\nSUB echo workers 1\r\nPING\r\n$/);
  const write = (words: string) => server.write(new TextEncoder().encode(words));
  await write('INFO {"x":1}\r\nPONG\r\n');
  await opened;
  // A payload may hold line ends of its own; pieces end anywhere.
  for (
    const piece of [
      "MSG echo 1 _I.7 5\r\na\r\n",
      "bc\r",
      "\nMSG echo 1 _I.8 0\r\n\r\nMSG e",
      "cho 1 2\r\nhi\r\n",
    ]
  ) {
    await write(piece);
  }
  await all.promise;
  assert.deepEqual(heard, [["echo", "_I.7", "a\r\nbc"], ["echo", "_I.8", ""], ["echo", "", "hi"]]);
  assert.equal(await readUntil(server, "PUB _I.8 0\r\n\r\n"), "PUB _I.7 5\r\na\r\nbc\r\nPUB _I.8 0\r\n\r\n");
});

Deno.test("unpack() gives back what pack() was given", () => {
  const parts = [new Uint8Array(0), Uint8Array.of(1, 2, 3), new Uint8Array(300).fill(9)];
  assert.deepEqual(unpack(pack(parts)), parts);
});
