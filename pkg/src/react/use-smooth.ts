// Text at an even pace, in React.

import { React } from './react'
import { smooth, type Smooth, type SmoothOptions, type SmoothSource } from '../smooth/smooth'

/**
 * What to show of a text or a message that arrives in bursts: all of it, a moment later.
 *
 *     const content = useSmooth(message)
 *     <MessageBlocks message={{ ...message, content }} render={Markdown} />
 *
 * What is there when the component mounts is shown at once. Options are those of the first render.
 */
export function useSmooth(source: SmoothSource, options?: SmoothOptions): string {
  const [pace] = React.useState<Smooth>(() => smooth(source, options))
  // Finished, not disposed of: StrictMode and Activity run effects again after their cleanup.
  React.useEffect(() => pace.finish, [pace])
  React.useLayoutEffect(() => pace.update(source), [pace, source])
  return React.useSyncExternalStore(pace.subscribe, pace.getSnapshot, pace.getSnapshot)
}
