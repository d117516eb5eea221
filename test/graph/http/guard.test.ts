import { describe, expect, test } from 'vitest'
import { Guard } from '../../../src/graph/http/guard.ts'

const guard = (lists: { allow?: string[]; deny?: string[]; internet?: boolean }) =>
  new Guard({ allow: [], deny: [], internet: true, ...lists })

describe('what an operator allows', () => {
  test.each([
    ['a host', 'crm.internal', 'crm.internal', 80, '10.0.0.5'],
    ['a host at any port', 'crm.internal', 'crm.internal', 8080, '10.0.0.5'],
    ['a host in other letters', 'CRM.Internal', 'crm.internal', 80, '10.0.0.5'],
    ['a host with the dot of a full name', 'crm.internal', 'crm.internal.', 80, '10.0.0.5'],
    ['a host with dots that no name has', 'crm.internal', 'crm.internal..', 80, '10.0.0.5'],
    ['an entry with that dot', 'crm.internal.', 'crm.internal', 80, '10.0.0.5'],
    ['a host of other scripts', 'bücher.internal', 'xn--bcher-kva.internal', 80, '10.0.0.5'],
    ['a host and port', 'crm.internal:8080', 'crm.internal', 8080, '10.0.0.5'],
    ['what lies below a name', '*.internal', 'crm.internal', 80, '10.0.0.5'],
    ['what lies deeper', '*.internal', 'a.b.internal', 80, '10.0.0.5'],
    ['that at a port', '*.internal:81', 'a.internal', 81, '10.0.0.5'],
    ['an address', '10.0.0.5', '10.0.0.5', 80, '10.0.0.5'],
    ['an address behind any name', '10.0.0.5', 'whatever.test', 80, '10.0.0.5'],
    ['an address and port', '10.0.0.5:81', '10.0.0.5', 81, '10.0.0.5'],
    ['a range', '10.0.0.0/8', 'x.test', 80, '10.255.0.1'],
    ['IPv4 in IPv6, by its range', '10.0.0.0/8', '[::ffff:a00:1]', 80, '::ffff:a00:1'],
    ['an address of IPv6', 'fd00::1', '[fd00::1]', 80, 'fd00::1'],
    ['that and a port', '[fd00::1]:81', '[fd00::1]', 81, 'fd00::1'],
    ['a range of IPv6', 'fd00::/8', 'x.test', 80, 'fd12::1'],
    ['loopback of IPv6', '::1', '[::1]', 80, '::1'],
  ])('%s', (_what, entry, host, port, address) => {
    expect(guard({ allow: [entry] }).refusalOf(host, port, address)).toBeNull()
  })

  test.each([
    ['another host', 'crm.internal', 'erp.internal', 80, '10.0.0.5'],
    ['one that ends alike', 'crm.internal', 'evil-crm.internal', 80, '10.0.0.5'],
    ['one below it', 'crm.internal', 'a.crm.internal', 80, '10.0.0.5'],
    ['the name itself of those below it', '*.internal', 'internal', 80, '10.0.0.5'],
    ['one that ends alike without a dot', '*.internal', 'evilinternal', 80, '10.0.0.5'],
    ['another port', 'crm.internal:8080', 'crm.internal', 80, '10.0.0.5'],
    ['another port of those below', '*.internal:81', 'a.internal', 80, '10.0.0.5'],
    ['another port of an address', '10.0.0.5:81', '10.0.0.5', 80, '10.0.0.5'],
    ['the next address', '10.0.0.5', '10.0.0.6', 80, '10.0.0.6'],
    ['one outside the range', '10.0.0.0/9', 'x.test', 80, '10.128.0.1'],
    ['IPv6 where IPv4 is allowed', '0.0.0.0/0', 'x.test', 80, 'fd00::1'],
    ['IPv4 where IPv6 is allowed', '::/0', 'x.test', 80, '10.0.0.1'],
  ])('and not %s', (_what, entry, host, port, address) => {
    expect(guard({ allow: [entry] }).refusalOf(host, port, address)).toBe('address')
  })

  test('a translator opens no internal address behind it', () => {
    const open = guard({ allow: ['64:ff9b::/96'] })
    expect(open.refusalOf('x.test', 80, '64:ff9b::808:808')).toBeNull()
    expect(open.refusalOf('x.test', 80, '64:ff9b::7f00:1')).toBe('address')
    expect(open.refusalOf('x.test', 80, '64:ff9b::a9fe:a9fe')).toBe('address')
  })
})

