// What a reader takes for one character: with accents, flags and families of emoji in one piece.

const segmenter = typeof Intl === 'object' && 'Segmenter' in Intl ? new Intl.Segmenter(undefined, { granularity: 'grapheme' }) : undefined

/** The graphemes of `text`, lazily. Without Intl.Segmenter (Firefox before 125): code points. */
export function* graphemes(text: string): Generator<string> {
  if (!segmenter) return yield* text
  for (const { segment } of segmenter.segment(text)) yield segment
}
