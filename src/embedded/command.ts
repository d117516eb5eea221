import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'

/** How a command ended; `failure` says why it never ran. */
export interface CommandEnd {
  code: number | null
  stdout: string
  stderr: string
  failure: Error | null
}

/** Who runs a command. */
export interface CommandUser {
  uid: number
  gid: number
  /** True where we are root and must become this user, as Postgres refuses to run as root. */
  switches: boolean
}

/** The identity to spawn with: none where the server runs as the user that we are already. */
export function identityOf(user: CommandUser): { uid?: number; gid?: number } {
  return user.switches ? { uid: user.uid, gid: user.gid } : {}
}

/**
 * The environment of initdb and postgres. Nothing of the caller's comes through: PGPORT, PGOPTIONS
 * or LD_LIBRARY_PATH would change what they do, and messages are matched in English.
 */
export function serverEnvironment(): Record<string, string> {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
}

/**
 * Runs a command to its end as the server's user, and never throws: spawn reports some errors by
 * throwing and others by an 'error' event, which kills the process when nobody listens.
 */
export function runCommand(
  file: string,
  args: string[],
  user: CommandUser,
  input = '',
): Promise<CommandEnd> {
  return new Promise((done) => {
    const out = { stdout: '', stderr: '' }
    // The working directory may be one that the server's user cannot enter; initdb asks for it.
    const started = trySpawn(file, args, {
      cwd: '/',
      env: serverEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe'],
      ...identityOf(user),
    })
    if (started instanceof Error) return done({ code: null, failure: started, ...out })
    const child = started
    child.on('error', (failure) => done({ code: null, failure, ...out }))
    child.on('close', (code) => done({ code, failure: null, ...out }))
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      out.stdout += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      out.stderr += text
    })
    // A command that ends without reading its input closes the pipe: EPIPE, which is no failure.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

function trySpawn(file: string, args: string[], options: SpawnOptions): ChildProcess | Error {
  try {
    return spawn(file, args, options)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
