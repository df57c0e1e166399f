// What has happened to money since the last flush: fuel sums per (owner, kernel), turned into whole micro-credits
// once per batch. An event costs an addition; prices, shares and rounding are paid per owner and flush.
//
// Rounding: of everything an owner was ever due for one reason, the whole micro-credits are booked and the fraction
// is carried to the next batch. floor(a + b) >= floor(a) + floor(b), so what is granted and voided can never exceed
// what is pending, wherever the batches are cut.
import assert from "node:assert/strict";
import type { Effect } from "../scheduler/types.ts";
import type { Postings, Reason } from "./postings.ts";

/** The effects that move money. */
export type MoneyEffect = Extract<Effect, { type: "charge" | "refund" | "pend" | "grant" | "void" }>;

/** What a kernel is called in the books, and its price in micro-credits per million fuel. */
export interface PricedKernel {
  readonly id: string;
  readonly version: string;
  readonly price: number;
}

/** What turns the numbers of effects into names and money. Asked once per number. */
export interface Tariff {
  kernel(no: number): PricedKernel;
  project(no: number): string;
  /** The worker's part of a price, 0 to 1, in steps of a millionth. */
  readonly share: number;
}

/** Micro-credits are counted in this many parts until they are booked: millionths of fuel times millionths of share. */
const partsPerMicroCredit = 1_000_000_000_000n;
const million = 1_000_000;

/** Drains without an event after which an owner without open claims is forgotten, its fraction with it: ten minutes. */
const idleDrainsMax = 6_000;

/** Fuel of one reason and owner, per kernel number, since the last drain. */
interface Meter {
  readonly reason: Reason;
  readonly fuel: number[];
  carry: bigint;
}

/** A worker's claims paid by one payer. */
interface Lane {
  readonly claim: Meter;
  readonly grant: Meter;
  readonly void: Meter;
  /** Fuel claimed and not decided, per kernel number. */
  readonly open: number[];
  openTotal: number;
}

interface Owner {
  readonly id: string;
  readonly meters: readonly Meter[];
  touched: boolean;
  touchedDrain: number;
}
interface Project extends Owner {
  readonly charge: Meter;
  readonly refund: Meter;
}
interface Worker extends Owner {
  readonly project: Lane;
  readonly operator: Lane;
}

interface KnownKernel {
  readonly name: string;
  readonly price: bigint;
}

export class LedgerBatch {
  readonly #tariff: Tariff;
  readonly #shareMillionths: bigint;
  readonly #kernels: (KnownKernel | undefined)[] = [];
  readonly #projects = new Map<number, Project>();
  readonly #workers = new Map<string, Worker>();
  readonly #touched: Owner[] = [];
  /** Fuel whose amounts were too small to book so far. */
  readonly #fuel = new Map<Reason, Map<string, number>>();
  #drains = 0;

  constructor(tariff: Tariff) {
    assert(tariff.share >= 0 && tariff.share <= 1, "share is between 0 and 1");
    this.#tariff = tariff;
    this.#shareMillionths = BigInt(Math.round(tariff.share * million));
  }

  /** Whether nothing happened since the last drain. */
  get empty(): boolean {
    return this.#touched.length === 0;
  }

  /** Workers whose fractions and open claims are kept. */
  get workersKnown(): number {
    return this.#workers.size;
  }

  /** Takes in one event. A grant or void of fuel that is not pending is a bug of the caller. */
  note(effect: MoneyEffect): void {
    const { kernel, fuel } = effect;
    if (!Number.isSafeInteger(fuel) || fuel < 0) assert.fail(`fuel of ${fuel}, which is no whole number`);
    switch (effect.type) {
      case "charge":
      case "refund": {
        const project = this.#projects.get(effect.project) ?? this.#meet(effect.project);
        count(project[effect.type], kernel, fuel);
        return this.#touch(project);
      }
      case "pend":
      case "grant":
      case "void": {
        const worker = this.#workers.get(effect.worker) ?? this.#engage(effect.worker);
        claim(worker[effect.by], effect.type, kernel, fuel);
        return this.#touch(worker);
      }
      default:
        effect satisfies never;
    }
  }

