// Projects by number inside this process, by id everywhere else.

/** A project as the gateways and the core know it. */
export interface Project {
  readonly no: number;
  readonly id: string;
  /** Its right to compute relative to others, when there is not enough for all. */
  readonly weight: number;
}

/** What a project weighs before anybody has said so. */
const WEIGHT_USUAL = 100;

/** Gives each project id a number, once. */
export class Projects {
  readonly #byId = new Map<string, Project & { weight: number }>();
  /** From 1: 0 stands for work that no project asked for. */
  readonly #byNo = new Map<number, Project>();

  /** The project of that id. */
  of(id: string): Project {
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    return this.#add(id, WEIGHT_USUAL);
  }

  /** Says what a project weighs from now on. */
  weigh(id: string, weight: number): void {
    const known = this.#byId.get(id);
    if (known === undefined) this.#add(id, weight);
    else known.weight = weight;
  }

  #add(id: string, weight: number): Project {
    const project = { no: this.#byNo.size + 1, id, weight };
    this.#byNo.set(project.no, project);
    this.#byId.set(id, project);
    return project;
  }

  /** The id behind a number. */
  idOf(no: number): string {
    const project = this.#byNo.get(no);
    if (project === undefined) throw new RangeError(`Cannot name project ${no}: there is none`);
    return project.id;
  }
}
