// The command line within the process of the tests: starting one for each command takes a second or more, and what it
// then does is the same. What a process alone has, a signal, an end, the packed files, `millrace.ts` tries.
import { Readable } from 'node:stream'
import { millraceProgram } from '../../src/cli/millrace-program.ts'
import { runProgram } from '../../src/cli/program.ts'
import { type Ended, plainEnvironment, type SpawnOptions } from './millrace.ts'

/** Commands share what belongs to a process: one after the other. */
let last: Promise<unknown> = Promise.resolve()

/** Runs the CLI to its end. @example await millrace(['runs', 'list'], { url: db.url }) */
export function millrace(args: string[], options: SpawnOptions = {}): Promise<Ended> {
  const ended = last.then(() => run(args, options))
  last = ended.catch(() => {})
  return ended
}

/** The same, with --json: what it printed, parsed. */
export async function millraceJson<T>(args: string[], options: SpawnOptions = {}): Promise<T> {
  const { code, stdout, stderr } = await millrace([...args, '--json'], options)
  if (code !== 0) throw new Error(`millrace ${args.join(' ')} ended with ${code}: ${stderr}`)
  return JSON.parse(stdout) as T
}

/** They go on until they get a signal, and then end the process. */
const lasting = ['dev', 'server', 'worker']

async function run(args: string[], options: SpawnOptions): Promise<Ended> {
  if (lasting.includes(args[0] ?? '') && !args.includes('--help'))
    throw new Error(`millrace ${args.join(' ')} needs a process of its own: startMillrace.`)
  const { url, cwd, env, input = '' } = options
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)]
  const old = { env: process.env, cwd: process.cwd(), exitCode: process.exitCode }
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin') as PropertyDescriptor
  const given = Readable.from([Buffer.from(input)])
  Object.defineProperty(process, 'stdin', { configurable: true, value: given })
  process.env = { ...plainEnvironment(), ...(url !== undefined && { DATABASE_URL: url }), ...env }
  process.exitCode = undefined
  if (cwd !== undefined) process.chdir(cwd)
  try {
    const code = await runProgram(millraceProgram(), args)
    return { code, stdout: stdout.text(), stderr: stderr.text() }
  } finally {
    stdout.release()
    stderr.release()
    process.chdir(old.cwd)
    process.env = old.env
    process.exitCode = old.exitCode
    Object.defineProperty(process, 'stdin', stdin)
  }
}

/** What is written to a stream from now on, in its place. */
function capture(stream: NodeJS.WriteStream) {
  const write = stream.write
  let text = ''
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
    const done = rest.find((one) => typeof one === 'function') as (() => void) | undefined
    done?.()
    return true
  }) as typeof stream.write
  return {
    text: () => text,
    release: () => {
      stream.write = write
    },
  }
}
