// Decides which of the 64 numbers of one character stands for which of the 64 most frequent instructions. Brotli predicts a character from
// the class of the one before (vowels, consonants, digits, kinds of punctuation: RFC 7932 §7.1, Lut0). So instructions with the same
// followers get characters of one class, and those unlike any other get a class to themselves.

/** Brotli's classes of printable characters. The last one has the rest, such as `#$&*+-/?@!`. */
const CLASSES = [/ /, /"|'/, /%/, /[([{<]/, /[)\]}>]/, /[,:;]/, /\./, /=/, /\d/, /[AEIOU]/, /[A-Z]/, /[aeiou]/, /[a-z]/, /[^]/]

/** How many numbers are one digit. */
const SHORT = 64

/** A function: rank of an instruction → its place among the digits. `ranks`: of the instructions, in their order in the module. */
export function arrangedDigits(ranks, digits) {
  const classes = digits.slice(0, SHORT).map((digit) => CLASSES.findIndex((pattern) => pattern.test(digit)))
  const costs = costsOf(ranks)
  const places = Array.from({ length: SHORT }, (_, rank) => rank)
  const cost = (group) => costs(places.flatMap((place, rank) => (classes[place] === group ? [rank] : [])))
  while (improve(places, classes, cost));
  return (rank) => places[rank] ?? rank
}

/** Swaps the places of any two ranks where that is cheaper. Returns whether it swapped any. */
function improve(places, classes, cost) {
  let improved = false
  const swap = (a, b) => ([places[a], places[b]] = [places[b], places[a]])
  for (let a = 0; a < SHORT; a++) for (let b = a + 1; b < SHORT; b++) {
    const groups = [classes[places[a]], classes[places[b]]]
    if (groups[0] === groups[1]) continue
    const both = () => cost(groups[0]) + cost(groups[1])
    const before = both()
    swap(a, b)
    if (both() < before - 1e-6) improved = true
    else swap(a, b)
  }
  return improved
}

/** A function: ranks of the instructions of a class → bits it takes to encode what follows them, if only their class is known. */
function costsOf(ranks) {
  const followers = Array.from({ length: SHORT }, () => new Float64Array(SHORT + 1))
  for (let at = 1; at < ranks.length; at++) if (ranks[at - 1] < SHORT) followers[ranks[at - 1]][Math.min(ranks[at], SHORT)]++
  return (group) => {
    const sums = followers[0].map((_, follower) => group.reduce((sum, rank) => sum + followers[rank][follower], 0))
    const total = sums.reduce((a, b) => a + b)
    return sums.reduce((bits, count) => (count === 0 ? bits : bits - count * Math.log2(count / total)), 0)
  }
}
