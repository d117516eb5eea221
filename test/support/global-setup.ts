import type { TestProject } from 'vitest/node'
import { startPostgres } from '../../src/embedded/index.ts'
import { makeServerRoom } from './server-room.ts'
import { makeTemplates, serverSettings } from './templates.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server of this test run, as its superuser. */
    adminUrl: string
  }
}

/** One embedded server for the whole run, with a migrated template to clone. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const room = await makeServerRoom()
  const server = await startPostgres({ dataDir: room.dataDir, settings: serverSettings })
  await makeTemplates(server.connectionString)
  project.provide('adminUrl', server.connectionString)
  return async () => {
    await server.stop()
    await room.remove()
  }
}
