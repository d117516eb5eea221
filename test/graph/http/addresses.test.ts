import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Address,
  embeddedIPv4,
  isPublicAddress,
  parseAddress,
} from '../../../src/graph/http/addresses.ts'

const isPublic = (text: string) => isPublicAddress(parseAddress(text) as Address)

describe('isPublicAddress', () => {
  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '93.184.215.14',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '100.63.255.255',
    '100.128.0.0',
    '223.255.255.255',
    '::ffff:8.8.8.8',
    '2606:4700:4700::1111',
    '2a00:1450:4001:81b::200e',
  ])('lets %s through', (text) => {
    expect(isPublic(text)).toBe(true)
  })

  test.each([
    ['this host', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['loopback', '127.0.0.1'],
    ['all of loopback', '127.255.255.254'],
    ['private, class A', '10.0.0.1'],
    ['private, class B', '172.16.0.1'],
    ['private, the last of class B', '172.31.255.255'],
    ['private, class C', '192.168.1.1'],
    ['of a provider (CGNAT)', '100.64.0.1'],
    ['metadata of Alibaba', '100.100.100.200'],
    ['link local', '169.254.0.1'],
    ['metadata of AWS, GCP, Azure', '169.254.169.254'],
    ['the agent of Azure', '168.63.129.16'],
    ['protocol assignments, metadata of Oracle', '192.0.0.192'],
    ['documentation 1', '192.0.2.1'],
    ['documentation 2', '198.51.100.1'],
    ['documentation 3', '203.0.113.1'],
    ['the relay of 6to4', '192.88.99.1'],
    ['AS112', '192.175.48.1'],
    ['benchmarks', '198.18.0.1'],
    ['multicast', '224.0.0.1'],
    ['multicast of an organisation', '239.255.255.250'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['this host, IPv6', '::'],
    ['loopback, IPv6', '::1'],
    ['IPv4-mapped loopback', '::ffff:127.0.0.1'],
    ['IPv4-mapped, in hexadecimal', '::ffff:a9fe:a9fe'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-translated', '::ffff:0:127.0.0.1'],
    ['NAT64 of loopback', '64:ff9b::7f00:1'],
    ['NAT64 of a public address', '64:ff9b::808:808'],
    ['NAT64 of the network', '64:ff9b:1::1'],
    ['6to4 of a private address', '2002:0a00:0001::1'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['ORCHID', '2001:20::1'],
    ['documentation, IPv6', '2001:db8::1'],
    ['documentation, IPv6, new', '3fff::1'],
    ['discarded', '100::1'],
    ['segment routing', '5f00::1'],
    ['unique local', 'fd00::1'],
    ['metadata of AWS, IPv6', 'fd00:ec2::254'],
    ['link local, IPv6', 'fe80::1'],
    ['with a zone', 'fe80::1%eth0'],
    ['loopback with a zone', '::1%lo'],
    ['IPv4-mapped with a zone', '::ffff:127.0.0.1%lo'],
    ['site local', 'fec0::1'],
    ['multicast, IPv6', 'ff02::1'],
    ['not assigned', '4000::1'],
    ['not assigned either', 'e000::1'],
  ])('refuses %s: %s', (_what, text) => {
    expect(isPublic(text)).toBe(false)
  })
})

describe('parseAddress', () => {
  const octet = fc.integer({ min: 0, max: 255 })
  const group = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16))
  const zone = fc.constantFrom('', '%1', '%eth0', '%lo')

  test('reads whatever Node takes for an address', () => {
    const groups = fc.array(group, { minLength: 8, maxLength: 8 }).map((parts) => parts.join(':'))
    const short = fc
      .tuple(fc.array(group, { maxLength: 3 }), fc.array(group, { maxLength: 3 }))
      .map(([before, after]) => `${before.join(':')}::${after.join(':')}`)
    const tail = fc.tuple(short, octet, octet, octet, octet).map(([head, ...parts]) => {
      return `${head}${head.endsWith('::') ? '' : ':'}${parts.join('.')}`
    })
    const texts = fc.tuple(fc.oneof(groups, short, tail), zone).map((parts) => parts.join(''))
    fc.assert(
      fc.property(texts, (text) => {
        const address = parseAddress(text)
        expect(address === null).toBe(isIP(text) === 0)
        if (address !== null) expect(typeof isPublicAddress(address)).toBe('boolean')
      }),
      { numRuns: 3000 },
    )
  })

  test('IPv4 within IPv6 is judged as that IPv4, in both spellings', () => {
    fc.assert(
      fc.property(octet, octet, octet, octet, (a, b, c, d) => {
        const plain = `${a}.${b}.${c}.${d}`
        const hex = `::ffff:${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
        for (const spelled of [`::ffff:${plain}`, `0:0:0:0:0:FFFF:${plain}`, hex]) {
          expect(isPublic(spelled)).toBe(isPublic(plain))
        }
        const inner = [`64:ff9b::${plain}`, `2002:${hex.slice(7)}::1`, `::ffff:0:${plain}`]
        for (const spelled of inner) {
          expect(isPublic(spelled)).toBe(false)
          expect(embeddedIPv4(parseAddress(spelled) as Address)?.toString()).toBe(plain)
        }
      }),
      { numRuns: 3000 },
    )
  })

  test.each([
    '',
    'localhost',
    '0177.0.0.1',
    '0x7f.1',
    '2130706433',
    '127.1',
    '127.0.0.1.',
    '[::1]',
  ])('takes no other spelling: %s', (text) => {
    expect(parseAddress(text)).toBeNull()
  })
})

describe('embeddedIPv4', () => {
  test.each([
    ['64:ff9b::7f00:1', '127.0.0.1'],
    ['2002:c0a8:0101::', '192.168.1.1'],
    ['::ffff:0:10.0.0.1', '10.0.0.1'],
    ['2606:4700::1', undefined],
    ['::ffff:10.0.0.1', undefined], // parsed, that is the IPv4 itself
    ['8.8.8.8', undefined],
  ])('of %s is %s', (text, inner) => {
    expect(embeddedIPv4(parseAddress(text) as Address)?.toString()).toBe(inner)
  })
})
