/**
 * An array as Postgres reads it from text, whatever the type of its elements. Drivers differ in what
 * they make of a JavaScript array; text they all leave alone.
 * @example arrayLiteral(['a', null, 'say "x"']) // {"a",NULL,"say \"x\""}
 */
export function arrayLiteral(values: readonly unknown[]): string {
  const parts = values.map((value) => {
    if (value === null || value === undefined) return 'NULL'
    if (Array.isArray(value)) return arrayLiteral(value)
    const text = value instanceof Date ? value.toISOString() : String(value)
    return `"${text.replace(/[\\"]/g, '\\$&')}"`
  })
  return `{${parts.join(',')}}`
}
