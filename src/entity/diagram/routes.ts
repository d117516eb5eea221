export type Point = { readonly x: number; readonly y: number }
export type Box = Point & { readonly width: number; readonly height: number }

/** A line between two boxes, with the places where it goes through the layers between them, from its beginning. */
export type Line = { readonly from: Box; readonly to: Box; readonly through: readonly Point[] }

/** A layer of the picture: what is at one height. */
type Layer = { readonly old: number; readonly half: number; middle: number }

/** Pixels between two lines at a box, and of a box beside them. */
const PORT = 24
const CORNER = 12

/** Pixels between layers: at least, more where a line goes far aside, and at most. */
const GAP = { least: 26, each: 0.09, most: 84 }

/**
 * Lines so that they go straight through the layers and aside only between them: so they cross neither boxes nor
 * labels. The layers get new heights, as far apart as the lines need.
 * @param boxes all boxes and labels
 * @returns for each line its points, of which two neighbours are above each other or are joined by a curve; and the new
 * height of a box or label
 */
export function routeLines(
  lines: readonly Line[],
  boxes: readonly Box[],
): { points: Point[][]; heightOf: (box: Point) => number; bottom: number } {
  const layers = layersOf(lines, boxes)
  const ports = portsOf(lines)
  const layerOf = (point: Point) => layers.get(Math.round(point.y)) as Layer
  spread([...layers.values()], lines, ports, layerOf)
  const points = lines.map(({ from, to, through }, i) => {
    const down = to.y > from.y ? 1 : -1
    const [first, last] = ports[i] as [number, number]
    const [begin, end] = [layerOf(from), layerOf(to)]
    return [
      { x: first, y: begin.middle + (down * from.height) / 2 },
      { x: first, y: begin.middle + down * begin.half },
      ...through.flatMap((point) => {
        const { middle, half } = layerOf(point)
        return [-half, half].map((by) => ({ x: point.x, y: middle + down * by }))
      }),
      { x: last, y: end.middle - down * end.half },
      { x: last, y: end.middle - (down * to.height) / 2 },
    ]
  })
  const bottom = Math.max(...[...layers.values()].map(({ middle, half }) => middle + half))
  return { points, heightOf: (box) => layerOf(box).middle, bottom }
}

function layersOf(lines: readonly Line[], boxes: readonly Box[]): Map<number, Layer> {
  const halves = new Map<number, number>()
  const note = (y: number, half: number) =>
    halves.set(Math.round(y), Math.max(half, halves.get(Math.round(y)) ?? 0))
  for (const { y, height } of boxes) note(y, height / 2)
  for (const { through } of lines) for (const { y } of through) note(y, 0)
  const sorted = [...halves].sort(([a], [b]) => a - b)
  return new Map(sorted.map(([old, half]) => [old, { old, half, middle: old }]))
}

/** Where lines leave and reach their boxes: those at one side of a box beside each other, in the order of where they go. */
function portsOf(lines: readonly Line[]): [number, number][] {
  const sides = new Map<Box, Map<boolean, { line: number; end: 0 | 1; toward: number }[]>>()
  const note = (box: Box, isBelow: boolean, one: { line: number; end: 0 | 1; toward: number }) => {
    const both = sides.get(box) ?? new Map()
    sides.set(box, both.set(isBelow, [...(both.get(isBelow) ?? []), one]))
  }
  for (const [line, { from, to, through }] of lines.entries()) {
    const isDown = to.y > from.y
    note(from, isDown, { line, end: 0, toward: (through[0] ?? to).x })
    note(to, !isDown, { line, end: 1, toward: (through.at(-1) ?? from).x })
  }
  const ports = lines.map((): [number, number] => [0, 0])
  for (const [box, both] of sides) {
    for (const side of both.values()) {
      const step = Math.min(PORT, (box.width - 2 * CORNER) / Math.max(side.length - 1, 1))
      side.sort((a, b) => a.toward - b.toward)
      for (const [i, { line, end }] of side.entries())
        (ports[line] as [number, number])[end] = box.x + (i - (side.length - 1) / 2) * step
    }
  }
  return ports
}

/** Gives the layers their heights. */
function spread(
  layers: readonly Layer[],
  lines: readonly Line[],
  ports: readonly (readonly [number, number])[],
  layerOf: (point: Point) => Layer,
): void {
  const aside = new Map<Layer, number>()
  for (const [i, { from, to, through }] of lines.entries()) {
    const [first, last] = ports[i] as readonly [number, number]
    const all = [{ ...from, x: first }, ...through, { ...to, x: last }]
    for (const [k, point] of all.entries()) {
      const next = all[k + 1]
      if (!next) continue
      const upper = layerOf(point.y < next.y ? point : next)
      aside.set(upper, Math.max(aside.get(upper) ?? 0, Math.abs(point.x - next.x)))
    }
  }
  let y = layers[0] ? layers[0].old - layers[0].half : 0
  for (const layer of layers) {
    layer.middle = y + layer.half
    const far = (aside.get(layer) ?? 0) * GAP.each
    y = layer.middle + layer.half + Math.min(GAP.least + far, GAP.most)
  }
}
