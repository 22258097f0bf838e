// src/components/chat/ChatArea/ChatInput/StopButton.tsx of agno-agi/agent-ui: stops the answer, and the run on the server.
// In ChatInput.tsx, beside the send button: <StopButton />
'use client'
import { Button } from '@/components/ui/button'
import { ui } from '@/hooks/useAIStreamHandler'
import { useStore } from '@/store'

const StopButton = () => {
  const isStreaming = useStore((state) => state.isStreaming)
  if (!isStreaming) return null
  return (
    <Button type="button" size="icon" aria-label="Stop" onClick={ui.cancel} className="rounded-xl bg-primary p-5 text-primaryAccent">
      <span aria-hidden="true" className="size-3 rounded-sm bg-primaryAccent" />
    </Button>
  )
}

export default StopButton
