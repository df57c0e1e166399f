// Projects by number inside this process, by id everywhere else.

/** A project as the gateways and the core know it. */
export interface Project {
  readonly no: number;
  readonly id: string;
}

/** Gives each project id a number, once. */
export class Projects {
  readonly #byId = new Map<string, Project>();
  /** From 1: 0 stands for work that no project asked for. */
  readonly #byNo = new Map<number, Project>();

  /** The project of that id. */
  of(id: string): Project {
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const project = { no: this.#byNo.size + 1, id };
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
