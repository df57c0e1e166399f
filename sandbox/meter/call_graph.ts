// Which calls can be part of a recursion. Those alone are counted at run time; the depth of all others is known from
// the module. The world outside counts as a function that may call whatever is exported or referenced.
import { type CoreModule, type FunctionBody, kindOf, signatureOf } from "../wasm/mod.ts";

/** What is known of a module's calls. */
export interface CallGraph {
  /** All functions, each behind those that it calls, but for recursion. */
  readonly calleesFirst: readonly number[];
  /** Whether a call from one function to another may come back to the first before it returns. */
  isRecursive(from: number, to: readonly number[]): boolean;
  /** The functions that an indirect call of a type may reach. */
  targetsOf(typeIndex: number): readonly number[];
  /** The most that a chain of functions of different recursions adds up to, by their `slots`. */
  longestChain(slots: (index: number) => number): number;
}

/** Reads the calls of a module. */
export function callGraphOf(module: CoreModule): CallGraph {
  const outside = module.functions.length;
  const tablesAreShared = module.importedTables > 0 ||
    module.exports.some((one) => one.kind === kindOf.table);
  const signatures = module.functions.map(signatureOf);
  const byType = new Map<string, number[]>();
  for (const index of [...module.referenced].sort((a, b) => a - b)) {
    const signature = signatures[index] ?? "";
    byType.set(signature, [...(byType.get(signature) ?? []), index]);
  }
  const targetsOf = (typeIndex: number): readonly number[] => {
    const type = module.types[typeIndex];
    const inside = type === undefined ? [] : byType.get(signatureOf(type)) ?? [];
    return tablesAreShared ? [...inside, outside] : inside;
  };
  const edges: number[][] = [];
  for (let index = 0; index < module.importedFunctions; index++) edges.push([outside]);
  for (const body of module.bodies) edges.push(calleesOf(body, targetsOf));
  const exported = module.exports.filter((one) => one.kind === kindOf.function).map((one) => one.index);
  edges.push([...exported, ...(tablesAreShared ? module.referenced : [])]);
  const groups = groupsOf(edges);
  const numbers = module.functions.map((_, index) => index);
  return {
    calleesFirst: numbers.sort((a, b) => at(groups, a) - at(groups, b)),
    isRecursive: (from, to) => to.some((one) => groups[one] === groups[from]),
    targetsOf,
    longestChain: (slots) => longestChain(edges, groups, slots),
  };
}

function calleesOf(body: FunctionBody, targetsOf: (type: number) => readonly number[]): number[] {
  const callees = new Set<number>();
  for (const { op, indices } of body.instructions) {
    const index = indices[0] ?? 0;
    if (op.name === "call" || op.name === "return_call") callees.add(index);
    else if (op.name === "call_indirect" || op.name === "return_call_indirect") {
      for (const target of targetsOf(index)) callees.add(target);
    }
  }
  return [...callees];
}

/**
 * The number of each function's group: those that can all reach each other. A group's number is greater than those of
 * the groups it calls. Tarjan's algorithm (1972), without recursion of its own.
 */
function groupsOf(edges: readonly (readonly number[])[]): Int32Array {
  const groups = new Int32Array(edges.length).fill(-1);
  const order = new Int32Array(edges.length).fill(-1);
  const low = new Int32Array(edges.length);
  const waiting: number[] = [];
  let seen = 0;
  let group = 0;
  const path: { readonly node: number; next: number }[] = [];
  const enter = (node: number): void => {
    order[node] = low[node] = seen++;
    waiting.push(node);
    path.push({ node, next: 0 });
  };
  const leave = (node: number): void => {
    path.pop();
    const caller = path.at(-1)?.node;
    if (caller !== undefined) low[caller] = Math.min(at(low, caller), at(low, node));
    if (low[node] !== order[node]) return;
    for (let member = -1; member !== node;) {
      member = waiting.pop() as number;
      groups[member] = group;
    }
    group++;
  };
  for (let root = 0; root < edges.length; root++) {
    if (order[root] !== -1) continue;
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const callee = edges[top.node]?.[top.next++];
      if (callee === undefined) leave(top.node);
      else if (order[callee] === -1) enter(callee);
      else if (groups[callee] === -1) low[top.node] = Math.min(at(low, top.node), at(order, callee));
    }
  }
  return groups;
}

function longestChain(
  edges: readonly (readonly number[])[],
  groups: Int32Array,
  slots: (index: number) => number,
): number {
  const members = new Map<number, number[]>();
  for (const [index, group] of groups.entries()) {
    members.set(group, [...(members.get(group) ?? []), index]);
  }
  const chains = new Map<number, number>();
  let longest = 0;
  for (const [group, functions] of [...members].sort((a, b) => a[0] - b[0])) {
    const own = functions.reduce((most, index) => Math.max(most, slots(index)), 0);
    let below = 0;
    for (const callee of functions.flatMap((index) => edges[index] ?? [])) {
      if (groups[callee] !== group) below = Math.max(below, chains.get(at(groups, callee)) ?? 0);
    }
    chains.set(group, own + below);
    longest = Math.max(longest, own + below);
  }
  return longest;
}

function at(list: Int32Array, index: number): number {
  return list[index] as number;
}
