// What a reader takes for one character: with accents, flags and families of emoji in one piece.

let segmenter: Intl.Segmenter | undefined

/** The graphemes of `text`, lazily. Without Intl.Segmenter (Firefox before 125): code points. */
export function* graphemes(text: string): Generator<string> {
  if (typeof Intl !== 'object' || !('Segmenter' in Intl)) return yield* text
  // On first use: a page that does not use it bundles nothing of it.
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  for (const { segment } of segmenter.segment(text)) yield segment
}
