import { expect, test } from 'vitest'
import type { Definition } from '../../src/definition/definition.ts'
import { Registry } from '../../src/definition/registry.ts'
import { DuplicateWorkflowError, workflow } from '../../src/index.ts'

const plain = (id: string) => workflow(id, () => null)
/** A workflow whose parts are made anew whenever somebody asks, as a reloaded file's are. */
const withParts = (id: string, parts: () => readonly string[]): Definition => ({
  ...plain(id),
  get parts() {
    return parts().map(plain)
  },
})
const ids = (registry: Registry) => registry.all().map(({ id }) => id)

test('a definition that is added again brings its parts anew', () => {
  const registry = new Registry()
  let names = ['flow.a', 'flow.b']
  const flow = withParts('flow', () => names)
  registry.add(flow)
  const before = registry.get('flow.a', '1')
  names = ['flow.a', 'flow.c']
  registry.add(flow)
  expect(ids(registry).sort()).toEqual(['flow', 'flow.a', 'flow.c'])
  expect(registry.get('flow.a', '1')).not.toBe(before)
  registry.remove('flow')
  expect(ids(registry)).toEqual([])
  // nothing of it is left that would be in the way
  registry.add(plain('flow.a'))
  expect(ids(registry)).toEqual(['flow.a'])
})

test("a user's own workflow and a part do not get each other's id, and what is refused changes nothing", () => {
  const registry = new Registry()
  const own = plain('flow.b')
  registry.add(own)
  const flow = withParts('flow', () => ['flow.a', 'flow.b'])
  expect(() => registry.add(flow)).toThrow(DuplicateWorkflowError)
  expect(() => registry.add(flow)).toThrow('"flow.b" does a part of "flow"')
  expect(registry.all()).toEqual([own])
  registry.remove('flow.b')
  registry.add(flow)
  const known = registry.all()
  for (const id of ['flow.a', 'flow'])
    expect(() => registry.add(plain(id))).toThrow(DuplicateWorkflowError)
  // nor a part of another one
  const other = withParts('other', () => ['flow.a'])
  expect(() => registry.add(other)).toThrow(DuplicateWorkflowError)
  expect(registry.all()).toEqual(known)
})
