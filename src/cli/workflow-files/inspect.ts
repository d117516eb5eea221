import { relative } from 'node:path'
import type { AnyMachine } from '../../entity/machine.ts'
import { nearest } from '../../model/nearest.ts'
import { problemLine } from './documents.ts'
import type { LoadedFile } from './load.ts'

/** What documents may call: null, not known. `sure`: there is nothing else. */
export type Callable = {
  readonly steps: readonly string[] | null
  readonly statements: readonly string[] | null
  readonly sure: boolean
}

/** What is wrong with the graphs of a file, and what is likely to be, a line each. */
export type Findings = { readonly problems: string[]; readonly warnings: string[] }

/** Holds the names in graphs against what there is, and their expressions against what steps give. */
export async function inspectGraphs(file: LoadedFile, callable: Callable): Promise<Findings> {
  const { inspectDocument } = await import('../../graph/inspect-document.ts')
  const path = file.file === '-' ? '-' : relative(process.cwd(), file.file)
  const [problems, warnings]: [string[], string[]] = [[], []]
  for (const definition of file.definitions) {
    const { kind, document } = definition
    if (kind === 'machine')
      for (const note of (definition as AnyMachine).notes) warnings.push(problemLine(path, note))
    if (kind !== 'graph' || !document) continue
    const { calls, doubts } = inspectDocument(file.text ?? JSON.parse(document.text))
    for (const { type, name, ...place } of calls) {
      const known = type === 'step' ? callable.steps : callable.statements
      if (known === null || known.includes(name)) continue
      const code = type === 'step' ? 'UNKNOWN_STEP' : 'UNKNOWN_STATEMENT'
      const line = problemLine(path, { ...place, code, message: missing(type, name, known) })
      // statements come from one file, steps perhaps from code that was not given
      if (callable.sure || type === 'sql') problems.push(line)
      else warnings.push(line)
    }
    for (const doubt of doubts)
      warnings.push(problemLine(path, { ...doubt, code: 'UNKNOWN_FIELD' }))
  }
  return { problems, warnings }
}

function missing(type: 'step' | 'sql', name: string, known: readonly string[]): string {
  const [meant] = nearest(name, known)
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
  return type === 'step'
    ? `No file that was given defines a step "${name}".${hint}`
    : `There is no statement "${name}" in the file of statements.${hint}`
}
