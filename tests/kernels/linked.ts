// What real compilers and jco's adapter made, run in two ways: the cores of a component merged into one module, and the
// same cores linked one by one as the component says. The answers have to be the same.
import { instantiate, type KernelExports, prepareCore } from "../../sandbox/abi/exports.ts";
import { callCheck, callRun } from "../../sandbox/abi/kernel.ts";
import { readComponent } from "../../sandbox/component/component.ts";
import { mergeCores } from "../../sandbox/component/merge.ts";
import { type FromCore, type Item, type Plan, planOf } from "../../sandbox/component/plan.ts";
import { meter, METER_EXPORTS } from "../../sandbox/meter/mod.ts";
import { droppedBy, functionIn, type TaskIdentity, WasiHost } from "../../sandbox/wasi/mod.ts";
import { assert } from "../deps.ts";

const FUEL_MAX = 1_000_000_000;
const OUTPUT_BYTES_MAX = 100_000;

/** Links the cores of a plan as the Component Model says: each gets what it imports from those before it. */
function link(plan: Plan, host: WasiHost): KernelExports {
  const made: WebAssembly.Exports[] = [];
  const exported = ({ from, export: name }: FromCore) => made[from]?.[name];
  const given = (item: Item): WebAssembly.ImportValue => {
    if ("from" in item) return exported(item) as WebAssembly.ImportValue;
    const dropped = droppedBy(item.function);
    if (dropped !== undefined) return host.bindDrop(dropped);
    const of = functionIn(item.interface, item.function);
    assert.ok(of !== undefined, item.function);
    const { realloc } = item;
    return host.bind(of, {
      memory: () => exported(plan.memory) as WebAssembly.Memory,
      realloc: (...args) => {
        assert.ok(realloc !== undefined);
        return (exported(realloc) as KernelExports["cabi_realloc"])(...args);
      },
    });
  };
  for (const { bytes, imports } of plan.cores) {
    const all = imports.map((one) =>
      [
        one.module,
        "from" in one
          ? made[one.from] as WebAssembly.ModuleImports
          : Object.fromEntries([...one.items].map(([name, item]) => [name, given(item)])),
      ] as const
    );
    made.push(
      new WebAssembly.Instance(new WebAssembly.Module(bytes.slice()), Object.fromEntries(all)).exports,
    );
  }
  for (const start of plan.starts) (exported(start) as () => void)();
  return {
    memory: exported(plan.memory) as WebAssembly.Memory,
    cabi_realloc: exported(plan.realloc) as KernelExports["cabi_realloc"],
    run: exported(plan.run) as KernelExports["run"],
    check: exported(plan.check) as KernelExports["check"],
    cabi_post_check: () => {},
  };
}

interface Answer {
  readonly output: string;
  readonly printed: unknown;
}

function answerOf(exports: KernelExports, host: WasiHost | undefined, input: Uint8Array): Answer {
  let output: string;
  try {
    const bytes = callRun(exports, input, [], OUTPUT_BYTES_MAX);
    output = `${bytes.toHex()} ${callCheck(exports, input, [], bytes, 1n) ?? "passed"}`;
  } catch (error) {
    output = error instanceof WebAssembly.RuntimeError ? "trap" : String(error);
  }
  return { output, printed: host?.printed };
}

/** Runs a component's cores in both ways over inputs and expects the same answers, and the same printing. */
export function compareBothWays(component: Uint8Array, inputs: readonly Uint8Array[]): void {
  const plan = planOf(readComponent(component));
  assert.ok(plan.cores.length > 2);
  const merged = prepareCore(new WebAssembly.Module(meter(mergeCores(plan))));
  for (const input of inputs) {
    const identity: TaskIdentity = { kernel: "ab".repeat(32), input, assets: [], judged: undefined };
    const apart = new WasiHost(identity, FUEL_MAX);
    const together = new WasiHost(identity, FUEL_MAX);
    const { exports } = instantiate(merged, together, FUEL_MAX);
    exports[METER_EXPORTS.start]?.();
    assert.deepEqual(
      answerOf(exports, together, input),
      answerOf(link(plan, apart), apart, input),
      `input ${input}`,
    );
  }
}
