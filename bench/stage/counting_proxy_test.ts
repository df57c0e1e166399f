import { assert } from "../../tests/deps.ts";
import { CountingProxy } from "./counting_proxy.ts";

/** The head of a WebSocket frame (RFC 6455, 5.2) and its payload. */
function frame(payloadBytes: number, isMasked: boolean): Uint8Array {
  const mask = isMasked ? 0x80 : 0;
  const length = payloadBytes < 126
    ? [mask | payloadBytes]
    : payloadBytes < 65_536
    ? [mask | 126, payloadBytes >> 8, payloadBytes & 0xff]
    : [mask | 127, 0, 0, 0, 0, 0, payloadBytes >> 16, (payloadBytes >> 8) & 0xff, payloadBytes & 0xff];
  const head = [0x82, ...length, ...(isMasked ? [1, 2, 3, 4] : [])];
  const bytes = new Uint8Array(head.length + payloadBytes);
  bytes.set(head);
  return bytes;
}

async function readAll(conn: Deno.Conn, bytes: number): Promise<void> {
  const buffer = new Uint8Array(65_536);
  for (let got = 0; got < bytes;) got += await conn.read(buffer) ?? bytes;
}

Deno.test("CountingProxy counts frames, their bytes, and packets of 1,448 bytes with 52 around them", async () => {
  const head = new TextEncoder().encode("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");
  const sizes = [0, 1, 125, 126, 1_440, 1_441, 70_000];
  const sent = [head, ...sizes.map((size) => frame(size, true))];
  const total = sent.reduce((sum, { length }) => sum + length, 0);
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using proxy = new CountingProxy(new URL(`http://127.0.0.1:${listener.addr.port}`));
  const { hostname, port } = new URL(proxy.url);
  using client = await Deno.connect({ hostname, port: Number(port) });
  using server = await listener.accept();
  // In pieces that end within heads and payloads.
  const all = Uint8Array.from(sent.flatMap((bytes) => [...bytes]));
  const arrived = readAll(server, total);
  for (let at = 0; at < all.length; at += 777) await client.write(all.subarray(at, at + 777));
  await arrived;
  const { up, down } = proxy.take();
  const bytes = sizes.map((size) => frame(size, true).length);
  assert.deepEqual(up, {
    frames: sizes.length,
    bytes: bytes.reduce((sum, each) => sum + each, 0),
    wireBytes: bytes.reduce((sum, each) => sum + each + 52 * Math.ceil(each / 1_448), 0),
  });
  assert.deepEqual(down, { frames: 0, bytes: 0, wireBytes: 0 });
  assert.equal(proxy.take().up.frames, 0);
});

Deno.test("CountingProxy counts nothing of a request that does not become a WebSocket", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using proxy = new CountingProxy(new URL(`http://127.0.0.1:${listener.addr.port}`));
  const { hostname, port } = new URL(proxy.url);
  using client = await Deno.connect({ hostname, port: Number(port) });
  using server = await listener.accept();
  const request = new TextEncoder().encode(`POST / HTTP/1.1\r\nHost: x\r\n\r\n${"\x82\x01a".repeat(9)}`);
  const arrived = readAll(server, request.length);
  await client.write(request);
  await arrived;
  assert.equal(proxy.take().up.frames, 0);
});
