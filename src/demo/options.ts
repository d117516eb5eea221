import { InvalidInputError } from '../model/errors.ts'

/** What the demo can be told. */
export type DemoOptions = {
  /** Runs to start. Default 1,000. */
  orders?: number
  /** Times that the worker is killed. Default 2. */
  kills?: number
  /** A small one, for CI: 200 orders. */
  quick?: boolean
  /** Leave the database as it is at the end. */
  keep?: boolean
  /** A Postgres to use, in schemas of its own; default: an embedded one. */
  databaseUrl?: string | undefined
  /** Where it prints. Default: the standard output. */
  output?: Output
}

/** Something to print to: a terminal gets a live line. */
export type Output = { write(text: string): unknown; isTTY?: boolean; columns?: number }

/** Whole numbers that the demo takes, from and to. */
const ranges = { orders: [1, 100_000], kills: [0, 20] } as const

/** An option of the command line; one with a range takes a whole number of it. */
export type DemoFlag = {
  readonly flags: string
  readonly description: string
  readonly range?: readonly [least: number, most: number]
}

/** The options of the command line, for whoever makes a command of the demo. */
export const demoFlags: readonly DemoFlag[] = [
  { flags: '--quick', description: '200 orders, for CI' },
  { flags: '--orders <n>', description: 'orders to start (default: 1000)', range: ranges.orders },
  { flags: '--kills <n>', description: 'kills of the worker (default: 2)', range: ranges.kills },
  { flags: '--keep', description: 'leave the database as it is at the end' },
]

/** The same, decided. */
export type DemoPlan = {
  readonly orders: number
  readonly kills: number
  readonly keep: boolean
  readonly databaseUrl: string | null
  readonly leaseSeconds: number
  readonly concurrency: number
}

/** @throws InvalidInputError that names the option and the rule */
export function planDemo(options: DemoOptions): DemoPlan {
  const orders = whole('orders', options.orders ?? (options.quick ? 200 : 1000))
  return {
    orders,
    kills: whole('kills', options.kills ?? 2),
    keep: options.keep ?? false,
    databaseUrl: options.databaseUrl || null,
    leaseSeconds: 3,
    // what two processes in a row died of is run alone: with few orders that would be most of them
    concurrency: Math.min(Math.max(Math.ceil(orders / 4), 1), 100),
  }
}

function whole(name: keyof typeof ranges, value: number): number {
  const [least, most] = ranges[name]
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new InvalidInputError(
    `--${name} is ${value}; it must be a whole number from ${least} to ${most}.`,
  )
}
