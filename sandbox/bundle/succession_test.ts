import { P2c2rError } from "../../protocol/errors.ts";
import { assert } from "../../tests/deps.ts";
import { generateSigner, type Signer, signerEntries } from "./signature.ts";
import { endorse, parseRoster, type RosterEntry, successors } from "./succession.ts";

const [one, two, three] = [await generateSigner(), await generateSigner(), await generateSigner()];
const pins = (...signers: readonly Signer[]) =>
  new Map(signers.map(({ keyId, publicKey }) => [keyId, publicKey]));
const plain = (signer: Signer): RosterEntry => signerEntries(pins(signer))[0] as RosterEntry;
const idsOf = async (roster: readonly RosterEntry[], ...pinned: readonly Signer[]) => [
  ...(await successors(roster, pins(...pinned))).keys(),
];

Deno.test("successors() takes a new key on the word of a pinned one, and the next on the word of that", async () => {
  const second = await endorse(two, one);
  const third = await endorse(three, two);
  assert.deepEqual(await idsOf([plain(one), second], one), [two.keyId]);
  assert.deepEqual(await idsOf([third, second, plain(one)], one), [two.keyId, three.keyId]);
  // The first key may be gone from the list: its word is what counts.
  assert.deepEqual(await idsOf([second, third], one), [two.keyId, three.keyId]);
  assert.deepEqual(await idsOf([plain(one), second, third], two), [three.keyId]);
});

Deno.test("successors() takes nobody without a word, on the word of a stranger, or on a word over another key", async () => {
  const second = await endorse(two, one);
  assert.deepEqual(await idsOf([plain(one), plain(two)], one), []);
  assert.deepEqual(await idsOf([second], three), []);
  assert.deepEqual(await idsOf([await endorse(two, three), plain(three)], one), []);
  const stolen = {
    ...plain(three),
    endorsement: second.endorsement as NonNullable<RosterEntry["endorsement"]>,
  };
  assert.deepEqual(await idsOf([stolen], one), []);
  const itself = await endorse(two, two);
  assert.deepEqual(await idsOf([itself], one), []);
  // Vouching for one another in a circle helps nobody.
  assert.deepEqual(await idsOf([await endorse(two, three), await endorse(three, two)], one), []);
});

Deno.test("parseRoster() reads what endorse() writes, through JSON, and refuses what is no endorsement", async () => {
  const roster = [plain(one), await endorse(two, one)];
  assert.deepEqual(await parseRoster(JSON.parse(JSON.stringify(roster))), roster);
  const endorsement = roster[1]?.endorsement;
  for (
    const wrong of [
      null,
      {},
      { by: "xyz", signature: endorsement?.signature },
      { by: endorsement?.by, signature: endorsement?.signature.slice(1) },
      { by: endorsement?.by, signature: 7 },
    ]
  ) {
    await assert.rejects(
      parseRoster([{ ...plain(two), endorsement: wrong }]),
      (error) => error instanceof P2c2rError && error.code === "config.invalid",
      JSON.stringify(wrong),
    );
  }
});
