import type { Bench } from '../bench.ts'
import type { System } from '../systems/system.ts'
import { runClaims } from './claims.ts'
import { runCrowded } from './crowded.ts'
import { runEntities } from './entities.ts'
import { runFairness } from './fairness.ts'
import { runFloor } from './floor.ts'
import { runFlows } from './flows.ts'
import { runGraph } from './graph.ts'
import { runHistory } from './history.ts'
import { runHttp } from './http.ts'
import { runIdle } from './idle.ts'
import { runLatency } from './latency.ts'
import { runLimits } from './limits.ts'
import { runScheduling } from './scheduling.ts'
import { runSleepers } from './sleep.ts'
import { runBesideSnapshot } from './snapshot.ts'
import { runStartup } from './startup.ts'
import { runThroughput, type Throughput } from './throughput.ts'

/** Something that is measured. */
export type Workload = {
  name: string
  title: string
  /** Part of a quick run. */
  quick: boolean
  /** Whether this system takes part. */
  takes(system: System): boolean
  run(bench: Bench, systems: System[]): Promise<void>
}

const engine = ({ kind }: System) => kind === 'engine'
const ours = ({ name }: System) => name === 'millrace'
const any = () => true

const one = { shape: 'one', least: 5000, quickLeast: 600, most: 400_000 } as const
const bulk = { ...one, bulk: true, least: 20_000, quickLeast: 5000 }
const ten = { shape: 'ten', steps: 10, least: 1000, quickLeast: 100, most: 50_000 } as const
const hundred = { shape: 'hundred', steps: 100, least: 20, quickLeast: 5, most: 5000 } as const
const fan = { shape: 'fan', items: 10_000, least: 1, quickLeast: 1, most: 50 } as const

export const workloads: Workload[] = [
  drained('W1', 'one-step workflows, started one by one, 20 in flight', { ...one }),
  drained('W2', '10 sequential steps', { ...ten }),
  drained('W3', '100 parallel steps', { ...hundred }),
  {
    name: 'W4',
    title: 'idle latency, best settings',
    quick: true,
    takes: any,
    run: (bench, systems) => runLatency(bench, 'W4', systems, 'best'),
  },
  {
    name: 'W4-default',
    title: 'idle latency, default settings',
    quick: false,
    takes: any,
    run: (bench, systems) => runLatency(bench, 'W4-default', systems, 'byDefault'),
  },
  {
    name: 'W5',
    title: '1,000 workflows that sleep 1 s',
    quick: false,
    takes: engine,
    run: (bench, systems) => runSleepers(bench, 'W5', systems),
  },
  {
    ...drained('W6', 'one-step workflows or plain queue entries, started in bulk', { ...bulk }),
    takes: (system) => ours(system) || system.kind === 'queue',
  },
  alone('W7', 'W1 in bulk with millions of finished runs and sleepers', runCrowded),
  alone('W8', 'W1 in bulk while a session holds a snapshot', runBesideSnapshot),
  alone('floor', 'the same rows by plain batched INSERTs', runFloor),
  alone('startup', 'from nothing to the first completed run, embedded', runStartup),
  {
    name: 'idle',
    title: 'one worker with nothing to do',
    quick: false,
    takes: any,
    run: (bench, systems) => runIdle(bench, 'idle', systems),
  },
  drained('workers', 'W1 drained by 20 worker processes', { ...one, least: 1000, workers: 20 }),
  payload('payload-1k', '1 KB', 1024, 2000),
  payload('payload-64k', '64 KB', 64 * 1024, 200),
  // with the rest of the input it must fit into the 1 MiB that Millrace takes
  payload('payload-1m', '1 MB', 1024 * 1024 - 64, 20),
  drained('fan-out', '10,000 parallel items in one workflow', { ...fan }),
  alone('history', 'a run of 10,000 steps, and its replay', runHistory),
  alone('limits', 'one step, 1,000 keys with a limit of one run each', runLimits),
  alone(
    'fairness',
    '99 light keys with a run a second, beside one with a million waiting',
    runFairness,
  ),
  alone('claims', 'a claim of one run, by how many wait', runClaims),
  alone(
    'flows',
    'a chain of 1,000 steps, 10,000 items, 100 parallel steps, in each form',
    runFlows,
  ),
  alone('graph', 'a graph of 6 nodes, from its start to its result', runGraph),
  alone('entities', 'transitions of entities, beside a bare UPDATE and INSERT', runEntities),
  alone('http', 'requests to the server, beside a bare route that inserts a row', runHttp),
  alone('scheduling', 'the ends of nodes, as counters and as rows', runScheduling),
]

/** One that is queued and drained; only the first three are part of a quick run. */
function drained(name: string, title: string, spec: Omit<Throughput, 'workload'>): Workload {
  return {
    name,
    title,
    quick: ['W1', 'W2', 'W3'].includes(name),
    takes: (system) => engine(system) && system.shapes.includes(spec.shape),
    run: (bench, systems) => runThroughput(bench, { workload: name, ...spec }, systems),
  }
}

/** Of Millrace alone, against itself. */
function alone(
  name: string,
  title: string,
  run: (bench: Bench, name: string, millrace: System) => Promise<void>,
): Workload {
  return {
    name,
    title,
    quick: false,
    takes: ours,
    run: (bench, [millrace]) => run(bench, name, millrace as System),
  }
}

function payload(name: string, size: string, payloadBytes: number, least: number): Workload {
  const quickLeast = Math.ceil(least / 10)
  const spec = { shape: 'echo', least, quickLeast, most: 100_000, payloadBytes } as const
  return drained(name, `one step that gives back the ${size} of its input`, spec)
}
