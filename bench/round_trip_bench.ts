// The whole road with one task in flight: SDK → coordinator → worker → sandbox → check → answer, each in its own process.
// deno task bench round_trip [--json]. Limit: p99 below 5 ms on an otherwise idle machine.
import { box, fixedBox, physics, scene, sphere } from "../tasks-as/physics/codec.ts";
import { type Client, connect } from "../sdk/mod.ts";
import { generateSigner } from "../sandbox/mod.ts";
import { root, type Stage, startCoordinator, startWorker } from "../tools/demo/cast.ts";
import { Crew } from "../tools/demo/crew.ts";
import { makeProject } from "../tools/demo/operator.ts";
import { signBundles } from "../tools/kernels_sign.ts";
import { withTempFolder } from "../tools/temp_folder.ts";

const roundTrips = 3_000;
const warmUpMax = 2_000;
const p99LimitMs = 5;

interface RoundTripRow {
  readonly name: string;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly roundTrips: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
  readonly limitMs: number;
  readonly byPeers: number;
}

/** A scene of about 2 KiB: 25 bodies that lie apart, so that computing is short and the road is what is measured. */
function smallScene(variant: number): Uint8Array<ArrayBuffer> {
  const bodies = Array.from({ length: 24 }, (_, no) => {
    const positionM = [(no % 5) * 2 - 4 + variant * 1e-4, 3 + no, Math.floor(no / 5) * 2 - 4] as const;
    return no % 2 === 0 ? sphere(0.4, { positionM }) : box([0.4, 0.4, 0.4], { positionM });
  });
  return physics.encodeInput(scene([fixedBox([20, 0.5, 20], { positionM: [0, -0.5, 0] }), ...bodies]));
}

async function measure(client: Client): Promise<RoundTripRow> {
  let scenes = 0;
  let state = smallScene(scenes);
  const inputBytes = state.length;
  let outputBytes = 0;
  const step = async () => {
    const startMs = performance.now();
    const { output, tier } = await client.runRaw("physics", state, { deadlineMs: 1_000 });
    const tookMs = performance.now() - startMs;
    outputBytes = output.length;
    // Contacts make a state larger: then a new scene begins, unlike all before, so that nothing comes from the cache.
    const next = physics.nextInput(output);
    state = next.length === inputBytes ? next : smallScene(++scenes);
    return { tookMs, tier };
  };
  for (let no = 0, peers = 0; peers < 200 && no < warmUpMax; no++) {
    if ((await step()).tier === "peer") peers++;
  }
  const took: number[] = [];
  let byPeers = 0;
  for (let no = 0; no < roundTrips; no++) {
    const { tookMs, tier } = await step();
    took.push(tookMs);
    if (tier === "peer") byPeers++;
  }
  took.sort((a, b) => a - b);
  const at = (q: number) => Number(took[Math.min(took.length - 1, Math.floor(q * took.length))]!.toFixed(3));
  return {
    name: "round trip",
    inputBytes,
    outputBytes,
    roundTrips,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    p999Ms: at(0.999),
    maxMs: at(1),
    limitMs: p99LimitMs,
    byPeers,
  };
}

async function bench(folder: string): Promise<RoundTripRow> {
  const crew = new Crew();
  try {
    const dataDir = `${folder}/coordinator`;
    const signer = await generateSigner();
    await signBundles({ bundlesDir: `${root}tasks-as/bundles`, dataDir, signer });
    const stage: Stage = { crew, folder, signerHex: signer.publicKey.toHex() };
    const url = await startCoordinator(stage).url;
    const token = (await Deno.readTextFile(`${dataDir}/operator.token`)).trim();
    const { key } = await makeProject({ url, token }, 1_000_000_000);
    await startWorker(stage, "honest", "worker", url, 1, () => {}).id;
    await using client = await connect(url, { apiKey: key });
    return await measure(client);
  } finally {
    await crew.end(4_000);
  }
}

if (import.meta.main) {
  const row = await withTempFolder(bench);
  if (Deno.args.includes("--json")) console.log(JSON.stringify(row));
  else {
    console.log(
      `${row.inputBytes} B in, ${row.outputBytes} B out, ${row.roundTrips} round trips, ${row.byPeers} by peers`,
    );
    console.log(
      `p50 ${row.p50Ms} ms, p99 ${row.p99Ms} ms (limit ${row.limitMs} ms), p99.9 ${row.p999Ms} ms, max ${row.maxMs} ms`,
    );
  }
  Deno.exit(row.p99Ms < row.limitMs ? 0 : 1);
}
