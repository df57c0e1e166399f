// The worker as a helper starts it: flags, permissions, signals, standard input, its files.
import { messageType } from "../../protocol/mod.ts";
import { generateSigner } from "../../sandbox/mod.ts";
import { assert } from "../deps.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { eventually, FakeCoordinator } from "./worker_fake_coordinator.ts";
import { signKernel, slowInput, tinyCores } from "./worker_kernels.ts";
import { runArgs, withProgram, type WorkerProgram } from "./worker_program.ts";

const signer = await generateSigner();
const slowEcho = await signKernel(tinyCores.slowEcho, signer, { limits: { wallMsMax: 20_000 } });
const spin = await signKernel(tinyCores.spin, signer, { id: "spin", limits: { wallMsMax: 20_000 } });
/** About a second. */
const longRounds = 200_000_000;

interface Scene {
  readonly coordinator: FakeCoordinator;
  readonly folder: string;
  start(more: readonly string[], work: (program: WorkerProgram) => Promise<void>): Promise<void>;
}

async function withScene(work: (scene: Scene) => Promise<void>): Promise<void> {
  await using coordinator = new FakeCoordinator(signer);
  await withTempFolder((folder) =>
    work({
      coordinator,
      folder,
      start: (more, inner) =>
        withProgram([...runArgs(coordinator.url, folder), "--threads=1", "--json", ...more], inner),
    })
  );
}

/** Gives a short task and a long one (2: endless); when the short one is answered, the long one is being computed. */
async function busy(coordinator: FakeCoordinator, kernelNo: 1 | 2 = 1) {
  const connection = await coordinator.joined("s1", false, slowEcho, spin);
  connection.task(1, 1, slowInput(1));
  connection.task(2, kernelNo, slowInput(longRounds));
  await connection.heard(messageType.result, 1);
  return connection;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`worker program finishes the task in hand on ${signal}, says goodbye and exits with 0`, async () => {
    await withScene(({ coordinator, start }) =>
      start([], async (program) => {
        const connection = await busy(coordinator);
        connection.task(3, 1, slowInput(longRounds));
        program.signal(signal);
        program.signal(signal); // under `deno task` ctrl-C arrives twice
        assert.deepEqual((await connection.heard(messageType.result, 2))[3], slowInput(longRounds));
        assert.deepEqual((await connection.heard(messageType.handBack))[1], [[3, 1]]);
        await connection.heard(messageType.goodbye);
        assert.equal(await program.exitCode(), 0, program.text);
        assert.equal((await eventually("a close", () => connection.closed)).code, 1000);
      })
    );
  });
}

Deno.test("worker program stops at once when ctrl-C is pressed again", async () => {
  await withScene(({ coordinator, start }) =>
    start([], async (program) => {
      const connection = await busy(coordinator, 2);
      const startMs = performance.now();
      program.signal("SIGINT");
      await connection.heard(messageType.pause);
      let ended = false;
      void program.status.then(() => ended = true);
      await eventually("the end", () => {
        if (!ended) program.signal("SIGINT");
        return ended;
      });
      assert.equal(await program.exitCode(), 130);
      assert.ok(performance.now() - startMs > 400, "repeats right after the first press do not count");
    })
  );
});

Deno.test("worker program outlives its standard input, unless told to end with it", async () => {
  await withScene(async ({ coordinator, start }) => {
    await start([], async (program) => {
      const connection = await coordinator.joined("s1", false, slowEcho);
      await program.endInput();
      connection.task(1, 1, slowInput(longRounds));
      await connection.heard(messageType.result, 1);
    });
    await start(["--exit-on-eof"], async (program) => {
      const connection = await coordinator.joined("s2", false, slowEcho);
      await program.type("pause 1h");
      assert.equal((await connection.heard(messageType.pause))[2], 3_600_000);
      await program.type("resume");
      await connection.heard(messageType.resume);
      await program.endInput();
      await connection.heard(messageType.goodbye);
      assert.equal(await program.exitCode(), 0, program.text);
    });
  });
});

Deno.test("worker program reports itself in lines of JSON", async () => {
  await withScene(({ coordinator, start }) =>
    start([], async (program) => {
      const connection = await coordinator.joined("s1", false, slowEcho);
      connection.send([messageType.credit, 9, 4, 3, 2]);
      connection.task(1, 1, slowInput(1));
      await eventually("a status", () =>
        program.lines.find((line) =>
          line.type === "status" && line["results"] === 1 && line["credit"] !== null
        ));
      program.signal("SIGINT");
      await program.exitCode();
      const last = program.lines.findLast((line) =>
        line.type === "status"
      );
      assert.deepEqual(
        { doing: last?.["doing"], results: last?.["results"], credit: last?.["credit"] },
        { doing: "ended", results: 1, credit: { claimed: 9, pending: 4, granted: 3, refused: 2 } },
      );
      assert.equal(last?.["coordinator"], coordinator.url.origin);
      assert.match(String(last?.["worker"]), /^[0-9a-f]{32}$/);
    })
  );
});

