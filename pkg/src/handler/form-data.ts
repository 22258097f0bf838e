// FormData passed to `send`.

/** Names of the files in a form. */
export function filesIn(form: FormData): string[] {
  return [...form.values()].flatMap((value) => (typeof value === 'string' ? [] : [value.name]))
}

/**
 * A copy, so that adding fields does not change the caller's form. Without the nameless file that a browser makes of a file input in which
 * nothing was chosen.
 */
export function copyForm(form: FormData): FormData {
  const copied = new FormData()
  for (const [name, value] of form.entries()) {
    if (typeof value === 'string') copied.append(name, value)
    else if (value.name) copied.append(name, value, value.name)
  }
  return copied
}
