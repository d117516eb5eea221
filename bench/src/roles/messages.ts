import type { Input, Settings, Shape } from '../systems/system.ts'

/** What a process of the bench is told when it begins. */
export type Task = {
  system: string
  role: 'prepare' | 'driver' | 'worker'
  url: string
  settings: Settings
}

/** How many workflows a driver starts, and how. */
export type StartOrder = {
  shape: Shape
  n: number
  bulk: boolean
  /** Beside its number, for every workflow. */
  input?: Partial<Input>
}

/** One at a time, with a pause of random length before each. */
export type LatencyOrder = {
  shape: Shape
  n: number
  warmUp: number
  maxGapMs: number
  /** Ends early after this. */
  forMs: number
}

/** Starts of so many keys, each with one a second, evenly. */
export type TrickleOrder = { shape: Shape; keys: number; seconds: number }

/** What a process can be asked; each gets one answer. */
export type Order =
  | { do: 'go' }
  | ({ do: 'start' } & StartOrder)
  | ({ do: 'latency' } & LatencyOrder)
  | ({ do: 'trickle' } & TrickleOrder)
  | { do: 'replay'; steps: number }
  | { do: 'usage' }
  | { do: 'lateness' }
  | { do: 'stop' }

/** Of the process so far: CPU microseconds, and the most memory that it had. */
export type Usage = { cpuUs: number; peakMb: number }

/** What comes back: an answer to an order, or how many handlers have finished. */
export type Reply =
  | { ready: true }
  | { id: number; result: unknown }
  | { id: number; error: string }
  | { finished: number }
