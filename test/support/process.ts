import { spawn } from 'node:child_process'

/** Runs a script of TypeScript in a process of its own and returns what it wrote; fails if it fails. */
export async function runScript(script: string): Promise<string> {
  const jiti = import.meta.resolve('jiti/register')
  const child = spawn(process.execPath, ['--import', jiti, '--input-type=module', '-e', script])
  let out = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    out += chunk
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`the script ended with ${code}: ${out}`)
  return out
}
