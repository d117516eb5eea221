import type { AnyMachine } from '../machine.ts'
import { pictureOf } from './picture.ts'

/**
 * A machine as a state diagram of Mermaid, which Markdown of many hosts shows.
 * @example await writeFile('ticket.mmd', toMermaid(ticket)) // stateDiagram-v2 …
 */
export function toMermaid(machine: AnyMachine): string {
  const { states, arrows } = pictureOf(machine)
  // names may be words of the language, and hold what it does not take
  const ids = new Map(states.map(({ name }, i) => [name, `s${i + 1}`]))
  const lines = ['stateDiagram-v2']
  for (const { name } of states) lines.push(`  state "${escapeLabel(name)}" as ${ids.get(name)}`)
  for (const { name, initial } of states) if (initial) lines.push(`  [*] --> ${ids.get(name)}`)
  for (const { from, to, label } of arrows)
    lines.push(`  ${ids.get(from)} --> ${ids.get(to)} : ${label.map(escapeLabel).join('<br/>')}`)
  for (const { name, final } of states) if (final) lines.push(`  ${ids.get(name)} --> [*]`)
  return `${lines.join('\n')}\n`
}

/** Everything that means something there, as the number of its character. */
function escapeLabel(text: string): string {
  return text.replace(/[^\p{L}\p{N} _.-]/gu, (sign) => `#${sign.codePointAt(0)};`)
}
