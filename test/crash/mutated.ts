import { readFileSync } from 'node:fs'
import type { Mutant } from './mutants.ts'

/** The file of a mutant as it is. */
export function readGuarded({ file }: Pick<Mutant, 'file'>): string {
  return readFileSync(new URL(`../../sql/functions/${file}`, import.meta.url), 'utf8')
}

/** The file without its guard. @throws if the guard is not there, or more than once */
export function mutate(mutant: Mutant): string {
  const { name, file, from, to, also } = mutant
  return [[from, to] as const, ...(also ? [also] : [])].reduce((before, [old, young]) => {
    const parts = before.split(old)
    if (parts.length === 2) return parts.join(young)
    throw new Error(`Mutant "${name}": found ${parts.length - 1} times in ${file}: ${old}`)
  }, readGuarded(mutant))
}
