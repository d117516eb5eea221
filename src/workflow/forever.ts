/**
 * What a handler gets that shall not go on: a promise that never settles. A new one each time,
 * because whoever waits for a shared one is kept in memory by it for as long as the process lives.
 */
export function forever<T>(): Promise<T> {
  return new Promise<T>(() => {})
}
