import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { findNativePackage, type NativePackage } from './native-package.ts'

/** What the machine offers: the programs, and the folders to try where the asked ones won't do. */
export interface Site {
  programs: NativePackage
  /** Where a copy of the programs may go, best first. */
  cacheRoots: string[]
  /** Where data may go whose asked folder the server's user cannot reach, best first. */
  dataRoots: string[]
}

/**
 * The site of this process. Data of root goes to /var/lib before /tmp, because systemd-tmpfiles
 * deletes what is older than 10 days from /tmp, file by file, under a running server too.
 */
export async function thisSite(): Promise<Site> {
  const programs = await findNativePackage()
  const uid = process.getuid?.() ?? -1
  const shared = join(tmpdir(), `millrace-${uid}`)
  if (uid === 0) {
    return {
      programs,
      cacheRoots: ['/var/cache/millrace', shared],
      dataRoots: ['/var/lib/millrace', shared],
    }
  }
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return { programs, cacheRoots: [join(cache, 'millrace'), shared], dataRoots: [shared] }
}