  /** Everything noted since the last drain, as whole micro-credits. */
  drain(): readonly Postings[] {
    const amounts = new Map<Reason, Map<string, number>>();
    for (const owner of this.#touched) {
      owner.touched = false;
      owner.touchedDrain = this.#drains;
      for (const meter of owner.meters) this.#settle(owner.id, meter, amounts);
    }
    this.#touched.length = 0;
    this.#drains += 1;
    if (this.#drains % idleDrainsMax === 0) this.#forget();
    return Array.from(amounts, ([reason, sums]) => ({ reason, amounts: sums, fuel: this.#takeFuel(reason) }));
  }

  #settle(owner: string, meter: Meter, amounts: Map<Reason, Map<string, number>>): void {
    const { reason, fuel } = meter;
    const share = reason === "charge" || reason === "refund" ? BigInt(million) : this.#shareMillionths;
    let parts = meter.carry;
    for (const [no, used] of fuel.entries()) {
      if (used === undefined || used === 0) continue;
      const kernel = this.#kernel(no);
      parts += BigInt(used) * kernel.price * share;
      const sums = entry(this.#fuel, reason, newSums);
      sums.set(kernel.name, (sums.get(kernel.name) ?? 0) + used);
      fuel[no] = 0;
    }
    const amount = parts / partsPerMicroCredit;
    meter.carry = parts - amount * partsPerMicroCredit;
    if (amount === 0n) return;
    const sums = entry(amounts, reason, newSums);
    sums.set(owner, (sums.get(owner) ?? 0) + Number(amount));
  }

  #takeFuel(reason: Reason): ReadonlyMap<string, number> {
    const fuel = this.#fuel.get(reason) ?? newSums();
    this.#fuel.delete(reason);
    return fuel;
  }

  #kernel(no: number): KnownKernel {
    const known = this.#kernels[no];
    if (known !== undefined) return known;
    const { id, version, price } = this.#tariff.kernel(no);
    assert(Number.isSafeInteger(price) && price >= 0, "a price is a whole number of micro-credits");
    return this.#kernels[no] = { name: `${id}@${version}`, price: BigInt(price) };
  }

  #meet(no: number): Project {
    const charge = newMeter("charge");
    const refund = newMeter("refund");
    const project: Project = { ...newOwner(this.#tariff.project(no), [charge, refund]), charge, refund };
    this.#projects.set(no, project);
    return project;
  }

  #engage(id: string): Worker {
    const project = newLane("share");
    const operator = newLane("shadow");
    const meters = [project, operator].flatMap((lane) => [lane.claim, lane.grant, lane.void]);
    const worker: Worker = { ...newOwner(id, meters), project, operator };
    this.#workers.set(id, worker);
    return worker;
  }

  #touch(owner: Owner): void {
    if (owner.touched) return;
    owner.touched = true;
    this.#touched.push(owner);
  }

  #forget(): void {
    const since = this.#drains - idleDrainsMax;
    for (const [id, worker] of this.#workers) {
      const open = worker.project.openTotal + worker.operator.openTotal;
      if (open === 0 && !worker.touched && worker.touchedDrain < since) this.#workers.delete(id);
    }
  }
}

function claim(lane: Lane, type: "pend" | "grant" | "void", kernel: number, fuel: number): void {
  const open = lane.open[kernel] ?? 0;
  const change = type === "pend" ? fuel : -fuel;
  // Not assert(condition, message): the message would be made for every event, at seven times the cost of the rest.
  if (open + change < 0) assert.fail(`${type} of ${fuel} fuel where ${open} is pending`);
  lane.open[kernel] = open + change;
  lane.openTotal += change;
  count(type === "pend" ? lane.claim : lane[type], kernel, fuel);
}

function count(meter: Meter, kernel: number, fuel: number): void {
  meter.fuel[kernel] = (meter.fuel[kernel] ?? 0) + fuel;
}

function newMeter(reason: Reason): Meter {
  return { reason, fuel: [], carry: 0n };
}

function newLane(reason: Reason): Lane {
  return {
    claim: newMeter(reason),
    grant: newMeter("grant"),
    void: newMeter("void"),
    open: [],
    openTotal: 0,
  };
}

function newOwner(id: string, meters: readonly Meter[]): Owner {
  return { id, meters, touched: false, touchedDrain: 0 };
}

function newSums(): Map<string, number> {
  return new Map();
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
