// Renderers that the pages show and this workspace does not install (tests/markdown does): as far as the pages use them.
declare module 'react-markdown' {
  export default function Markdown(props: { children?: string; remarkPlugins?: unknown[] }): import('react').ReactElement
}
declare module 'remark-gfm' {
  const plugin: unknown
  export default plugin
}
declare module 'streamdown' {
  export function Streamdown(props: { children?: string; parseIncompleteMarkdown?: boolean; parseMarkdownIntoBlocksFn?: (markdown: string) => string[] }): import('react').ReactElement
}
declare module 'marked' {
  export const marked: { parse(markdown: string, options: { async: false }): string }
}
declare module 'dompurify' {
  const purify: { sanitize(html: string): string }
  export default purify
}
