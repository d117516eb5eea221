/** ISO 8601, as all instants are sent. */
export function instantOf(date: Date): string
export function instantOf(date: Date | null): string | null
export function instantOf(date: Date | null): string | null {
  return date === null ? null : date.toISOString()
}
