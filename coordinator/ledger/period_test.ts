import { assert, fc } from "../../tests/deps.ts";
import { creditOf, Period, projectChange } from "./period.ts";
import { type Postings, reasons } from "./postings.ts";
import { packPostings, unpackPostings } from "./postings_pack.ts";

const sums = fc.dictionary(
  fc.constantFrom("a", "b", "c", "0f0f", "Ä@1"),
  fc.integer({ min: 1, max: 2 ** 45 }),
)
  .map((record) => new Map(Object.entries(record)));
const postings: fc.Arbitrary<Postings[]> = fc.array(
  fc.record({ reason: fc.constantFrom(...reasons), fuel: sums, amounts: sums }, { noNullPrototype: true }),
  { maxLength: 8 },
);

Deno.test("unpackPostings() gives back what packPostings() took, in its order", () => {
  fc.assert(fc.property(postings, (all) => {
    const back = unpackPostings(packPostings(all));
    assert.deepEqual(back, all);
    assert.deepEqual(back.map(({ amounts }) => [...amounts]), all.map(({ amounts }) => [...amounts]));
  }));
});

Deno.test("transactions() is the same from memory and from what was written, so booking again books nothing new", () => {
  fc.assert(fc.property(fc.array(postings, { maxLength: 6 }), (flushes) => {
    const lived = new Period("run", 4);
    const recovered = new Period("run", 4);
    for (const [seq, flush] of flushes.entries()) {
      lived.add(seq, flush);
      recovered.add(seq, unpackPostings(packPostings(flush)));
    }
    assert.deepEqual(recovered.transactions(9), lived.transactions(9));
  }));
});

Deno.test("creditOf() and projectChange() see the same money before, while and after a period is booked", () => {
  fc.assert(fc.property(fc.array(postings, { maxLength: 6 }), (flushes) => {
    const period = new Period("run", 0);
    for (const [seq, flush] of flushes.entries()) {
      period.add(seq, flush.filter(({ reason }) => reason !== "deposit" && reason !== "lapsed"));
    }
    const books = new Map<string, number>();
    const look = () => {
      const stored = (kind: string) => books.get(`worker:a:${kind}`) ?? 0;
      return {
        credit: creditOf([period], "a", {
          pending: stored("pending"),
          granted: stored("granted"),
          refused: stored("refused"),
        }),
        project: (books.get("project:a") ?? 0) + projectChange([period], "a"),
      };
    };
    const before = look();
    for (const transaction of period.transactions(0)) {
      for (const { account, microCredits } of transaction.entries) {
        books.set(account, (books.get(account) ?? 0) + microCredits);
      }
      period.booked(transaction);
      assert.deepEqual(look(), before);
    }
    assert.equal(period.amount("charge", "a"), 0);
  }));
});

Deno.test("creditOf() claims the sum of pending, granted and refused", () => {
  const period = new Period("run", 0);
  const amounts = new Map([["w", 10]]);
  for (const reason of ["share", "shadow", "grant", "void"] as const) {
    period.add(0, [{ reason, fuel: new Map(), amounts }]);
  }
  const credit = creditOf([period], "w", { pending: 100, granted: 1_000, refused: 5 });
  assert.deepEqual(credit, { claimed: 1_125, pending: 100, granted: 1_010, refused: 15 });
});
