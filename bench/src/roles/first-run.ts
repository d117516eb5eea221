// What a newcomer's program does: a server, an engine, a run, its result. Tells when it has that.
import { WorkflowEngine, workflow } from 'millrace'
import { startPostgres } from 'millrace/embedded'

const hello = workflow('hello', ({ step }) => step.run('say', () => 'hello'))
const postgres = await startPostgres({ dataDir: process.argv[2] as string })
const { connectionString } = postgres
const engine = new WorkflowEngine({ connectionString, workflows: [hello] })
await engine.start()
const run = await engine.startWorkflow(hello, {})
process.send?.({ result: await run.result() })
await engine.stop()
await postgres.stop()
process.disconnect()
