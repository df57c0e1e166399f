import { assert } from "../../tests/deps.ts";
import { identity, refused, TestGuest, trapsOnHandle } from "../../tests/hostile/wasi_guest.ts";
import { MONOTONIC_NS, RESOLUTION_NS, WALL_CLOCK_S } from "./clocks.ts";
import { functionIn, isInterface, isResource } from "./interfaces.ts";
import { BLOCKING_WRITE_BYTES_MAX, WRITE_BYTES_PERMITTED } from "./io.ts";
import { PRINTED_BYTES_MAX } from "./printed.ts";
import { RandomStreams, stream } from "./random.ts";

const CLOSED = 1;
const encoder = new TextEncoder();

Deno.test("environment: no variables, no arguments, no working directory, and nothing is allocated for them", () => {
  const guest = new TestGuest();
  for (const name of ["get-environment", "get-arguments"]) {
    guest.call(`cli/environment#${name}`);
    // An address that is aligned and not null, and no entries.
    assert.deepEqual(guest.result(8), [4, 0, 0, 0, 0, 0, 0, 0]);
  }
  guest.call("cli/environment#initial-cwd");
  assert.equal(guest.result(1)[0], 0);
  assert.deepEqual(guest.allocations, []);
});

Deno.test("exit() and exit-with-code() end the task as a trap that says how", () => {
  const guest = new TestGuest();
  refused(() => guest.call("cli/exit#exit", 0), /^The kernel exited with success before it answered\.$/);
  refused(() => guest.call("cli/exit#exit", 1), /^The kernel exited with failure before it answered\.$/);
  refused(
    () => guest.call("cli/exit#exit-with-code", 7),
    /^The kernel exited with code 7 before it answered\.$/,
  );
});

Deno.test("standard input is at its end, in every way to read it", () => {
  const guest = new TestGuest();
  const stdin = guest.call("cli/stdin#get-stdin") as number;
  for (const name of ["read", "blocking-read"]) {
    guest.call(`io/streams#[method]input-stream.${name}`, stdin, 100n);
    assert.deepEqual([guest.result(5)[0], guest.result(5)[4]], [1, CLOSED], name);
  }
  for (const name of ["skip", "blocking-skip"]) {
    guest.call(`io/streams#[method]input-stream.${name}`, stdin, 100n);
    assert.deepEqual([guest.result(9)[0], guest.result(9)[8]], [1, CLOSED], name);
  }
  const ready = guest.call("io/streams#[method]input-stream.subscribe", stdin) as number;
  assert.equal(guest.call("io/poll#[method]pollable.ready", ready), 1);
});

Deno.test("what is written to standard output and error is captured in order, and answered with success", () => {
  const guest = new TestGuest();
  assert.equal(guest.host.printed, undefined);
  const out = guest.call("cli/stdout#get-stdout") as number;
  const err = guest.call("cli/stderr#get-stderr") as number;
  guest.call("io/streams#[method]output-stream.check-write", out);
  assert.equal(guest.result(1)[0], 0);
  assert.equal(guest.view().getBigUint64(8, true), BigInt(WRITE_BYTES_PERMITTED));
  guest.call("io/streams#[method]output-stream.write", out, ...guest.put(encoder.encode("one ")));
  assert.equal(guest.result(1)[0], 0);
  const blocking = "io/streams#[method]output-stream.blocking-write-and-flush";
  guest.call(blocking, err, ...guest.put(encoder.encode("two ")));
  guest.call(blocking, out, ...guest.put(encoder.encode("three\n")));
  guest.call("io/streams#[method]output-stream.check-write", err);
  guest.call("io/streams#[method]output-stream.write-zeroes", err, 2n);
  guest.call("io/streams#[method]output-stream.blocking-write-zeroes-and-flush", out, 1n);
  for (const name of ["flush", "blocking-flush"]) {
    guest.call(`io/streams#[method]output-stream.${name}`, out);
    assert.equal(guest.result(1)[0], 0);
  }
  assert.deepEqual(guest.host.printed, { text: "one two three\n\0\0\0", droppedBytes: 0 });
  const ready = guest.call("io/streams#[method]output-stream.subscribe", err) as number;
  assert.equal(guest.call("io/poll#[method]pollable.block", ready), undefined);
});

