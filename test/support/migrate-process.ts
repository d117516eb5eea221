// A process that migrates the database whose URL it is given, and writes how many files it applied.
import { Database } from '../../src/kernel/database.ts'
import { migrate } from '../../src/kernel/migrate.ts'

const db = new Database({ connectionString: process.argv[2] as string })
const { applied } = await migrate(db)
console.log(applied.length)
await db.close()
