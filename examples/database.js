// @ts-check
// The database of the examples: that of DATABASE_URL, else a real Postgres in ./.millrace, which ends
// with the process. One that `millrace dev` runs in this folder is used too.
import { startPostgres } from 'millrace/embedded'

export const connectionString =
  process.env.DATABASE_URL || (await startPostgres({ reuse: true })).connectionString
