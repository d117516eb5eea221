/** Something that looks at its whole once its handler has come to rest. */
export type Resting = { rest(): void }

let waiting: Resting[] = []

/**
 * Calls `rest` once all promises that could go on have gone on. All that wait for that are called in
 * one go: a macrotask for each would cost as much as the rest of a step.
 */
export function whenAtRest(one: Resting): void {
  if (waiting.push(one) === 1) setImmediate(flush)
}

function flush(): void {
  const now = waiting
  waiting = []
  let next = 0
  try {
    while (next < now.length) now[next++]?.rest()
  } finally {
    // one that throws takes the process down, or is reported; the others must not wait for ever
    if (next < now.length) for (const one of now.slice(next)) whenAtRest(one)
  }
}
