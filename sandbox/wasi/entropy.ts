// wasi:random — entropy, insecure entropy and a seed for hash tables: three streams that the task determines.
import { P2c2rError } from "../../protocol/errors.ts";
import {
  hostFuel,
  type HostFunction,
  type Interface,
  plain,
  u32,
  u64,
  type World,
  writeList,
  writing,
} from "./function.ts";
import { stream } from "./random.ts";

export const random: Interface = new Map([
  ["get-random-bytes", bytesOf(stream.random)],
  ["get-random-u64", plain(" -> i64", (world) => draw(world, stream.random))],
]);

export const insecure: Interface = new Map([
  ["get-insecure-random-bytes", bytesOf(stream.insecure)],
  ["get-insecure-random-u64", plain(" -> i64", (world) => draw(world, stream.insecure))],
]);

export const insecureSeed: Interface = new Map([
  [
    "insecure-seed",
    writing("", 16, 8, (result, world) => {
      for (const at of [0, 8]) result.setBigUint64(at, draw(world, stream.insecureSeed), true);
    }),
  ],
]);

/** The work is charged before it is done: the length is the kernel's to choose. */
function bytesOf(of: 0 | 1 | 2): HostFunction {
  return writing("i64", 8, 4, (_result, world, guest, args) => {
    const length = u64(args, 0);
    if (length > 0xffff_ffffn) {
      throw new P2c2rError("kernel.trapped", "The kernel asked for more than 4 GiB of entropy.");
    }
    const size = Number(length);
    world.charge(size * hostFuel.byteDrawn);
    const address = guest.allocate(size, 1);
    world.random.fill(of, guest.bytes(address, size));
    writeList(guest.view(u32(args, 1), 8, 4), 0, address, size);
  }, "realloc");
}

function draw({ random: streams, charge }: World, of: 0 | 1 | 2): bigint {
  charge(8 * hostFuel.byteDrawn);
  const bytes = new Uint8Array(8);
  streams.fill(of, bytes);
  return new DataView(bytes.buffer).getBigUint64(0, true);
}
