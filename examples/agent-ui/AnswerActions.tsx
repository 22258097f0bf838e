// Under the last answer: try again, edit the question, ‹ 2/3 ›. Put it below the messages: <AnswerActions ui={ui} />.
import { useState } from 'react'
import type { AgentUI } from 'ai-stream-handler/agent-ui'

import { useStore } from '@/store'

const AnswerActions = ({ ui }: { ui: AgentUI }) => {
  const isStreaming = useStore((state) => state.isStreaming)
  // A new answer, or another version of it, is another list of messages.
  useStore((state) => state.messages)
  const [refusal, setRefusal] = useState('')
  const turn = ui.handler?.getSnapshot().turns.at(-1)
  const versions = turn?.versions ?? { index: 0, count: 1 }
  const show = (index: number) => turn && ui.showVersion(turn, index)
  const refuse = (error: Error) => setRefusal(error.message)
  const edit = () => {
    const text = prompt('Your question', turn?.user?.content)
    if (turn && text) ui.edit(turn, text).catch(refuse)
  }

  return (
    <div className="flex gap-2 text-xs">
      <button disabled={isStreaming} onClick={() => ui.regenerate().catch(refuse)}>Try again</button>
      <button disabled={isStreaming || !turn} onClick={edit}>Edit</button>
      {versions.count > 1 && (
        <>
          <button disabled={versions.index === 0} onClick={() => show(versions.index - 1)} aria-label="Previous version">‹</button>
          {versions.index + 1}/{versions.count}
          <button disabled={versions.index === versions.count - 1} onClick={() => show(versions.index + 1)} aria-label="Next version">›</button>
        </>
      )}
      {turn?.notice ?? refusal}
    </div>
  )
}

export default AnswerActions
