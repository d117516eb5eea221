// Pictures of machines: what they show, and that SVG is well-formed whatever the roles are called.
import { expect, test } from 'vitest'
import { layOut } from '../../src/entity/diagram/layout.ts'
import { pictureOf } from '../../src/entity/diagram/picture.ts'
import type { Box, Point } from '../../src/entity/diagram/routes.ts'
import { textWidth, wrapText } from '../../src/entity/diagram/text-size.ts'
import { defineMachine, toMermaid, toSvg } from '../../src/entity/index.ts'

const machine = defineMachine({
  name: 'a: machine',
  states: { open: { initial: true }, 'in work': {}, done: { final: true } },
  transitions: {
    'take: it': { from: 'open', to: 'in work', requiresRole: ['<b>"&\u0001', "o'clock"] },
    again: { from: 'in work', to: 'in work' },
    end: { from: '*', to: 'done', after: '3 days' },
  },
})

test('Mermaid', () => {
  expect(toMermaid(machine)).toBe(`stateDiagram-v2
  state "open" as s1
  state "in work" as s2
  state "done" as s3
  [*] --> s1
  s1 --> s2 : take#58; it<br/>#91;#60;b#62;#34;#38;#1; or o#39;clock#93;
  s2 --> s2 : again
  s1 --> s3 : end<br/>after 3 days
  s2 --> s3 : end<br/>after 3 days
  s3 --> [*]
`)
})

test('SVG shows every state and transition, and is well-formed', () => {
  const svg = toSvg(machine)
  expect(svg.match(/<text /g)).toHaveLength(3 + 2 + 1 + 2 + 2)
  expect(svg.match(/marker-end/g)).toHaveLength(1 + 4)
  expect(svg).toContain('[&lt;b&gt;&quot;&amp;\ufffd or o&#39;clock]')
  expect(svg).not.toMatch(/NaN|undefined|null/)
  expect(unbalanced(svg)).toBeNull()
  expect(unbalanced(svg.replace('</g>', ''))).not.toBeNull()
  expect(unbalanced(svg.replace('&lt;', '<'))).not.toBeNull()
})

test('the same machine gives the same picture', () => {
  expect(toSvg(machine)).toBe(toSvg(machine))
})

/** Machines of all shapes: with `*`, several transitions between two states and to themselves, long names. */
function draw(seed: number) {
  let state = seed
  const random = (below: number) => {
    state = (state * 1103515245 + 12345) % 2147483648
    return (state >> 8) % below
  }
  const name = (what: string, i: number) => `${what}_${i}${'_of_a_long_name'.repeat(random(6))}`
  const names = Array.from({ length: 2 + random(12) }, (_, i) => name('state', i))
  const some = () => names[random(names.length)] as string
  const reached = names.slice(1).map((to, i) => ({ from: names[random(i + 1)] as string, to }))
  const more = Array.from({ length: random(16) }, () => ({ from: some(), to: some() }))
  const all = [...reached, ...more, { from: '*' as const, to: names.at(-1) as string }]
  return defineMachine({
    name: 'drawn',
    states: Object.fromEntries(names.map((one, i) => [one, { initial: i === 0 }])),
    transitions: Object.fromEntries(
      all.map((one, i) => [
        name('go', i),
        { ...one, ...(i % 3 === 0 && { after: '3 days', requiresRole: ['clerk', 'a manager'] }) },
      ]),
    ),
  })
}

const sidesOf = ({ x, y, width, height }: Box) => ({
  ...{ left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 },
})

function overlap(a: Box, b: Box): boolean {
  const [one, other] = [sidesOf(a), sidesOf(b)]
  const apart = (from: number, to: number) => from >= to - 0.5
  return !(
    apart(one.left, other.right) ||
    apart(other.left, one.right) ||
    apart(one.top, other.bottom) ||
    apart(other.top, one.bottom)
  )
}