Deno.test("printing is kept up to its limit and counted behind it; a character that is cut shows as U+FFFD", () => {
  const guest = new TestGuest();
  const out = guest.call("cli/stdout#get-stdout") as number;
  const write = (bytes: Uint8Array) =>
    guest.call("io/streams#[method]output-stream.blocking-write-and-flush", out, ...guest.put(bytes));
  // The place of results is below 4096, so the bytes written come in halves.
  for (let i = 0; i < 8; i++) write(new Uint8Array(1_000).fill(0x61));
  write(new Uint8Array(PRINTED_BYTES_MAX - 8_000 - 1).fill(0x62));
  assert.equal(guest.host.printed?.droppedBytes, 0);
  write(encoder.encode("ä"));
  const { text = "", droppedBytes } = guest.host.printed ?? {};
  assert.deepEqual([text.length, text.at(-1), droppedBytes], [PRINTED_BYTES_MAX, "\ufffd", 1]);
  write(new Uint8Array(500));
  guest.call("io/streams#[method]output-stream.check-write", out);
  guest.call("io/streams#[method]output-stream.write-zeroes", out, 60_000n);
  assert.deepEqual(guest.host.printed, { text, droppedBytes: 60_501 });
});

Deno.test("write() and write-zeroes() beyond what check-write allowed trap, and so do long blocking writes", () => {
  const streams = "io/streams#[method]output-stream";
  const withOut = (work: (guest: TestGuest, out: number) => void) => {
    const guest = new TestGuest();
    work(guest, guest.call("cli/stdout#get-stdout") as number);
  };
  const tooMuch = /wrote more than check-write allowed/;
  withOut((guest, out) => {
    guest.call(`${streams}.write`, out, 0, 0);
    refused(() => guest.call(`${streams}.write`, out, 0, 1), tooMuch);
  });
  withOut((guest, out) => {
    guest.call(`${streams}.check-write`, out);
    guest.call(`${streams}.write`, out, 0, 60_000);
    guest.call(`${streams}.write-zeroes`, out, BigInt(WRITE_BYTES_PERMITTED - 60_000));
    refused(() => guest.call(`${streams}.write-zeroes`, out, 1n), tooMuch);
  });
  withOut((guest, out) => {
    guest.call(`${streams}.check-write`, out);
    refused(() => guest.call(`${streams}.write-zeroes`, out, -1n), tooMuch);
  });
  withOut((guest, out) => {
    guest.call(`${streams}.blocking-write-and-flush`, out, 0, BLOCKING_WRITE_BYTES_MAX);
    guest.call(`${streams}.blocking-write-zeroes-and-flush`, out, BigInt(BLOCKING_WRITE_BYTES_MAX));
    const tooLong = /wrote 4097 bytes at once, the limit is 4096/;
    const size = BLOCKING_WRITE_BYTES_MAX + 1;
    refused(() => guest.call(`${streams}.blocking-write-and-flush`, out, 0, size), tooLong);
    refused(() => guest.call(`${streams}.blocking-write-zeroes-and-flush`, out, BigInt(size)), tooLong);
  });
});

Deno.test("splice() finds the one input stream closed, and wants both handles to be good", () => {
  const guest = new TestGuest();
  const out = guest.call("cli/stdout#get-stdout") as number;
  const stdin = guest.call("cli/stdin#get-stdin") as number;
  for (const name of ["splice", "blocking-splice"]) {
    const full = `io/streams#[method]output-stream.${name}`;
    guest.call(full, out, stdin, 10n);
    assert.deepEqual([guest.result(9)[0], guest.result(9)[8]], [1, CLOSED], name);
    trapsOnHandle(() => guest.call(full, out, out, 10n));
    trapsOnHandle(() => guest.call(full, stdin, stdin, 10n));
  }
});

