import { type Paint, painter } from './style.ts'

/** Where a command says what it found. The result goes to stdout, everything about it to stderr. */
export type Output = {
  readonly json: boolean
  readonly quiet: boolean
  readonly paint: Paint
  /** Columns of the terminal; Infinity where it is none. */
  readonly columns: number
  /** One text to stdout. */
  print(text: string): void
  /** The result: the value with --json, else what `text` makes of it for people. */
  show(value: unknown, text: () => string): void
  /** A remark to stderr; not with --json or --quiet. */
  note(text: string): void
}

/** The output of a command with these options. */
export function makeOutput(options: { json: boolean; quiet: boolean }): Output {
  const { json, quiet } = options
  const print = (text: string) => void process.stdout.write(`${text}\n`)
  return {
    json,
    quiet,
    paint: painter(process.stdout),
    columns: process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY,
    print,
    show(value, text) {
      const shown = json ? JSON.stringify(value, null, 2) : text()
      if (shown !== '') print(shown)
    },
    note(text) {
      if (!json && !quiet) process.stderr.write(`${painter(process.stderr)('dim', text)}\n`)
    },
  }
}

/** `millrace runs list | head` closes the pipe early: that is no error. */
export function allowClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0)
      throw error
    })
  }
}
