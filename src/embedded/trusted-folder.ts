import { chmod, lstat, mkdir } from 'node:fs/promises'
import { EmbeddedPostgresError } from './embedded-error.ts'

/**
 * Makes a folder, or takes the one that is there, if nobody else can have put something into it.
 * In a shared place like /tmp anyone may make a folder of this name first, or a link with it.
 */
export async function trustedFolder(path: string): Promise<string> {
  if (await mkdir(path, { recursive: true })) await chmod(path, 0o755)
  const found = await lstat(path)
  const uid = process.getuid?.() ?? -1
  const isOurs = found.uid === uid || found.uid === 0
  if (found.isDirectory() && isOurs && (found.mode & 0o022) === 0) return path
  throw new EmbeddedPostgresError(
    `${path} cannot be trusted: it is not a folder that belongs to uid ${uid} or root and that ` +
      'only its owner may write to. Look at it, then remove it.',
  )
}
