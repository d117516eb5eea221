import type { Output } from '../../src/cli/output.ts'

/** An output without colours to a terminal of so many columns, and what was printed to it. */
export function fakeOutput(columns: number, json = false): Output & { readonly lines: string[] } {
  const lines: string[] = []
  return {
    lines,
    json,
    quiet: false,
    columns,
    paint: (_, text) => text,
    print: (text) => void lines.push(...text.split('\n')),
    show: () => {},
    note: () => {},
  }
}
