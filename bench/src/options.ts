import { parseArgs } from 'node:util'
import { help } from '../help.js'

/** What the command line asks for. */
export type Options = {
  /** About three minutes: W1 to W4, small numbers, the second round only for the two best. */
  quick: boolean
  sweep: boolean
  /** Compare with the committed ratios; exit 1 if one fell under 0.7 of its own. */
  check: boolean
  /** Workloads; null: all of this mode. */
  only: string[] | null
  /** Systems; null: all. */
  systems: string[] | null
  rounds: number
  /** Puts the workloads of `only` into the committed results. */
  add: boolean
  /** Multiplies how much each workload does; for trying things out. */
  scale: number
  /** Finished runs of W7; there are a tenth as many sleepers. */
  w7: number
  out: string | null
  databaseUrl: string | null
  dataDir: string | null
  absurdSql: string | null
}

/** Reads the command line; prints the help or a mistake and ends the process. */
export function readOptions(args: string[]): Options {
  try {
    return read(args)
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`)
    process.exit(2)
  }
}

function read(args: string[]): Options {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args,
    options: {
      quick: flag,
      check: flag,
      sweep: flag,
      add: flag,
      help: flag,
      only: text,
      systems: text,
      rounds: text,
      scale: text,
      w7: text,
      out: text,
      'database-url': text,
      'data-dir': text,
      'absurd-sql': text,
    },
  })
  if (values.help) {
    console.log(help)
    process.exit(0)
  }
  const quick = values.quick || values.check
  if (values.add && (!values.only || quick || values.scale || values.systems || values.out))
    throw new Error(
      '--add takes whole workloads: give --only with it, and nothing that makes them smaller',
    )
  return {
    quick,
    sweep: values.sweep,
    check: values.check,
    add: values.add,
    only: list(values.only),
    systems: list(values.systems),
    rounds: positive('rounds', values.rounds ?? (quick ? '2' : '3')),
    scale: positive('scale', values.scale ?? '1'),
    w7: positive('w7', values.w7 ?? (quick ? '100000' : '10000000')),
    out: values.out ?? null,
    databaseUrl: values['database-url'] ?? null,
    dataDir: values['data-dir'] ?? null,
    absurdSql: values['absurd-sql'] ?? null,
  }
}

function list(value: string | undefined): string[] | null {
  return value === undefined ? null : value.split(',').map((part) => part.trim())
}

function positive(name: string, value: string): number {
  const number = Number(value)
  if (number > 0) return number
  throw new Error(`--${name} is a number above 0; got ${value}`)
}
