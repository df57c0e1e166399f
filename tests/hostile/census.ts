// What a program has running, counted where Linux keeps the count: proc(5).

/** Of a process and all that descend from it. */
export interface Census {
  readonly processes: number;
  readonly threads: number;
  /** Memory in use, in bytes. Pages that processes share count in each of them. */
  readonly residentBytes: number;
}

/** Whether there is something to count with. */
export const canCount = Deno.build.os === "linux";

const PAGE_BYTES = 4096;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly threads: number;
  readonly pages: number;
}

/** Counts what runs below a process, itself included; what has ended and waits to be noticed does not count. */
export function census(root: number): Census {
  const all = [...Deno.readDirSync("/proc")].flatMap(({ name }) =>
    /^\d+$/.test(name) ? statOf(Number(name)) : []
  );
  const family = new Set([root]);
  for (let size = 0; size < family.size;) {
    size = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  const members = all.filter(({ pid }) => family.has(pid));
  return {
    processes: members.length,
    threads: members.reduce((sum, { threads }) => sum + threads, 0),
    residentBytes: members.reduce((sum, { pages }) => sum + pages, 0) * PAGE_BYTES,
  };
}

/** The name in brackets may hold anything, so fields are counted from behind it: state is the first. */
function statOf(pid: number): Stat[] {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z") return [];
    return [{ pid, parent: Number(fields[1]), threads: Number(fields[17]), pages: Number(fields[21]) }];
  } catch (error) {
    // It ended in between.
    if (error instanceof Deno.errors.NotFound || /ESRCH|No such process/.test(`${error}`)) return [];
    throw error;
  }
}
