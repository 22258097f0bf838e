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
  return {
    say: (text: string, urgency: 'polite' | 'assertive') => void (elements[urgency === 'polite' ? 0 : 1]!.textContent = text),
    remove: () => elements.forEach((element) => element.remove()),
  }
}
