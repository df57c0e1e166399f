// What every child of a crew (crew.ts) has in common: it is told its order in one JSON argument, reports in JSON lines, and
// is gone when standard input ends, for then so is whoever started it.

const interruptedCode = 130;

/** Says something to whoever started this program, before anything else happens. */
export function report(line: Readonly<Record<string, unknown>>): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
}

/** Carries out the order, or ends with standard input. */
export async function obey<Order>(carryOut: (order: Order) => Promise<void>): Promise<never> {
  const order = JSON.parse(Deno.args[0] ?? "{}") as Order;
  await Promise.race([carryOut(order), endWithInput()]);
  Deno.exit(0);
}

async function endWithInput(): Promise<never> {
  for await (const _ of Deno.stdin.readable) continue;
  Deno.exit(interruptedCode);
}
