/** A value as Python knows it: integers are bigint, floats number. */
export type PythonValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly PythonValue[]
  | { readonly [key: string]: PythonValue }

const word =
  /\s*(?:(None|True|False|nan|inf|-inf)|(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|([[\](){},:]))/suy

/** Reads what repr() writes; tuples become arrays, as in JSON. @example readPython("(1, 2.0)") // [1n, 2] */
export function readPython(text: string): PythonValue {
  word.lastIndex = 0
  const value = read(text, next(text))
  if (word.lastIndex !== text.length) throw new Error(`${text} goes on after its value`)
  return value
}

type Word = { readonly kind: 'name' | 'number' | 'string' | 'sign'; readonly text: string }

function next(text: string): Word {
  const found = word.exec(text)
  if (found === null) throw new Error(`${text} cannot be read`)
  const [, name, number, string, sign] = found
  if (name !== undefined) return { kind: 'name', text: name }
  if (number !== undefined) return { kind: 'number', text: number }
  if (string !== undefined) return { kind: 'string', text: string }
  return { kind: 'sign', text: sign as string }
}

function read(text: string, { kind, text: found }: Word): PythonValue {
  if (kind === 'name') return names[found] as PythonValue
  if (kind === 'number') return /[.e]/.test(found) ? Number(found) : BigInt(found)
  if (kind === 'string') return unquote(found)
  if (found === '{') return readDict(text)
  const items: PythonValue[] = []
  for (let at = next(text); !isClose(at); at = next(text)) {
    items.push(read(text, at))
    if (isClose(next(text))) break
  }
  return items
}

function readDict(text: string): PythonValue {
  const pairs: [string, PythonValue][] = []
  for (let at = next(text); !isClose(at); at = next(text)) {
    const key = read(text, at) as string
    next(text)
    pairs.push([key, read(text, next(text))])
    if (isClose(next(text))) break
  }
  return Object.fromEntries(pairs)
}

function isClose({ kind, text }: Word): boolean {
  return kind === 'sign' && /[\])}]/.test(text)
}

const names: Record<string, PythonValue> = {
  None: null,
  True: true,
  False: false,
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
}
const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t' }

function unquote(quoted: string): string {
  const form = /\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|(.))/gsu
  return quoted.slice(1, -1).replace(form, (_, x, u, long, one) => {
    if (one !== undefined) return escapes[one] ?? one
    return String.fromCodePoint(Number.parseInt(x ?? u ?? long, 16))
  })
}
