/** What a handler would do: a few milliseconds of waiting for somebody. */
export function work(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2 + Math.random() * 3))
}
