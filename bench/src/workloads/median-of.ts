import type { Sample } from '../sheet.ts'

/** The one in the middle by its rate. */
export function medianOf(samples: readonly Sample[]): Sample {
  const rate = ({ workflows_per_second = 0 }: Sample) => workflows_per_second
  const sorted = [...samples].sort((a, b) => rate(a) - rate(b))
  return sorted[Math.floor(sorted.length / 2)] as Sample
}
