import { z } from '@hono/zod-openapi'

/** An instant as it is sent. */
export const instant = z.iso.datetime()

/** ISO 8601, as all instants are sent. */
export function instantOf(date: Date): string
export function instantOf(date: Date | null): string | null
export function instantOf(date: Date | null): string | null {
  return date === null ? null : date.toISOString()
}
