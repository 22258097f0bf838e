import { MessageBlocks } from 'ai-stream-handler/react'
import { type FC } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import rehypeRaw from 'rehype-raw'
import rehypeSanitize from 'rehype-sanitize'
import remarkGfm from 'remark-gfm'

import { cn } from '@/lib/utils'

import { type MarkdownRendererProps } from './types'
import { inlineComponents } from './inlineStyles'
import { components } from './styles'

// Outside of the component: a new list or object in each render would render every block again.
const plugins = { remarkPlugins: [remarkGfm], rehypePlugins: [rehypeRaw, rehypeSanitize] }
const Block: FC<{ children: string }> = ({ children }) => <ReactMarkdown {...plugins} components={components as Components}>{children}</ReactMarkdown>
const InlineBlock: FC<{ children: string }> = ({ children }) => <ReactMarkdown {...plugins} components={inlineComponents as Components}>{children}</ReactMarkdown>

const MarkdownRenderer: FC<MarkdownRendererProps> = ({ children, classname, inline = false }) => (
  <div className={cn('prose prose-h1:text-xl dark:prose-invert flex w-full flex-col gap-y-5 rounded-lg', classname)}>
    <MessageBlocks message={children ?? ''} render={inline ? InlineBlock : Block} />
  </div>
)

export default MarkdownRenderer
