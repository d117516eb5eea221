import { type EmbeddedPostgres, isEmbeddedDataDir, startPostgres } from '../embedded/index.ts'
import type { Output } from './output.ts'

/** The Postgres of a project's folder: that of another process that runs there, else one of our own. */
export async function startOwnPostgres(dataDir: string, out: Output): Promise<EmbeddedPostgres> {
  const onLog = (line: string) => {
    if (line.startsWith('millrace: ')) out.note(line)
  }
  if (!(await isEmbeddedDataDir(dataDir))) out.note(`Making a database in ${dataDir} …`)
  return startPostgres({ dataDir, reuse: true, onLog })
}
