// A process that starts a server in the folder given, says so in one line of JSON, and then waits
// until it is killed. It takes no notice of Ctrl-C, as a CLI that is still finishing its work.
// With the word `leave` it has nothing to wait for, and should end by itself.
import { startPostgres } from '../../src/embedded/index.ts'
import { fast } from './fast.ts'

process.on('SIGINT', () => console.log('"interrupted"'))
const { pid, connectionString } = await startPostgres({ dataDir: process.argv[2], settings: fast })
console.log(JSON.stringify({ pid, connectionString }))
if (process.argv[3] !== 'leave') setInterval(() => {}, 60_000)
