import { test } from 'vitest'
import { writeFileSync } from 'node:fs'
import { createServer } from '../../src/server/create-server.ts'
import { WorkflowClient } from '../../src/client/workflow-client.ts'
test('doc', async () => {
  const s = createServer(new WorkflowClient({ connectionString: 'postgres://x' }))
  const r = await s.fetch(new Request('http://x/openapi.json'))
  writeFileSync('/tmp/openapi.json', await r.text())
})
