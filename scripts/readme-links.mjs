// The README as npm shows it: npm packs neither docs/ nor pictures, so its relative links have to name the repository.
//
// In: Markdown, the repository's address as it stands in pkg/package.json, and the tag or branch to link to. Out: the same text with
// absolute links. Links with a scheme and links within the page stay; so does whatever stands in code.

export function absoluteLinks(markdown, repository, ref) {
  const base = repository.replace(/^git\+/, '').replace(/\.git$/, '').replace(/\/$/, '')
  const absolute = (path, isImage) => (/^([a-z][a-z0-9+.-]*:|#|\/\/)/i.test(path) ? path : `${base}/${isImage ? 'raw' : 'blob'}/${ref}/${path.replace(/^\.\//, '')}`)
  return markdown
    // Fenced blocks and code spans are passed over: they come first.
    .replace(/^(```|~~~)[\s\S]*?^\1|(`+)[^`][\s\S]*?\2|(!?)\[((?:[^[\]`]|`[^`]*`|!\[[^\]]*\]\([^)]*\))*)\]\(([^()\s]+)((?:\s+"[^"]*")?)\)/gm, (all, fence, ticks, bang, text, path, title) => {
      if (fence !== undefined || ticks !== undefined) return all
      // A picture may itself be what is linked.
      return `${bang}[${absoluteLinks(text, repository, ref)}](${absolute(path, bang === '!')}${title})`
    })
    .replace(/^(\[[^\]]+\]:\s+)(\S+)/gm, (_, label, path) => label + absolute(path, false))
}
