// Replaces src/components/ui/typography/MarkdownRenderer/MarkdownRenderer.tsx of agno-agi/agent-ui.
import { MessageBlocks } from 'ai-stream-handler/react'
import { type FC } from 'react'
import ReactMarkdown from 'react-markdown'
import rehypeRaw from 'rehype-raw'
import rehypeSanitize from 'rehype-sanitize'
import remarkGfm from 'remark-gfm'

import { cn } from '@/lib/utils'

import { type MarkdownRendererProps } from './types'
import { inlineComponents } from './inlineStyles'
import { components } from './styles'

// Outside of the component: a new list or object in each render would render every block again.
const blockOf = (own: object): FC<{ children: string }> => {
  const options = { remarkPlugins: [remarkGfm], rehypePlugins: [rehypeRaw, rehypeSanitize], components: { ...own } }
  return function Block({ children }) { return <ReactMarkdown {...options}>{children}</ReactMarkdown> }
}
const Block = blockOf(components)
const InlineBlock = blockOf(inlineComponents)

const MarkdownRenderer: FC<MarkdownRendererProps> = ({ children, classname, inline = false }) => (
  <div className={cn('prose prose-h1:text-xl dark:prose-invert flex w-full flex-col gap-y-5 rounded-lg', classname)}>
    <MessageBlocks message={children ?? ''} render={inline ? InlineBlock : Block} />
  </div>
)

export default MarkdownRenderer
