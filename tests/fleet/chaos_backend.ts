// A game backend in a process of its own, to be killed: works until its standard input ends.
import { connect } from "../../sdk/mod.ts";
import { Load } from "./load.ts";
import { paths } from "./work.ts";

interface Order {
  readonly url: string;
  readonly key: string;
  readonly seed: number;
}

const reportMs = 50;

async function main({ url, key, seed }: Order): Promise<void> {
  const graceMs = 100;
  await using client = await connect(url, { apiKey: key, graceMs });
  const load = new Load(client, paths(seed, 64, 4), { inFlight: 2, deadlineMs: 1_000, graceMs });
  const say = () =>
    console.log(JSON.stringify({ type: "load", answered: load.answered, byPeers: load.byPeers }));
  const ticking = setInterval(say, reportMs);
  for await (const _ of Deno.stdin.readable) continue;
  clearInterval(ticking);
  await load.stop();
  say();
}

if (import.meta.main) await main(JSON.parse(Deno.args[0]!) as Order);
