import { callsMade, drawCalls, failuresThrough } from './calls.ts';
import {
  type ChangeEvent,
  type Incident,
  type ServerMetrics,
  SIMULATED_METRICS,
  type SimulatedMetric,
  type SimulatedServer,
} from './fleet.ts';
import type { Strain } from './incident-kinds.ts';
import { type RandomStream, randomStream } from './random.ts';
import { ownFailures, rowAt, type ServerCourse, startCourse, strainAt, usualLoad } from './server-series.ts';
import { drawTraits } from './server-traits.ts';

const DECIMALS = 1000;
const CALLS_NOISE = 0.04;
const LOAD_NOISE = 0.07;

/** Inputs that determine the values of servers that call each other. */
export interface CellScript {
  readonly seed: number;
  /** Must contain all callers and callees of each server. The calls must not form a cycle. */
  readonly servers: readonly SimulatedServer[];
  readonly start: number;
  readonly stepSeconds: number;
  readonly steps: number;
  readonly incidents: readonly Incident[];
  /** Routine deployments of a server, oldest first. */
  readonly deploymentsOf: (server: SimulatedServer) => readonly ChangeEvent[];
  readonly missingShare: number;
  readonly errors: boolean;
}

type Row = Record<SimulatedMetric, number>;

/** Sorts servers so that callers precede their callees. */
const callersFirst = (servers: readonly SimulatedServer[]): SimulatedServer[] => {
  const byId = new Map(servers.map((server) => [server.id, server]));
  const ordered: SimulatedServer[] = [];
  const visited = new Set<string>();
  const visit = (server: SimulatedServer): void => {
    if (visited.has(server.id)) return;
    visited.add(server.id);
    for (const callee of server.calls) visit(byId.get(callee)!);
    ordered.push(server);
  };
  for (const server of servers) visit(server);
  return ordered.reverse();
};

const startCourses = (script: CellScript): ServerCourse[] => {
  const servers = callersFirst(script.servers);
  const places = new Map(servers.map(({ id }, at) => [id, at]));
  const peaks = new Float64Array(servers.length);
  return servers.map((server, at) => {
    const traits = drawTraits(script.seed, server);
    const callees = server.calls.map((id) => ({ at: places.get(id)!, server: servers[places.get(id)!]! }));
    const calls = drawCalls(script.seed, server, callees);
    const peakRate = peaks[at]! > 0 ? peaks[at]! : traits.peakRate;
    for (const { callee, perRequest } of calls) peaks[callee]! += peakRate * perRequest;
    const deployments = script.deploymentsOf(server);
    return startCourse({ server, traits, peakRate, calls }, { ...script, deployments });
  });
};

/** The traffic through the servers of a cell at one moment: one value per server, callers before their callees. */
class Flow {
  readonly failing: Float64Array;
  /** Usual requests per second at this time. `rates` has the current ones. */
  readonly usual: Float64Array;
  readonly rates: Float64Array;
  /** Milliseconds. */
  readonly latency: Float64Array;
  readonly #courses: readonly ServerCourse[];

  constructor(courses: readonly ServerCourse[]) {
    this.#courses = courses;
    this.failing = new Float64Array(courses.length);
    this.usual = new Float64Array(courses.length);
    this.rates = new Float64Array(courses.length);
    this.latency = new Float64Array(courses.length);
  }

  /** Advances to `at` and returns the servers' rows. `start` is the time from which load grows. */
  next(at: number, start: number, strains: readonly Readonly<Strain>[]): Row[] {
    this.#fail(strains);
    this.#send(at, start, strains);
    return this.#serve(at, strains);
  }

