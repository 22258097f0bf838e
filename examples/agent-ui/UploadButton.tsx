// src/components/chat/ChatArea/ChatInput/UploadButton.tsx of agno-agi/agent-ui: sends files with the message.
// In ChatInput.tsx, in front of the send button: <UploadButton message={inputMessage} onSent={() => setInputMessage('')} />
'use client'
import { useRef, type ChangeEvent } from 'react'
import { toast } from 'sonner'

import { Button } from '@/components/ui/button'
import useAIChatStreamHandler from '@/hooks/useAIStreamHandler'
import { useStore } from '@/store'

interface UploadButtonProps {
  /** What the user has typed: it is sent with the files. */
  message: string
  onSent: () => void
}

const UploadButton = ({ message, onSent }: UploadButtonProps) => {
  const picker = useRef<HTMLInputElement>(null)
  const isStreaming = useStore((state) => state.isStreaming)
  const { handleStreamResponse } = useAIChatStreamHandler()

  const sendFiles = (event: ChangeEvent<HTMLInputElement>) => {
    const files = [...(event.target.files ?? [])]
    event.target.value = ''
    if (files.length === 0) return
    const form = new FormData()
    form.append('message', message.trim() || files.map(({ name }) => name).join(', '))
    for (const file of files) form.append('files', file)
    onSent()
    handleStreamResponse(form).catch((error: Error) => toast.error(error.message))
  }

  return (
    <>
      <input ref={picker} type="file" multiple hidden onChange={sendFiles} aria-label="Files" />
      <Button
        type="button"
        size="icon"
        aria-label="Attach files"
        title="Send files with this message"
        disabled={isStreaming}
        onClick={() => picker.current?.click()}
        className="rounded-xl bg-accent p-5 text-primary"
      >
        +
      </Button>
    </>
  )
}

export default UploadButton
