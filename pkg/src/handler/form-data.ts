// A message that is given as a FormData.

export function filesIn(form: FormData): string[] {
  return [...form.values()].flatMap((value) => (typeof value === 'string' ? [] : [value.name]))
}

/** The caller keeps their form as it is. */
export function copyForm(form: FormData): FormData {
  const copied = new FormData()
  for (const [name, value] of form.entries()) {
    if (typeof value === 'string') copied.append(name, value)
    else copied.append(name, value, value.name)
  }
  return copied
}
