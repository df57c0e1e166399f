// Who calls: the bearer token of a request, and the network it comes from.
import { createHmac, timingSafeEqual } from "node:crypto";
import { P2c2rError, subprotocol } from "../../protocol/mod.ts";
import { sha256Sync } from "../gateway/mod.ts";

const TOKEN_PROTOCOL = "p2c2r.token.";
const MARK_BYTES = 8;

/** The token of an Authorization header. @throws P2c2rError `auth.missing` */
export function bearerOf(headers: Headers): string {
  const found = /^Bearer +([A-Za-z0-9._~+/=-]{1,512})$/i.exec(headers.get("authorization") ?? "");
  if (found?.[1] !== undefined) return found[1];
  throw new P2c2rError("auth.missing", "Cannot authenticate: the request carries no bearer token");
}

/** The token of a WebSocket request: browsers cannot set headers and name it as a subprotocol. @throws P2c2rError `auth.missing` */
export function socketBearerOf(headers: Headers): string {
  const named = offeredProtocols(headers).find((each) => each.startsWith(TOKEN_PROTOCOL));
  return named === undefined ? bearerOf(headers) : named.slice(TOKEN_PROTOCOL.length);
}

/** Whether a request asks for a WebSocket of our protocol. @throws P2c2rError `protocol.version` */
export function assertUpgrade(headers: Headers): void {
  const upgrades = headers.get("upgrade")?.toLowerCase() === "websocket";
  if (upgrades && offeredProtocols(headers).includes(subprotocol)) return;
  throw new P2c2rError(
    "protocol.version",
    `Cannot open session: the request is no WebSocket upgrade with subprotocol ${subprotocol}`,
  );
}

/** Compares secrets through their hashes, in a time that says nothing about them. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(sha256Sync(given), sha256Sync(expected));
}

/** The address limits count by: IPv6 callers own whole networks, so the first 64 bits count. */
export function addressOf(headers: Headers, remoteHost: string | undefined, trustProxy: boolean): string {
  const forwarded = trustProxy ? headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() : undefined;
  const address = (forwarded || remoteHost) ?? "unknown";
  return address.includes(":") ? leadingGroups(address, 4) : address;
}

/** An opaque mark of the network behind an address: /24 for IPv4, the first 48 bits for IPv6. */
export function networkOf(address: string, secret: Uint8Array): string {
  const network = address.includes(":")
    ? leadingGroups(address, 3)
    : address.split(".").slice(0, 3).join(".");
  return createHmac("sha256", secret).update(`p2c2r network\n${network}`).digest("hex").slice(
    0,
    2 * MARK_BYTES,
  );
}

function offeredProtocols(headers: Headers): readonly string[] {
  return (headers.get("sec-websocket-protocol") ?? "").split(",").map((each) => each.trim());
}

/** The first groups of an IPv6 address; of one that embeds IPv4, the whole address. */
function leadingGroups(address: string, count: number): string {
  if (address.includes(".")) return address;
  const [head = "", tail = ""] = address.split("::");
  const before = head.split(":").filter((group) => group !== "");
  const after = tail.split(":").filter((group) => group !== "");
  const zeros = address.includes("::") ? Math.max(0, 8 - before.length - after.length) : 0;
  const groups = [...before, ...new Array<string>(zeros).fill("0"), ...after];
  return groups.slice(0, count).join(":");
}
