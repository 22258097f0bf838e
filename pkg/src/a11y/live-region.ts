// A visually hidden pair of ARIA live regions.

/** Adds the two elements to the page. `say` announces a text through one of them; `remove` takes both away. */
export function liveRegion() {
  const elements = (['polite', 'assertive'] as const).map((urgency) => {
    const element = document.createElement('div')
    element.setAttribute('aria-live', urgency)
    element.setAttribute('aria-atomic', 'true')
    element.style.cssText = 'position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap'
    document.body.append(element)
    return element
  })
  const [polite, assertive] = elements as unknown as [HTMLElement, HTMLElement]
  return {
    say(text: string, urgency: 'polite' | 'assertive'): void {
      const element = urgency === 'polite' ? polite : assertive
      // The same text again is announced only if the element changes.
      element.textContent = element.textContent === text ? `${text}\u00a0` : text
      try {
        if (process.env.NODE_ENV !== 'production') setTimeout(() => warnOfSecondRegion(text, elements), RENDER_MS)
      } catch {
        // No bundler: not in development.
      }
    },
    /** Empties the assertive element: an error that the user has closed is not to be found again. */
    clear: () => void (assertive.textContent = ''),
    remove: () => elements.forEach((element) => element.remove()),
  }
}

/** By then the page has rendered the same snapshot. Milliseconds. */
const RENDER_MS = 100

let hasWarned = false

/** Logs, once, if another live region of the page has the same text: a screen reader says it twice. */
function warnOfSecondRegion(text: string, own: HTMLElement[]): void {
  const regions = document.querySelectorAll('[role=alert], [role=status], [role=log], [aria-live=polite], [aria-live=assertive]')
  const second = [...regions].find((region) => !own.includes(region as HTMLElement) && region.textContent?.includes(text))
  if (!second || hasWarned) return
  hasWarned = true
  console.error('ai-stream-handler/a11y: announce() has said what this live region says, too, so screen readers say it twice. Remove its role or aria-live.', second)
}

declare const process: { env: { NODE_ENV?: string } }