describe('what an allowed name opens', () => {
  test.each(['169.254.169.254', '100.100.100.200', '168.63.129.16', 'fe80::1', 'fd00:ec2::254'])(
    'is not where clouds give keys away: %s',
    (address) => {
      const names = ['*.internal', '64:ff9b::/96']
      const host = 'metadata.google.internal'
      expect(guard({ allow: names }).refusalOf(host, 80, address)).toBe('address')
      const both = [...names, address]
      expect(guard({ allow: both }).refusalOf(host, 80, address)).toBeNull()
    },
  )

  test('nor behind a translator', () => {
    const open = guard({ allow: ['crm.internal'] })
    expect(open.refusalOf('crm.internal', 80, '64:ff9b::a9fe:a9fe')).toBe('address')
    expect(open.refusalOf('crm.internal', 80, '64:ff9b::a00:1')).toBeNull()
  })
})

describe('ports of other protocols', () => {
  test.each([0, 22, 25, 53, 143, 465, 587, 6667])('%d is refused', (port) => {
    expect(guard({}).refusalOf('api.test', port, '8.8.8.8')).toBe('port')
    expect(guard({}).refusalOf('api.test', port, '10.0.0.1')).toBe('address')
  })

  test('are open where the operator names the target', () => {
    const target = ['api.test', 25, '8.8.8.8'] as const
    for (const entry of ['api.test:25', 'api.test', '8.8.8.8:25', '8.8.8.0/24']) {
      expect(guard({ allow: [entry] }).refusalOf(...target), entry).toBeNull()
    }
    expect(guard({ allow: ['api.test:80'] }).refusalOf(...target)).toBe('port')
  })

  test.each([80, 443, 8080, 8443, 3000, 65_535])('%d is HTTP', (port) => {
    expect(guard({}).refusalOf('api.test', port, '8.8.8.8')).toBeNull()
  })
})

describe('what an operator denies', () => {
  test.each([
    ['a host', 'api.test', 'api.test', '8.8.8.8'],
    ['a host with the dot of a full name', 'api.test', 'api.test.', '8.8.8.8'],
    ['what lies below a name', '*.test', 'api.test', '8.8.8.8'],
    ['a range', '8.8.0.0/16', 'api.test', '8.8.8.8'],
    ['a range behind a translator', '8.8.0.0/16', 'api.test', '64:ff9b::808:808'],
    ['a range, written as IPv6', '8.8.0.0/16', 'api.test', '::ffff:8.8.8.8'],
  ])('%s, even if it is allowed', (_what, entry, host, address) => {
    const allow = ['api.test', '0.0.0.0/0', '::/0']
    expect(guard({ allow, deny: [entry] }).refusalOf(host, 80, address)).toBe('denied')
    expect(guard({ allow }).refusalOf(host, 80, address)).toBeNull()
  })
})

test('without the internet, only what is allowed', () => {
  const closed = guard({ internet: false, allow: ['api.test', '1.1.1.0/24'] })
  expect(closed.refusalOf('other.test', 443, '8.8.8.8')).toBe('address')
  expect(closed.refusalOf('api.test', 443, '8.8.8.8')).toBeNull()
  expect(closed.refusalOf('other.test', 443, '1.1.1.1')).toBeNull()
})

test.each(['', 'localhost', '/var/run/docker.sock', '127.1', 'nonsense'])(
  'what is no address is refused: %j',
  (text) => {
    expect(guard({}).refusalOf('api.test', 80, text)).toBe('address')
  },
)

test.each([
  '',
  '*',
  '*.',
  'a.*',
  'http://crm.internal',
  'crm.internal/path',
  'crm internal',
  'user@crm.internal',
  'crm.internal:',
  'crm.internal:0',
  'crm.internal:70000',
  '10.0.0.1/8',
  '10.0.0.0/33',
  '10.0.0/8',
  '010.0.0.0/8',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  'fd00::1/8',
  '::ffff:10.0.0.0/104',
  '127.1',
  '0x7f000001',
  '2130706433',
  7 as unknown as string,
])('a list refuses %j, and says what it takes', (entry) => {
  expect(() => guard({ allow: [entry] })).toThrow(/of "allow" of the HTTP policy.*Give a host/)
})
