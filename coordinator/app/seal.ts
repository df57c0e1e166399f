// Bytes that only this coordinator can have made: challenges and tokens need no table, only a secret.
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";

const MAC_BYTES = 32;
const EXPIRY_BYTES = 8;

/** Seals short payloads with an expiry. `purpose` keeps seals of different kinds apart. */
export class Seal {
  readonly #secret: Uint8Array;
  readonly #purpose: string;

  /** Uses a secret of at least 32 bytes. */
  constructor(secret: Uint8Array, purpose: string) {
    this.#secret = secret;
    this.#purpose = purpose;
  }

  /** payload ‖ expiry (8 bytes, big-endian) ‖ HMAC-SHA256 over purpose, both, and `bound`, which is not part of the text. */
  make(payload: Uint8Array, expiresMs: number, bound: Uint8Array = nothing): Uint8Array<ArrayBuffer> {
    const sealed = new Uint8Array(payload.length + EXPIRY_BYTES + MAC_BYTES);
    sealed.set(payload);
    new DataView(sealed.buffer).setBigUint64(payload.length, BigInt(Math.floor(expiresMs)));
    const body = sealed.subarray(0, payload.length + EXPIRY_BYTES);
    sealed.set(this.#mac(body, bound), body.length);
    return sealed;
  }

  /** The payload, if the seal is ours and has not expired; otherwise why not. */
  open(
    sealed: Uint8Array,
    payloadBytes: number,
    nowMs: number,
    bound: Uint8Array = nothing,
  ): Uint8Array | "forged" | "expired" {
    if (sealed.length !== payloadBytes + EXPIRY_BYTES + MAC_BYTES) return "forged";
    const body = sealed.subarray(0, payloadBytes + EXPIRY_BYTES);
    const mac = sealed.subarray(body.length);
    if (!timingSafeEqual(this.#mac(body, bound), mac)) return "forged";
    const view = new DataView(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    return Number(view.getBigUint64(payloadBytes)) > nowMs ? sealed.subarray(0, payloadBytes) : "expired";
  }

  #mac(body: Uint8Array, bound: Uint8Array): Buffer {
    const purpose = Buffer.from(`${this.#purpose}\n`);
    return createHmac("sha256", this.#secret).update(purpose).update(body).update(bound).digest();
  }
}

const nothing = new Uint8Array(0);
