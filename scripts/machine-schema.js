// @ts-check
// Writes schema/machine.json from the descriptions that the validator of machines uses. `npm run machine-schema` after
// a change; test/entity/published-schema.test.ts fails when it is old.
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { machineJsonSchema } = await import(join(root, 'dist/entity/document/published-schema.js'))
const text = `${JSON.stringify(machineJsonSchema(), null, 2)}\n`
writeFileSync(join(root, 'schema', 'machine.json'), text)
