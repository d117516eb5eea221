import type { Json } from '../model/json.ts'
import type { DocumentFormat } from './moving/export-document.ts'

/**
 * The text of a stored document, without loss: read again it is the same version.
 * @param version of SQL: as which it is stored, where neither the document nor its content says so
 * @example await documentText(stored.document, 'yaml')
 */
export async function documentText(
  document: Json,
  format: DocumentFormat,
  version?: string,
): Promise<string> {
  // only here: most processes never write a document
  const { exportDocument } = await import('./moving/export-document.ts')
  return exportDocument(document, format, version)
}
