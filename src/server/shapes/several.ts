import { z } from '@hono/zod-openapi'

/** A parameter that may be given several times; each is one value. */
export function several<T extends z.ZodType>(item: T, description: string) {
  const items = item instanceof z.ZodEnum ? { enum: item.options as string[] } : {}
  return z
    .preprocess((value) => (value === undefined ? value : [value].flat()), z.array(item).optional())
    .openapi({ description, type: 'array', items: { type: 'string', ...items } })
}
