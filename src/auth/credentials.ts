/**
 * The token of `Authorization: Bearer …`; null without one.
 * @example bearerToken(new Request(url, { headers: { authorization: 'Bearer abc' } })) // 'abc'
 */
export function bearerToken(request: Request): string | null {
  const [, token] = /^Bearer +([^\s]+) *$/i.exec(request.headers.get('authorization') ?? '') ?? []
  return token ?? null
}

/** An API key, from `X-API-Key` or as the bearer's token; null without either. */
export function givenKey(request: Request): string | null {
  return request.headers.get('x-api-key')?.trim() || bearerToken(request)
}