test('nothing lies over something else, and lines go around boxes and labels', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { width, height, start, states, arrows, loops } = layOut(pictureOf(draw(seed)))
    const labels = [...arrows.map((one) => one.label), ...loops.flatMap((one) => one.labels)]
    const boxes: Box[] = [...states, ...labels, ...(start ? [start] : [])]
    for (const [i, one] of boxes.entries()) {
      const { left, right, top, bottom } = sidesOf(one)
      expect(Math.min(left, top, width - right, height - bottom), `seed ${seed}`).toBeGreaterThan(0)
      const under = boxes.slice(i + 1).filter((other) => overlap(one, other))
      expect(under, `seed ${seed}`).toEqual([])
    }
    for (const { points, label } of arrows) {
      const others = boxes.filter((box) => box !== (label as Box))
      const crossed = piecesOf(points).flatMap((piece) =>
        others.filter((box) => overlap(piece, box)),
      )
      expect(crossed, `seed ${seed}`).toEqual([])
    }
  }
})

/** The straight pieces of a line, and of each curve its beginning, middle and end, as the curve is drawn. */
function piecesOf(points: readonly Point[]): Box[] {
  return points.slice(1).flatMap((to, i): Box[] => {
    const from = points[i] as Point
    const at = (t: number) => {
      const [u, y] = [1 - t, (from.y + to.y) / 2]
      const mix = (a: number, b: number, c: number, d: number) =>
        u ** 3 * a + 3 * u * u * t * b + 3 * u * t * t * c + t ** 3 * d
      return { x: mix(from.x, from.x, to.x, to.x), y: mix(from.y, y, y, to.y) }
    }
    if (from.x !== to.x)
      return [0.02, 0.2, 0.4, 0.5, 0.6, 0.8, 0.98].map((t) => ({
        ...at(t),
        width: 0.1,
        height: 0.1,
      }))
    const height = Math.abs(to.y - from.y)
    return height < 1
      ? []
      : [{ x: from.x, y: (from.y + to.y) / 2, width: 0.1, height: height - 0.2 }]
  })
}

test('long names stand on several lines, and wide signs have room', () => {
  expect(wrapText('transition_to_review', 14)).toEqual(['transition_to_', 'review'])
  expect(wrapText('a'.repeat(25), 10)).toEqual(['a'.repeat(10), 'a'.repeat(10), 'a'.repeat(5)])
  expect(wrapText('a manager or two', 9)).toEqual(['a manager', 'or two'])
  expect(textWidth('WWWW', 13, true)).toBeGreaterThan(4 * textWidth('i', 13, true))
  expect(textWidth('状态', 13, false)).toBeGreaterThan(26)
})

test('several transitions from a state to itself are one loop with all their names', () => {
  const svg = toSvg(
    defineMachine({
      name: 'loops',
      states: { open: { initial: true } },
      transitions: {
        note: { from: 'open', to: 'open' },
        touch: { from: 'open', to: 'open', after: '1 day' },
      },
    }),
  )
  expect(svg.match(/marker-end/g)).toHaveLength(2)
  for (const text of ['>note<', '>touch<', '>after 1 day<']) expect(svg).toContain(text)
  expect(unbalanced(svg)).toBeNull()
})

/** Where a text stops being XML of elements, attributes in quotes, text and the five entities; null: nowhere. */
function unbalanced(xml: string): string | null {
  const open: string[] = []
  const part =
    /<(\/)?([a-zA-Z]+)((?: [a-zA-Z-]+(?::[a-z]+)?="(?:[^<&"]|&(?:amp|lt|gt|quot|#\d+);)*")*)(\/)?>|(?:[^<&]|&(?:amp|lt|gt|quot|#\d+);)+/y
  while (part.lastIndex < xml.length) {
    const at = part.lastIndex
    const match = part.exec(xml)
    if (!match) return xml.slice(at, at + 40)
    const [, closes, name, , isEmpty] = match
    if (name === undefined || isEmpty) continue
    if (!closes) open.push(name)
    else if (open.pop() !== name) return match[0]
  }
  return open.length === 0 ? null : open.join(' ')
}

test('states may be called as what every object of JavaScript has', () => {
  const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf']
  const machine = defineMachine(
    JSON.stringify({
      workflow: { name: '__proto__' },
      states: names.map((name, i) => ({ name, initial: i === 0, final: i === 4 })),
      transitions: names.flatMap((from, i) =>
        [...names.slice(i + 1), ...(i === 1 ? [from] : [])].map((to) => ({ from, to })),
      ),
    }),
  )
  const svg = toSvg(machine)
  for (const name of names) expect(svg).toContain(`>${name}<`)
  expect(toMermaid(machine)).toContain('state "__proto__"')
  expect(Object.keys(Object.prototype)).toEqual([])
})
