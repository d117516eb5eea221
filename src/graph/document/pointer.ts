/** Keys and indexes from the root of a document to a value in it. */
export type Path = readonly (string | number)[]

/**
 * A path as a JSON pointer (RFC 6901).
 * @example toPointer(['steps', 0, 'a/b']) // '/steps/0/a~1b'
 */
export function toPointer(path: Path): string {
  return path.map((step) => `/${escapeStep(step)}`).join('')
}

/** One more step of a pointer. @example below('/steps', 0) // '/steps/0' */
export function below(pointer: string, step: string | number): string {
  return `${pointer}/${escapeStep(step)}`
}

/** The steps of a pointer, as text: an index of a list cannot be told from a key. */
export function stepsOf(pointer: string): string[] {
  if (pointer === '') return []
  const steps = pointer.slice(1).split('/')
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function escapeStep(step: string | number): string {
  return typeof step === 'number' ? `${step}` : step.replaceAll('~', '~0').replaceAll('/', '~1')
}
