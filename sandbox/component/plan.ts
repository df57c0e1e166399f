// From a component to a plan: its core modules in the order in which they are instantiated, and what each one gets; or a
// refusal that names what is wrong.
import { P2c2rError } from "../../protocol/errors.ts";
import { functionIn, isInterface, isResource } from "../wasi/mod.ts";
import { type Component, type CoreItem, type Func, shown } from "./component.ts";

/** What core number `from` exports under a name. */
export interface FromCore {
  readonly from: number;
  readonly export: string;
}

/** A function of the WASI host, or the one that drops a handle, under the name that the canonical ABI gives it. */
export interface FromHost {
  /** `wasi:cli/exit@0.2.3` */
  readonly interface: string;
  readonly function: string;
  /** Where the host gets memory for results, if the function has such. */
  readonly realloc: FromCore | undefined;
}

/** Where one import of a core comes from. */
export type Item = FromCore | FromHost;

/** What one module name in a core's imports stands for: all that another core exports, or single things by name. */
export type Import =
  | { readonly module: string; readonly from: number }
  | { readonly module: string; readonly items: ReadonlyMap<string, Item> };

/** A core module and its imports. */
export interface PlannedCore {
  readonly bytes: Uint8Array;
  readonly imports: readonly Import[];
}

/** What a component is made of. */
export interface Plan {
  /** In the order in which they are instantiated; each uses only those before it. */
  readonly cores: readonly PlannedCore[];
  /** Functions without parameters and results, called in this order when all cores are there. */
  readonly starts: readonly FromCore[];
  readonly memory: FromCore;
  readonly realloc: FromCore;
  readonly run: FromCore;
  readonly check: FromCore;
  readonly postRun: FromCore | undefined;
  readonly postCheck: FromCore | undefined;
}

/** Most core modules of a kernel: wit-component makes four or five. */
const CORES_MAX = 8;

/** The world in `tasks-as/kernel.wit`. */
const WORLD: Readonly<Record<"run" | "check", string>> = {
  run: "func(list<u8>, list<list<u8>>) -> result<list<u8>, string>",
  check: "func(list<u8>, list<list<u8>>, list<u8>, u64) -> result<_, string>",
};

/** Plans a component of the world `kernel`. @throws {P2c2rError} bundle.imports, bundle.malformed */
export function planOf(component: Component): Plan {
  for (const name of component.imports) {
    if (!isInterface(name)) throw foreign(name, "an interface that the sandbox does not answer");
  }
  const [run, check] = [exportOf(component, "run"), exportOf(component, "check")];
  for (const name of component.exports.keys()) {
    if (!Object.hasOwn(WORLD, name)) throw wrongWorld(`it exports ${shown(name)} as well`);
  }
  const planner = new Planner(component);
  const { memory, realloc } = run.options;
  if (!sameItem(memory, check.options.memory) || !sameItem(realloc, check.options.realloc)) {
    throw wrongWorld("its two functions use different memories or allocators");
  }
  const post = ({ options: { postReturn } }: typeof run) =>
    postReturn === undefined ? undefined : planner.fromCore(postReturn, "its post-return");
  return {
    cores: planner.cores,
    starts: planner.starts,
    memory: planner.fromCore(memory, "its memory"),
    realloc: planner.fromCore(realloc, "its allocator"),
    run: planner.fromCore(run.core, "run"),
    check: planner.fromCore(check.core, "check"),
    postRun: post(run),
    postCheck: post(check),
  };
}

/** Walks the core instances and gives each core the number of the step that makes it. */
class Planner {
  readonly cores: PlannedCore[] = [];
  readonly starts: FromCore[] = [];
  readonly #component: Component;
  /** Core number by instance. */
  readonly #numbers = new Map<number, number>();
  readonly #used = new Set<number>();

  constructor(component: Component) {
    this.#component = component;
    component.instances.forEach((instance, index) => {
      if (instance.type === "module") this.#make(index, instance.module, instance.args);
    });
    if (this.#used.size !== component.modules.length) {
      throw malformedComponent("it holds a core module that it does not use");
    }
  }

