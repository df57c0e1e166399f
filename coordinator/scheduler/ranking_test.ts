import { assert, fc } from "../../tests/deps.ts";
import { type Place, Ranking } from "./ranking.ts";

Deno.test("Ranking has the smallest rank first, the lowest number among equals, whoever enters, moves and leaves", () => {
  const act = fc.tuple(fc.nat({ max: 19 }), fc.option(fc.nat({ max: 9 })));
  fc.assert(
    fc.property(fc.array(act, { maxLength: 100 }), (acts) => {
      const ranking = new Ranking<string>();
      const places = Array.from(
        { length: 20 },
        (_, no): Place<string> => ({ of: `${no}`, no, rank: 0, at: 0 }),
      );
      const here = new Set<Place<string>>();
      for (const [no, rank] of acts) {
        const place = places[no]!;
        if (rank === null) {
          if (here.delete(place)) ranking.leave(place);
        } else if (here.has(place)) ranking.move(place, rank);
        else {
          ranking.enter(place, rank);
          here.add(place);
        }
        const [first] = [...here].sort((a, b) => a.rank - b.rank || a.no - b.no);
        assert.equal(ranking.first?.no, first?.no);
      }
      const order = [...here].sort((a, b) => a.rank - b.rank || a.no - b.no);
      for (const place of order) {
        assert.equal(ranking.first, place);
        ranking.leave(place);
      }
      assert.equal(ranking.first, undefined);
    }),
  );
});
