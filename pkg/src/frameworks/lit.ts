// Lit: a reactive controller. It needs nothing of Lit but the host's two methods, so any element that has them may use it.

import { componentHandler } from '../lazy/component-handler'
import { messageById } from '../lazy/field-watch'
import { emptySnapshot } from '../snapshot/empty-snapshot'
import type { StreamHandler } from '../types/handler'
import type { ChatMessage } from '../types/message'
import type { HandlerOptions } from '../types/options'
import type { Snapshot } from '../types/snapshot'

/** What the controller uses of its element: a part of Lit's `ReactiveControllerHost`. */
export interface StreamHost {
  /** Called once, by the controller's constructor. */
  addController(controller: { hostConnected?(): void; hostDisconnected?(): void }): void
  /** Called when what was selected has changed. */
  requestUpdate(): void
}

/**
 * A conversation that lives as long as its element is in the document:
 *
 *     stream = new AIStreamController(this, { team: 'cirkelline' })
 *     render() { return html`<p>${this.stream.snapshot.activityStatus}</p>` }
 *
 * An element for a part of it takes the handler instead of options, and what it depends on; it updates when one of those values
 * changes:
 *
 *     message = new AIStreamController(this, () => this.handler, (s) => [messageOf(s, this.id)])
 *
 * On a server it has no side effects. An element that is moved within the document keeps its conversation.
 */
export class AIStreamController {
  #own: StreamHandler | undefined
  #stop: (() => void) | undefined
  #isConnected = false
  #wasDisposed = false

  constructor(private readonly host: StreamHost, private readonly source: HandlerOptions | (() => StreamHandler) = {}, private readonly select: (snapshot: Snapshot) => readonly unknown[] = (snapshot) => [snapshot]) {
    if (typeof source !== 'function') this.#own = componentHandler('AIStreamController', source)
    host.addController(this)
  }

  /** The handler: methods are called on it. */
  get handler(): StreamHandler {
    return this.#own ?? (this.source as () => StreamHandler)()
  }

  /** The current snapshot; the empty one before the element is in the document. */
  get snapshot(): Snapshot {
    return this.#stop ? this.handler.getSnapshot() : emptySnapshot
  }

  /** Called by Lit when the element is in the document. */
  hostConnected(): void {
    this.#isConnected = true
    if (this.#own && !this.#stop && this.#wasDisposed) this.#own = componentHandler('AIStreamController', this.source as HandlerOptions)
    let last = this.select(this.handler.getSnapshot())
    this.#stop ??= this.handler.subscribe(() => {
      const before = last
      last = this.select(this.handler.getSnapshot())
      if (last.length !== before.length || last.some((value, at) => value !== before[at])) this.host.requestUpdate()
    })
    this.host.requestUpdate()
  }

  /** Called by Lit when the element has left the document. Acts later: an element that is moved is connected again in the same task. */
  hostDisconnected(): void {
    this.#isConnected = false
    setTimeout(() => {
      if (this.#isConnected || !this.#stop) return
      this.#stop()
      this.#stop = undefined
      this.#wasDisposed = Boolean(this.#own)
      this.#own?.dispose()
    })
  }
}

/** The message with this id in a snapshot, if there is one. */
export const messageOf = (snapshot: Snapshot, id: string): ChatMessage | undefined => messageById(snapshot, id)
