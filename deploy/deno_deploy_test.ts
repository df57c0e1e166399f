import { assert } from "../tests/deps.ts";

const ENTRY = new URL("./deno_deploy.ts", import.meta.url);
const START_MS_MAX = 20_000;
const POLL_MS = 50;
/** The platform's patience after SIGINT. */
const STOP_MS_MAX = 5_000;

/** A port that was free a moment ago: the platform names the address before the program starts. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url);
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

async function becomesReady(url: string): Promise<boolean> {
  const endMs = performance.now() + START_MS_MAX;
  while (performance.now() < endMs) {
    if (await answers(url)) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}

/** The project's configuration without unstable options, as the platform may read it. */
async function stableConfig(folder: string): Promise<string> {
  const root = new URL("../", import.meta.url);
  const { imports, nodeModulesDir } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ imports, nodeModulesDir, lock: false }));
  await Deno.copyFile(new URL("package.json", root), `${folder}/package.json`);
  return `${folder}/deno.json`;
}

Deno.test("deno_deploy.ts serves at the platform's address without unstable options, owns up to its store in memory and obeys SIGINT in time", async () => {
  const address = `127.0.0.1:${freePort()}`;
  const folder = await Deno.makeTempDir();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      "--allow-all",
      "--config",
      await stableConfig(folder),
      ENTRY.href,
    ],
    env: { DENO_DEPLOY: "true", DENO_SERVE_ADDRESS: `tcp:${address}`, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const isReady = await becomesReady(`http://${address}/readyz`);
  child.kill("SIGINT");
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(late);
  await Deno.remove(folder, { recursive: true });
  const said = new TextDecoder().decode(stdout);
  assert.ok(isReady, said + new TextDecoder().decode(stderr));
  assert.equal(code, 0, said);
  assert.match(said, /live in this instance's memory/);
  assert.match(said, /Stopped/);
});
