import type { Definition } from '../../definition/definition.ts'
import type { Json } from '../../model/json.ts'

type JsonObject = { readonly [key: string]: Json }

/** A version of a graph or machine, and what is stored of it. */
export type Versioned = {
  readonly kind: Definition['kind']
  readonly version: string
  readonly document: Json
  /** Of its content: without the version. */
  readonly hash: string
}

/** The version that a document of a graph or a machine names. */
export function documentVersion(document: Json): string | undefined {
  const part = holder(document)
  return typeof part.version === 'string' ? part.version : undefined
}

/** The document with this version, in the place of its own. */
export function withVersion(document: Json, version: string): Json {
  const whole = document as JsonObject
  const part = { ...holder(document), version }
  return isMachine(document) ? { ...whole, workflow: part } : part
}

/**
 * The document that makes this very version wherever it is read: it names the version, unless it would get it by itself.
 * Who puts a document may give another one than the document's.
 */
export function versionedDocument({ kind, version, document, hash }: Versioned): Json {
  if (kind !== 'graph' && kind !== 'machine') return document
  const own = documentVersion(document) ?? (kind === 'machine' ? '1' : `s-${hash.slice(0, 12)}`)
  return own === version ? document : withVersion(document, version)
}

/** Whether a document is that of a machine. */
export function isMachine(document: Json): document is JsonObject & { workflow: JsonObject } {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return false
  return typeof document.workflow === 'object' && document.workflow !== null
}

/** What has the version. */
function holder(document: Json): JsonObject {
  return isMachine(document) ? document.workflow : (document as JsonObject)
}