Deno.test("both clocks stand still, and what waits for a moment finds it has come", () => {
  const guest = new TestGuest();
  for (let i = 0; i < 2; i++) {
    guest.call("clocks/wall-clock#now");
    assert.equal(guest.view().getBigUint64(0, true), WALL_CLOCK_S);
    assert.equal(guest.view().getUint32(8, true), 0);
    assert.equal(guest.call("clocks/monotonic-clock#now"), MONOTONIC_NS);
  }
  assert.equal(new Date(Number(WALL_CLOCK_S) * 1000).toISOString(), "2000-01-01T00:00:00.000Z");
  guest.call("clocks/wall-clock#resolution");
  assert.deepEqual([guest.view().getBigUint64(0, true), guest.view().getUint32(8, true)], [0n, 1_000_000]);
  assert.equal(guest.call("clocks/monotonic-clock#resolution"), RESOLUTION_NS);
  for (const name of ["subscribe-instant", "subscribe-duration"]) {
    const handle = guest.call(`clocks/monotonic-clock#${name}`, 1n << 62n) as number;
    assert.equal(guest.call("io/poll#[method]pollable.ready", handle), 1, name);
  }
});

Deno.test("poll() says that all are ready, and traps on an empty list, a bad handle or a list outside memory", () => {
  const guest = new TestGuest();
  const handles = [1n, 2n, 3n].map((ns) =>
    guest.call("clocks/monotonic-clock#subscribe-duration", ns) as number
  );
  const list = new Uint8Array(Uint32Array.from(handles).buffer);
  guest.put(list);
  guest.call("io/poll#poll", 0, 3);
  assert.deepEqual([...new Uint32Array(guest.list(0, 4).buffer)], [0, 1, 2]);
  assert.deepEqual(guest.allocations, [[12, 4]]);
  refused(() => guest.call("io/poll#poll", 0, 0), /waits for nothing/);
  trapsOnHandle(() => guest.call("io/poll#poll", 0, 4));
  refused(() => guest.call("io/poll#poll", 65_536 - 4, 2), /outside its memory/);
  refused(() => guest.call("io/poll#poll", 2, 1), /outside its memory/);
});

Deno.test("there are no files: no directory is open, and to use a descriptor is to use a handle that is not there", () => {
  const guest = new TestGuest();
  guest.call("filesystem/preopens#get-directories");
  assert.deepEqual(guest.result(8), [4, 0, 0, 0, 0, 0, 0, 0]);
  const methods: Readonly<Record<string, readonly (number | bigint)[]>> = {
    "read-via-stream": [0n],
    "write-via-stream": [0n],
    "append-via-stream": [],
    "advise": [0n, 1n, 0],
    "sync-data": [],
    "get-flags": [],
    "get-type": [],
    "set-size": [0n],
    "set-times": [0, 0n, 0, 0, 0n, 0],
    "read": [1n, 0n],
    "write": [0, 1, 0n],
    "read-directory": [],
    "sync": [],
    "create-directory-at": [0, 1],
    "stat": [],
    "stat-at": [0, 0, 1],
    "set-times-at": [0, 0, 1, 0, 0n, 0, 0, 0n, 0],
    "link-at": [0, 0, 1, 1, 0, 1],
    "open-at": [0, 0, 1, 0, 0],
    "readlink-at": [0, 1],
    "remove-directory-at": [0, 1],
    "rename-at": [0, 1, 1, 0, 1],
    "symlink-at": [0, 1, 0, 1],
    "unlink-file-at": [0, 1],
    "is-same-object": [1],
    "metadata-hash": [],
    "metadata-hash-at": [0, 0, 1],
  };
  const stdout = guest.call("cli/stdout#get-stdout") as number;
  for (const [name, args] of Object.entries(methods)) {
    for (const handle of [0, 1, stdout, -1]) {
      trapsOnHandle(() => guest.call(`filesystem/types#[method]descriptor.${name}`, handle, ...args));
    }
  }
  trapsOnHandle(() =>
    guest.call("filesystem/types#[method]directory-entry-stream.read-directory-entry", stdout)
  );
  trapsOnHandle(() => guest.call("filesystem/types#filesystem-error-code", stdout));
});

