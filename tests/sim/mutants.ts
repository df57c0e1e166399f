// Past 300 lines: one table. Deliberate bugs in the core, the trust rules and what keeps them; the simulation has to see each.

/** One bug: in a file, one text stands for another. Product code knows nothing of it. */
export interface Mutant {
  readonly name: string;
  /** From the root. */
  readonly file: string;
  /** Occurs once in the file. */
  readonly find: string;
  readonly replace: string;
}

const scheduler = "coordinator/scheduler";
const rules = "coordinator/verify/rules.ts";

/** The deliberate bugs. A changed program may have to change them with it. */
export const mutants: readonly Mutant[] = [
  // Trust.
  {
    name: "trust after one right shadow",
    file: rules,
    find: "? rules.probationResults :",
    replace: "? 1 :",
  },
  {
    name: "one right result too many before trust",
    file: rules,
    find: "if (progress < needed) return",
    replace: "if (progress <= needed) return",
  },
  {
    name: "right results are not counted",
    file: rules,
    find: "const right = trust.right + 1;",
    replace: "const right = trust.right;",
  },
  {
    name: "a new version is never rechecked",
    file: rules,
    find: 'if (trust.stage !== "trusted") return 1;',
    replace: 'if (trust.stage !== "trusted") return 0;',
  },
  {
    name: "recheck rates are the wrong way round",
    file: rules,
    find: "return detection >= rules.detectionMin",
    replace: "return detection < rules.detectionMin",
  },
  {
    name: "the recheck rate decays",
    file: rules,
    find: "? rules.recheckRateChecked : rules.recheckRateUnchecked",
    replace: "? rules.recheckRateChecked / trust.right : rules.recheckRateUnchecked / trust.right",
  },
  {
    name: "a liar keeps its trust in other kernels",
    file: rules,
    find: "if (!isolated) {",
    replace: "if (isolated) {",
  },
  {
    name: "a liar is forgiven again and again",
    file: rules,
    find: "&& trust.wrong === 0 && record.offences === 0",
    replace: "",
  },
  {
    name: "offences are not counted",
    file: rules,
    find: "offences: record.offences + 1",
    replace: "offences: record.offences",
  },
  {
    name: "quarantine does not grow",
    file: rules,
    find: "* 2 ** record.offences",
    replace: "",
  },
  {
    name: "trust in one kernel is trust in another",
    file: rules,
    find: "key.startsWith(`${kernel.id}@`)",
    replace: 'key.startsWith("kernel")',
  },
  {
    name: "trust in one kernel replaces trust in the others",
    file: rules,
    find: "new Map(record.kernels).set(key, trust)",
    replace: "new Map([[key, trust]])",
  },
  // Answers.
  {
    name: "any fence is good enough",
    file: `${scheduler}/answer.ts`,
    find: "attempt.fence === event.fence &&",
    replace: "",
  },
  {
    name: "an attempt is answered again while its answer is checked",
    file: `${scheduler}/answer.ts`,
    find: 'attempt.state === "out";',
    replace: 'attempt.state !== "closed";',
  },
  {
    name: "what its check refused is served",
    file: `${scheduler}/answer.ts`,
    find: '  if (event.verdict === "failed") {',
    replace: '  if (event.verdict === "passed" && event.again) {',
  },
  {
    name: "what no check could judge is served",
    file: `${scheduler}/answer.ts`,
    find: 'event.again || event.verdict === "unknown" ||',
    replace: "",
  },
  {
    name: "a check is enough where a recheck was asked for",
    file: `${scheduler}/answer.ts`,
    find: ' || task.spec.verify === "always"',
    replace: "",
  },
  {
    name: "what the accused had in hand is served",
    file: `${scheduler}/answer.ts`,
    find: " ||\n    worker.peer.accused;",
    replace: ";",
  },
  {
    name: "draws count the wrong way round",
    file: `${scheduler}/answer.ts`,
    find: "attempt.draw < recheckRate(",
    replace: "attempt.draw > recheckRate(",
  },
  {
    name: "a drawn result is marked and never recomputed",
    file: `${scheduler}/answer.ts`,
    find: 'if (!asked) ask(state, nowMs, about, "recheck", null, out);',
    replace: "",
  },
  {
    name: "a shadow whose run failed is forgotten",
    file: `${scheduler}/answer.ts`,
    find: 'if (asks) ask(state, nowMs, about, "shadow", null, out);',
    replace: "",
  },
  {
    name: "an answer is served after its worker was proven a liar",
    file: `${scheduler}/answer.ts`,
    find: 'if (stageOf(worker, attempt.kernel) === "probation") {\n    unserved',
    replace: "if (false) {\n    unserved",
  },
  // Judgement.
  {
    name: "every right recheck raises a newcomer's trust",
    file: `${scheduler}/judge.ts`,
    find: 'if (before.stage === "probation" && kind !== "shadow") return;',
    replace: "",
  },
  {
    name: "one mismatch is proof enough",
    file: `${scheduler}/judge.ts`,
    find: "if (about.confirmed) return wrong(",
    replace: "if (true) return wrong(",
  },
  {
    name: "a second run confirms whatever it says",
    file: `${scheduler}/judge.ts`,
    find: "if (trusted !== null && sameOutcome(trusted, second)) {",
    replace: "if (trusted !== null) {",
  },
  {
    name: "a refused check is proof enough",
    file: `${scheduler}/judge.ts`,
    find: "  if (peer.accused) return;",
    replace: '  if (true) return condemn(state, nowMs, peer, subject.kernel, "", out);',
  },
  {
    name: "a proven liar's earlier results stay",
    file: `${scheduler}/judge.ts`,
    find: "recomputeWindows(state, nowMs, peer, judgement.quarantined, out);",
    replace: "",
  },
  {
    name: "a proven liar's results stay in the cache",
    file: `${scheduler}/judge.ts`,
    find: "if (judgement.quarantined) state.cache.evictWorker(peer.id);",
    replace: "",
  },
  {
    name: "an accusation never ends",
    file: `${scheduler}/judge.ts`,
    find: "  peer.accused = false;",
    replace: "",
  },
  {
    name: "a wrong answer is not taken back",
    file: `${scheduler}/judge.ts`,
    find: "if (served !== null) revoke(state, served, about, out);",
    replace: "",
  },
  {
    name: "an answer is taken back for the same wrong bytes",
    file: `${scheduler}/consequences.ts`,
    find: 'about.trusted?.type === "output" ? about.trusted.output : null',
    replace: "served.outcome.output",
  },
  {
    name: "a wrong answer is still paid by who got it",
    file: `${scheduler}/consequences.ts`,
    find: 'if (fuel > 0) out.push({ type: "refund"',
    replace: 'if (fuel < 0) out.push({ type: "refund"',
  },
  {
    name: "shadows are never paid",
    file: `${scheduler}/consequences.ts`,
    find: ', { type: "grant", ...credit });',
    replace: ");",
  },
  {
    name: "outputs are compared by their first byte",
    file: `${scheduler}/same_outcome.ts`,
    find: "at < a.length",
    replace: "at < 1",
  },
  {
    name: "fuel is not compared",
    file: `${scheduler}/same_outcome.ts`,
    find: "if (a.fuel !== b.fuel) return false;",
    replace: "",
  },
  {
    name: "any claim of fuel is paid that a check lets pass",
    file: `${scheduler}/trusted.ts`,
    find: "return Math.min(claimed, fuel.at(work.input.length) ?? 0);",
    replace: "return claimed;",
  },
  {
    name: "claims that nobody has recomputed are never paid",
    file: `${scheduler}/trusted.ts`,
    find: "return Math.min(claimed, fuel.at(work.input.length) ?? 0);",
    replace: "return 0;",
  },
  // Windows and credit.
  {
    name: "credit is granted while its result is still being judged",
    file: `${scheduler}/window.ts`,
    find: 'if (served.verdict === "judging") return;',
    replace: "",
  },
  {
    name: "a peer is forgotten while it is being judged",
    file: `${scheduler}/window.ts`,
    find: "peer.sessions.size > 0 || peer.unjudged > 0",
    replace: "peer.sessions.size > 0",
  },
  {
    name: "credit is granted before its time",
    file: `${scheduler}/window.ts`,
    find: "servedMs + windowMs <= nowMs",
    replace: "servedMs + windowMs / 2 <= nowMs",
  },
  {
    name: "the newest result leaves the window first",
    file: `${scheduler}/window.ts`,
    find: "window.results.shift()",
    replace: "window.results.pop()",
  },
  {
    name: "windows never close by time",
    file: `${scheduler}/timers.ts`,
    find: 'case "probe":\n      return false;',
    replace: 'case "probe":\n      return timer.type === "window";',
  },
  // Ends.
  {
    name: "an answer is charged twice",
    file: `${scheduler}/finish.ts`,
    find: 'out.push({ type: "charge", project: spec.project, kernel: spec.kernel, fuel });',
    replace:
      'for (let i = 0; i < 2; i++) out.push({ type: "charge", project: spec.project, kernel: spec.kernel, fuel });',
  },
  {
    name: "who waited with a refused task is forgotten",
    file: `${scheduler}/finish.ts`,
    find: "else state.orphans.push(follower);",
    replace: "",
  },
  {
    name: "merged requests are never taken off the list",
    file: `${scheduler}/finish.ts`,
    find: "for (const no of task.followers?.keys() ?? []) state.merged.delete(no);",
    replace: "",
  },
  {
    name: "tasks have no deadline",
    file: `${scheduler}/admit.ts`,
    find: 'state.timers.push(spec.dueMs, { type: "due", task });',
    replace: "",
  },
  {
    name: "a request waits with a task of a later deadline",
    file: `${scheduler}/admit.ts`,
    find: "leader.spec.dueMs > spec.dueMs",
    replace: "false",
  },
  {
    name: "a request that asks for a recheck waits with one that does not",
    file: `${scheduler}/admit.ts`,
    find: 'if (spec.verify === "always" && leader.spec.verify !== "always") return false;',
    replace: "",
  },
  {
    name: "a request waits with one that excludes fewer workers",
    file: `${scheduler}/admit.ts`,
    find: "if (!spec.exclude.every((tag) => leader.spec.exclude.includes(tag))) return false;",
    replace: "",
  },
  {
    name: "unproven bytes from the cache are good enough for a recheck",
    file: `${scheduler}/admit.ts`,
    find: 'spec.verify === "always" || (source',
    replace: "(source",
  },
  {
    name: "the queue has no end",
    file: `${scheduler}/admit.ts`,
    find: 'if (tasks.size >= queuedTasksMax) return "Cannot submit task: the queue is full";',
    replace: "return null;",
  },
  {
    name: "projects share a cache",
    file: "coordinator/gateway/identity.ts",
    find: "view.setFloat64(0, project, true);",
    replace: "view.setFloat64(0, 0, true);",
  },
  {
    name: "the cache forgets to count what it dropped",
    file: `${scheduler}/cache.ts`,
    find: "this.#bytes -= bytesOf(node);",
    replace: "",
  },
  // Placement and slots.
  {
    name: "a task goes to the same helper again",
    file: `${scheduler}/choose.ts`,
    find: " && !task.tried.includes(worker.peer.id)",
    replace: "",
  },
  {
    name: "excluded workers get the task",
    file: `${scheduler}/choose.ts`,
    find: " && !isExcluded(task.spec, worker.tags)",
    replace: "",
  },
  {
    name: "hedges are free",
    file: `${scheduler}/hedge.ts`,
    find: "state.hedgeTokens -= 1;",
    replace: "",
  },
  {
    name: "attempts are never given up",
    file: `${scheduler}/ladder.ts`,
    find: "  closeAttempt(state, attempt);\n  blame(nowMs, attempt);",
    replace: "  blame(nowMs, attempt);",
  },
  {
    name: "waiting tasks are not counted",
    file: `${scheduler}/waiting.ts`,
    find: "task.kernel.queued.add(task.queueKeyMs, 1);",
    replace: "",
  },
  {
    name: "trusted compute is never asked for an answer",
    file: `${scheduler}/ladder.ts`,
    find: 'ask(state, nowMs, asked, "serve", task, out);',
    replace: "",
  },
  {
    name: "one run too many on trusted compute",
    file: `${scheduler}/trusted.ts`,
    find: "state.runsRunning < config.localSlots) {",
    replace: "state.runsRunning <= config.localSlots) {",
  },
  {
    name: "slots of trusted compute are never free again",
    file: `${scheduler}/trusted.ts`,
    find: "state.runsRunning--;",
    replace: "",
  },
  {
    name: "a judgement is dropped when its task has ended",
    file: `${scheduler}/trusted.ts`,
    find: "waiting.length > 0 || openShadows > 0 ||",
    replace: "",
  },
  {
    name: "the quarantined get work",
    file: `${scheduler}/room.ts`,
    find: " &&\n    nowMs >= worker.peer.record.quarantinedUntilMs",
    replace: "",
  },
  {
    name: "the accused get work",
    file: `${scheduler}/room.ts`,
    find: " && !worker.peer.accused",
    replace: "",
  },
  {
    name: "the paused get work",
    file: `${scheduler}/room.ts`,
    find: " && !worker.paused",
    replace: "",
  },
  {
    name: "the disconnected get work",
    file: `${scheduler}/room.ts`,
    find: "worker.able = worker.connected && ",
    replace: "worker.able = ",
  },
  {
    name: "unproven answers are served when time is short",
    file: `${scheduler}/room.ts`,
    find: "return !attempt.unproven && ",
    replace: "return ",
  },
  {
    name: "slots are counted up and never down",
    file: `${scheduler}/room.ts`,
    find: "own.kernel.usableSlots += usableSlots - own.usableSlots;",
    replace: "own.kernel.usableSlots += usableSlots;",
  },
  {
    name: "the list of open workers is mixed up",
    file: `${scheduler}/room.ts`,
    find: "last.openAt = own.openAt;",
    replace: "",
  },
  {
    name: "a stranger hands an attempt back",
    file: `${scheduler}/workers.ts`,
    find: " || attempt.fence !== fence",
    replace: "",
  },
  {
    name: "the heap takes the larger child",
    file: `${scheduler}/heap.ts`,
    find: "this.#keys[child + 1]! < this.#keys[child]!",
    replace: "this.#keys[child + 1]! > this.#keys[child]!",
  },
  // Doors.
  {
    name: "a key that was used gives its answer to any task",
    file: "coordinator/gateway/idempotency.ts",
    find: "if (found.task.identity === task.identity) return found.answer;",
    replace: "return found.answer;",
  },
  {
    name: "a request over HTTP that is repeated is computed again",
    file: "coordinator/gateway/http_tasks.ts",
    find: "if (before !== undefined) return before;",
    replace: "",
  },
  {
    name: "any signature proves who a worker is",
    file: "coordinator/app/worker_door.ts",
    find: 'throw refused("signature is wrong");',
    replace: "return { worker: workerId(key), key, challenge, work: 0 };",
  },
  {
    name: "a challenge is good for any number of sessions",
    file: "coordinator/app/worker_door.ts",
    find: 'if (this.#used.has(name)) throw refused("challenge was used before");',
    replace: "",
  },
  {
    name: "any seal is the coordinator's own",
    file: "coordinator/app/seal.ts",
    find: 'if (!timingSafeEqual(this.#mac(body, bound), mac)) return "forged";',
    replace: "",
  },
  {
    name: "an unknown key speaks for the first project",
    file: "coordinator/app/api_keys.ts",
    find: "if (found === undefined || found.revokedMs !== null) {",
    replace:
      'if (found === undefined) return { project: "project-0", prefix: "" };\n    if (found.revokedMs !== null) {',
  },
  // Files.
  {
    name: "a worker computes with whatever bytes it was sent",
    file: "worker/runner/blobs.ts",
    find: "if (await sha256Hex(bytes) !== digest) {",
    replace: "if (digest === '') {",
  },
];
