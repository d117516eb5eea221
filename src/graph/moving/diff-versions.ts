import { compareShapes } from '../../definition/compare-shapes.ts'
import type { Definition } from '../../definition/definition.ts'
import type { Json } from '../../model/json.ts'
import { diffDocuments } from './diff-documents.ts'
import { diffMachines } from './diff-machines.ts'
import { documentVersion, withVersion } from './document-version.ts'

/** A version, and its document: of the same kind as that with which it is compared. */
type Side = {
  readonly kind: Definition['kind']
  readonly version: string
  readonly document: Json
}

/**
 * What another version of a graph, a machine or a flow does differently, in words, one change a line. Where one of their
 * documents names its version, so is told whether the two have the same, also of what was put under another.
 * @example diffVersions(stored, { kind: 'machine', version: '2', document })
 */
export function diffVersions(before: Side, after: Side): string[] {
  const { kind } = after
  if (kind !== 'graph' && kind !== 'machine') return compareShapes(before.document, after.document)
  const isNamed = [before, after].some(({ document }) => documentVersion(document) !== undefined)
  const of = ({ document, version }: Side) => (isNamed ? withVersion(document, version) : document)
  const compare = kind === 'graph' ? diffDocuments : diffMachines
  return compare(of(before), of(after))
}
