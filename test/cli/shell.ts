import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Runs a script of bash, and gives what it printed. @example await shell('curl -s http://127.0.0.1:3000/healthz') */
export async function shell(script: string): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { timeout: 30_000 })
  return stdout
}