Deno.test("there is no terminal, and no error is ever given away", () => {
  const guest = new TestGuest();
  for (const name of ["stdin", "stdout", "stderr"]) {
    guest.call(`cli/terminal-${name}#get-terminal-${name}`);
    assert.equal(guest.result(1)[0], 0, name);
  }
  trapsOnHandle(() => guest.call("io/error#[method]error.to-debug-string", 1));
});

Deno.test("entropy comes from the task's streams: bytes into memory of the kernel, numbers, and the seed of hash tables", () => {
  const guest = new TestGuest();
  const streams = new RandomStreams(identity);
  const next = (of: 0 | 1 | 2, size: number) => {
    const bytes = new Uint8Array(size);
    streams.fill(of, bytes);
    return bytes;
  };
  const u64Of = (bytes: Uint8Array) => new DataView(bytes.buffer).getBigUint64(0, true);
  guest.call("random/random#get-random-bytes", 40n);
  assert.deepEqual(guest.list(), next(stream.random, 40));
  assert.equal(guest.call("random/random#get-random-u64"), u64Of(next(stream.random, 8)));
  guest.call("random/insecure#get-insecure-random-bytes", 5n);
  assert.deepEqual(guest.list(), next(stream.insecure, 5));
  assert.equal(guest.call("random/insecure#get-insecure-random-u64"), u64Of(next(stream.insecure, 8)));
  guest.call("random/insecure-seed#insecure-seed");
  assert.deepEqual(Uint8Array.from(guest.result(16)), next(stream.insecureSeed, 16));
  assert.deepEqual(guest.allocations, [[40, 1], [5, 1]]);
  guest.call("random/random#get-random-bytes", 0n);
  assert.deepEqual(guest.result(8), [1, 0, 0, 0, 0, 0, 0, 0]);
  assert.equal(guest.allocations.length, 2);
});

Deno.test("entropy is charged before it is drawn, and an allocator that lies ends the task", () => {
  const bytes = "random/random#get-random-bytes";
  const poor = new TestGuest({ fuelMax: 1_000 });
  refused(() => poor.call(bytes, 1n << 31n), /used all of its 1000 fuel/, "kernel.exhausted");
  assert.deepEqual(poor.allocations, []);
  refused(() => new TestGuest({ fuelMax: 1e15 }).call(bytes, 1n << 32n), /more than 4 GiB/);
  refused(() => new TestGuest({ fuelMax: 1e15 }).call(bytes, 100_000n), /outside its memory/);
});

Deno.test("isInterface() knows WASI 0.2's own names in every patch release and nothing else", () => {
  for (const version of ["0.2.0", "0.2.3", "0.2.12"]) assert.ok(isInterface(`wasi:cli/exit@${version}`));
  for (
    const name of [
      "wasi:cli/exit",
      "wasi:cli/exit@0.3.0",
      "wasi:cli/exit@0.2.03",
      "wasi:cli/exit@0.2.0-rc-2023-11-10",
      "wasi:sockets/tcp@0.2.3",
      "wasi:http/types@0.2.3",
      "wasi:cli/run@0.2.3",
      "other:cli/exit@0.2.3",
      "@0.2.3",
      "",
    ]
  ) assert.ok(!isInterface(name), name);
  assert.equal(functionIn("wasi:cli/exit@0.2.3", "quit"), undefined);
  assert.equal(functionIn("wasi:cli/exit@0.2.3", "constructor"), undefined);
  assert.ok(isResource("pollable") && !isResource("tcp-socket"));
});
