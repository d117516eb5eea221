// @ts-check
// Writes sql/schema.sql from the catalogue of a freshly migrated database. Run as `npm run schema`,
// which builds first; test/kernel/schema.test.ts fails when the file is not what this would write.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const dist = new URL('../dist/', import.meta.url)
const load = (/** @type {string} */ path) => import(new URL(path, dist).href)
const { startPostgres } = await load('embedded/index.js')
const { Database } = await load('kernel/database.js')
const { describeSchema } = await load('kernel/describe-schema.js')
const { migrate } = await load('kernel/migrate.js')

const room = await mkdtemp(join(tmpdir(), 'millrace-schema-'))
const postgres = await startPostgres({ dataDir: join(room, 'pg'), settings: { fsync: 'off' } })
try {
  const db = new Database({ connectionString: postgres.connectionString })
  await migrate(db)
  const file = fileURLToPath(new URL('../sql/schema.sql', import.meta.url))
  await writeFile(file, await describeSchema(db))
  await db.close()
} finally {
  await postgres.stop()
  await rm(room, { recursive: true, force: true })
}
