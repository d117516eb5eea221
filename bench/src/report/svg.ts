/** Colours of a middle tone: the text reads on white (4.6 to 1) and on GitHub's dark (4.1 to 1). */
const text = '#6e7781'
const grid = '#8b949e'
const own = '#2f81f7'
const other = '#8b949e'

/** One bar; `tail` is a second value, drawn as a thin line to it. */
export type Bar = { label: string; value: number; shown: string; ours: boolean; tail?: number }
export type Group = { title: string; bars: Bar[] }

const width = 760
const left = 190
const right = 150
const barHeight = 18
const gap = 6

/** Horizontal bars in groups, all on one logarithmic scale. */
export function barChart(title: string, caption: string, groups: readonly Group[]): string {
  const values = groups.flatMap(({ bars }) =>
    bars.flatMap(({ value, tail = value }) => [value, tail]),
  )
  const scale = logScale(values)
  const parts: string[] = []
  let y = 64
  const top = y
  for (const { title: name, bars } of groups) {
    parts.push(label(16, y + 12, name, 'font-weight="600"'))
    y += 22
    for (const bar of bars) {
      parts.push(...drawBar(bar, y, scale))
      y += barHeight + gap
    }
    y += 12
  }
  const ticks = scale.ticks.map((tick) => drawTick(tick, scale.x(tick), top, y))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 34}" role="img"`,
    ` font-family="system-ui, sans-serif" font-size="13" aria-label="${escapeText(title)}">`,
    label(16, 24, title, 'font-size="16" font-weight="600"'),
    label(16, 44, caption, ''),
    ...ticks,
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

type Scale = { x(value: number): number; ticks: number[] }

function logScale(values: readonly number[]): Scale {
  const low = Math.floor(Math.log10(Math.min(...values) * 0.9))
  const high = Math.ceil(Math.log10(Math.max(...values)))
  const span = Math.max(1, high - low)
  const x = (value: number) => left + ((Math.log10(value) - low) / span) * (width - left - right)
  return { x, ticks: Array.from({ length: span + 1 }, (_, i) => 10 ** (low + i)) }
}

function drawBar({ label: name, value, shown, ours, tail }: Bar, y: number, { x }: Scale) {
  const end = x(value)
  const colour = ours ? own : other
  const middle = y + barHeight / 2
  const far = tail === undefined ? end : x(tail)
  return [
    label(left - 8, y + 13, name, `text-anchor="end"${ours ? ' font-weight="600"' : ''}`),
    `<rect x="${left}" y="${y}" width="${fixed(end - left)}" height="${barHeight}"` +
      ` rx="2" fill="${colour}"/>`,
    ...(tail === undefined
      ? []
      : [
          `<path d="M${fixed(end)} ${middle}H${fixed(far)}m0 -5v10" stroke="${colour}"` +
            ' stroke-width="2" fill="none"/>',
        ]),
    label(far + 8, y + 13, shown, ours ? 'font-weight="600"' : ''),
  ]
}

function drawTick(value: number, x: number, top: number, bottom: number): string {
  const line =
    `<path d="M${fixed(x)} ${top}V${bottom}" stroke="${grid}" stroke-opacity="0.3"` +
    ' stroke-width="1"/>'
  return `${line}\n${label(x, bottom + 18, value.toLocaleString('en'), 'text-anchor="middle"')}`
}

function label(x: number, y: number, words: string, attributes: string): string {
  return `<text x="${fixed(x)}" y="${y}" fill="${text}" ${attributes}>${escapeText(words)}</text>`
}

function fixed(value: number): string {
  return value.toFixed(1)
}

function escapeText(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