  /** Where a thing of a core comes from; `what` says what it is for. */
  fromCore(item: CoreItem | undefined, what: string): FromCore {
    if (item?.type !== "export") throw wrongWorld(`${what} is not a core module's own`);
    return { from: this.#numberOf(item.instance), export: item.name };
  }

  #make(index: number, module: number, args: readonly (readonly [string, number])[]): void {
    if (this.#used.has(module)) throw malformedComponent("it instantiates a core module twice");
    this.#used.add(module);
    const bytes = this.#component.modules[module] as Uint8Array;
    const imports = args.map(([name, instance]) => this.#importOf(name, instance));
    if (isStarter(bytes)) {
      const [first] = imports;
      const item = first !== undefined && "items" in first ? first.items.get("") : undefined;
      if (item === undefined || !("from" in item)) {
        throw malformedComponent("its start function is not a core module's own");
      }
      this.starts.push(item);
      return;
    }
    this.#numbers.set(index, this.cores.length);
    this.cores.push({ bytes, imports });
    if (this.cores.length > CORES_MAX) throw malformedComponent(`it has more than ${CORES_MAX} core modules`);
  }

  #importOf(module: string, instance: number): Import {
    const of = this.#component.instances[instance];
    if (of?.type !== "bag") return { module, from: this.#numberOf(instance) };
    return { module, items: new Map(of.items.map(([name, item]) => [name, this.#itemOf(item)] as const)) };
  }

  #itemOf(item: CoreItem): Item {
    if (item.type === "export") return this.fromCore(item, "an import");
    if (item.type === "drop") {
      if (!isResource(item.resource)) {
        throw foreign(item.resource, "a resource that the sandbox does not have");
      }
      return { interface: item.interface, function: `[resource-drop]${item.resource}`, realloc: undefined };
    }
    const { interface: from, function: name, options } = item;
    const of = functionIn(from, name);
    if (of === undefined) throw foreign(`${from}#${name}`, "a function that the sandbox does not answer");
    if (of.needs !== "nothing" && options.memory === undefined) {
      throw malformedComponent(`it lowers ${shown(name)} without a memory`);
    }
    if (of.needs !== "realloc") return { interface: from, function: name, realloc: undefined };
    return {
      interface: from,
      function: name,
      realloc: this.fromCore(options.realloc, `the allocator of ${shown(name)}`),
    };
  }

  #numberOf(instance: number): number {
    const number = this.#numbers.get(instance);
    if (number === undefined) {
      throw malformedComponent("it takes something from a core module that gives nothing");
    }
    return number;
  }
}

/** The module whose whole purpose is to call one imported function when it starts: type, import and start, no code. */
function isStarter(core: Uint8Array): boolean {
  return core.length === STARTER.length && STARTER.every((byte, i) => byte === core[i]);
}

/** `(module (import "" "" (func)) (start 0))`, as wit-component writes it. */
const STARTER = Uint8Array.fromHex("0061736d01000000010401600000020501000000000801" + "00");

function exportOf(component: Component, name: keyof typeof WORLD): Extract<Func, { type: "lifted" }> {
  const func = component.exports.get(name);
  if (func === undefined) throw wrongWorld(`it does not export ${name}`);
  if (func.type !== "lifted") throw wrongWorld(`its ${name} is not a function of its own`);
  if (func.signature !== WORLD[name]) {
    throw wrongWorld(`its ${name} is ${shown(func.signature)}, not ${WORLD[name]}`);
  }
  return func;
}

function sameItem(a: CoreItem | undefined, b: CoreItem | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function foreign(name: string, what: string): P2c2rError {
  return new P2c2rError("bundle.imports", `Cannot take component: it imports ${shown(name)}, ${what}`, {
    hint: "Use nothing of the outside world but what docs/kernels.md names.",
  });
}

function wrongWorld(state: string): P2c2rError {
  return new P2c2rError(
    "bundle.malformed",
    `Cannot take component: it is not of the kernel world: ${state}`,
    {
      hint: "Export run and check as tasks-as/kernel.wit declares them.",
    },
  );
}

function malformedComponent(state: string): P2c2rError {
  return new P2c2rError("bundle.malformed", `Cannot take component: ${state}`);
}
