import type { Output } from './output.ts'

/** Shorter ones would be found in words that are none. */
const LEAST = 8

/** A text in which secrets are `***`. */
export function mask(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret.length >= LEAST)
  return known.reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
}

/** An output that shows none of these: what libraries and handlers say is not ours to word. */
export function maskedOutput(out: Output, secrets: readonly string[]): Output {
  const print = (text: string) => out.print(mask(text, secrets))
  return {
    ...{ json: out.json, quiet: out.quiet, paint: out.paint },
    get columns() {
      return out.columns
    },
    print,
    show(value, text) {
      const shown = out.json ? JSON.stringify(value, null, 2) : text()
      if (shown !== '') print(shown)
    },
    note: (text) => out.note(mask(text, secrets)),
  }
}