  /** A request fails because of its own server, or because a call and its retry fail. */
  #fail(strains: readonly Readonly<Strain>[]): void {
    for (let i = this.#courses.length - 1; i >= 0; i--) {
      const course = this.#courses[i]!;
      let served = 1 - ownFailures(course, strains[i]!);
      for (const { callee, perRequest } of course.calls)
        served *= 1 - failuresThrough(perRequest, this.failing[callee]!);
      this.failing[i] = 1 - served;
    }
  }

  /** A server's rate is the sum of its callers' requests, or the external load if it has no callers. */
  #send(at: number, start: number, strains: readonly Readonly<Strain>[]): void {
    this.usual.fill(0);
    this.rates.fill(0);
    for (const [i, course] of this.#courses.entries()) {
      const isCalled = this.usual[i]! > 0;
      if (!isCalled) {
        this.usual[i] = course.peakRate * usualLoad(course, at, start);
        this.rates[i] = this.usual[i]!;
      }
      const noise = 1 + (isCalled ? CALLS_NOISE : LOAD_NOISE) * course.noises.load();
      this.rates[i] = Math.max(0, this.rates[i]! * noise * strains[i]!.load);
      for (const { callee, perRequest } of course.calls) {
        this.usual[callee]! += perRequest * this.usual[i]!;
        this.rates[callee]! += callsMade(perRequest, this.failing[callee]!) * this.rates[i]!;
      }
    }
  }

  /** A request takes its server's own time plus that of its sequential calls, including retries. */
  #serve(at: number, strains: readonly Readonly<Strain>[]): Row[] {
    const rows: Row[] = new Array(this.#courses.length);
    for (let i = this.#courses.length - 1; i >= 0; i--) {
      const course = this.#courses[i]!;
      let waiting = 0;
      for (const { callee, perRequest } of course.calls)
        waiting += callsMade(perRequest, this.failing[callee]!) * this.latency[callee]!;
      const [usual, load] = [this.usual[i]! / course.peakRate, this.rates[i]! / course.peakRate];
      rows[i] = rowAt(course, { at, usual, load, waiting }, strains[i]!);
      this.latency[i] = rows[i]!.latency_ms;
    }
    return rows;
  }
}

/** Records the values that the agent of one server reports. */
class Recorder {
  readonly #metrics: Record<SimulatedMetric, Float64Array>;
  readonly #errors: Float64Array | undefined;
  readonly #missing: () => boolean;
  readonly #counting: RandomStream;
  #reported: (Row & { readonly errors: number }) | undefined;

  constructor({ seed, steps, missingShare, errors }: CellScript, serverId: string) {
    const column = () => new Float64Array(steps);
    this.#metrics = {
      ...{ cpu_percent: column(), memory_percent: column(), disk_percent: column() },
      ...{ network_mbps: column(), latency_ms: column(), request_rate: column() },
    };
    this.#errors = errors ? column() : undefined;
    const gaps = randomStream(seed, 'gaps', serverId);
    this.#missing = missingShare > 0 ? () => gaps.uniform() < missingShare : () => false;
    this.#counting = randomStream(seed, 'failed-requests', serverId);
  }

  record(index: number, row: Row, errors: () => number, isFrozen: boolean): void {
    if (this.#reported === undefined || !isFrozen)
      this.#reported = { ...row, errors: this.#errors === undefined ? 0 : errors() };
    for (const metric of SIMULATED_METRICS) this.#metrics[metric][index] = this.#seen(this.#reported[metric]);
    if (this.#errors !== undefined) this.#errors[index] = this.#seen(this.#reported.errors);
  }

  /** Percentage of `requests` that failed, drawn around the mean share `failing`; noisier with fewer requests. */
  countErrors(failing: number, requests: number): number {
    const chance = Math.sqrt((failing * (1 - failing)) / Math.max(1, requests)) * this.#counting.normal();
    return 100 * Math.min(1, Math.max(0, failing + chance));
  }

  values(): Pick<ServerMetrics, 'metrics' | 'errors'> {
    const errors = this.#errors;
    return { metrics: this.#metrics, ...(errors === undefined ? {} : { errors }) };
  }

  #seen(value: number): number {
    return this.#missing() ? Number.NaN : Math.round(value * DECIMALS) / DECIMALS;
  }
}

/**
 * Generates all series of servers that call each other. A caller waits for its callees and sees their failures, so
 * latency, failures and requests propagate along calls. The order of the servers does not matter.
 */
export const generateCell = (script: CellScript): Map<string, ServerMetrics> => {
  const { start, stepSeconds, steps } = script;
  const courses = startCourses(script);
  const recorders = courses.map(({ server: { id } }) => new Recorder(script, id));
  const flow = new Flow(courses);
  for (let index = 0; index < steps; index++) {
    const at = start + index * stepSeconds;
    const strains = courses.map((course) => strainAt(course, at));
    const rows = flow.next(at, start, strains);
    for (const [i, recorder] of recorders.entries()) {
      const errors = () => recorder.countErrors(flow.failing[i]!, flow.rates[i]! * stepSeconds);
      recorder.record(index, rows[i]!, errors, strains[i]!.frozen);
    }
  }
  return new Map(
    courses.map(({ server }, i) => [server.id, { server, start, stepSeconds, ...recorders[i]!.values() }]),
  );
};
