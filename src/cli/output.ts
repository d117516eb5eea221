import { columnsOf, type Paint, painter } from './style.ts'
import { wrapSentences } from './wrap.ts'

/** Where a command says what it found. The result goes to stdout, everything about it to stderr. */
export type Output = {
  readonly json: boolean
  readonly quiet: boolean
  readonly paint: Paint
  /** Columns of the terminal, as it is now; Infinity where it is none. */
  readonly columns: number
  /** One text to stdout. */
  print(text: string): void
  /** The result: the value with --json, else what `text` makes of it for people. */
  show(value: unknown, text: () => string): void
  /** A remark to stderr, its commands to copy on indented lines; not with --json or --quiet. */
  note(text: string): void
}

/** The output of a command with these options. */
export function makeOutput(options: { json: boolean; quiet: boolean }): Output {
  const { json, quiet } = options
  const write = process.stdout.write.bind(process.stdout)
  const print = (text: string) => void write(`${text}\n`)
  return {
    json,
    quiet,
    paint: painter(process.stdout),
    get columns() {
      return columnsOf(process.stdout)
    },
    print,
    show(value, text) {
      const shown = json ? JSON.stringify(value, null, 2) : text()
      if (shown !== '') print(shown)
    },
    note(text) {
      if (json || quiet) return
      const { stderr } = process
      stderr.write(`${painter(stderr)('dim', wrapSentences(text, columnsOf(stderr)))}\n`)
    },
  }
}

/**
 * From now on stdout is for outputs alone: what user code prints, by console.log or otherwise, goes
 * to stderr. With --json every line of stdout is JSON.
 */
export function keepStdout(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr)
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
