/** Where a text stops to be JSON, and what could stand there. */
export type JsonError = { readonly at: number; readonly expected: string }

const spaces = /[ \t\n\r]*/y
// \p{Cc} has more than JSON forbids: DEL and the controls after it may stand in a text
const text = /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/u
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/u
const word = /(?:true|false|null)(?!\w)/u
const scalar = new RegExp([text, number, word].map(({ source }) => source).join('|'), 'uy')

type State = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'after'

/**
 * Looks for the first place in a text that JSON.parse has refused; V8 does not always tell it.
 * @example findJsonError('{"a": x}') // { at: 6, expected: 'a value' }
 */
export function findJsonError(source: string): JsonError {
  const open: ('{' | '[')[] = []
  let state: State = 'value'
  for (let at = skip(source, 0); ; at = skip(source, at)) {
    const token = readToken(source, at)
    const next = step(state, token, open)
    if (next === null) return { at, expected: expectation(state, open) }
    state = next
    at += token.length
  }
}

/** The state after a token; null if it may not stand here. */
function step(state: State, token: string, open: ('{' | '[')[]): State | null {
  if (state === 'colon') return token === ':' ? 'value' : null
  if (state === 'after') return afterValue(token, open)
  const closes = { 'first key': '}', 'first value': ']', key: '', value: '' }[state]
  if (token !== '' && token === closes) return close(open)
  if (state === 'key' || state === 'first key') return token.startsWith('"') ? 'colon' : null
  if (token === '{' || token === '[') {
    open.push(token)
    return token === '{' ? 'first key' : 'first value'
  }
  return token !== '' && !/^[}\],:]$/.test(token) ? 'after' : null
}

function afterValue(token: string, open: ('{' | '[')[]): State | null {
  const inner = open.at(-1)
  if (inner === undefined) return null
  if (token === ',') return inner === '{' ? 'key' : 'value'
  return token === (inner === '{' ? '}' : ']') ? close(open) : null
}

function close(open: ('{' | '[')[]): State {
  open.pop()
  return 'after'
}

function expectation(state: State, open: readonly ('{' | '[')[]): string {
  if (state === 'colon') return '":"'
  if (state === 'key' || state === 'first key') return 'a name in double quotes'
  if (state !== 'after') return 'a value'
  const inner = open.at(-1)
  return inner === undefined ? 'nothing more' : `"," or "${inner === '{' ? '}' : ']'}"`
}

/** The token at a place; empty for the end, or for what is none. */
function readToken(source: string, at: number): string {
  const sign = source.charAt(at)
  if (sign !== '' && '{}[],:'.includes(sign)) return sign
  scalar.lastIndex = at
  return scalar.exec(source)?.[0] ?? ''
}

function skip(source: string, at: number): number {
  spaces.lastIndex = at
  spaces.exec(source)
  return spaces.lastIndex
}
