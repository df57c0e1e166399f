// Lengths of time as people write and read them.

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 };

/** Milliseconds of a text like `90s`, `30m` or `1h`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,5})\s*(s|m|min|h)$/.exec(text) ?? [];
  return number === undefined || unit === undefined ? undefined : Number(number) * unitMs[unit]!;
}

/** A length of time in words, rounded: `12 s`, `5 min`, `2 h`. */
export function showDuration(ms: number): string {
  if (ms < 90_000) return `${Math.ceil(ms / 1_000)} s`;
  return ms < 5_400_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
