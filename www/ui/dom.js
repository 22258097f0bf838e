/**
 * Builds and updates DOM nodes.
 *
 * Never parses HTML: text from a stream only becomes text nodes, so no answer can inject markup. `keyedList` is all the framework
 * there is: snapshots are structurally shared, so an item that is `===` the one last drawn needs no update.
 */

/** `on…` props are listeners; a prop that is `false`, `null` or `undefined` is left out. `testid` becomes `data-testid`. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value)
    else node.setAttribute(name === 'testid' ? 'data-testid' : name, value === true ? '' : value)
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false))
  return node
}

/** Appends if the text only grew, so that the browser lays out the new part only and a selection survives. */
export function setText(node, text) {
  const shown = node.firstChild
  if (!shown) node.append(text)
  else if (text.length > shown.data.length && text.startsWith(shown.data)) shown.appendData(text.slice(shown.data.length))
  else if (shown.data !== text) shown.data = text
}

/** Shows `node`, or removes it from layout and accessibility tree. */
export function show(node, visible) {
  node.hidden = !visible
}

/** Draws a list of items with stable ids into `parent`. `create(item, index)` returns `{ node, update(item, index) }`; `update` is called only for changed items. */
export function keyedList(parent, create, idOf = (item) => item.id) {
  const drawn = new Map()
  let last
  return (items = []) => {
    if (items === last) return
    last = items
    const gone = new Set(drawn.keys())
    let cursor = parent.firstChild
    items.forEach((item, index) => {
      const id = idOf(item, index)
      let view = drawn.get(id)
      if (!view) drawn.set(id, (view = create(item, index)))
      // Inserted before its first update: a view may need its size, and a detached node has none.
      if (view.node === cursor) cursor = cursor.nextSibling
      else parent.insertBefore(view.node, cursor)
      if (view.item !== item) {
        view.item = item
        view.update(item, index)
      }
      gone.delete(id)
    })
    for (const id of gone) {
      drawn.get(id).node.remove()
      drawn.delete(id)
    }
  }
}
