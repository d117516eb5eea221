import { createRequire } from 'node:module'
import type * as Dagre from '@dagrejs/dagre'
import type { Picture } from './picture.ts'
import { type Box, type Point, routeLines } from './routes.ts'
import { LINE, textWidth, wrapText } from './text-size.ts'

/** Sizes of fonts, and other sizes, in pixels. */
export const FONT = { state: 13, label: 12 }
const PADDING = 14
const MARGIN = 16
/** What a line needs at its box. */
const PORT = 10
/** How far a line that comes back to its own state goes out. */
export const LOOP = 30
/** The most characters on a line. */
const WRAP = { state: 34, label: 40 }

type Lines = { readonly lines: readonly string[] }
/** The label of an arrow: what stands on the first so many lines is the name. */
export type Label = Box & Lines & { readonly named: number }

/** Where everything is. Positions of boxes are their centres. */
export type Layout = {
  readonly width: number
  readonly height: number
  readonly start: (Box & { readonly to: readonly Point[] }) | null
  readonly states: readonly (Box & Lines & Picture['states'][number])[]
  readonly arrows: readonly { readonly points: readonly Point[]; readonly label: Label }[]
  /** One for each state that has transitions to itself, with what they all are called. */
  readonly loops: readonly { readonly state: Box; readonly labels: readonly Label[] }[]
}

/** The name of the dot from which the initial state is entered: no state is called so. */
const START = '*'

/** A state's name in the graph: not its own, for the graph keeps names in objects that have a `constructor` and a `__proto__` already. */
const nodeOf = (state: string) => `=${state}`

/** Lays a machine out in layers, from above. */
export function layOut(picture: Picture): Layout {
  const { Graph, layout } = load()
  const graph = new Graph({ multigraph: true })
  graph.setGraph({
    ...{ rankdir: 'TB', nodesep: 40, edgesep: 24, ranksep: 40, marginx: MARGIN, marginy: MARGIN },
  })
  const initial = picture.states.find((state) => state.initial)
  const arrows = picture.arrows.filter(({ from, to }) => from !== to)
  const loops = loopsOf(picture)
  if (initial) graph.setNode(START, { width: 14, height: 14 })
  for (const state of picture.states) graph.setNode(nodeOf(state.name), sizeOf(state.name, picture))
  if (initial) graph.setEdge(START, nodeOf(initial.name), { width: 0, height: 0 }, START)
  for (const [i, { from, to, label }] of arrows.entries())
    graph.setEdge(nodeOf(from), nodeOf(to), { ...labelOf(label), labelpos: 'c' }, `${i}`)
  for (const [name, labels] of loops)
    graph.setEdge(nodeOf(name), nodeOf(name), { ...sizeOfLoop(labels), labelpos: 'c' }, 'loop')
  layout(graph)
  return place(picture, graph as unknown as Placed, { arrows, loops, initial: initial?.name })
}

/** What is read of a graph that was laid out. */
type Placed = {
  graph(): { width?: number }
  node(name: string): Box
  edge(from: string, to: string, name: string): Box & { readonly points: readonly Point[] }
}

type Parts = {
  readonly arrows: Picture['arrows']
  readonly loops: ReadonlyMap<string, readonly Label[]>
  readonly initial: string | undefined
}

function place(picture: Picture, graph: Placed, { arrows, loops, initial }: Parts): Layout {
  const boxes = new Map(picture.states.map(({ name }) => [name, boxOf(graph.node(nodeOf(name)))]))
  const box = (name: string) => boxes.get(name) as Box
  const edges = arrows.map(({ from, to }, i) => graph.edge(nodeOf(from), nodeOf(to), `${i}`))
  const dot = initial === undefined ? null : boxOf(graph.node(START))
  const lines = edges.map(({ points }, i) => {
    const { from, to } = arrows[i] as Picture['arrows'][number]
    return { from: box(from), to: box(to), through: points.slice(1, -1) }
  })
  const first = dot && initial !== undefined && { from: dot, to: box(initial) }
  if (first)
    lines.push({ ...first, through: graph.edge(START, nodeOf(initial), START).points.slice(1, -1) })
  const labels = edges.map((edge, i) => ({
    ...labelOf((arrows[i] as Picture['arrows'][number]).label),
    ...{ x: edge.x, y: edge.y },
  }))
  const beside = [...loops].map(([name, all]) => ({ ...box(name), ...sizeOfLoop(all) }))
  const { points, heightOf, bottom } = routeLines(lines, [
    ...[...boxes.values(), ...labels, ...beside, ...(dot ? [dot] : [])],
  ])
  const moved = <B extends Box>(one: B): B => ({ ...one, y: heightOf(one) })
  return {
    width: Math.ceil(graph.graph().width ?? 0),
    height: Math.ceil(bottom + MARGIN),
    start: dot && { ...moved(dot), to: points.at(-1) as Point[] },
    states: picture.states.map((state) => ({
      ...{ ...state, ...moved(box(state.name)) },
      lines: wrapText(state.name, WRAP.state),
    })),
    arrows: labels.map((label, i) => ({ points: points[i] as Point[], label: moved(label) })),
    loops: [...loops].map(([name, all]) => ({
      state: moved(box(name)),
      labels: stack(all, moved(box(name))),
    })),
  }
}

/** The labels of the transitions from a state to itself, beside its loop, below each other. */
function stack(labels: readonly Label[], { x, y, width }: Box): Label[] {
  let top = y - sizeOfLoop(labels).height / 2
  return labels.map((label) => {
    top += label.height
    return { ...label, x: x + width / 2 + LOOP + label.width / 2, y: top - label.height / 2 }
  })
}

function loopsOf({ arrows }: Picture): Map<string, Label[]> {
  const loops = new Map<string, Label[]>()
  for (const { from, to, label } of arrows)
    if (from === to) loops.set(from, [...(loops.get(from) ?? []), labelOf(label)])
  return loops
}

function sizeOfLoop(labels: readonly Label[]): { width: number; height: number } {
  const height = labels.reduce((sum, label) => sum + label.height, 0)
  return { width: LOOP + Math.max(...labels.map(({ width }) => width)), height }
}

/** How large the box of a state is: its name fits, and the lines that come to it. */
function sizeOf(name: string, { arrows }: Picture): { width: number; height: number } {
  const lines = wrapText(name, WRAP.state)
  const ends = arrows.filter(({ from, to }) => from !== to && (from === name || to === name))
  const width = widest(lines, FONT.state, true) + 2 * PADDING
  return {
    width: Math.max(width, PORT * (ends.length + 1)),
    height: lines.length * LINE + 2 * PADDING,
  }
}

/** The lines of a label, and its size; it is not placed yet. */
function labelOf([name, ...rest]: readonly string[]): Label {
  const named = wrapText(name as string, WRAP.label)
  const lines = [...named, ...rest.flatMap((line) => wrapText(line, WRAP.label))]
  const width = widest(lines, FONT.label, false) + 8
  return { ...{ x: 0, y: 0, width, height: lines.length * LINE + 4 }, lines, named: named.length }
}

function widest(lines: readonly string[], size: number, isBold: boolean): number {
  return Math.max(...lines.map((line) => textWidth(line, size, isBold)))
}

function boxOf({ x, y, width, height }: Box): Box {
  return { x, y, width, height }
}

/** Only here, and only when somebody draws: a module of its own would have to be awaited. */
function load(): typeof Dagre {
  return createRequire(import.meta.url)('@dagrejs/dagre') as typeof Dagre
}
