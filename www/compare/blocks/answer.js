/** A long answer in Markdown, written for this page, and the stream that a model would send it in: one frame for each token. */

const SECTIONS = [
  ['How bytes become text', `A model writes *tokens*. The server wraps each one in an **event**, and the network splits the events wherever it likes:

- in the middle of a word,
- in the middle of an emoji like 🌍,
- between \`data:\` and its value.

A page that relies on these boundaries loses characters.`],
  ['What a token costs', `To receive a token takes a few microseconds. To **draw** it, most pages parse the whole answer again, build all of its elements again, and let the browser lay them out again.

> The longer the answer, the more each token costs. The reader sees it as a page that stutters near the end.`],
  ['What never changes', `A paragraph that has ended stays as it is, whatever comes after it. So does a list once another kind of block begins, and a code block once its fence is closed.

1. Find the boundary.
2. Draw what is before it once.
3. Draw only what is behind it again.`],
  ['In code', `Each block keeps its identity, so a comparison of references is enough to see what has to be drawn:

\`\`\`js
message.blocks.forEach((block, at) => {
  if (drawn[at] === block) return
  drawn[at] = block
  draw(at, block.text)
})
\`\`\`

There is no diff, and nothing to tune.`],
]

/** How often the sections are repeated. */
const ROUNDS = 7

const ANSWER = Array.from({ length: ROUNDS * SECTIONS.length }, (_, at) => {
  const [title, text] = SECTIONS[at % SECTIONS.length]
  return `## ${at + 1}. ${title}\n\n${text}\n`
}).join('\n')

/** The frames of the answer: how the run begins, each token, how it ends. */
export function frames() {
  const encoder = new TextEncoder()
  const run = { agent_id: 'writer', agent_name: 'Writer', run_id: 'long-answer', session_id: 'scripted', nested_depth: 0 }
  const frame = (event, fields) => encoder.encode(`event: ${event}\ndata: ${JSON.stringify({ event, ...run, ...fields })}\n\n`)
  const tokens = ANSWER.match(/\s*\S+\s*/g).map((content) => frame('RunContent', { content, content_type: 'str' }))
  return [frame('RunStarted', { model: 'scripted' }), ...tokens, frame('RunCompleted', { content: ANSWER, content_type: 'str' })]
}
