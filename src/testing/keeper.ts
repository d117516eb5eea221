// The process that owns the embedded Postgres for tests. It says where the server is in one line, and
// ends it when nobody has used it for a while: test processes come and go, one for each file.
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { startPostgres } from '../embedded/index.ts'
import { claimUnused } from '../kernel/test-databases.ts'

/** Seconds without use after which the server ends. */
const IDLE_S = 15

/** Fast; only a crash of the whole machine can harm the data, and then the folder may be removed. */
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '500',
  shared_buffers: '64MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
}

const dataDir = process.argv[2] as string
const server = await startPostgres({ dataDir, reuse: true, settings })
console.log(server.connectionString)
if (!server.reused) await keep()

async function keep(): Promise<void> {
  const client = new pg.Client({ connectionString: server.connectionString })
  client.on('error', () => process.exit(1))
  await client.connect()
  for (let idle = 0; ; ) {
    await delay(1000)
    const free = await claimUnused(client, idle >= IDLE_S)
    if (free && idle >= IDLE_S) break
    idle = free ? idle + 1 : 0
  }
  // the lock keeps new users out until the server is gone; they start another
  await server.stop()
  process.exit(0)
}
