import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A file of the repository; `path` is from its root. */
export type Source = {
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const skipped = /(^|\/)(node_modules|dist|\.git|\.millrace)(\/|$)/

/** The files in some folders, or single files, whose path fits. */
export function readSources(places: readonly string[], form: RegExp): Source[] {
  return places
    .flatMap((place) => listFiles(place))
    .filter((path) => form.test(path) && !skipped.test(path))
    .map((path) => {
      const text = readFileSync(root + path, 'utf8')
      return { path, text, lines: text.split('\n') }
    })
}

function listFiles(place: string): string[] {
  try {
    const entries = readdirSync(root + place, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length))
      .map((path) => path.replaceAll('\\', '/'))
  } catch {
    return /\.\w+$/.test(place) ? [place] : []
  }
}

/** `path:line  text` of each line that fits. */
export function findLines(sources: readonly Source[], form: RegExp): string[] {
  return sources.flatMap(({ path, lines }) =>
    lines.flatMap((line, i) => (form.test(line) ? [`${path}:${i + 1}  ${line.trim()}`] : [])),
  )
}
