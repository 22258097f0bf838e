// src/components/chat/ChatArea/PauseForm.tsx of agno-agi/agent-ui: what a paused run asks for. In ChatArea.tsx, above <ChatInput />: <PauseForm />
'use client'
import { type FormEvent } from 'react'
import { type PauseRequirement, type Resolution } from 'ai-stream-handler'

import { Button } from '@/components/ui/button'
import { ui } from '@/hooks/useAIStreamHandler'
import { useStore } from '@/store'

const PauseForm = () => {
  // The store changes when a run pauses and when it goes on.
  const pause = useStore((state) => (state.isStreaming || state.messages.length === 0 ? null : (ui.handler?.getSnapshot().pause ?? null)))
  if (!pause) return null
  const { message, requirements } = pause
  const asksForPermission = requirements.some(({ kind }) => kind === 'confirmation')

  const answer = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget, (event.nativeEvent as SubmitEvent).submitter)
    await ui.continueRun(await answersIn(data, requirements))
  }

  return (
    <form onSubmit={answer} aria-label="Question" className="mx-auto mb-2 flex w-full max-w-2xl flex-col gap-2 rounded-xl border border-accent p-4 text-sm text-primary">
      <p>{message}</p>
      {requirements.map((asked, at) => (
        <Question key={asked.id ?? at} asked={asked} at={at} />
      ))}
      <div className="flex gap-2">
        <Button type="submit" name="answer" value="yes">{asksForPermission ? 'Allow' : 'Answer'}</Button>
        {asksForPermission && <Button type="submit" name="answer" value="no" variant="outline" formNoValidate>Decline</Button>}
      </div>
    </form>
  )
}

const inputStyle = 'w-full rounded-xl border border-accent bg-primaryAccent px-3 py-2'

const Question = ({ asked, at }: { asked: PauseRequirement; at: number }) => {
  if (asked.kind === 'input')
    return asked.fields.map(({ name, description }) => (
      <label key={name}>{description ?? name} <input name={`${at}.${name}`} required className={inputStyle} /></label>
    ))
  if (asked.kind === 'external') return <label>Result of {asked.toolName} <input name={`${at}.result`} required className={inputStyle} /></label>
  return <code>{asked.toolName} {JSON.stringify(asked.toolArgs)}</code>
}

async function answersIn(data: FormData, requirements: readonly PauseRequirement[]): Promise<Resolution[]> {
  const text = (name: string) => String(data.get(name) ?? '')
  // The core, which is there by now; a static import would load it with the page.
  const { confirm, fill, giveResult, reject } = await import('ai-stream-handler')
  return requirements.map((asked, at) => {
    if (asked.kind === 'input') return fill(asked, Object.fromEntries(asked.fields.map(({ name }) => [name, text(`${at}.${name}`)])))
    if (asked.kind === 'external') return giveResult(asked, text(`${at}.result`))
    return text('answer') === 'yes' ? confirm(asked) : reject(asked)
  })
}

export default PauseForm