Deno.test("worker program without permission prints the command that gives it, and that command works", async () => {
  await withScene(async ({ coordinator, folder }) => {
    let command = "";
    const flags = [`--coordinator=${coordinator.url.origin}`, `--data=${folder}`, "--threads=1"];
    await withProgram(["run", "--no-prompt", "-P=worker", "worker/main.ts", ...flags], async (program) => {
      assert.equal(await program.exitCode(), 77);
      command = /^ {2}deno (run .*)$/m.exec(program.text)?.[1] ?? "";
      assert.match(command, new RegExp(`--allow-net=${coordinator.url.host} `));
    });
    assert.equal(coordinator.connections.length, 0);
    await withProgram(command.split(" "), async (program) => {
      await busy(coordinator);
      program.signal("SIGTERM");
      assert.equal(await program.exitCode(), 0, program.text);
      assert.match(program.text, /^Connected\.$/m);
    });
  });
});

Deno.test("worker program with --isolate process asks for the right to start one, and leaves none behind when it is killed", async () => {
  await withScene(async ({ coordinator, folder }) => {
    let command = "";
    const flags = [`--coordinator=${coordinator.url.origin}`, `--data=${folder}`, "--threads=1"];
    const granted = [`--allow-net=${coordinator.url.host}`, `--allow-read=sandbox,protocol,${folder}`];
    const args = ["run", "--no-prompt", "-P=worker", ...granted, `--allow-write=${folder}`, "worker/main.ts"];
    await withProgram([...args, ...flags, "--isolate=process"], async (program) => {
      assert.equal(await program.exitCode(), 77);
      command = /^ {2}deno (run .*)$/m.exec(program.text)?.[1] ?? "";
      assert.ok(command.includes(` --allow-run=${Deno.execPath()} `), command);
    });
    await withProgram(command.split(" "), async (program) => {
      await busy(coordinator);
      const children = childrenOf(program.pid);
      assert.equal(children.length, 2, "one for the slot, one to spare");
      program.signal("SIGKILL");
      await program.status;
      // The spare reads the end of its input at once, the other one when its task is done.
      await eventually("the end of its processes", () => !children.some(isAlive));
    });
  });
});

/** The numbers of the processes that a process has started. */
function childrenOf(pid: number): number[] {
  const all = [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter(Number.isInteger);
  return all.filter((one) => statOf(one)?.parent === pid);
}

function isAlive(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat.state !== "Z";
}

/** See proc(5): the name in brackets may hold anything, so what follows is counted from its end. */
function statOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const [state = "", parent] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state, parent: Number(parent) };
  } catch (error) {
    // It ended in between.
    if (error instanceof Deno.errors.NotFound || /ESRCH|No such process/.test(`${error}`)) return undefined;
    throw error;
  }
}

Deno.test("worker program says of wrong flags what is wrong, and exits with 64 or 78", async () => {
  await withScene(async ({ start }) => {
    const cases = [
      ["--cordinator=x", 64, /--cordinator=x is no flag/],
      ["--duty=7", 78, /--duty is "7", allowed is a number from 0\.01 to 1/],
      ["--help", 0, /--exit-on-eof/],
    ] as const;
    for (const [flag, code, text] of cases) {
      await start([flag], async (program) => {
        assert.equal(await program.exitCode(), code);
        assert.match(program.text, text);
      });
    }
  });
});

Deno.test("worker program refuses a data folder in use, and takes it over from a process that was killed", async () => {
  await withScene(({ coordinator, start }) =>
    start([], async (first) => {
      await coordinator.joined("s1", false);
      await start([], async (second) => {
        assert.equal(await second.exitCode(), 78);
        assert.match(String(second.lines.at(-1)?.["text"]), /another worker uses it/);
      });
      first.signal("SIGKILL");
      await first.status;
      await start([], async () => void await coordinator.joined("s2", false));
    })
  );
});

Deno.test("worker program never replaces an identity that is damaged", async () => {
  await withScene(async ({ folder, start }) => {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/identity.key`, "damaged");
    await start([], async (program) => {
      assert.equal(await program.exitCode(), 78);
      assert.match(String(program.lines.at(-1)?.["text"]), /identity\.key: it is damaged/);
    });
    assert.equal(await Deno.readTextFile(`${folder}/identity.key`), "damaged");
  });
});

Deno.test("worker program installs ws and msgpackr only", async () => {
  const lock = JSON.parse(await Deno.readTextFile(new URL("../../worker/deno.lock", import.meta.url))) as {
    readonly specifiers: Readonly<Record<string, string>>;
  };
  assert.deepEqual(lock.specifiers, { "npm:msgpackr@2.1.3": "2.1.3", "npm:ws@8.23.0": "8.23.0" });
});
