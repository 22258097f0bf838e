// Replaces src/components/ui/typography/MarkdownRenderer/MarkdownRenderer.tsx of the Cirkelline UI. The message's text is all that it
// takes: that UI changes messages in place, so the text alone says what is new.
import { MessageBlocks } from 'ai-stream-handler/react'
import { memo } from 'react'
import ReactMarkdown from 'react-markdown'
import rehypeRaw from 'rehype-raw'
import rehypeSanitize from 'rehype-sanitize'
import remarkGfm from 'remark-gfm'
import { cn } from '@/lib/utils'
import { inlineComponents } from './inlineStyles'
import { components } from './styles'
import type { MarkdownRendererProps } from './types'

// Outside of the component: a new list or object in each render would render every block again.
const blockOf = (own: object) => {
  const options = { remarkPlugins: [remarkGfm], rehypePlugins: [rehypeRaw, rehypeSanitize], components: { ...own } }
  return ({ children }: { children: string }) => <ReactMarkdown {...options}>{children}</ReactMarkdown>
}
const [Block, InlineBlock] = [blockOf(components), blockOf(inlineComponents)]

export default memo(function MarkdownRenderer({ children, classname, inline }: MarkdownRendererProps) {
  return (
    <div className={cn('prose prose-h1:text-xl dark:prose-invert flex w-full flex-col gap-y-5 rounded-lg', classname)}>
      <MessageBlocks message={children ?? ''} render={inline ? InlineBlock : Block} closed />
    </div>
  )
})
