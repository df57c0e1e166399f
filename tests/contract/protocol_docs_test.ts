// docs/protocol.md against the code: generated tables, byte examples both ways, the signature's test vector.
import { assert } from "../deps.ts";
import {
  challengeContext,
  encodeFrame,
  type Message,
  nonceOf,
  P2c2rError,
  parseFromBackend,
  parseFromWorker,
  parseToBackend,
  parseToWorker,
  sha256,
  solveWork,
  workBitsMax,
  zeroBits,
} from "../../protocol/mod.ts";
import { protocolPage, protocolSections, readSources, withSections } from "../../tools/protocol_docs.ts";
import { repositoryRoot } from "../../tools/source_files.ts";

const parsers: Readonly<Record<string, (frame: Uint8Array) => readonly Message[]>> = {
  fromWorker: parseFromWorker,
  toWorker: parseToWorker,
  fromBackend: parseFromBackend,
  toBackend: parseToBackend,
};
const root = repositoryRoot();
const page = await Deno.readTextFile(`${root}/${protocolPage}`);

/** Texts are compared without the formatter's line breaks, and tables without the dashes it pads them with. */
function unpadded(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/-{3,}/g, "---");
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hex.replaceAll(/\s/g, ""));
}

/** A value of the page's JSON, with texts `hex:…` as the bytes they stand for. */
function revived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revived);
  return typeof value === "string" && value.startsWith("hex:") ? bytesOf(value.slice(4)) : value;
}

interface Example {
  readonly lane: string;
  readonly messages: readonly Message[];
  readonly frame: Uint8Array;
}

function examples(mark: string): Example[] {
  const pattern = new RegExp(
    `<!-- ${mark}: ((?:from|to)\\w+) -->\\s*\`\`\`json\\n([\\s\\S]*?)\`\`\`\\s*\`\`\`hex\\n([\\s\\S]*?)\`\`\``,
    "g",
  );
  return [...page.matchAll(pattern)].map(([, lane, json, hex]) => ({
    lane: lane!,
    messages: revived(JSON.parse(json!)) as Message[],
    frame: bytesOf(hex!),
  }));
}

Deno.test("docs/protocol.md has the tables that the schema, the codes and the limits give (else: run tools/protocol_docs.ts)", async () => {
  const sections = protocolSections(await readSources(root));
  assert.equal(page.match(/<!-- generated: /g)?.length, sections.size);
  assert.equal(unpadded(withSections(page, sections)), unpadded(page));
});

Deno.test("docs/protocol.md explains every message, and every field that its name does not explain", async () => {
  const messages = protocolSections(await readSources(root)).get("messages")!;
  assert.doesNotMatch(messages, /^Sent: /m);
});

Deno.test("docs/protocol.md shows the bytes that the encoder writes and what the parser reads from them", () => {
  const found = examples("example");
  assert.equal(found.length, page.match(/<!-- example: (?!signature|work)/g)?.length);
  assert.ok(found.length >= 10);
  for (const { lane, messages, frame } of found) {
    assert.equal(encodeFrame(messages).toHex(), frame.toHex());
    assert.deepEqual(parsers[lane]!(frame), messages);
  }
});

Deno.test("docs/protocol.md shows what the parser reads from bytes of other encoders", () => {
  const found = examples("read");
  assert.ok(found.length >= 1);
  for (const { lane, messages, frame } of found) {
    assert.deepEqual(parsers[lane]!(frame), messages);
    assert.notEqual(encodeFrame(messages).toHex(), frame.toHex());
  }
});

Deno.test("docs/protocol.md shows frames that are refused with the codes it says", () => {
  const table = /<!-- refused: fromBackend -->\s*\n((?:\|.*\n?)+)/.exec(page)![1]!;
  const lines = [...table.matchAll(/^\| `([0-9a-f ]+)` *\| `([\w.]+)` *\|/gm)];
  assert.ok(lines.length >= 15);
  for (const [, hex, code] of lines) {
    try {
      parseFromBackend(bytesOf(hex!));
      assert.fail(`${hex} was read`);
    } catch (error) {
      assert.ok(error instanceof P2c2rError, String(error));
      assert.equal(error.code, code, hex);
    }
  }
});

Deno.test("docs/protocol.md shows how a challenge is signed", async () => {
  const json = /<!-- example: signature -->\s*```json\n([\s\S]*?)```/.exec(page)![1]!;
  const example = JSON.parse(json) as Record<string, string>;
  const hex = (name: string) => Uint8Array.fromHex(example[name]!);
  const publicKey = hex("publicKey");
  assert.equal((await sha256(publicKey)).subarray(0, 16).toHex(), example["worker"]);
  assert.match(page, new RegExp(`\`${challengeContext.trim()}\``));
  const context = new TextEncoder().encode(`${challengeContext}${example["host"]}\n`);
  const message = new Uint8Array([...context, ...hex("challenge")]);
  const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  assert.ok(await crypto.subtle.verify("Ed25519", key, hex("signature"), message));
  // PKCS #8 of an Ed25519 seed: this head, then the seed (RFC 8410).
  const pkcs8 = new Uint8Array([...Uint8Array.fromHex("302e020100300506032b657004220420"), ...hex("seed")]);
  const secret = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", secret, message));
  assert.equal(signature.toHex(), example["signature"]);
});

Deno.test("docs/protocol.md shows the work of joining, and the bound on it", async () => {
  const json = /<!-- example: work -->\s*```json\n([\s\S]*?)```/.exec(page)![1]!;
  const example = JSON.parse(json) as { challenge: string; work: number; nonce: string; hash: string };
  const digest = await sha256(Uint8Array.fromHex(example.challenge));
  const hash = await sha256(Uint8Array.of(...digest, ...Uint8Array.fromHex(example.nonce)));
  assert.equal(hash.toHex(), example.hash);
  assert.ok(zeroBits(hash) >= example.work);
  const first = solveWork(digest, example.work, 0, 1_000_000);
  assert.equal(nonceOf(first!).toHex(), example.nonce, "the first that fits");
  assert.match(page, new RegExp(`\`work\` is at most ${workBitsMax};`));
});
