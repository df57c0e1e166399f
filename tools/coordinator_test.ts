import { TextLineStream } from "./demo/text_lines.ts";
import { assert } from "../tests/deps.ts";
import { readConfig } from "../coordinator/config.ts";
import { coordinatorGrants } from "./coordinator.ts";
import { repositoryRoot } from "./source_files.ts";
import { withTempFolder } from "./temp_folder.ts";

const ROOT = repositoryRoot();
const GONE_MS_MAX = 10_000;
const POLL_MS = 50;

function grantsFor(...args: string[]): string[] {
  const config = readConfig({ args, env: () => undefined, cores: 2, bundles: "/opt/p2c2r/tasks-as/bundles" });
  assert.notEqual(config, "help");
  return config === "help" ? [] : coordinatorGrants("/opt/p2c2r", config);
}

/** Starts the command and waits for the line that says where it listens. */
async function launch(data: string): Promise<{ child: Deno.ChildProcess; url: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "-P=launch",
      "tools/coordinator.ts",
      "--port",
      "0",
      "--data",
      data,
      "--json",
    ],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  for await (
    const line of child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
  ) {
    const said = line.startsWith("{")
      ? JSON.parse(line) as { readonly type: string; readonly url?: string }
      : undefined;
    if (said?.type === "listening" && said.url !== undefined) return { child, url: said.url };
  }
  throw new Error("the coordinator ended before it listened");
}

async function becomesSilent(url: string): Promise<boolean> {
  const endMs = performance.now() + GONE_MS_MAX;
  while (performance.now() < endMs) {
    try {
      await (await fetch(`${url}/livez`)).body?.cancel();
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}

Deno.test("coordinatorGrants() gives the address, the code and the data, never the signer's folder", () => {
  assert.deepEqual(grantsFor("--data", "/srv/p2c2r/data", "--host", "::"), [
    "-P=coordinator",
    "--allow-net=[::]",
    "--allow-read=/opt/p2c2r/protocol,/opt/p2c2r/sandbox,/opt/p2c2r/tasks-as/bundles,/srv/p2c2r/data",
    "--allow-write=/srv/p2c2r/data",
  ]);
});

Deno.test("coordinatorGrants() keeps a comma in a path from naming a second one", () => {
  assert.ok(grantsFor("--data", "/srv/a,/etc").includes("--allow-write=/srv/a,,/etc"));
});

Deno.test("coordinator.ts signs, serves and stops at SIGINT with exit code 0", async () => {
  await withTempFolder(async (folder) => {
    const { child, url } = await launch(`${folder}/data`);
    const answer = await fetch(`${url}/v1/kernels`);
    const { kernels } = await answer.json() as { readonly kernels: readonly unknown[] };
    child.kill("SIGINT");
    assert.equal((await child.status).code, 0);
    assert.ok(kernels.length > 0, "no kernel was signed");
    assert.ok((await Deno.stat(`${folder}/signer/signer.key`)).isFile);
    assert.ok(await becomesSilent(url));
  });
});

Deno.test("coordinator.ts leaves no coordinator behind when it is killed", async () => {
  await withTempFolder(async (folder) => {
    const { child, url } = await launch(`${folder}/data`);
    child.kill("SIGKILL");
    await child.status;
    assert.ok(await becomesSilent(url), "the coordinator goes on by itself");
  });
});

Deno.test("coordinator.ts says what is wrong with a setting and exits 78", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-P=launch", "tools/coordinator.ts", "--port", "seven"],
    cwd: ROOT,
  }).output();
  assert.equal(code, 78);
  assert.match(new TextDecoder().decode(stderr), /--port is "seven"/);
});
