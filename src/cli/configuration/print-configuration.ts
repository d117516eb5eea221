import type { Output } from '../output.ts'
import { table } from '../table.ts'
import { entries, type ReadConfiguration, shownValue } from './read-configuration.ts'

/** Prints what is set, and where each is from; secrets as ***. */
export function printConfiguration({ values, from }: ReadConfiguration, out: Output): void {
  const rows = entries().map(([name, setting]) => {
    const shown = shownValue(setting, values[name])
    return { name, shown: shown || plain(setting.otherwise ?? ''), from: from[name], ...setting }
  })
  const json = Object.fromEntries(
    rows.map(({ name, secret, shown, from }) => {
      const value = secret ? (values[name] === undefined ? null : shown) : (values[name] ?? null)
      return [name, { value, from }]
    }),
  )
  const dim = (text: string) => out.paint('dim', text)
  out.show(json, () =>
    table(
      [
        { heading: dim('SETTING'), cell: ({ name }) => name },
        { heading: dim('FROM'), cell: ({ from }) => (from === 'default' ? dim(from) : from) },
        { heading: dim('VALUE'), cell: ({ shown }) => shown, text: true },
      ],
      rows,
      out.columns,
    ),
  )
}

function plain(text: string): string {
  return text.replaceAll('`', '')
}
