const opening = /^(?:\s|--[^\n]*\n)*select\s+millrace\.define_workflow\(\s*(\$[A-Za-z_]*\d*\$)/i

/** A statement that stores a document. @param json as it is stored */
export function toSqlText(name: string, json: string): string {
  let quote = '$graph$'
  for (let i = 1; json.includes(quote); i++) quote = `$graph${i}$`
  const title = name.replace(/\s+/g, ' ')
  return `-- ${title}\nselect millrace.define_workflow(${quote}\n${json}\n${quote});\n`
}

/**
 * The document within such a statement, with everything before it as blanks, so that places stay what
 * they are; the text itself if it is none.
 */
export function fromSqlText(text: string): string {
  const found = opening.exec(text)
  if (!found) return text
  const quote = found[1] as string
  const end = text.indexOf(quote, found[0].length)
  if (end === -1) return text
  return found[0].replace(/[^\n]/g, ' ') + text.slice(found[0].length, end)
}
