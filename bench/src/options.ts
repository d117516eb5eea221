import { parseArgs } from 'node:util'

/** What the command line asks for. */
export type Options = {
  /** Under three minutes: W1 to W4, small numbers, the second round only for the two best. */
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

const help = `npm run bench -- [options]
  --quick             under three minutes; W1 to W3 and a short W4
  --check             a quick run; exits 1 if a ratio is under 0.7 of the committed one
  --sweep             tries the settings of every system on W1 and writes bench/settings.json
  --only W1,W4        these workloads
  --add               with --only: puts them into the committed results, in the place of the same ones
  --systems a,b       these systems
  --rounds 3          how often each system has its turn
  --scale 0.02        a fraction of the work, for trying things out
  --w7 10000000       finished runs that W7 begins with (a tenth as many sleep)
  --out folder        where results go; default: bench/, of a partial run a temporary folder
  --database-url url  a server of your own (a superuser, on this machine)
  --data-dir folder   where the embedded server keeps its data while it runs
  --absurd-sql file   the schema of absurd, which its npm package does not have`

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
