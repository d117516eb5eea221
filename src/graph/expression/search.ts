/** Longer parts are looked for here: the search of JavaScript may look at each of them at each place of a text. */
const LONG_PART = 16

/** Whether a text has a part in it, in time that grows with both lengths, and not with their product. */
export function includes(text: string, part: string): boolean {
  if (part.length <= LONG_PART) return text.includes(part)
  return new Search(part).findIn(text, 0) !== -1
}

/** What is between the places where a part stands, which is not empty. @example split('a-b', '-') // ['a', 'b'] */
export function split(text: string, part: string): string[] {
  if (part.length <= LONG_PART) return text.split(part)
  const search = new Search(part)
  const pieces: string[] = []
  let from = 0
  for (let at = search.findIn(text, 0); at !== -1; at = search.findIn(text, from)) {
    pieces.push(text.slice(from, at))
    from = at + part.length
  }
  pieces.push(text.slice(from))
  return pieces
}

/** The search of Knuth, Morris and Pratt, which never goes back in the text. */
class Search {
  readonly #part: string
  /** For each length of a beginning of the part: the longest shorter one that it ends with. */
  readonly #borders: Int32Array

  constructor(part: string) {
    this.#part = part
    this.#borders = new Int32Array(part.length + 1)
    let border = 0
    for (let i = 1; i < part.length; i++) {
      border = this.#extend(border, part.charCodeAt(i))
      this.#borders[i + 1] = border
    }
  }

  /** Where the part begins; -1: nowhere. */
  findIn(text: string, from: number): number {
    let matched = 0
    for (let i = from; i < text.length; i++) {
      matched = this.#extend(matched, text.charCodeAt(i))
      if (matched === this.#part.length) return i + 1 - matched
    }
    return -1
  }

  /** How much of the part is there with one more unit, where so much of it was. */
  #extend(matched: number, unit: number): number {
    let length = matched
    while (length > 0 && this.#part.charCodeAt(length) !== unit)
      length = this.#borders[length] as number
    return this.#part.charCodeAt(length) === unit ? length + 1 : length
  }
}
