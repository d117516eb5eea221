import { createHash } from 'node:crypto'
import { isName } from '../../model/names.ts'
import type { GraphDocument } from './graph-document.ts'

/**
 * The id of the workflow of a document: its name, where that can be one; else made of it, and the same for the
 * same name.
 * @example workflowIdOf({ name: 'Order Pipeline' }) // 'Order Pipeline'
 */
export function workflowIdOf({ name }: Pick<GraphDocument, 'name'>): string {
  if (isName(name)) return name
  const plain = name.replace(/[^A-Za-z0-9_.: -]+/g, '-').slice(0, 100)
  return `${plain}-${createHash('sha256').update(name).digest('hex').slice(0, 6)}`
}
