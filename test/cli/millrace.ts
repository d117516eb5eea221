import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from '../support/until.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** How a command ended, and what it said. */
export type Ended = {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export type SpawnOptions = {
  /** DATABASE_URL. */
  readonly url?: string
  readonly cwd?: string
  readonly env?: Record<string, string>
  /** What comes on stdin. */
  readonly input?: string
}

/** Runs the built CLI to its end. @example await millrace(['runs', 'list'], { url: db.url }) */
export async function millrace(args: string[], options: SpawnOptions = {}): Promise<Ended> {
  const running = startMillrace(args, options)
  running.child.stdin?.end(options.input ?? '')
  return running.ended
}

/** The same, with --json: what it printed, parsed. */
export async function millraceJson<T>(args: string[], options: SpawnOptions = {}): Promise<T> {
  const { code, stdout, stderr } = await millrace([...args, '--json'], options)
  if (code !== 0) throw new Error(`millrace ${args.join(' ')} ended with ${code}: ${stderr}`)
  return JSON.parse(stdout) as T
}

/** A CLI that goes on running. */
export type Running = {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** What it has printed so far. */
  readonly text: () => string
  /** Waits until it has printed this. */
  says(part: string | RegExp): Promise<void>
  /** Signals it and waits for its end. */
  stop(signal: NodeJS.Signals): Promise<Ended>
}

export function startMillrace(args: string[], options: SpawnOptions = {}): Running {
  const { url, cwd, env } = options
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { ...plainEnvironment(), ...(url === undefined ? {} : { DATABASE_URL: url }), ...env },
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
  const said = (part: string | RegExp) =>
    typeof part === 'string' ? (stdout + stderr).includes(part) : part.test(stdout + stderr)
  return {
    child,
    ended,
    text: () => stdout + stderr,
    async says(part) {
      await until(`it says ${part}`, () => said(part) || child.exitCode !== null, {
        timeout: 50_000,
      }).catch((error: Error) => {
        throw new Error(`${error.message}, but:\n${stdout}${stderr}`)
      })
      if (!said(part)) throw new Error(`It ended without saying ${part}:\n${stdout}${stderr}`)
    },
    stop(signal) {
      child.kill(signal)
      return ended
    },
  }
}

/** A folder for one test, with these files in it. */
export async function makeFolder(files: Record<string, string> = {}) {
  const path = await mkdtemp(join(tmpdir(), 'millrace-cli-'))
  // the user as whom Postgres runs must be able to enter
  await chmod(path, 0o755)
  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), text)
  }
  for (const [name, text] of Object.entries(files)) await write(name, text)
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 5 })
  return { path, write, remove, [Symbol.asyncDispose]: remove }
}

/** Nothing of the developer's own settings, and no colours. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(DATABASE_URL|MILLRACE_.*|FORCE_COLOR|npm_.*|VITEST.*|NODE_OPTIONS)$/.test(name),
  )
  return { ...Object.fromEntries(kept), NO_COLOR: '1' }
}
