// A binary min-heap whose members know where they stand, so that a rank can change and anyone can leave.

/** Where a member stands; in one ranking at a time. */
export interface Place<T> {
  readonly of: T;
  /** Among equal ranks the smallest comes first. */
  readonly no: number;
  rank: number;
  at: number;
}

/** Smallest rank first. All changes cost O(log n), looking at the first nothing. */
export class Ranking<T> {
  readonly #places: Place<T>[] = [];

  /** The smallest; undefined when nobody is here. */
  get first(): Place<T> | undefined {
    return this.#places[0];
  }

  /** Takes a place in. */
  enter(place: Place<T>, rank: number): void {
    place.rank = rank;
    place.at = this.#places.length;
    this.#places.push(place);
    this.#rise(place);
  }

  /** Gives a place that is here another rank. */
  move(place: Place<T>, rank: number): void {
    const rises = rank < place.rank;
    place.rank = rank;
    if (rises) this.#rise(place);
    else this.#sink(place);
  }

  /** Takes a place that is here out. */
  leave(place: Place<T>): void {
    const last = this.#places.pop();
    if (last === undefined || last === place) return;
    last.at = place.at;
    this.#places[last.at] = last;
    if (isBefore(last, place)) this.#rise(last);
    else this.#sink(last);
  }

  #rise(place: Place<T>): void {
    const places = this.#places;
    let { at } = place;
    while (at > 0) {
      const parent = places[(at - 1) >> 1]!;
      if (isBefore(parent, place)) break;
      const above = parent.at;
      places[at] = parent;
      parent.at = at;
      at = above;
    }
    places[at] = place;
    place.at = at;
  }

  #sink(place: Place<T>): void {
    const places = this.#places;
    let { at } = place;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= places.length) break;
      if (below + 1 < places.length && isBefore(places[below + 1]!, places[below]!)) below++;
      const child = places[below]!;
      if (isBefore(place, child)) break;
      places[at] = child;
      child.at = at;
      at = below;
    }
    places[at] = place;
    place.at = at;
  }
}

function isBefore(a: Place<unknown>, b: Place<unknown>): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.no < b.no);
}
