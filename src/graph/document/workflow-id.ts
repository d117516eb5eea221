import { createHash } from 'node:crypto'
import { isName } from '../../model/names.ts'
import type { GraphDocument } from './graph-document.ts'

/**
 * The id of the workflow of a document: what it says; else its name, where that can be one; else made of that, and
 * the same for the same name.
 * @example workflowIdOf({ name: 'Order Pipeline' }) // 'Order Pipeline'
 */
export function workflowIdOf({ id, name }: Pick<GraphDocument, 'id' | 'name'>): string {
  if (id !== undefined) return id
  if (isName(name)) return name
  const plain = name.replace(/[^A-Za-z0-9_.: -]+/g, '-').slice(0, 100)
  return `${plain}-${createHash('sha256').update(name).digest('hex').slice(0, 6)}`
}
