import type { AnyMachine } from '../machine.ts'
import { FONT, type Label, type Layout, LOOP, layOut } from './layout.ts'
import { pictureOf } from './picture.ts'
import type { Box, Point } from './routes.ts'
import { LINE, textWidth } from './text-size.ts'

/**
 * A machine as a picture: SVG that stands for itself, in a page or as a file.
 * @example await writeFile('ticket.svg', toSvg(ticket))
 */
export function toSvg(machine: AnyMachine): string {
  const picture = pictureOf(machine)
  const layout = layOut(picture)
  const { width, height } = layout
  // several of them may stand in one page
  const arrow = `arrow-${machine.document?.hash.slice(0, 12)}`
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`
  const font = 'font-family="ui-sans-serif, system-ui, Helvetica, Arial, sans-serif"'
  const type = `${font} font-size="${FONT.state}"`
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${type} role="img">`,
    `<title>${escapeXml(picture.name)}</title>`,
    `<defs><marker id="${arrow}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z" fill="#475569"/></marker></defs>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...drawArrows(layout, arrow),
    ...layout.states.map(drawState),
    ...layout.arrows.flatMap(({ label }) => drawLabel(label)),
    ...layout.loops.flatMap(({ labels }) => labels.flatMap(drawAside)),
    '</svg>',
  ].join('\n')}\n`
}

function drawArrows({ start, arrows, loops }: Layout, arrow: string): string[] {
  const draw = (path: string) =>
    `<path d="${path}" fill="none" stroke="#475569" stroke-width="1.3" marker-end="url(#${arrow})"/>`
  const dot = start
    ? [
        `<circle cx="${short(start.x)}" cy="${short(start.y)}" r="7" fill="#0f172a"/>`,
        draw(curve(start.to)),
      ]
    : []
  return [
    ...dot,
    ...arrows.map(({ points }) => draw(curve(points))),
    ...loops.map(({ state }) => draw(loop(state))),
  ]
}

/** A final state has a second line around it, as in every state diagram. */
function drawState(state: Layout['states'][number]): string {
  const { x, y, width, height, lines, initial, final } = state
  const fill = initial ? '#dbeafe' : final ? '#dcfce7' : '#f8fafc'
  const box = (inset: number, color: string) => {
    const [left, top] = [x - width / 2 + inset, y - height / 2 + inset]
    const [wide, high] = [width - 2 * inset, height - 2 * inset]
    return `<rect x="${short(left)}" y="${short(top)}" width="${short(wide)}" height="${short(high)}" rx="${10 - inset}" fill="${color}" stroke="#334155"/>`
  }
  const texts = drawLines({ x, y, lines }, () => 'font-weight="600" fill="#0f172a"')
  return `<g>${box(0, fill)}${final ? box(3, 'none') : ''}${texts.join('')}</g>`
}

/** Behind each line of text the arrow is left out. */
function drawLabel(label: Label): string[] {
  const { x, y, lines, named } = label
  const backs = lines.map((line, i) => {
    const wide = textWidth(line, FONT.label, false) + 4
    const top = y + (i - lines.length / 2) * LINE
    return `<rect x="${short(x - wide / 2)}" y="${short(top)}" width="${short(wide)}" height="${LINE}" fill="#ffffff"/>`
  })
  return [...backs, ...drawLines({ x, y, lines }, lookOf(named))]
}

/** What stands beside a loop begins at its left. */
function drawAside({ x, y, width, lines, named }: Label): string[] {
  return drawLines({ x: x - width / 2, y, lines }, lookOf(named), 'start')
}

/** The name of a transition is darker than what is said of it. */
function lookOf(named: number): (line: number) => string {
  return (i) => `font-size="${FONT.label}" fill="${i < named ? '#0f172a' : '#64748b'}"`
}

/** Lines of text, in the middle of a place, or from it on. */
function drawLines(
  { x, y, lines }: Point & { readonly lines: readonly string[] },
  look: (line: number) => string,
  anchor: 'middle' | 'start' = 'middle',
): string[] {
  return lines.map((line, i) => {
    const at = y + (i - (lines.length - 1) / 2) * LINE
    return `<text x="${short(x)}" y="${short(at)}" text-anchor="${anchor}" dominant-baseline="central" ${look(i)}>${escapeXml(line)}</text>`
  })
}

/** A line through points: straight down or up, and a curve where it goes aside. */
function curve([first, ...rest]: readonly Point[]): string {
  let { x, y } = first as Point
  const parts = [`M${short(x)} ${short(y)}`]
  for (const point of rest) {
    // an arrow would not know where it points
    if (short(x) === short(point.x) && short(y) === short(point.y)) continue
    const half = short((y + point.y) / 2)
    const to = `${short(point.x)} ${short(point.y)}`
    if (short(x) === short(point.x)) parts.push(`V${short(point.y)}`)
    else parts.push(`C${short(x)} ${half} ${short(point.x)} ${half} ${to}`)
    x = point.x
    y = point.y
  }
  return parts.join('')
}

/** From the right side of a box, and back to it. */
function loop({ x, y, width }: Box): string {
  const [right, out] = [short(x + width / 2), short(x + width / 2 + LOOP)]
  return `M${right} ${short(y - 9)}C${out} ${short(y - 24)} ${out} ${short(y + 24)} ${right} ${short(y + 9)}`
}

function short(n: number): string {
  return `${Math.round(n * 10) / 10}`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text of XML 1.0, which has no control characters whatever one writes. */
function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are left out
  const plain = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
  return plain.replace(/[&<>"']/g, (sign) => entities[sign] as string)
}
