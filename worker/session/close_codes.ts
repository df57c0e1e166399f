// What a WebSocket close code means in the project's own codes, and back.
import { type Code, codes } from "../../protocol/mod.ts";

/** Codes that share a number are told apart by the error message before the close; alone, the number means the first that fits. */
const byNumber = new Map<number, Code>([[4401, "auth.expired"]]);
for (const [code, facts] of Object.entries(codes) as [Code, { readonly close?: number }][]) {
  if (facts.close !== undefined && !byNumber.has(facts.close)) byNumber.set(facts.close, code);
}

/** The number to close with because of `code`. */
export function closeCodeOf(code: Code): number {
  const facts = codes[code];
  return "close" in facts ? facts.close : 1000;
}

/** Why a connection ended, by the number it was closed with. */
export function causeOf(closeCode: number): Code {
  return byNumber.get(closeCode) ?? "connection.lost";
}
