/** So many of the letters of a name may be wrong. */
const TOLERANCE = 0.4
const MOST = 3

/**
 * The names that are most like a mistyped one, the nearest first; none if none is like it.
 * @example nearest('ordr', ['order', 'mail']) // ['order']
 */
export function nearest(name: string, names: Iterable<string>): string[] {
  const wanted = name.toLowerCase()
  return [...new Set(names)]
    .map((known) => ({ known, far: distance(wanted, known.toLowerCase()) }))
    .filter(({ known, far }) => far <= Math.max(name.length, known.length) * TOLERANCE)
    .sort((a, b) => a.far - b.far || (a.known < b.known ? -1 : 1))
    .slice(0, MOST)
    .map(({ known }) => known)
}

/** Letters to insert, leave out, replace, or swap with their neighbours. */
function distance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        at(row, j - 1) + 1,
        at(last, j) + 1,
        at(last, j - 1) + (same ? 0 : 1),
        swapped ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], i: number): number {
  return row[i] as number
}
