// The names in a core module that say how the host is called.

/** What allocators are exported as that the host uses for results: behind it their number. */
export const HOST_REALLOC = "host_realloc_";

/** The name of an imported function: WASI's own, and behind a space the number of the allocator where it is not 0. */
export function importName(of: string, realloc: number): string {
  return realloc === 0 ? of : `${of} ${realloc}`;
}

/** What {@link importName} was made of. Undefined for a name that it does not make. */
export function readImportName(name: string): { readonly of: string; readonly realloc: number } | undefined {
  const [of = "", number = "0", ...more] = name.split(" ");
  const realloc = Number(number);
  if (more.length > 0 || !Number.isSafeInteger(realloc) || realloc < 0 || importName(of, realloc) !== name) {
    return undefined;
  }
  return { of, realloc };
}
