// What a coordinator keeps beside its books, in memory, for simulations: projects with their keys, invites, the index of
// assets and their bytes. It keeps the part of the contract that every store keeps (tests/contract/store_contract.ts).
import type {
  AssetIndex,
  BlobStore,
  InviteStore,
  Project,
  ProjectStore,
  StoredAsset,
  StoredInvite,
  StoredKey,
} from "../../coordinator/store/mod.ts";
import { memoryBlobs } from "../../coordinator/store/mod.ts";
import { limits, P2c2rError } from "../../protocol/mod.ts";
import { doing } from "./doing.ts";

/** What an asset counts beyond its bytes. */
const ASSET_BYTES_MORE = 4096;

/** Where it is noted by which invite a worker came. */
export interface Guests {
  inviteOf(worker: string): string | null;
  cameBy(worker: string, invite: string): void;
}

/** Projects, invites and assets. Every operation happens at once, all or nothing. */
export class MemoryRegistry {
  readonly blobs: BlobStore = memoryBlobs();
  readonly #guests: Guests;
  readonly #projects = new Map<string, Project>();
  readonly #keys = new Map<string, StoredKey>();
  readonly #invites = new Map<string, StoredInvite>();
  /** By project and digest. */
  readonly #assets = new Map<string, StoredAsset>();

  constructor(guests: Guests) {
    this.#guests = guests;
  }

  readonly projects: ProjectStore = {
    create: (project) => doing(() => keepOnce(this.#projects, project.id, project)),
    list: () => doing(() => [...this.#projects.values()].sort((a, b) => a.createdMs - b.createdMs)),
    setWeight: (id, weight) => doing(() => change(this.#projects, id, { weight })),
    addKey: (key) => doing(() => this.#addKey({ ...key, revokedMs: null })),
    findKey: (hash) => doing(() => this.#keys.get(hash)),
    keys: (project) => doing(() => [...this.#keys.values()].filter((key) => key.project === project)),
    revokeKey: (prefix, revokedMs) =>
      doing(() => {
        const found = [...this.#keys.values()].find((key) => key.prefix === prefix && key.revokedMs === null);
        return found !== undefined && change(this.#keys, found.hash, { revokedMs });
      }),
  };

  readonly invites: InviteStore = {
    create: (invite) =>
      doing(() => keepOnce(this.#invites, invite.id, { ...invite, uses: 0, revokedMs: null })),
    list: () => doing(() => [...this.#invites.values()].reverse()),
    find: (hash) => doing(() => [...this.#invites.values()].find((invite) => invite.hash === hash)),
    get: (id) => doing(() => this.#invites.get(id)),
    use: (id, worker, nowMs) => doing(() => this.#use(id, worker, nowMs)),
    revoke: (id, revokedMs) =>
      doing(() => this.#invites.get(id)?.revokedMs === null && change(this.#invites, id, { revokedMs })),
  };

  readonly assets: AssetIndex = {
    add: (asset) => doing(() => this.#addAsset(asset)),
    remove: (project, digest) => doing(() => this.#assets.delete(`${project} ${digest}`)),
    list: (project) => doing(() => [...this.#assets.values()].filter((asset) => asset.project === project)),
  };

  #addKey(key: StoredKey): void {
    if (!this.#projects.has(key.project)) throw new Error(`there is no project ${key.project}`);
    if ([...this.#keys.values()].some(({ prefix }) => prefix === key.prefix)) {
      throw new Error(`the prefix ${key.prefix} is taken`);
    }
    keepOnce(this.#keys, key.hash, key);
  }

  #use(id: string, worker: string, nowMs: number): boolean {
    const invite = this.#invites.get(id);
    if (invite === undefined || invite.revokedMs !== null) return false;
    const { expiresMs, usesMax, uses } = invite;
    if (nowMs >= (expiresMs ?? Infinity)) return false;
    if (this.#guests.inviteOf(worker) === id) return true;
    if (uses >= (usesMax ?? Infinity)) return false;
    this.#guests.cameBy(worker, id);
    return change(this.#invites, id, { uses: uses + 1 });
  }

  #addAsset(asset: StoredAsset): boolean {
    const { project, digest, bytes } = asset;
    if (!this.#projects.has(project)) throw new Error(`there is no project ${project}`);
    if (this.#assets.has(`${project} ${digest}`)) return false;
    const own = [...this.#assets.values()].filter((each) => each.project === project);
    const sum = [...own, asset].reduce((sum, each) => sum + each.bytes + ASSET_BYTES_MORE, 0);
    if (sum > limits.projectAssetBytesMax) {
      throw new P2c2rError(
        "asset.too_large",
        `Cannot store asset: with its ${bytes} bytes the project has ${sum}`,
      );
    }
    this.#assets.set(`${project} ${digest}`, asset);
    return true;
  }
}

function keepOnce<T>(all: Map<string, T>, name: string, value: T): void {
  if (all.has(name)) throw new Error(`${name} is there already`);
  all.set(name, value);
}

function change<T>(all: Map<string, T>, name: string, to: Partial<T>): boolean {
  const known = all.get(name);
  if (known === undefined) return false;
  all.set(name, { ...known, ...to });
  return true;
}
