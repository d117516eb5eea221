import type { PoolClient } from 'pg'
import { NonRetryableError } from '../../model/errors.ts'
import { fieldOf, scopeOf } from '../evaluate-node.ts'
import { optionsOf } from '../node-options.ts'
import type { ConfigOf, Perform } from '../node-result.ts'
import { readSecrets } from '../read-secrets.ts'
import { withCode } from '../run-evaluation.ts'

/** Runs a statement that the operator has registered; its changes and what is recorded commit together. */
export const sql: Perform = async (node, place) => {
  const { statement: name } = node.node.config as ConfigOf<'sql'>
  const { statements } = place.engine.surroundings
  const call = async (tx: PoolClient) => {
    const text = Object.hasOwn(statements, name) ? statements[name] : undefined
    if (text === undefined) throw notRegistered(name)
    const scope = scopeOf(place, await readSecrets(node, place))
    const params = withCode(() => fieldOf(node, 'params', place, scope)) as unknown[] | undefined
    const { rows, rowCount } = await tx.query(text, (params ?? []).map(toParameter))
    return { rows, row_count: rowCount ?? 0 }
  }
  const run = () => place.steps.transaction(node.id, call, optionsOf(node, place))
  const output = await place.gate.pass(run, place.engine.givenUp)
  return { output }
}

/** A list would be sent as an array of Postgres, an object as text: both are JSON. */
function toParameter(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}

function notRegistered(name: string): Error {
  const error = new NonRetryableError(
    `There is no statement "${name}" in this process. Give it to the engine: statements: { … }; "millrace worker" takes --statements.`,
  )
  return Object.assign(error, { code: 'UNKNOWN_STATEMENT' })
}
