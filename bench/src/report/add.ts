import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder } from '../places.ts'

/** A document as its sections of the second level, in order; the first part has no heading. */
type Section = { heading: string; text: string }

/**
 * Puts what was measured apart into the committed RESULTS.md: sections of the same heading are replaced, new ones
 * come behind the other workloads, and each says when and where it was measured. All else stays as it is.
 * @param sections whole sections, headings included, that may have parts of the third level
 */
export function addToDocument(
  sections: readonly string[],
  budgets: string,
  measured: string,
): string {
  const known = split(readFileSync(join(benchFolder, 'RESULTS.md'), 'utf8'))
  const added = split(sections.join('\n\n')).filter(({ heading }) => heading !== '')
  const isAdded = ({ heading }: Section) => added.some((section) => section.heading === heading)
  const rest = known
    .filter((section) => !isAdded(section))
    .map((section) =>
      section.heading === '## Budgets'
        ? { ...section, text: budgetText(section.text, budgets) }
        : section,
    )
  const end = rest.findIndex(({ heading }) => heading === '## Failed' || heading === '## Settings')
  const apart = added.map(({ heading, text }) => ({
    heading,
    text: `\n\n_Measured apart: ${measured}._${text}`,
  }))
  return [...rest.slice(0, end), ...apart, ...rest.slice(end)]
    .map(({ heading, text }) => `${heading}${text.trimEnd()}`)
    .join('\n\n')
    .trim()
    .concat('\n')
}

/** The table is new; the words behind it stay. */
function budgetText(text: string, table: string): string {
  const words = text
    .trim()
    .split('\n\n')
    .filter((part) => !part.startsWith('|'))
  return ['', table, ...words].join('\n\n')
}

function split(document: string): Section[] {
  return document.split(/^(?=## )/m).map((part) => {
    const end = part.startsWith('## ') ? part.indexOf('\n') : 0
    return end === -1
      ? { heading: part, text: '' }
      : { heading: part.slice(0, end), text: part.slice(end) }
  })
}
