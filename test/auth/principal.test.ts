import { expect, test } from 'vitest'
import {
  type Authenticator,
  hasScope,
  inOrder,
  type Principal,
  requireScope,
  scopesOfRoles,
} from '../../src/auth/principal.ts'

const principal = (scopes: string[]): Principal => ({
  ...{ tenant: 't', subject: 's', roles: [], scopes },
})

test('roles give scopes, and those that there are not give none', () => {
  expect(scopesOfRoles(['viewer'])).toEqual(['runs:read', 'workflows:read'])
  expect(scopesOfRoles(['operator', 'viewer'])).toEqual([
    ...['runs:read', 'runs:write', 'workflows:read'],
  ])
  expect(scopesOfRoles(['admin'])).toHaveLength(5)
  for (const roles of [[], ['owner'], ['toString'], ['__proto__'], ['Admin']])
    expect(scopesOfRoles(roles)).toEqual([])
})

test('admin may all; others what they have', () => {
  expect(hasScope(principal(['admin']), 'runs:write')).toBe(true)
  expect(hasScope(principal(['runs:write']), 'runs:write')).toBe(true)
  expect(hasScope(principal(['runs:write']), 'runs:read')).toBe(false)
  expect(() => requireScope(principal([]), 'admin')).toThrow(/scope "admin", and "s" has none/)
  requireScope(principal(['admin']), 'admin')
})

test('the first that knows who it is decides', async () => {
  const asked: string[] = []
  const make =
    (name: string, found: Principal | null): Authenticator =>
    async () => {
      asked.push(name)
      return found
    }
  const request = new Request('http://localhost/')
  const both = inOrder(make('a', null), make('b', principal(['admin'])), make('c', principal([])))
  expect(await both(request)).toMatchObject({ scopes: ['admin'] })
  expect(asked).toEqual(['a', 'b'])
  expect(await inOrder()(request)).toBeNull()
})
