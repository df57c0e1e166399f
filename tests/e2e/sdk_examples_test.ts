// The examples as a newcomer runs them: a coordinator with freshly signed kernels, and each example in its own process.
import { assert } from "../deps.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { repositoryRoot } from "../../tools/source_files.ts";

const root = repositoryRoot();
const wsEnv = "--allow-env=WS_NO_BUFFER_UTIL,WS_NO_UTF_8_VALIDATE";

function deno(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

async function printed(
  process: Deno.ChildProcess,
): Promise<{ readonly code: number; readonly text: string }> {
  await process.stdin.close();
  const { code, stdout, stderr } = await process.output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** Runs `work` beside a coordinator, which ends with its standard input. */
async function withCoordinator(work: (url: string, key: string) => Promise<void>): Promise<void> {
  await withTempFolder(async (folder) => {
    const data = `${folder}/data`;
    const signed = await printed(deno("-A", "tools/kernels_sign.ts", "--data", data).spawn());
    assert.equal(signed.code, 0, signed.text);
    const flags = ["--data", data, "--port", "0", "--json", "--exit-on-eof"];
    const coordinator = deno("-A", "coordinator/main.ts", ...flags).spawn();
    try {
      const { url, firstKey } = await listening(coordinator.stdout);
      await work(url, firstKey);
    } finally {
      await coordinator.stdin.close();
      await coordinator.stderr.cancel();
      await coordinator.status;
    }
  });
}

interface Listening {
  readonly url: string;
  readonly firstKey: string;
}

/** The line in which a coordinator says where it is. Its other words are read to their end and dropped. */
function listening(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Listening> {
  const { promise, resolve, reject } = Promise.withResolvers<Listening>();
  const read = async (): Promise<void> => {
    let text = "";
    for await (const part of output.pipeThrough(new TextDecoderStream())) {
      text += part;
      const line = /^\{"type":"listening".*\}$/m.exec(text)?.[0];
      if (line !== undefined) resolve(JSON.parse(line));
    }
    reject(new Error(`the coordinator ended: ${text}`));
  };
  read().catch(reject);
  return promise;
}

Deno.test("the examples run against a coordinator and show what they promise", async () => {
  await withCoordinator(async (url, key) => {
    const run = (file: string, apiKey: string) =>
      printed(deno("--allow-net", wsEnv, `examples/${file}`, url, apiKey).spawn());
    const [paths, crowd, physics, joints, landscape, refused] = await Promise.all([
      run("paths.ts", key),
      run("crowd.ts", key),
      run("physics.ts", key),
      run("joints.ts", key),
      run("landscape.ts", key),
      run("paths.ts", "p2c2r_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ]);
    assert.equal(paths.code, 0, paths.text);
    assert.match(paths.text, /4 paths from local, trusted/);
    assert.match(paths.text, /guard 1: \d+ \+ \d+·√2/);
    assert.match(paths.text, /guard 4: startBlocked/);
    assert.match(paths.text, /o#/);
    assert.equal(crowd.code, 0, crowd.text);
    assert.match(crowd.text, /a field towards 2 exits from local, trusted/);
    assert.match(crowd.text, /E←←←←/);
    assert.match(crowd.text, /an agent at 2,1 is out after 7 steps/);
    assert.equal(physics.code, 0, physics.text);
    assert.match(physics.text, /3\.0 s, local: 0\.50 /);
    assert.equal(joints.code, 0, joints.text);
    assert.match(joints.text, /1\.0 s, local: door open by 0 degrees, lantern 1\.0 m from its hook/);
    assert.match(joints.text, /1\.5 s, local: door open by 9\d degrees/);
    assert.equal(landscape.code, 0, landscape.text);
    assert.match(landscape.text, /27 chunks made, one meshed by local/);
    assert.match(landscape.text, /#####,,,,#####/);
    assert.match(landscape.text, /\d{3,} quads, \d+ bytes of vertices, \d+ indices/);
    assert.equal(refused.code, 1);
    assert.match(refused.text, /^auth\.refused: Cannot connect/);
  });
});
