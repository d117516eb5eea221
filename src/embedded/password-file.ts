import { randomBytes } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { errorCode } from './embedded-error.ts'

/** Reads the superuser's password; null where there is no file. */
export async function readPassword(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim() || null
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}

/**
 * Makes the password file (mode 0600) unless another process was faster, and returns what is in
 * it. Written beside and linked into place, so that nobody ever reads half a password.
 */
export async function makePassword(file: string): Promise<string> {
  const mine = `${file}.${randomBytes(6).toString('hex')}`
  await writeFile(mine, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  try {
    await link(mine, file)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  } finally {
    await rm(mine, { force: true })
  }
  return (await readPassword(file)) ?? ''
}
