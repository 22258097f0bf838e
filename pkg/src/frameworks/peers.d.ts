// What the entries use of their frameworks, so that building the package needs none of them. tests/frameworks compiles the
// published types against the real ones.

declare module 'vue' {
  export interface ShallowRef<T = unknown> { value: T }
  export interface ComputedRef<T = unknown> { readonly value: T }
  export function shallowRef<T>(value: T): ShallowRef<T>
  export function shallowReadonly<T>(target: T): Readonly<T>
  export function computed<T>(getter: () => T): ComputedRef<T>
  export function getCurrentInstance(): object | null
  export function onMounted(hook: () => void): void
  export function onScopeDispose(hook: () => void): void
  export type Component = object
  export type DefineComponent<Props> = new () => { $props: Props }
  export function h(component: Component | string, props: Record<string, unknown> | unknown[] | null, slot?: () => unknown): unknown
}

declare module 'svelte' {
  export type Component<Props> = (internals: never, props: Props) => object
  export type Snippet<Arguments extends unknown[]> = (...args: Arguments) => object
  export function onDestroy(hook: () => void): void
}

declare module 'svelte/reactivity' {
  export function createSubscriber(start: (update: () => void) => () => void): () => void
}

declare module 'solid-js' {
  export function createSignal<T>(value: T): [() => T, (next: (before: T) => T) => void]
  export function createMemo<T>(compute: () => T): () => T
  export function onMount(hook: () => void): void
  export function onCleanup(hook: () => void): void
  export type Component<Props> = (props: Props) => JSX.Element
  export namespace JSX { type Element = unknown }
  export function createComponent<Props>(component: Component<Props>, props: Props): JSX.Element
  export function indexArray<T, Row>(list: () => readonly T[], row: (item: () => T) => Row): () => Row[]
}

declare module '@angular/core' {
  export type Signal<T> = () => T
  export interface WritableSignal<T> extends Signal<T> {
    set(value: T): void
    update(change: (before: T) => T): void
    asReadonly(): Signal<T>
  }
  export abstract class DestroyRef { abstract onDestroy(hook: () => void): () => void }
  export function signal<T>(value: T): WritableSignal<T>
  export function computed<T>(compute: () => T): Signal<T>
  export function inject<T>(token: abstract new () => T): T
  export function afterNextRender(hook: () => void): unknown
}
